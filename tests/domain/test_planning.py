"""From weekly windows and exceptions to free slots."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from app.domain.planning import DayException, Slot, slots
from app.domain.terms import Mode
from tests.domain.availability import (
    ANNA,
    BRAM,
    HOUR,
    MONDAY,
    WEEK,
    absence,
    clock,
    days_of,
    extra,
    free,
    local,
    utc,
    window,
)


@pytest.mark.parametrize(
    ("starts", "ends"), [("22:00", "02:00"), ("22:00", "00:00"), ("09:00", "09:00")]
)
def test_a_window_that_does_not_end_later_that_day_is_refused(starts, ends):
    with pytest.raises(ValueError, match="later on the same day"):
        window(starts=starts, ends=ends)


@pytest.mark.parametrize("weekday", [0, 8, -1])
def test_a_weekday_outside_the_week_is_refused(weekday):
    with pytest.raises(ValueError, match=r"1 .Monday. to 7"):
        window(weekday=weekday)


@pytest.mark.parametrize("missing", ["starts", "ends", "region", "mode"])
def test_an_extra_window_that_lacks_something_is_refused(missing):
    fields: dict[str, Any] = {
        "starts": time(9),
        "ends": time(10),
        "region": "AM01",
        "mode": Mode.phone,
        missing: None,
    }
    with pytest.raises(ValueError, match="needs a start, an end, a region and a mode"):
        DayException(ANNA, MONDAY, available=True, **fields)


def test_an_extra_window_over_midnight_is_refused():
    with pytest.raises(ValueError, match="later on the same day"):
        extra(starts="22:00", ends="01:00")


@pytest.mark.parametrize(("starts", "ends"), [("09:00", None), (None, "10:00")])
def test_an_absence_with_half_its_times_is_refused(starts, ends):
    with pytest.raises(ValueError, match="a start and an end, or neither"):
        absence(starts=starts, ends=ends)


def test_an_absence_over_midnight_is_refused():
    with pytest.raises(ValueError, match="later on the same day"):
        absence(starts="22:00", ends="01:00")


@pytest.mark.parametrize("narrowed", [{"region": "AM01"}, {"mode": Mode.video}])
def test_an_absence_from_one_region_or_mode_only_is_refused(narrowed):
    with pytest.raises(ValueError, match="every region and mode"):
        DayException(ANNA, MONDAY, None, None, available=False, **narrowed)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(minutes=-30)])
def test_a_slot_without_a_positive_length_is_refused_before_the_first_slot_is_asked(length):
    moment = utc("2026-11-30T08:00")
    with pytest.raises(ValueError, match="positive length"):
        slots([], [], busy=[], holidays=[], length=length, earliest=moment, latest=moment)


@pytest.mark.parametrize("which", ["earliest", "latest"])
def test_a_moment_without_a_time_zone_is_refused(which):
    moments = {"earliest": utc("2026-11-30T08:00"), "latest": utc("2026-12-01T08:00")}
    moments[which] = moments[which].replace(tzinfo=None)
    with pytest.raises(ValueError, match="need a time zone"):
        slots([], [], busy=[], holidays=[], length=HOUR, **moments)


def test_a_morning_in_winter_is_cut_into_hours_and_given_in_utc():
    assert free([window()]) == [
        Slot(utc(f"2026-11-30T{hour:02}:00"), utc(f"2026-11-30T{hour + 1:02}:00"), *rest)
        for hour in (8, 9, 10)
        for rest in [(ANNA, "AM01", Mode.phone)]
    ]


def test_the_same_morning_in_summer_is_an_hour_earlier_in_utc():
    monday = date(2026, 7, 6)
    assert free([window(monday)], first=monday)[0].starts_at == utc("2026-07-06T07:00")


@pytest.mark.parametrize(
    ("ends", "minutes", "expected"),
    [
        ("12:00", 45, ["09:00", "09:45", "10:30", "11:15"]),
        ("11:59", 60, ["09:00", "10:00"]),
        ("09:59", 60, []),
        ("10:00", 60, ["09:00"]),
        ("12:00", 180, ["09:00"]),
        ("12:00", 60 * 30, []),
    ],
)
def test_what_is_left_of_a_window_after_the_last_whole_slot_is_not_offered(ends, minutes, expected):
    assert clock(free([window(ends=ends)], length=timedelta(minutes=minutes))) == expected


def test_a_window_comes_back_every_week_on_its_weekday_only():
    found = free([window(ends="10:00")], days=22)
    assert days_of(found) == [MONDAY + n * WEEK for n in range(4)]


def test_a_window_counts_from_its_first_day_through_its_last():
    bounded = window(ends="10:00", valid_from=MONDAY + WEEK, valid_until=MONDAY + 3 * WEEK)
    found = free([bounded], days=50)
    assert days_of(found) == [MONDAY + n * WEEK for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("earliest", "latest", "expected"),
    [
        ("2026-11-30T09:00", "2026-11-30T12:00", ["09:00", "10:00", "11:00"]),
        ("2026-11-30T09:01", "2026-11-30T12:00", ["10:00", "11:00"]),
        ("2026-11-30T09:00", "2026-11-30T11:59", ["09:00", "10:00"]),
        ("2026-11-30T09:00", "2026-11-30T09:59", []),
        ("2026-11-30T12:00", "2026-11-30T09:00", []),
        ("2026-12-01T00:00", "2026-11-29T00:00", []),
    ],
)
def test_slots_begin_no_sooner_and_end_no_later_than_asked(earliest, latest, expected):
    found = free([window()], earliest=local(earliest), latest=local(latest))
    assert clock(found) == expected


def test_a_window_just_after_midnight_is_found_although_it_is_still_the_day_before_in_utc():
    found = free(
        [window(starts="00:00", ends="01:00")],
        earliest=utc("2026-11-29T23:00"),
        latest=utc("2026-11-30T00:00"),
    )
    assert [slot.starts_at for slot in found] == [utc("2026-11-29T23:00")]


def test_a_window_on_the_leap_day_counts_and_the_week_goes_on_after_it():
    leap_day = date(2028, 2, 29)
    found = free([window(leap_day, ends="10:00")], first=leap_day, days=8)
    assert days_of(found) == [leap_day, date(2028, 3, 7)]


def test_slots_come_by_start_then_adviser_then_mode():
    windows = [
        window(adviser=adviser, mode=mode, ends="11:00")
        for adviser in (BRAM, ANNA)
        for mode in (Mode.video, Mode.phone, Mode.in_person)
    ]
    found = free(windows)
    assert [(slot.starts_at, slot.adviser, slot.mode) for slot in found] == [
        (start, adviser, mode)
        for start in (local("2026-11-30T09:00"), local("2026-11-30T10:00"))
        for adviser in (ANNA, BRAM)
        for mode in (Mode.in_person, Mode.phone, Mode.video)
    ]


def test_windows_that_overlap_in_one_mode_give_slots_that_do_not():
    overlapping = [window(ends="11:00"), window(starts="09:30", ends="12:30")]
    assert clock(free(overlapping)) == ["09:00", "10:00", "11:30"]


def test_the_same_window_written_twice_is_offered_once():
    assert clock(free([window(), window()])) == ["09:00", "10:00", "11:00"]


def test_a_slot_that_is_offered_stays_in_place_when_asked_from_a_later_moment():
    overlapping = [window(ends="11:00"), window(starts="09:30", ends="12:30")]
    found = free(overlapping, earliest=local("2026-11-30T09:15"))
    assert clock(found) == ["10:00", "11:30"]


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        ("09:00", "10:00", ["10:00", "11:00"]),
        ("08:00", "09:00", ["09:00", "10:00", "11:00"]),
        ("12:00", "13:00", ["09:00", "10:00", "11:00"]),
        ("09:59", "10:01", ["11:00"]),
        ("10:15", "10:30", ["09:00", "11:00"]),
        ("08:00", "13:00", []),
    ],
)
def test_what_overlaps_a_busy_adviser_is_left_out_and_what_touches_is_not(begins, ends, expected):
    busy = [(ANNA, local(f"2026-11-30T{begins}"), local(f"2026-11-30T{ends}"))]
    assert clock(free([window()], busy=busy)) == expected


def test_a_long_busy_interval_holds_although_a_shorter_one_inside_it_ends_sooner():
    busy = [
        (ANNA, local("2026-11-30T08:00"), local("2026-11-30T11:00")),
        (ANNA, local("2026-11-30T08:30"), local("2026-11-30T08:45")),
    ]
    assert clock(free([window()], busy=busy)) == ["11:00"]


def test_a_busy_adviser_is_busy_in_every_mode():
    windows = [window(mode=mode, ends="10:00") for mode in Mode]
    busy = [(ANNA, local("2026-11-30T09:30"), local("2026-11-30T09:45"))]
    assert free(windows, busy=busy) == []


def test_one_busy_adviser_leaves_the_other_free():
    windows = [window(ends="10:00"), window(ends="10:00", adviser=BRAM)]
    busy = [(ANNA, local("2026-11-30T09:00"), local("2026-11-30T10:00"))]
    assert [slot.adviser for slot in free(windows, busy=busy)] == [BRAM]


def test_an_adviser_away_all_day_has_no_slots_that_day_and_has_them_a_week_later():
    found = free([window(ends="10:00")], [absence()], days=8)
    assert days_of(found) == [MONDAY + WEEK]


def test_an_adviser_away_for_a_part_of_the_day_keeps_the_rest():
    found = free([window()], [absence(starts="09:30", ends="10:00")])
    assert clock(found) == ["10:00", "11:00"]


def test_one_adviser_away_leaves_the_other_there():
    found = free([window(adviser=BRAM, ends="10:00")], [absence()])
    assert [slot.adviser for slot in found] == [BRAM]


def test_an_extra_window_is_offered_on_its_own_date_only():
    tuesday = MONDAY + timedelta(days=1)
    found = free([], [extra(tuesday, ends="10:00")], days=15)
    assert days_of(found) == [tuesday]


def test_an_extra_window_carries_its_own_region_and_mode():
    found = free([], [extra(ends="10:00", region="AM07", mode=Mode.in_person)])
    assert [(slot.region, slot.mode) for slot in found] == [("AM07", Mode.in_person)]


def test_away_wins_from_an_extra_window():
    found = free([], [extra(), absence(starts="10:00", ends="11:00")])
    assert clock(found) == ["09:00", "11:00"]


def test_on_a_holiday_weekly_windows_do_not_count_and_extra_windows_do():
    holidays = {MONDAY}
    assert free([window()], holidays=holidays) == []
    assert clock(free([window()], [extra(starts="14:00", ends="15:00")], holidays=holidays)) == [
        "14:00"
    ]


def test_a_holiday_takes_one_day_out_of_the_weeks():
    second_christmas_day = date(2026, 12, 26)
    found = free(
        [window(second_christmas_day, ends="10:00")],
        first=second_christmas_day - WEEK,
        days=15,
        holidays={second_christmas_day},
    )
    assert days_of(found) == [second_christmas_day - WEEK, second_christmas_day + WEEK]
