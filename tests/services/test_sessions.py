"""Sessions booked, moved and ended; what comes free goes to who waits."""

from datetime import timedelta
from uuid import uuid4

import pytest

from app.domain.errors import NotFound
from app.domain.sessions import NotAllowed
from app.domain.terms import Employment, Mode, SessionStatus
from app.services.sessions import (
    GuidanceClosedError,
    NextStep,
    OverlapError,
    ReferredError,
    SlotTakenError,
    ThreeSessionsError,
)
from tests.services.desk import (
    ANNA,
    BRAM,
    OTHER_REGION,
    Desk,
    adviser,
    hours,
    local,
    slot,
    wishes,
)

WEDNESDAY = 3
ONE = wishes(count=1)


@pytest.fixture
def wednesdays(quiet: Desk) -> Desk:
    """A desk with one adviser, who has two hours by telephone every Wednesday."""
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 11)))
    return quiet


# Booking


def test_a_chosen_place_is_for_the_session_that_waits_longest(quiet):
    intake = quiet.intake()
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 11)))
    booked = quiet.book(intake, slot("2026-12-02 10:00"))
    assert (booked.number, booked.status) == (1, SessionStatus.planned)
    assert quiet.agenda(intake) == ["1 planned Wed 02 Dec 10:00", "2 waiting", "3 waiting"]
    assert quiet.told() == ["1 intake_completed", "2 session_planned 1"]


def test_booking_again_gives_the_next_number_until_there_are_three(wednesdays):
    intake = wednesdays.intake(scheduling=ONE)
    assert wednesdays.book(intake, slot("2026-11-25 10:00")).number == 2
    assert wednesdays.book(intake, slot("2026-12-02 09:00")).number == 3
    with pytest.raises(ThreeSessionsError):
        wednesdays.book(intake, slot("2026-12-02 10:00"))
    assert len(wednesdays.agenda(intake)) == 3


def test_a_cancelled_session_makes_room_for_another_with_its_number(desk):
    intake = desk.intake()
    desk.conclude(desk.session(intake, 2).id, "cancelled")
    with pytest.raises(SlotTakenError):
        desk.book(intake, slot("2026-12-05 09:00"))
    assert desk.book(intake, demo_slot(desk, "2026-12-03 09:00")).number == 2
    with pytest.raises(ThreeSessionsError):
        desk.book(intake, demo_slot(desk, "2026-12-03 10:00"))


def demo_slot(desk: Desk, text: str) -> str:
    """Give the id of a place of the demo adviser who has the first session of some intake."""
    other = desk.session(desk.intake(scheduling=ONE), 1)
    assert other.adviser_id is not None
    return slot(text, who=other.adviser_id)


@pytest.mark.parametrize("status", ["held", "missed"])
def test_a_session_that_was_held_or_missed_keeps_its_number(status, desk):
    intake = desk.intake()
    desk.conclude(desk.session(intake, 1).id, status)
    with pytest.raises(ThreeSessionsError):
        desk.book(intake, demo_slot(desk, "2026-12-03 09:00"))


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(slot("2026-11-26 09:00"), id="a day without hours"),
        pytest.param(slot("2026-11-25 09:30"), id="between two places"),
        pytest.param(slot("2026-11-25 11:00"), id="after the last place"),
        pytest.param(slot("2026-11-25 09:00", mode=Mode.video), id="another way"),
        pytest.param(slot("2026-11-25 09:00", who=BRAM), id="an adviser who is not there"),
        pytest.param(slot("2026-11-25 09:00", region=OTHER_REGION), id="another region"),
        pytest.param(slot("2026-11-18 09:00"), id="last week"),
        pytest.param("nonsense", id="no place at all"),
        pytest.param("", id="nothing"),
        pytest.param("A" * 40, id="a place of another version"),
    ],
)
def test_a_place_that_is_not_free_cannot_be_booked(place, wednesdays):
    intake = wednesdays.intake(scheduling=ONE)
    log = wednesdays.told()
    with pytest.raises(SlotTakenError):
        wednesdays.book(intake, place)
    with pytest.raises(SlotTakenError):
        wednesdays.move(wednesdays.session(intake, 1).id, place)
    assert wednesdays.agenda(intake) == ["1 planned Wed 25 Nov 09:00"]
    assert wednesdays.told() == log


def test_a_free_place_in_another_region_cannot_be_booked(wednesdays):
    wednesdays.staff(adviser(BRAM, hours(WEDNESDAY, 9, 10, region=OTHER_REGION)))
    intake = wednesdays.intake(scheduling=ONE)
    with pytest.raises(SlotTakenError):
        wednesdays.book(intake, slot("2026-12-02 09:00", who=BRAM, region=OTHER_REGION))
    there = wednesdays.intake(scheduling=ONE, region=OTHER_REGION)
    assert wednesdays.agenda(there) == ["1 planned Wed 25 Nov 09:00"]


def test_a_place_that_is_taken_cannot_be_booked(wednesdays):
    first = wednesdays.intake(scheduling=ONE)
    second = wednesdays.intake(scheduling=ONE)
    for place in ("2026-11-25 09:00", "2026-11-25 10:00"):
        with pytest.raises(SlotTakenError):
            wednesdays.book(second, slot(place))
    wednesdays.conclude(wednesdays.session(first, 1).id, "cancelled")
    assert wednesdays.book(second, slot("2026-11-25 09:00")).number == 2


def test_an_adviser_in_a_session_elsewhere_is_not_free_here(quiet):
    quiet.staff(
        adviser(ANNA, hours(WEDNESDAY, 9, 10), hours(WEDNESDAY, 9, 10, region=OTHER_REGION))
    )
    quiet.intake(scheduling=ONE, region=OTHER_REGION)
    here = quiet.intake(scheduling=ONE)
    with pytest.raises(SlotTakenError):
        quiet.book(here, slot("2026-11-25 09:00"))


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("2026-11-25 10:00", id="nearer than the lead"),
        pytest.param("2027-02-24 09:00", id="past the horizon"),
    ],
)
def test_a_place_that_is_not_offered_cannot_be_booked(place, wednesdays):
    intake = wednesdays.intake(scheduling=wishes(count=1, not_before=local("2027-01-01 00:00")))
    wednesdays.now = local("2026-11-24 11:00")
    with pytest.raises(SlotTakenError):
        wednesdays.book(intake, slot(place))


def test_a_worker_has_no_two_sessions_at_once(wednesdays):
    wednesdays.staff(adviser(BRAM, hours(WEDNESDAY, 9, 11)))
    intake = wednesdays.intake(scheduling=wishes(count=2))
    first, second = (wednesdays.session(intake, number) for number in (1, 2))
    with pytest.raises(OverlapError):
        wednesdays.move(second.id, slot("2026-11-25 09:00", who=BRAM))
    with pytest.raises(OverlapError):
        wednesdays.book(intake, slot("2026-11-25 09:00", who=BRAM))
    assert wednesdays.move(first.id, slot("2026-11-25 09:00", who=BRAM)).adviser_id == BRAM


def test_closing_leaves_a_session_that_has_been(wednesdays):
    intake = wednesdays.intake(scheduling=wishes(count=2))
    first, second = (wednesdays.session(intake, number) for number in (1, 2))
    wednesdays.now = local("2026-12-02 12:00")
    wednesdays.conclude(second.id, "held", "close")
    assert wednesdays.session(intake, 1).status == "planned"
    wednesdays.conclude(first.id, "held")
    assert wednesdays.session(intake, 1).status == "held"


def test_without_a_known_region_any_place_can_be_chosen(wednesdays):
    wednesdays.staff(
        adviser(BRAM, hours(WEDNESDAY, 9, 10, region=OTHER_REGION, mode=Mode.in_person))
    )
    intake = wednesdays.intake(region=None, scheduling=ONE)
    place = slot("2026-12-02 09:00", who=BRAM, region=OTHER_REGION, mode=Mode.in_person)
    assert wednesdays.book(intake, place).region == OTHER_REGION
    assert wednesdays.told("NL01")[-1] == "3 session_planned 2"


def test_who_was_referred_gets_no_sessions(desk):
    intake = desk.intake(origin_sector="schoonmaak", employment=Employment.employee)
    with pytest.raises(ReferredError):
        desk.book(intake, slot("2026-12-03 09:00"))
    assert desk.sessions(intake) == []


def test_after_the_guidance_ended_nothing_is_booked(wednesdays):
    intake = wednesdays.intake(scheduling=ONE)
    wednesdays.conclude(wednesdays.session(intake, 1).id, "held", NextStep.close)
    with pytest.raises(GuidanceClosedError):
        wednesdays.book(intake, slot("2026-12-02 09:00"))


def test_an_intake_or_session_that_does_not_exist_is_not_found(desk):
    place = slot("2026-12-03 09:00")
    with pytest.raises(NotFound):
        desk.book(uuid4(), place)
    with pytest.raises(NotFound):
        desk.move(uuid4(), place)
    with pytest.raises(NotFound):
        desk.conclude(uuid4(), "held")


# Moving


def test_a_session_that_moves_keeps_its_number(wednesdays):
    intake = wednesdays.intake()
    moved = wednesdays.move(wednesdays.session(intake, 2).id, slot("2026-12-23 10:00"))
    assert moved.number == 2
    assert wednesdays.agenda(intake) == [
        "1 planned Wed 25 Nov 09:00",
        "2 planned Wed 23 Dec 10:00",
        "3 planned Wed 09 Dec 09:00",
    ]
    assert wednesdays.told()[-1] == "5 session_moved 2"


def test_the_place_that_comes_free_is_given_away_in_the_same_breath(quiet):
    this_week = local("2026-11-29 00:00").date()
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10, valid_until=this_week)))
    intake = quiet.intake(scheduling=ONE)
    waiting = quiet.intake(scheduling=ONE)
    assert quiet.agenda(waiting) == ["1 waiting"]
    by_video = hours(WEDNESDAY, 14, 15, mode=Mode.video, valid_until=this_week)
    quiet.staff(adviser(BRAM, by_video))
    quiet.move(quiet.session(intake, 1).id, slot("2026-11-25 14:00", who=BRAM, mode=Mode.video))
    assert quiet.agenda(intake) == ["1 planned Wed 25 Nov 14:00"]
    assert quiet.agenda(waiting) == ["1 planned Wed 25 Nov 09:00"]
    assert quiet.told()[-2:] == ["4 session_moved 1", "5 session_planned 1"]


def test_moving_to_the_same_place_changes_nothing(wednesdays):
    intake = wednesdays.intake(scheduling=ONE)
    log = wednesdays.told()
    moved = wednesdays.move(wednesdays.session(intake, 1).id, slot("2026-11-25 09:00"))
    assert moved.starts_at == local("2026-11-25 09:00")
    assert wednesdays.told() == log


def test_a_session_can_move_to_the_same_hour_in_another_way(wednesdays):
    video = hours(WEDNESDAY, 9, 11, mode=Mode.video)
    wednesdays.staff(adviser(ANNA, hours(WEDNESDAY, 9, 11), video))
    intake = wednesdays.intake(scheduling=wishes(count=1, modes=[Mode.phone]))
    place = slot("2026-11-25 09:00", mode=Mode.video)
    assert wednesdays.move(wednesdays.session(intake, 1).id, place).mode is Mode.video


def test_a_session_does_not_move_to_a_place_of_another(wednesdays):
    first = wednesdays.intake(scheduling=ONE)
    second = wednesdays.intake(scheduling=ONE)
    with pytest.raises(SlotTakenError):
        wednesdays.move(wednesdays.session(second, 1).id, slot("2026-11-25 09:00"))
    assert wednesdays.agenda(first) == ["1 planned Wed 25 Nov 09:00"]
    assert wednesdays.agenda(second) == ["1 planned Wed 25 Nov 10:00"]


def test_giving_a_place_to_a_session_that_waits_is_planning_it(quiet):
    intake = quiet.intake(scheduling=ONE)
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 11)))
    quiet.move(quiet.session(intake, 1).id, slot("2026-12-02 09:00"))
    assert quiet.told() == ["1 intake_completed", "2 session_planned 1"]
    assert quiet.agenda(intake) == ["1 planned Wed 02 Dec 09:00"]


@pytest.mark.parametrize("status", ["held", "missed", "cancelled"])
def test_a_session_that_ended_does_not_move(status, wednesdays):
    intake = wednesdays.intake(scheduling=ONE)
    ended = wednesdays.conclude(wednesdays.session(intake, 1).id, status)
    for place in (slot("2026-12-02 09:00"), slot("2026-11-25 09:00")):
        with pytest.raises(NotAllowed):
            wednesdays.move(ended.id, place)


# Ending


@pytest.mark.parametrize("start", ["waiting", "planned", "held", "missed", "cancelled"])
@pytest.mark.parametrize("outcome", ["held", "missed", "cancelled"])
def test_a_session_ends_once_and_only_as_it_can(start, outcome, quiet):
    intake = quiet.intake(scheduling=ONE)
    session = quiet.session(intake, 1)
    if start != "waiting":
        quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 11)))
        quiet.fill()
    if start not in {"waiting", "planned"}:
        quiet.conclude(session.id, start)
    log = quiet.told()
    if start == "planned" or (start, outcome) == ("waiting", "cancelled"):
        ended = quiet.conclude(session.id, outcome)
        assert ended.status is SessionStatus(outcome)
        assert quiet.told() == [*log, f"{len(log) + 1} session_{outcome} 1"]
    elif start == outcome:
        assert quiet.conclude(session.id, outcome).status is SessionStatus(outcome)
        assert quiet.told() == log
    else:
        with pytest.raises(NotAllowed):
            quiet.conclude(session.id, outcome)
        assert quiet.told() == log
        assert [one.status for one in quiet.sessions(intake)] == [SessionStatus(start)]


def test_closing_gives_the_later_places_back_to_who_waits(quiet):
    december = local("2026-12-10 00:00").date()
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10, valid_until=december)))
    intake = quiet.intake()
    waiting = quiet.intake(scheduling=wishes(count=2))
    assert quiet.agenda(waiting) == ["1 waiting", "2 waiting"]
    quiet.conclude(quiet.session(intake, 1).id, "held", NextStep.close)
    assert quiet.agenda(intake) == ["1 held Wed 25 Nov 09:00"]
    assert quiet.agenda(waiting) == ["1 planned Wed 02 Dec 09:00", "2 planned Wed 09 Dec 09:00"]
    assert quiet.read(intake).closed_at == quiet.now
    assert quiet.told()[5:] == [
        "6 session_held 1",
        "7 session_cancelled 2",
        "8 session_cancelled 3",
        "9 guidance_closed",
        "10 session_planned 1",
        "11 session_planned 2",
    ]


def test_closing_takes_who_waits_from_the_list(quiet):
    intake = quiet.intake(scheduling=wishes(count=2))
    quiet.conclude(quiet.session(intake, 1).id, "cancelled", NextStep.close)
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10)))
    assert quiet.fill() == 0
    assert quiet.agenda(intake) == []
    assert quiet.read(intake).closed_at == quiet.now


def test_a_cancelled_session_gives_its_place_to_who_waits(quiet):
    this_week = local("2026-11-29 00:00").date()
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10, valid_until=this_week)))
    intake = quiet.intake(scheduling=ONE)
    waiting = quiet.intake(scheduling=ONE)
    quiet.conclude(quiet.session(intake, 1).id, "cancelled")
    assert quiet.agenda(waiting) == ["1 planned Wed 25 Nov 09:00"]
    assert quiet.read(intake).closed_at is None


def test_three_sessions_held_or_missed_close_the_guidance(desk):
    intake = desk.intake()
    for number, outcome in ((1, "held"), (3, "missed")):
        desk.conclude(desk.session(intake, number).id, outcome)
        assert desk.read(intake).closed_at is None
    desk.conclude(desk.session(intake, 2).id, "held")
    assert desk.read(intake).closed_at == desk.now
    assert desk.told()[-2:] == ["7 session_held 2", "8 guidance_closed"]


def test_a_cancelled_session_does_not_count_as_one_of_three(desk):
    intake = desk.intake()
    for number, outcome in ((1, "held"), (2, "held"), (3, "cancelled")):
        desk.conclude(desk.session(intake, number).id, outcome)
    assert desk.read(intake).closed_at is None


def test_closing_twice_is_closing_once(desk):
    intake = desk.intake()
    first = desk.session(intake, 1).id
    desk.conclude(first, "held", NextStep.close)
    log = desk.told()
    closed = desk.read(intake).closed_at
    desk.now += timedelta(hours=1)
    desk.conclude(first, "held", NextStep.close)
    desk.conclude(first, "held")
    assert desk.told() == log
    assert desk.read(intake).closed_at == closed


def test_saying_afterwards_that_the_guidance_ends_closes_it(desk):
    intake = desk.intake()
    first = desk.session(intake, 1).id
    desk.conclude(first, "held")
    desk.conclude(first, "held", NextStep.close)
    assert desk.agenda(intake) == ["1 held Tue 24 Nov 10:00"]
    assert desk.told()[4:] == [
        "5 session_held 1",
        "6 session_cancelled 2",
        "7 session_cancelled 3",
        "8 guidance_closed",
    ]
