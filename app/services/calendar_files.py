"""Calendar files (iCalendar, RFC 5545): an invitation, its cancellation, an adviser's feed.

Pure: values in, bytes out, and the same bytes for the same values. A calendar may be shown to
others: summary and description are the caller's, and should name no worker.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from icalendar import Calendar, Event, Timezone, vDuration, vText

from app.domain.planning import AMSTERDAM

PRODUCT = "-//Gidsfunctie//Gidsgesprekken//NL"
REFRESH_INTERVAL = timedelta(hours=1)

# Summer time in the European Union, since 1996 (directive 2000/84/EC, art. 2 and 3): from the last
# Sunday of March to the last one of October, at 01:00 UTC.
_CLOCK_CHANGES = """\
BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""

# What a text cannot hold (RFC 5545, 3.1: CONTROL), line breaks aside.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A session as it stands in a calendar; every moment knows its offset from UTC.

    `sequence` goes up with every change of the place (RFC 5545, 3.8.7.4), and `changed_at` is when
    it became what it is.
    """

    session_id: UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    changed_at: datetime


def invitation(one: Appointment, *, organizer: str, attendee: str) -> bytes:
    """Write the invitation to a session; with a higher sequence it moves the one sent before.

    `organizer` and `attendee` are e-mail addresses. No answer is asked (RFC 5546, 3.2.2).
    """
    return _message("REQUEST", "CONFIRMED", one, organizer=organizer, attendee=attendee)


def cancellation(one: Appointment, *, organizer: str, attendee: str) -> bytes:
    """Write that a session is off; its sequence is higher than the invitation's (RFC 5546, 3.2.5).

    `organizer` and `attendee` are the e-mail addresses of the invitation.
    """
    return _message("CANCEL", "CANCELLED", one, organizer=organizer, attendee=attendee)


def feed(appointments: Iterable[Appointment], *, name: str) -> bytes:
    """Write the calendar that an adviser's own calendar subscribes to, in the order given.

    It is the whole truth: a session that is no longer in it disappears. Subscribers are asked to
    look again after an hour (RFC 7986, 5.7).
    """
    calendar = _calendar()
    # The names of the standard (RFC 7986), and the older ones that Outlook and others go by.
    calendar.add("NAME", _text(name))
    calendar.add("X-WR-CALNAME", _text(name))
    calendar.add("REFRESH-INTERVAL", vDuration(REFRESH_INTERVAL), {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH_INTERVAL))
    for one in appointments:
        calendar.add_component(_event(one, "CONFIRMED"))
    return _bytes(calendar)


def _message(method: str, status: str, one: Appointment, *, organizer: str, attendee: str) -> bytes:
    event = _event(one, status)
    event.add("ORGANIZER", _mailto(organizer))
    event.add(
        "ATTENDEE",
        _mailto(attendee),
        {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"},
    )
    calendar = _calendar()
    calendar.add("METHOD", method)
    calendar.add_component(event)
    return _bytes(calendar)


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add_component(Timezone.from_ical(_CLOCK_CHANGES))
    return calendar


def _bytes(calendar: Calendar) -> bytes:
    content: bytes = calendar.to_ical()
    return content


def _event(one: Appointment, status: str) -> Event:
    event = Event()
    event.add("UID", f"{one.session_id}@gidsfunctie")
    event.add("SEQUENCE", one.sequence)
    event.add("DTSTAMP", one.changed_at)
    event.add("DTSTART", _local(one.starts_at))
    event.add("DTEND", _local(one.ends_at))
    event.add("SUMMARY", _text(one.summary))
    event.add("DESCRIPTION", _text(one.description))
    event.add("STATUS", status)
    event.add("CLASS", "PRIVATE")
    event.add("TRANSP", "OPAQUE")
    return event


def _local(moment: datetime) -> datetime:
    """Give a moment as the clock in Amsterdam shows it, which is what must stand.

    The hour that comes twice is written in UTC: its local times mean the first of the two
    (RFC 5545, 3.3.5), but not to every calendar.
    """
    local = moment.astimezone(AMSTERDAM)
    once = local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()
    return local if once else moment.astimezone(UTC)


def _text(value: str) -> vText:
    """Write a text, of any property: the library itself does not escape the name of a calendar."""
    return vText(_CONTROL.sub("", "\n".join(value.splitlines())))


def _mailto(address: str) -> str:
    """Write an address as RFC 6068 asks, so that nothing in it can end the line."""
    return "mailto:" + quote(address, safe="@!$'*+")
