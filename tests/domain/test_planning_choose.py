"""From slots to the sessions of one worker."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from app.domain.planning import Slot, choose, slots
from app.domain.terms import Mode
from tests.domain.availability import (
    BRAM,
    HOUR,
    MONDAY,
    WEEK,
    clock,
    days_of,
    free,
    local,
    slot,
    slot_at,
    utc,
    window,
)


def test_the_soonest_slots_at_least_seven_days_apart_are_chosen():
    offered = free([window(day) for day in (MONDAY, MONDAY + timedelta(days=2))], days=40)
    chosen = choose(offered, count=3)
    assert days_of(chosen) == [MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK]
    assert clock(chosen) == ["09:00", "09:00", "09:00"]


def test_the_same_hour_a_week_later_is_far_enough_and_a_minute_less_is_not():
    first, too_soon = slot("2026-11-30T09:00"), slot("2026-12-07T08:59")
    assert choose([first, too_soon], count=2) == [first]
    later = slot("2026-12-07T09:00")
    assert choose([first, too_soon, later], count=2) == [first, later]


@pytest.mark.parametrize(
    ("monday", "elapsed"),
    [
        pytest.param(date(2026, 3, 23), WEEK - HOUR, id="over the spring change"),
        pytest.param(date(2026, 10, 19), WEEK + HOUR, id="over the autumn change"),
        pytest.param(date(2026, 11, 30), WEEK, id="in an ordinary week"),
    ],
)
def test_nine_o_clock_a_week_later_is_far_enough_whatever_the_clock_does(monday, elapsed):
    chosen = choose(free([window(monday)], first=monday, days=8), count=2)
    assert days_of(chosen) == [monday, monday + WEEK]
    assert clock(chosen) == ["09:00", "09:00"]
    assert chosen[1].starts_at - chosen[0].starts_at == elapsed


@pytest.mark.parametrize("monday", [date(2026, 3, 23), date(2026, 10, 19), date(2026, 11, 30)])
def test_a_minute_before_nine_a_week_later_is_too_soon_whatever_the_clock_does(monday):
    week_later = monday + WEEK
    nine, too_soon = local(f"{week_later}T09:00"), local(f"{week_later}T08:59")
    offered = [slot_at(local(f"{monday}T09:00")), slot_at(too_soon), slot_at(nine)]
    assert choose(offered, count=2) == [offered[0], offered[2]]
    assert choose(offered[:2], count=2) == offered[:1]


@pytest.mark.parametrize("monday", [date(2026, 3, 23), date(2026, 10, 19)])
def test_a_session_the_worker_already_has_counts_on_the_dutch_clock_too(monday):
    taken = [local(f"{monday}T09:00")]
    offered = [slot_at(local(f"{monday + WEEK}T{at}")) for at in ("08:59", "09:00")]
    assert choose(offered, count=1, taken=taken) == offered[1:]
    earlier = [slot_at(local(f"{monday}T{at}")) for at in ("09:00", "09:01")]
    assert choose(earlier, count=1, taken=[offered[1].starts_at]) == earlier[:1]


def test_a_session_the_worker_already_has_keeps_its_distance_on_both_sides():
    offered = [slot(f"2026-12-{day:02}T09:00") for day in range(1, 29)]
    chosen = choose(offered, count=3, taken=[utc("2026-12-10T09:00")])
    assert [one.starts_at.day for one in chosen] == [1, 17, 24]


def test_another_gap_is_kept_as_given():
    offered = [slot(f"2026-12-{day:02}T09:00") for day in range(1, 8)]
    chosen = choose(offered, count=9, gap=timedelta(days=3))
    assert [one.starts_at.day for one in chosen] == [1, 4, 7]


@pytest.mark.parametrize("count", [0, -1])
def test_asking_for_no_sessions_chooses_none_and_takes_no_slot(count):
    offered = iter([slot("2026-12-01T09:00")])
    assert choose(offered, count=count) == []
    assert len(list(offered)) == 1


def test_what_finds_no_place_is_left_out():
    assert choose([slot("2026-12-01T09:00")], count=3) == [slot("2026-12-01T09:00")]
    assert choose([], count=3) == []


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ((Mode.video, Mode.phone), Mode.video),
        ((Mode.phone, Mode.video), Mode.phone),
        ((Mode.in_person, Mode.video), Mode.video),
        ((Mode.phone, Mode.video, Mode.phone), Mode.phone),
    ],
)
def test_of_slots_that_start_together_the_preferred_mode_is_chosen(modes, expected):
    offered = [slot("2026-12-01T09:00", mode) for mode in (Mode.phone, Mode.video)]
    assert [one.mode for one in choose(offered, count=1, modes=modes)] == [expected]


def test_a_sooner_slot_wins_from_a_preferred_mode():
    sooner, preferred = slot("2026-12-01T09:00"), slot("2026-12-01T10:00", Mode.video)
    assert choose([sooner, preferred], count=1, modes=(Mode.video, Mode.phone)) == [sooner]


def test_a_mode_that_was_not_asked_for_is_never_chosen():
    assert choose([slot("2026-12-01T09:00")], count=3, modes=(Mode.video,)) == []


def test_of_slots_that_start_together_in_one_mode_the_one_offered_first_is_chosen():
    offered = [slot("2026-12-01T09:00", adviser=BRAM), slot("2026-12-01T09:00")]
    assert choose(offered, count=1) == offered[:1]


def test_choosing_takes_no_more_slots_than_it_needs():
    taken_out = []

    def offered() -> Iterator[Slot]:
        for one in free([window()], days=84):
            taken_out.append(one)
            yield one

    assert len(choose(offered(), count=1)) == 1
    assert len(taken_out) <= 2


def test_days_after_the_last_chosen_slot_are_never_made():
    asked = []

    class Holidays:
        def __contains__(self, day):
            asked.append(day)
            return False

    choose(
        slots(
            [window()],
            [],
            busy=[],
            holidays=Holidays(),
            length=HOUR,
            earliest=local("2026-11-30T00:00"),
            latest=local("2027-11-30T00:00"),
        ),
        count=2,
    )
    assert asked == [MONDAY + timedelta(days=n) for n in range(8)]
