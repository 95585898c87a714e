"""What holds for slots and choices whatever the windows."""

from datetime import UTC, datetime, time, timedelta
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.planning import DayException, Window, choose, slots
from app.domain.terms import Mode
from tests.domain.availability import AMSTERDAM, ANNA, AUTUMN, BRAM, MONDAY, SPRING

advisers = st.sampled_from([ANNA, BRAM])
lengths = st.integers(10, 200).map(lambda minutes: timedelta(minutes=minutes))
# Around each change of the clock, and an ordinary week.
first_days = st.sampled_from([day - timedelta(days=2) for day in SPRING + AUTUMN] + [MONDAY])


def on_the_clock(moment: datetime) -> datetime:
    return moment.astimezone(AMSTERDAM).replace(tzinfo=None)


@st.composite
def parts_of_a_day(draw: st.DrawFn) -> tuple[time, time]:
    first, last = sorted(
        draw(st.lists(st.integers(0, 24 * 12 - 1), min_size=2, max_size=2, unique=True))
    )
    return time(first // 12, first % 12 * 5), time(last // 12, last % 12 * 5)


@st.composite
def windows_of_a_week(draw: st.DrawFn) -> Window:
    starts, ends = draw(parts_of_a_day())
    return Window(
        adviser=draw(advisers),
        region=draw(st.sampled_from(["AM01", "AM35"])),
        mode=draw(st.sampled_from(Mode)),
        weekday=draw(st.integers(1, 7)),
        starts=starts,
        ends=ends,
    )


@st.composite
def plannings(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(first_days)
    start = datetime.combine(first, time.min, AMSTERDAM).astimezone(UTC)
    minutes = st.integers(0, 5 * 24 * 60)
    busy = [
        (adviser, start + timedelta(minutes=at), start + timedelta(minutes=at + lasts))
        for adviser, at, lasts in draw(
            st.lists(st.tuples(advisers, minutes, st.integers(1, 600)), max_size=6)
        )
    ]
    absences = [
        DayException(adviser, first + timedelta(days=day), starts, ends, available=False)
        for adviser, day, (starts, ends) in draw(
            st.lists(
                st.tuples(advisers, st.integers(0, 4), st.just((None, None)) | parts_of_a_day()),
                max_size=2,
            )
        )
    ]
    return {
        "windows": draw(st.lists(windows_of_a_week(), max_size=8)),
        "exceptions": absences,
        "busy": busy,
        "holidays": draw(st.sets(st.just(first + timedelta(days=1)))),
        "length": draw(lengths),
        "earliest": start + timedelta(minutes=draw(st.integers(0, 600))),
        "latest": start + timedelta(minutes=draw(st.integers(600, 5 * 24 * 60))),
    }


@given(plannings())
@settings(deadline=None, max_examples=150)
def test_slots_keep_every_promise_whatever_the_windows(planning):
    found = list(slots(planning.pop("windows"), planning.pop("exceptions"), **planning))
    for one, other in combinations(found, 2):
        if (one.adviser, one.mode) == (other.adviser, other.mode):
            assert one.ends_at <= other.starts_at
    for one in found:
        assert one.starts_at.tzinfo is UTC
        assert one.ends_at - one.starts_at == planning["length"]
        assert planning["earliest"] <= one.starts_at
        assert one.ends_at <= planning["latest"]
        assert one.starts_at.astimezone(AMSTERDAM).date() not in planning["holidays"]
        for adviser, begins, ends in planning["busy"]:
            assert adviser != one.adviser or one.ends_at <= begins or ends <= one.starts_at
    order = [(one.starts_at, one.adviser, one.mode) for one in found]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


@given(plannings())
@settings(deadline=None, max_examples=150)
def test_every_slot_starts_and_ends_inside_a_window_on_the_clock(planning):
    windows = planning.pop("windows")
    for one in slots(windows, planning.pop("exceptions"), **planning):
        starts = one.starts_at.astimezone(AMSTERDAM)
        last_moment = (one.ends_at - timedelta(microseconds=1)).astimezone(AMSTERDAM)
        assert any(
            (own.adviser, own.region, own.mode) == (one.adviser, one.region, one.mode)
            and own.weekday == starts.isoweekday() == last_moment.isoweekday()
            and own.starts <= starts.time()
            and last_moment.time() < own.ends
            for own in windows
        )


@given(plannings())
@settings(deadline=None, max_examples=100)
def test_no_slot_lies_in_an_absence_on_the_clock(planning):
    absences = planning.pop("exceptions")
    for one in slots(planning.pop("windows"), absences, **planning):
        starts = one.starts_at.astimezone(AMSTERDAM)
        for away in absences:
            if (away.adviser, away.on) == (one.adviser, starts.date()):
                assert away.starts is not None
                assert not away.starts <= starts.time() < away.ends


@given(plannings())
@settings(deadline=None, max_examples=100)
def test_without_anything_in_the_way_only_what_is_in_the_way_comes_back(planning):
    windows, exceptions = planning.pop("windows"), planning.pop("exceptions")
    found = set(slots(windows, exceptions, **planning))
    unhindered = set(slots(windows, [], **{**planning, "busy": []}))
    assert found <= unhindered
    for one in unhindered - found:
        booked = any(
            adviser == one.adviser and begins < one.ends_at and one.starts_at < ends
            for adviser, begins, ends in planning["busy"]
        )
        day = one.starts_at.astimezone(AMSTERDAM).date()
        assert booked or any((away.adviser, away.on) == (one.adviser, day) for away in exceptions)


@given(
    plannings(),
    st.integers(0, 5),
    st.integers(0, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    st.lists(st.integers(0, 5 * 24), max_size=3),
    st.lists(st.sampled_from(Mode), max_size=3, unique=True),
)
@settings(deadline=None, max_examples=150)
def test_chosen_slots_keep_the_gap_and_leave_nothing_that_would_fit(
    planning, count, gap, taken_hours, modes
):
    offered = list(slots(planning.pop("windows"), planning.pop("exceptions"), **planning))
    taken = [planning["earliest"] + timedelta(hours=hours) for hours in taken_hours]
    chosen = choose(offered, count=count, gap=gap, taken=taken, modes=modes)
    assert len(chosen) <= count
    assert set(chosen) <= set(offered)
    assert chosen == sorted(chosen)
    starts = [on_the_clock(one.starts_at) for one in chosen]
    kept = [on_the_clock(one) for one in taken]
    assert all(abs(one - other) >= gap for one, other in combinations(starts, 2))
    assert all(abs(one - other) >= gap for one in starts for other in kept)
    assert {one.mode for one in chosen} <= set(modes)
    if len(chosen) < count:
        for one in offered:
            start = on_the_clock(one.starts_at)
            if one.mode in modes and one.starts_at not in {slot.starts_at for slot in chosen}:
                assert any(abs(start - other) < gap for other in starts + kept)
