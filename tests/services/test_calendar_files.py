"""Calendar files are read the same by parsers of others, and the clock in Amsterdam stands."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.planning import AMSTERDAM
from app.services.calendar_files import Appointment, cancellation, feed, invitation
from tests.calendar_parsers import READERS, Agenda, Reading, read_with_python

SERVICE = "gids@fnv.example"
WORKER = "karin@voorbeeld.nl"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CHANGED_AT = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
A_SESSION = Appointment(
    session_id=UUID("7c0f7a51-6b0e-4b0a-9d3e-2f7a1c9b5e10"),
    sequence=0,
    starts_at=datetime(2026, 11, 30, 9, 0, tzinfo=UTC),
    ends_at=datetime(2026, 11, 30, 10, 0, tzinfo=UTC),
    summary="Gidsgesprek 1 van 3",
    description="U wordt gebeld.\nVerhinderd? Bel uw adviseur.",
    changed_at=CHANGED_AT,
)

CHARACTERS = st.characters(exclude_categories=["Cs"])

readers = pytest.mark.parametrize("read", READERS)


def invited(one: Appointment) -> bytes:
    return invitation(one, organizer=SERVICE, attendee=WORKER)


def cancelled(one: Appointment) -> bytes:
    return cancellation(one, organizer=SERVICE, attendee=WORKER)


def moved(one: Appointment, by: timedelta) -> Appointment:
    return replace(
        one,
        sequence=one.sequence + 1,
        starts_at=one.starts_at + by,
        ends_at=one.ends_at + by,
        changed_at=one.changed_at + HOUR,
    )


def test_an_invitation_is_this_file_and_no_other():
    expected = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Gidsfunctie//Gidsgesprekken//NL
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Gidsgesprek 1 van 3
DTSTART;TZID=Europe/Amsterdam:20261130T100000
DTEND;TZID=Europe/Amsterdam:20261130T110000
DTSTAMP:20261123T091500Z
UID:7c0f7a51-6b0e-4b0a-9d3e-2f7a1c9b5e10@gidsfunctie
SEQUENCE:0
ATTENDEE;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:kari
 n@voorbeeld.nl
CLASS:PRIVATE
DESCRIPTION:U wordt gebeld.\\nVerhinderd? Bel uw adviseur.
ORGANIZER:mailto:gids@fnv.example
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""
    assert invited(A_SESSION).decode() == expected.replace("\n", "\r\n")
    assert invited(A_SESSION) == invited(A_SESSION)


@readers
def test_a_parser_reads_an_invitation_as_it_was_meant(read):
    method, _, [event] = read(invited(A_SESSION))
    assert method == "REQUEST"
    assert event == (
        "7c0f7a51-6b0e-4b0a-9d3e-2f7a1c9b5e10@gidsfunctie",
        0,
        CHANGED_AT,
        "CONFIRMED",
        A_SESSION.starts_at,
        A_SESSION.ends_at,
        "2026-11-30T10:00:00",
        A_SESSION.summary,
        A_SESSION.description,
        f"mailto:{SERVICE}",
        f"mailto:{WORKER}",
    )


@readers
def test_a_parser_reads_the_calendar_of_an_adviser(read):
    second = replace(moved(A_SESSION, 7 * DAY), session_id=UUID(int=2))
    method, name, events = read(feed([A_SESSION, second], name="Gidsgesprekken, FNV"))
    assert method is None
    assert name == "Gidsgesprekken, FNV"
    assert [event.clock for event in events] == ["2026-11-30T10:00:00", "2026-12-07T10:00:00"]
    assert {(event.organizer, event.attendee) for event in events} == {(None, None)}


@readers
def test_the_calendar_of_an_adviser_without_sessions_is_a_calendar(read):
    assert read(feed([], name="Gidsgesprekken")) == Reading(None, "Gidsgesprekken", [])


def test_a_calendar_is_asked_to_look_again_after_an_hour():
    lines = feed([], name="Gidsgesprekken").split(b"\r\n")
    assert {b"REFRESH-INTERVAL;VALUE=DURATION:PT1H", b"X-PUBLISHED-TTL:PT1H"} < set(lines)
    assert b"X-WR-CALNAME:Gidsgesprekken" in lines


@readers
def test_a_change_moves_the_same_event_and_a_cancellation_takes_it_away(read):
    agenda = Agenda()
    agenda.receive(read(invited(A_SESSION)))
    [uid] = agenda.planned
    later = moved(A_SESSION, DAY + HOUR)
    agenda.receive(read(invited(later)))
    assert agenda.planned == {uid: "2026-12-01T11:00:00"}
    agenda.receive(read(invited(A_SESSION)))
    assert agenda.planned == {uid: "2026-12-01T11:00:00"}
    agenda.receive(read(cancelled(moved(later, timedelta()))))
    assert agenda.planned == {}
    agenda.receive(read(invited(later)))
    assert agenda.planned == {}


@readers
@pytest.mark.parametrize(
    ("before", "after", "earlier"),
    [
        (date(2027, 3, 24), date(2027, 3, 31), HOUR),
        (date(2026, 10, 21), date(2026, 10, 28), -HOUR),
    ],
)
def test_ten_o_clock_stays_ten_o_clock_when_the_clock_changes(read, before, after, earlier):
    first = at_ten(before)
    file = feed([first, at_ten(after)], name="Gidsgesprekken")
    one, other = read(file).events
    assert [one.clock, other.clock] == [f"{day}T10:00:00" for day in (before, after)]
    assert other.starts_at - one.starts_at == after - before - earlier


def at_ten(day: date) -> Appointment:
    starts_at = datetime.combine(day, time(10), AMSTERDAM).astimezone(UTC)
    return replace(A_SESSION, starts_at=starts_at, ends_at=starts_at + HOUR)


@readers
def test_the_rules_for_the_clock_in_the_file_are_those_of_the_years_to_come(read):
    """The name of the time zone is made one that nobody knows: only the file itself tells."""
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    days = [noon + number * DAY for number in range(9 * 365)]
    file = feed(
        (replace(A_SESSION, starts_at=day, ends_at=day + HOUR) for day in days), name="Jaren"
    ).replace(b"Europe/Amsterdam", b"Nergens/Amsterdam")
    assert [event.starts_at for event in read(file).events] == days


@readers
def test_every_quarter_of_a_night_in_which_the_clock_changes_is_read_back(read):
    nights = [datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2027, 3, 27, 22, tzinfo=UTC)]
    moments = [night + number * HOUR / 4 for night in nights for number in range(24)]
    file = feed(
        (replace(A_SESSION, starts_at=each, ends_at=each + HOUR) for each in moments), name="Nacht"
    )
    read_back = [(event.starts_at, event.ends_at) for event in read(file).events]
    assert read_back == [(each, each + HOUR) for each in moments]


HOSTILE = [
    ("END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x", "END:VEVENT\nBEGIN:VEVENT\nUID:x"),
    ("een\rATTENDEE:mailto:x@y.nl", "een\nATTENDEE:mailto:x@y.nl"),
    (
        "een\x85twee\u2028drie\u2029vier\x0bvijf\x0czes\x1czeven",
        "een\ntwee\ndrie\nvier\nvijf\nzes\nzeven",
    ),
    ("nul\x00 bel\x07 delete\x7f tab\t.", "nul bel delete tab\t."),
    ("a,b;c:d\\e\\n\"f\" ^n 'g' {h}", "a,b;c:d\\e\\n\"f\" ^n 'g' {h}"),
    ("👩🏽‍🏫 overleg 🇳🇱 " * 30, "👩🏽‍🏫 overleg 🇳🇱 " * 30),
    ("é" * 300, "é" * 300),
    ("x" * 300, "x" * 300),
]


@readers
@pytest.mark.parametrize(("text", "meant"), HOSTILE)
def test_no_text_is_anything_but_text(read, text, meant):
    hostile = replace(A_SESSION, summary=text, description=text)
    [event] = read(invited(hostile)).events
    assert (event.summary, event.description) == (meant, meant)
    assert event.uid == f"{A_SESSION.session_id}@gidsfunctie"
    _, name, [_] = read(feed([hostile], name=text))
    assert name == meant


@readers
def test_no_address_is_anything_but_an_address(read):
    hostile = 'x@y.nl\r\nATTENDEE;CN="z":mailto:z@y.nl,w@y.nl'
    [event] = read(invitation(A_SESSION, organizer=SERVICE, attendee=hostile)).events
    assert event.attendee == (
        "mailto:x@y.nl%0D%0AATTENDEE%3BCN%3D%22z%22%3Amailto%3Az@y.nl%2Cw@y.nl"
    )


@settings(max_examples=100, deadline=None)
@given(st.text(CHARACTERS), st.text(CHARACTERS, min_size=60))
def test_every_file_is_short_lines_that_end_in_crlf(summary, description):
    one = replace(A_SESSION, summary=summary, description=description)
    for file in (invited(one), cancelled(one), feed([one], name=summary)):
        *lines, last = file.split(b"\r\n")
        assert last == b""
        assert max(map(len, lines)) <= 75
        assert not any(set(line) & set(b"\r\n\x00\x07\x7f") for line in lines)
        assert len(file.decode().splitlines()) == len(lines)
        assert len(read_with_python(file).events) == 1
