"""The waiting list: who came first is given a place first, when there is one that suits."""

from datetime import timedelta

import pytest

from app.domain.terms import Mode, SessionStatus
from tests.services.desk import (
    ANNA,
    BRAM,
    NOW,
    OTHER_REGION,
    adviser,
    hours,
    local,
    wishes,
)

MONDAY, TUESDAY, WEDNESDAY, SATURDAY = 1, 2, 3, 6


def test_sessions_are_planned_soonest_first_and_a_week_apart(desk):
    assert desk.agenda(desk.intake()) == [
        "1 planned Tue 24 Nov 10:00",
        "2 planned Tue 01 Dec 10:00",
        "3 planned Tue 08 Dec 10:00",
    ]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_as_many_sessions_are_planned_as_were_asked(count, desk):
    assert len(desk.sessions(desk.intake(scheduling=wishes(count=count)))) == count


def test_without_places_sessions_wait(quiet):
    intake = quiet.intake()
    assert quiet.agenda(intake) == ["1 waiting", "2 waiting", "3 waiting"]
    assert quiet.fill() == 0
    assert quiet.told() == ["1 intake_completed"]


def test_a_place_nearer_than_the_lead_is_not_given(quiet):
    quiet.staff(adviser(ANNA, hours(MONDAY, 9, 12), hours(TUESDAY, 9, 11)))
    intake = quiet.intake(scheduling=wishes(count=1))
    assert quiet.agenda(intake) == ["1 planned Tue 24 Nov 10:00"]


def test_a_place_past_the_horizon_is_not_given(quiet):
    too_late = (NOW + quiet.planning.lead + quiet.planning.horizon).date() + timedelta(days=1)
    late = hours(too_late.isoweekday(), 9, 10, valid_from=too_late)
    quiet.staff(adviser(ANNA, late))
    intake = quiet.intake(scheduling=wishes(count=1))
    assert quiet.agenda(intake) == ["1 waiting"]
    quiet.now += timedelta(days=2)
    assert quiet.fill() == 1


def test_who_came_first_is_given_a_place_first(quiet):
    first = quiet.intake(scheduling=wishes(count=1))
    quiet.now += timedelta(minutes=1)
    second = quiet.intake(scheduling=wishes(count=1))
    quiet.now += timedelta(minutes=1)
    third = quiet.intake(scheduling=wishes(count=1))
    quiet.staff(
        adviser(ANNA, hours(WEDNESDAY, 9, 11, valid_until=local("2026-11-29 00:00").date()))
    )
    assert quiet.fill() == 2
    assert quiet.agenda(first) == ["1 planned Wed 25 Nov 09:00"]
    assert quiet.agenda(second) == ["1 planned Wed 25 Nov 10:00"]
    assert quiet.agenda(third) == ["1 waiting"]


def test_who_cannot_use_a_place_does_not_keep_it_from_who_came_later(quiet):
    in_person = quiet.intake(scheduling=wishes(count=1, modes=[Mode.in_person]))
    quiet.now += timedelta(minutes=1)
    by_phone = quiet.intake(scheduling=wishes(count=1, modes=[Mode.phone]))
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10)))
    assert quiet.fill() == 1
    assert quiet.agenda(in_person) == ["1 waiting"]
    assert quiet.agenda(by_phone) == ["1 planned Wed 25 Nov 09:00"]


def test_the_way_that_suits_best_is_given_when_two_start_together(quiet):
    quiet.staff(
        adviser(ANNA, hours(WEDNESDAY, 9, 10, mode=Mode.phone)),
        adviser(BRAM, hours(WEDNESDAY, 9, 10, mode=Mode.in_person)),
    )
    intake = quiet.intake(scheduling=wishes(count=1, modes=[Mode.in_person, Mode.phone]))
    (session,) = quiet.sessions(intake)
    assert (session.mode, session.adviser_id) == (Mode.in_person, BRAM)


def test_nothing_is_planned_before_the_moment_that_was_asked(quiet):
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 12)))
    not_before = local("2026-12-02 09:30")
    intake = quiet.intake(scheduling=wishes(count=1, not_before=not_before))
    assert quiet.agenda(intake) == ["1 planned Wed 02 Dec 10:00"]


def test_a_moment_past_the_horizon_moves_the_horizon(quiet):
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10)))
    not_before = NOW + quiet.planning.horizon + timedelta(weeks=10)
    intake = quiet.intake(scheduling=wishes(count=1, not_before=not_before))
    assert quiet.agenda(intake) == ["1 planned Wed 28 Apr 09:00"]


def test_the_week_between_sessions_also_holds_for_one_that_was_held(quiet):
    quiet.staff(adviser(ANNA, hours(TUESDAY, 10, 11, valid_until=NOW.date() + timedelta(days=7))))
    intake = quiet.intake(scheduling=wishes(count=2))
    assert quiet.agenda(intake) == ["1 planned Tue 24 Nov 10:00", "2 waiting"]
    quiet.now = local("2026-11-24 11:00")
    quiet.conclude(quiet.session(intake, 1).id, "held")
    quiet.staff(adviser(ANNA, *(hours(day, 9, 12) for day in range(1, 6))))
    assert quiet.fill() == 1
    assert quiet.agenda(intake) == ["1 held Tue 24 Nov 10:00", "2 planned Tue 01 Dec 10:00"]


def test_a_region_is_served_by_advisers_of_that_region_only(quiet):
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 12, region=OTHER_REGION)))
    here = quiet.intake(scheduling=wishes(count=1))
    there = quiet.intake(scheduling=wishes(count=1), region=OTHER_REGION)
    assert quiet.agenda(here) == ["1 waiting"]
    assert quiet.agenda(there) == ["1 planned Wed 25 Nov 09:00"]
    assert quiet.fill(OTHER_REGION) == 0


def test_an_adviser_of_two_regions_is_in_one_place_at_a_time(quiet):
    quiet.staff(
        adviser(ANNA, hours(WEDNESDAY, 9, 10), hours(WEDNESDAY, 9, 10, region=OTHER_REGION))
    )
    here = quiet.intake(scheduling=wishes(count=1))
    there = quiet.intake(scheduling=wishes(count=1), region=OTHER_REGION)
    assert quiet.agenda(here) == ["1 planned Wed 25 Nov 09:00"]
    assert quiet.agenda(there) == ["1 planned Wed 02 Dec 09:00"]


def test_without_a_known_region_a_session_is_at_a_distance_from_anywhere(quiet):
    quiet.staff(
        adviser(ANNA, hours(WEDNESDAY, 9, 10, mode=Mode.in_person)),
        adviser(BRAM, hours(SATURDAY, 9, 10, region=OTHER_REGION, mode=Mode.video)),
    )
    intake = quiet.intake(region=None, scheduling=wishes(count=1))
    (session,) = quiet.sessions(intake)
    assert (session.mode, session.region, session.adviser_id) == (Mode.video, OTHER_REGION, BRAM)
    assert quiet.told("NL01") == ["1 intake_completed", "2 session_planned 1"]
    assert quiet.told(OTHER_REGION) == []


def test_without_a_known_region_who_wants_to_meet_in_person_gets_a_talk_at_a_distance(desk):
    intake = desk.intake(region=None, scheduling=wishes(count=1, modes=[Mode.in_person]))
    (session,) = desk.sessions(intake)
    assert session.mode is Mode.phone


def test_an_intake_that_finds_no_place_does_not_keep_the_next_one_from_its_own(quiet):
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10, mode=Mode.video)))
    by_phone = quiet.intake(scheduling=wishes(count=1, modes=[Mode.phone]))
    also_by_phone = quiet.intake(scheduling=wishes(count=1, modes=[Mode.phone]))
    by_video = quiet.intake(scheduling=wishes(count=1, modes=[Mode.video, Mode.phone]))
    assert quiet.agenda(by_phone) == quiet.agenda(also_by_phone) == ["1 waiting"]
    assert quiet.agenda(by_video) == ["1 planned Wed 25 Nov 09:00"]


def test_filling_twice_gives_nothing_twice(quiet):
    intake = quiet.intake()
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10)))
    assert quiet.fill() == 3
    before = quiet.agenda(intake)
    assert quiet.fill() == 0
    assert quiet.agenda(intake) == before
    assert len(quiet.log()) == 4


def test_an_hour_that_is_taken_is_no_place(quiet):
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 11)))
    first = quiet.intake(scheduling=wishes(count=1))
    second = quiet.intake(scheduling=wishes(count=1))
    third = quiet.intake(scheduling=wishes(count=1))
    assert [quiet.agenda(one) for one in (first, second, third)] == [
        ["1 planned Wed 25 Nov 09:00"],
        ["1 planned Wed 25 Nov 10:00"],
        ["1 planned Wed 02 Dec 09:00"],
    ]


@pytest.mark.parametrize(
    ("day", "free"),
    [
        ("2026-12-25", False),
        ("2027-01-01", False),
        ("2027-03-29", False),
        ("2027-04-27", False),
        ("2027-05-05", True),
        ("2027-05-06", False),
        ("2027-05-17", False),
        ("2028-05-05", True),
        ("2030-05-06", True),
        ("2032-05-05", True),
        ("2035-05-05", False),
    ],
    ids=[
        "Christmas",
        "New Year",
        "Easter Monday",
        "the King's birthday",
        "5 May 2027",
        "Ascension Day",
        "Whit Monday",
        "5 May 2028",
        "6 May 2030",
        "5 May 2032",
        "5 May in a year that ends in five",
    ],
)
def test_nobody_is_planned_on_a_dutch_holiday(day, free, quiet):
    moment = local(f"{day} 09:00")
    quiet.now = moment - timedelta(days=3)
    on_that_day = hours(
        moment.isoweekday(), 9, 10, valid_from=moment.date(), valid_until=moment.date()
    )
    quiet.staff(adviser(ANNA, on_that_day))
    intake = quiet.intake(scheduling=wishes(count=1))
    assert quiet.sessions(intake)[0].status is (
        SessionStatus.planned if free else SessionStatus.waiting
    )
