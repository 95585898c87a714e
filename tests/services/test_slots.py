"""Free places to choose from: soonest first, in pages, and never what cannot be booked."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from app.domain.access import EVERY_REGION
from app.domain.errors import InvalidInput
from app.domain.planning import AMSTERDAM, Slot
from app.domain.terms import Mode
from app.services.advisers import ExceptionIn
from app.services.planner import dutch_holidays
from app.services.slots import free_slots
from tests.services.desk import (
    ANNA,
    BRAM,
    NOW,
    OTHER_REGION,
    REGION,
    Desk,
    adviser,
    hours,
    local,
    slot,
    wishes,
)

MONDAY, TUESDAY, WEDNESDAY = 1, 2, 3


def page(
    desk: Desk,
    *,
    limit: int = 1000,
    region: str = REGION,
    mode: Mode | None = None,
    earliest: datetime | None = None,
    latest: datetime | None = None,
    after: str | None = None,
) -> tuple[list[tuple[Slot, str]], str | None]:
    with desk.database.read(EVERY_REGION) as session:
        return free_slots(
            session,
            desk.planning,
            desk.knowledge.catalogue,
            region=region,
            mode=mode,
            earliest=earliest,
            latest=latest,
            after=after,
            limit=limit,
            now=desk.now,
        )


def starts(found: tuple[list[tuple[Slot, str]], str | None]) -> list[str]:
    slots, _ = found
    return [f"{one.starts_at.astimezone(AMSTERDAM):%a %d %b %H:%M}" for one, _ in slots]


@pytest.fixture
def december(quiet: Desk) -> Desk:
    """Two hours by telephone on two Wednesdays in December, by Anna."""
    first, last = date(2026, 12, 2), date(2026, 12, 9)
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 11, valid_from=first, valid_until=last)))
    return quiet


def test_free_places_come_soonest_first_with_the_name_of_the_adviser(december):
    found, cursor = page(december)
    assert starts((found, cursor)) == [
        "Wed 02 Dec 09:00",
        "Wed 02 Dec 10:00",
        "Wed 09 Dec 09:00",
        "Wed 09 Dec 10:00",
    ]
    assert {(one.adviser, name) for one, name in found} == {(str(ANNA), "Adviseur 0b6f")}
    assert cursor is None


def test_a_place_that_is_offered_can_be_booked_and_is_then_gone(december):
    intake = december.intake(scheduling=wishes(count=1))
    assert december.agenda(intake) == ["1 planned Wed 02 Dec 09:00"]
    december.book(intake, slot("2026-12-09 10:00"))
    assert starts(page(december)) == ["Wed 02 Dec 10:00", "Wed 09 Dec 09:00"]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({"earliest": local("2026-12-02 09:30")}, ["02 10", "09 09", "09 10"]),
        ({"earliest": local("2026-12-02 10:00")}, ["02 10", "09 09", "09 10"]),
        ({"latest": local("2026-12-02 10:59")}, ["02 09"]),
        ({"latest": local("2026-12-02 11:00")}, ["02 09", "02 10"]),
        ({"earliest": local("2026-12-03 00:00"), "latest": local("2026-12-04 00:00")}, []),
        ({"earliest": local("2020-01-01 00:00")}, ["02 09", "02 10", "09 09", "09 10"]),
        ({"latest": local("2020-01-01 00:00")}, []),
        ({"latest": local("9000-01-01 00:00")}, ["02 09", "02 10", "09 09", "09 10"]),
        ({"mode": Mode.video}, []),
        ({"region": OTHER_REGION}, []),
    ],
)
def test_places_can_be_asked_for_a_period_a_way_and_a_region(period, expected, december):
    assert starts(page(december, **period)) == [
        f"Wed {one.replace(' ', ' Dec ')}:00" for one in expected
    ]


def test_a_place_nearer_than_the_lead_or_past_the_horizon_is_not_offered(quiet):
    quiet.staff(adviser(ANNA, *(hours(day, 0, 23) for day in range(1, 8))))
    for latest in (None, NOW + 2 * quiet.planning.horizon):
        found, _ = page(quiet, limit=10_000, latest=latest)
        assert found[0][0].starts_at == NOW + quiet.planning.lead
        assert found[-1][0].ends_at == NOW + quiet.planning.horizon


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_pages_together_are_the_whole_list(limit, quiet):
    modes = (Mode.phone, Mode.video)
    quiet.staff(
        *(
            adviser(who, *(hours(TUESDAY, 9, 11, mode=mode) for mode in modes))
            for who in (ANNA, BRAM)
        )
    )
    latest = local("2026-12-09 00:00")
    whole, _ = page(quiet, latest=latest)
    assert len(whole) == 20
    walked, after = page(quiet, limit=limit, latest=latest)
    while after is not None:
        assert len(walked) % limit == 0
        found, after = page(quiet, limit=limit, after=after, latest=latest)
        walked += found
    assert walked == whole


def test_a_place_that_is_taken_between_two_pages_shifts_nothing(december):
    found, after = page(december, limit=2)
    intake = december.intake(scheduling=wishes(count=1))
    assert december.agenda(intake) == ["1 planned Wed 02 Dec 09:00"]
    assert starts(page(december, after=after)) == ["Wed 09 Dec 09:00", "Wed 09 Dec 10:00"]
    assert len(found) == 2


def test_extra_hours_in_one_region_are_no_places_in_another(quiet):
    extra = ExceptionIn(
        on=date(2026, 12, 1),
        available=True,
        starts=time(9),
        ends=time(10),
        region=OTHER_REGION,
        mode=Mode.phone,
    )
    until = date(2026, 12, 2)
    quiet.staff(adviser(ANNA, hours(WEDNESDAY, 9, 10, valid_until=until), exceptions=[extra]))
    assert starts(page(quiet)) == ["Wed 25 Nov 09:00", "Wed 02 Dec 09:00"]
    assert starts(page(quiet, region=OTHER_REGION)) == ["Tue 01 Dec 09:00"]


def test_what_cannot_be_asked_is_told_at_once(december):
    with pytest.raises(InvalidInput) as refused:
        page(
            december,
            region="AM99",
            earliest=local("2026-12-02 00:00"),
            latest=local("2026-12-02 00:00"),
            after="nonsense",
        )
    assert [one.pointer for one in refused.value.faults] == [
        "query/region",
        "query/until",
        "query/after",
    ]


@pytest.mark.parametrize("after", ["", "nonsense", "A" * 40])
def test_a_page_after_no_place_is_refused(after, december):
    with pytest.raises(InvalidInput):
        page(december, after=after)


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ("2026-03-29", "2026-03-28 08:00", "2026-03-29 07:00"),
        ("2026-10-25", "2026-10-24 07:00", "2026-10-25 08:00"),
    ],
)
def test_nine_o_clock_is_nine_o_clock_when_the_clock_has_changed(change, before, after, quiet):
    quiet.staff(adviser(ANNA, *(hours(day, 9, 10) for day in range(1, 8))))
    desk = replace(quiet, now=local(f"{change} 00:00") - timedelta(days=3))
    found, _ = page(desk, latest=local(f"{change} 23:00"))
    assert [f"{one.starts_at:%Y-%m-%d %H:%M}" for one, _ in found][-2:] == [before, after]
    assert {clock[-5:] for clock in starts((found, None))} == {"09:00"}


# Holidays


@pytest.mark.parametrize(
    ("year", "day", "holiday"),
    [
        (2026, (4, 27), True),
        (2025, (4, 26), True),  # the King's birthday, a day early when it falls on a Sunday
        (2025, (4, 27), False),
        (2027, (3, 29), True),
        (2026, (5, 25), True),
        (2026, (12, 25), True),
        (2026, (12, 26), True),
        (2026, (12, 24), False),
        (2026, (12, 31), False),
        (2025, (5, 5), True),  # Liberation Day is a day off once in five years
        (2026, (5, 5), False),
        (2030, (5, 5), True),
    ],
)
def test_the_holidays_are_those_of_the_netherlands(year, day, holiday):
    assert (date(year, *day) in dutch_holidays(year, year)) is holiday


def test_a_period_over_the_turn_of_the_year_has_the_holidays_of_both_years():
    assert {date(2026, 12, 26), date(2027, 1, 1)} <= dutch_holidays(2026, 2027)
