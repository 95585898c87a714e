"""Slots on the Sundays when summer time begins and ends."""

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.domain.availability import AUTUMN, SPRING, absence, clock, extra, free, window


@pytest.mark.parametrize("sunday", SPRING)
@pytest.mark.parametrize(
    ("starts", "ends", "minutes", "expected"),
    [
        ("00:00", "05:00", 60, {"00:00": 23, "01:00": 24, "03:00": 25, "04:00": 26}),
        ("01:30", "04:30", 60, {"01:30": 24.5, "03:30": 25.5}),
        # 01:45 ends at 03:30 on the clock, so what would start at 03:15 does not fit any more.
        ("01:00", "04:45", 45, {"01:00": 24, "01:45": 24.75, "04:00": 26}),
        ("02:00", "03:00", 30, {}),
        ("01:00", "02:00", 60, {"01:00": 24}),
        # The hour after 01:30 ends at 03:30 on the clock: past the end of the window.
        ("01:30", "02:30", 60, {}),
        ("09:00", "10:00", 60, {"09:00": 31}),
    ],
)
def test_the_hour_skipped_in_spring_has_no_slots(sunday, starts, ends, minutes, expected):
    length = timedelta(minutes=minutes)
    found = free([window(sunday, starts, ends)], first=sunday, length=length)
    midnight_before = datetime.combine(sunday - timedelta(days=1), time.min, UTC)
    assert clock(found) == list(expected)
    assert [slot.starts_at for slot in found] == [
        midnight_before + timedelta(hours=hours) for hours in expected.values()
    ]
    assert all(slot.ends_at - slot.starts_at == length for slot in found)


@pytest.mark.parametrize("sunday", AUTUMN)
@pytest.mark.parametrize(
    ("starts", "ends", "minutes", "expected"),
    [
        ("01:00", "04:00", 60, [("01:00", -1), ("02:00", 0), ("03:00", 2)]),
        ("02:00", "03:00", 30, [("02:00", 0), ("02:30", 0.5)]),
        ("02:30", "04:30", 60, [("02:30", 0.5), ("03:30", 2.5)]),
        ("09:00", "10:00", 60, [("09:00", 8)]),
    ],
)
def test_the_hour_repeated_in_autumn_is_offered_once(sunday, starts, ends, minutes, expected):
    length = timedelta(minutes=minutes)
    found = free([window(sunday, starts, ends)], first=sunday, length=length)
    midnight = datetime.combine(sunday, time.min, UTC)
    assert list(zip(clock(found), [slot.starts_at for slot in found], strict=True)) == [
        (shown, midnight + timedelta(hours=hours)) for shown, hours in expected
    ]
    assert all(slot.ends_at - slot.starts_at == length for slot in found)


@pytest.mark.parametrize("sunday", SPRING + AUTUMN)
def test_office_hours_stay_at_nine_on_the_clock_on_both_sides_of_a_change(sunday):
    friday, monday = sunday - timedelta(days=2), sunday + timedelta(days=1)
    windows = [window(day, ends="10:00") for day in (friday, monday)]
    found = free(windows, first=friday, days=4)
    assert clock(found) == ["09:00", "09:00"]
    assert found[0].starts_at.hour != found[1].starts_at.hour


@pytest.mark.parametrize("sunday", AUTUMN)
def test_an_absence_that_ends_in_the_repeated_hour_ends_the_second_time(sunday):
    exceptions = [absence(sunday, "01:30", "02:30"), extra(sunday, "00:30", "05:00")]
    # The hour from 02:30 lasts until 02:30 comes again: all of it is away.
    assert clock(free([], exceptions, first=sunday)) == ["00:30", "03:30"]


@pytest.mark.parametrize("sunday", AUTUMN)
def test_an_absence_that_starts_in_the_repeated_hour_starts_the_first_time(sunday):
    exceptions = [absence(sunday, "02:30", "04:00"), extra(sunday, "00:00", "05:00")]
    assert clock(free([], exceptions, first=sunday)) == ["00:00", "01:00", "04:00"]


@pytest.mark.parametrize("sunday", SPRING)
def test_an_absence_that_ends_in_the_skipped_hour_lasts_as_long_as_it_can(sunday):
    exceptions = [absence(sunday, "01:00", "02:30"), extra(sunday, "00:00", "06:00")]
    # 02:30 never comes: read as 03:30 on the clock.
    assert clock(free([], exceptions, first=sunday)) == ["00:00", "04:00", "05:00"]


@pytest.mark.parametrize("sunday", SPRING + AUTUMN)
def test_a_whole_day_away_is_the_whole_day_when_the_clock_changes(sunday):
    every_hour = window(sunday, "00:00", "23:59")
    day_before = window(sunday - timedelta(days=1), "22:00", "23:59")
    day_after = window(sunday + timedelta(days=1), "00:00", "01:00")
    found = free(
        [day_before, every_hour, day_after],
        [absence(sunday)],
        first=sunday - timedelta(days=1),
        days=3,
    )
    assert clock(found) == ["22:00", "00:00"]
