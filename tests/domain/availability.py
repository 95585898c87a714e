"""What the tests of the planner are told in: advisers, days, windows, local time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.planning import DayException, Slot, Window, slots
from app.domain.terms import Mode

ANNA = "0b6f4a52-6a0c-4f0e-9a57-5b8a4f7f0a01"
BRAM = "c2a7e1f0-1111-4222-8333-444455556666"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 11, 30)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
# The Sundays on which the clock changes, in 2026 and 2027.
SPRING = [date(2026, 3, 29), date(2027, 3, 28)]
AUTUMN = [date(2026, 10, 25), date(2027, 10, 31)]


def window(
    day: date = MONDAY, starts: str = "09:00", ends: str = "12:00", **changes: Any
) -> Window:
    fields: dict[str, Any] = {
        "adviser": ANNA,
        "region": "AM01",
        "mode": Mode.phone,
        "weekday": day.isoweekday(),
        "starts": time.fromisoformat(starts),
        "ends": time.fromisoformat(ends),
        **changes,
    }
    return Window(**fields)


def extra(
    day: date = MONDAY, starts: str = "09:00", ends: str = "12:00", **changes: Any
) -> DayException:
    fields: dict[str, Any] = {
        "adviser": ANNA,
        "on": day,
        "starts": time.fromisoformat(starts),
        "ends": time.fromisoformat(ends),
        "available": True,
        "region": "AM01",
        "mode": Mode.phone,
        **changes,
    }
    return DayException(**fields)


def absence(day: date = MONDAY, starts: str | None = None, ends: str | None = None) -> DayException:
    return DayException(
        adviser=ANNA,
        on=day,
        starts=None if starts is None else time.fromisoformat(starts),
        ends=None if ends is None else time.fromisoformat(ends),
        available=False,
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def free(
    windows: list[Window],
    exceptions: Sequence[DayException] = (),
    *,
    first: date = MONDAY,
    days: int = 1,
    **changes: Any,
) -> list[Slot]:
    midnight = datetime.combine(first, time.min, AMSTERDAM)
    inputs: dict[str, Any] = {
        "busy": [],
        "holidays": set(),
        "length": HOUR,
        "earliest": midnight,
        "latest": datetime.combine(first + timedelta(days=days), time.min, AMSTERDAM),
        **changes,
    }
    return list(slots(windows, exceptions, **inputs))


def clock(found: list[Slot]) -> list[str]:
    return [slot.starts_at.astimezone(AMSTERDAM).strftime("%H:%M") for slot in found]


def days_of(found: list[Slot]) -> list[date]:
    return [slot.starts_at.astimezone(AMSTERDAM).date() for slot in found]


def slot(text: str, mode: Mode = Mode.phone, adviser: str = ANNA) -> Slot:
    return slot_at(utc(text), mode, adviser)


def slot_at(starts_at: datetime, mode: Mode = Mode.phone, adviser: str = ANNA) -> Slot:
    return Slot(starts_at, starts_at + HOUR, adviser, "AM01", mode)
