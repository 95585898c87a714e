"""The planner: advisers' availability becomes slots, and slots become a worker's sessions.

Pure: the clock, the holidays and what is already booked come in as arguments. Advisers write
local Dutch wall time; everything that leaves this module is in UTC.
"""

import base64
import re
import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, groupby
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.terms import Mode

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

SESSION_GAP = timedelta(days=7)
"""The least time from the start of one session to the start of the next (design, section 4)."""

_DAY = timedelta(days=1)
_LAST_WEEKDAY = 7


@dataclass(frozen=True, slots=True)
class Window:
    """When an adviser is there every week: local wall time, Monday is 1, `valid_until` included.

    Raises ValueError for a weekday outside 1..7, and for a window that does not end later on the
    day it starts: one over midnight is two windows.
    """

    adviser: str
    region: str
    mode: Mode
    weekday: int
    starts: time
    ends: time
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        """Refuse what is no part of one day."""
        if not 1 <= self.weekday <= _LAST_WEEKDAY:
            raise ValueError("a weekday is 1 (Monday) to 7 (Sunday)")
        _check_part_of_day(self.starts, self.ends)

    def holds_on(self, day: date) -> bool:
        """Whether `day` lies in the period of the window; its weekday is not looked at."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True)
class DayException:
    """What differs on one day.

    Not available: the adviser is away for every region and mode, all day or, with `starts` and
    `ends`, for that part. Available: a window on this day only, which counts on a holiday too,
    because the adviser chose it. Away wins from available.

    Raises ValueError for an extra window that lacks its region, mode or times, for an absence
    with a region, a mode or only one of its times, and for a part that runs over midnight.
    """

    adviser: str
    on: date
    starts: time | None
    ends: time | None
    available: bool
    region: str | None = None
    mode: Mode | None = None

    def __post_init__(self) -> None:
        """Refuse what would leave a part of the meaning to guess."""
        if self.available:
            _extra_window(self)
            return
        if self.region is not None or self.mode is not None:
            raise ValueError("an absence is for every region and mode")
        if (self.starts is None) != (self.ends is None):
            raise ValueError("an absence has a start and an end, or neither")
        if self.starts is not None and self.ends is not None:
            _check_part_of_day(self.starts, self.ends)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A place for one session: from `starts_at` to `ends_at`, both in UTC."""

    starts_at: datetime
    ends_at: datetime
    adviser: str
    region: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class SlotKey:
    """What a slot id says: enough to find the slot again among the slots that are free now."""

    adviser: str
    starts_at: datetime
    mode: Mode
    region: str


def slots(
    windows: Iterable[Window],
    exceptions: Collection[DayException],
    *,
    busy: Collection[tuple[str, datetime, datetime]],
    holidays: Container[date],
    length: timedelta,
    earliest: datetime,
    latest: datetime,
) -> Iterator[Slot]:
    """Give the free slots within `earliest`..`latest`, by start, then adviser, then mode.

    A window is cut into consecutive slots of `length` from its local start; weekly windows do not
    count on `holidays`. Left out is what overlaps an absence or a `busy` interval (adviser, start,
    end) of the adviser. Slots of one adviser and mode never overlap: where windows do, the earlier
    slot stays, whatever is booked, so that a slot once offered keeps its place in the day. Give
    the windows of one region at a time: an adviser who serves two is otherwise offered in one.

    Daylight saving: a slot always lasts `length`. One that would start in the hour skipped in
    spring does not exist; the hour repeated in autumn is offered once, the first time.

    Days are made one by one as slots are taken. Raises ValueError at once when `length` is not
    positive or `earliest` or `latest` has no time zone.
    """
    if length <= timedelta(0):
        raise ValueError("a slot has a positive length")
    if earliest.utcoffset() is None or latest.utcoffset() is None:
        raise ValueError("earliest and latest need a time zone")
    weekly: dict[int, list[Window]] = defaultdict(list)
    for window in windows:
        weekly[window.weekday].append(window)
    extra: dict[date, list[Window]] = defaultdict(list)
    for exception in exceptions:
        if exception.available:
            extra[exception.on].append(_extra_window(exception))
    calendars = _calendars(busy, exceptions)

    def of_day(day: date) -> Iterator[Slot]:
        usual = [] if day in holidays else weekly.get(day.isoweekday(), [])
        open_today = [window for window in usual if window.holds_on(day)] + extra.get(day, [])
        for begins, ends, window in _cut(open_today, day, length):
            calendar = calendars.get(window.adviser)
            if (
                earliest <= begins
                and ends <= latest
                and (calendar is None or calendar.is_free(begins, ends))
            ):
                yield Slot(begins, ends, window.adviser, window.region, window.mode)

    return chain.from_iterable(map(of_day, _local_days(earliest, latest)))


def choose(
    offered: Iterable[Slot],
    *,
    count: int,
    gap: timedelta = SESSION_GAP,
    taken: Sequence[datetime] = (),
    modes: Sequence[Mode] = tuple(Mode),
) -> list[Slot]:
    """Choose at most `count` slots, soonest first, from slots in order of start.

    Only slots in one of `modes`; of those that start together, the mode named first wins, then
    the order in which they were offered. Every chosen slot starts at least `gap` before or after
    every other and every start in `taken`, on the Dutch clock: the same hour a week later is seven
    days, also when the clock changes in between. No more slots are taken from `offered` than
    needed. (Design, section 4: soonest first, at least 7 days apart.)
    """
    chosen: list[Slot] = []
    if count <= 0:
        return chosen
    starts = [_wall(start) for start in taken]
    preference = {mode: rank for rank, mode in reversed(list(enumerate(modes)))}
    fitting = (slot for slot in offered if slot.mode in preference)
    for start, together in groupby(fitting, key=attrgetter("starts_at")):
        on_the_clock = _wall(start)
        if all(abs(on_the_clock - other) >= gap for other in starts):
            chosen.append(min(together, key=lambda slot: preference[slot.mode]))
            starts.append(on_the_clock)
            if len(chosen) == count:
                break
    return chosen


# A slot id is 30 bytes, so 40 characters of base64 without padding and each slot has one id.
_LAYOUT = struct.Struct(">c16sqc4s")
_VERSION = b"\x01"
_BYTE_OF_MODE = {Mode.phone: b"p", Mode.video: b"v", Mode.in_person: b"i"}
_MODE_OF_BYTE = {byte: mode for mode, byte in _BYTE_OF_MODE.items()}
_SLOT_ID = re.compile(r"[A-Za-z0-9_-]{40}")
_REGION = re.compile(r"AM[0-9]{2}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def slot_id(slot: Slot) -> str:
    """Give the id of a slot: opaque, the same every time, 40 characters that are safe in a URL.

    Raises ValueError when the adviser is no UUID or the region no CBS code (`AMnn`).
    """
    if not _REGION.fullmatch(slot.region):
        raise ValueError("a region is a CBS code of the form AMnn")
    packed = _LAYOUT.pack(
        _VERSION,
        UUID(slot.adviser).bytes,
        (slot.starts_at - _EPOCH) // _TICK,
        _BYTE_OF_MODE[slot.mode],
        slot.region.encode(),
    )
    return base64.urlsafe_b64encode(packed).decode()


def parse_slot_id(text: str) -> SlotKey | None:
    """Read a slot id back; None for any text that is not one. Raises nothing."""
    if not _SLOT_ID.fullmatch(text):
        return None
    version, adviser, ticks, mode_byte, region_bytes = _LAYOUT.unpack(
        base64.urlsafe_b64decode(text)
    )
    mode = _MODE_OF_BYTE.get(mode_byte)
    region = region_bytes.decode("latin-1")
    if version != _VERSION or mode is None or not _REGION.fullmatch(region):
        return None
    try:
        starts_at = _EPOCH + ticks * _TICK
    except OverflowError:
        return None
    return SlotKey(adviser=str(UUID(bytes=adviser)), starts_at=starts_at, mode=mode, region=region)


class _Calendar:
    """When one adviser is not free: intervals joined where they touch, so one look-up decides."""

    def __init__(self, intervals: Iterable[tuple[datetime, datetime]]) -> None:
        self._begins: list[datetime] = []
        self._ends: list[datetime] = []
        for begins, ends in sorted(intervals):
            if self._ends and begins <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], ends)
            else:
                self._begins.append(begins)
                self._ends.append(ends)

    def is_free(self, begins: datetime, ends: datetime) -> bool:
        """Whether no interval overlaps; one that only touches does not."""
        before = bisect_left(self._begins, ends)
        return before == 0 or self._ends[before - 1] <= begins


def _calendars(
    busy: Iterable[tuple[str, datetime, datetime]], exceptions: Iterable[DayException]
) -> dict[str, _Calendar]:
    taken: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for adviser, begins, ends in busy:
        taken[adviser].append((begins, ends))
    for exception in exceptions:
        if not exception.available:
            taken[exception.adviser].append(_absence(exception))
    return {adviser: _Calendar(intervals) for adviser, intervals in taken.items()}


def _cut(
    windows: Iterable[Window], day: date, length: timedelta
) -> Iterator[tuple[datetime, datetime, Window]]:
    agenda: dict[tuple[datetime, datetime], list[Window]] = defaultdict(list)
    for window in sorted(windows, key=attrgetter("adviser", "mode", "region")):
        for moment in _moments(day, window.starts, window.ends, length):
            agenda[moment].append(window)
    occupied_until: dict[tuple[str, Mode], datetime] = {}
    for begins, ends in sorted(agenda):
        for window in agenda[begins, ends]:
            whose = (window.adviser, window.mode)
            if occupied_until.get(whose, begins) <= begins:
                occupied_until[whose] = ends
                yield begins, ends, window


# Advisers keep much the same hours: each part of a day is converted once, not once per adviser.
@lru_cache(maxsize=4096)
def _moments(
    day: date, starts: time, ends: time, length: timedelta
) -> tuple[tuple[datetime, datetime], ...]:
    moments = []
    wall, closes = datetime.combine(day, starts), datetime.combine(day, ends)
    while length <= closes - wall:
        begins = _utc(wall)
        until = begins + length
        # When the clock jumps, a start may never be shown, or a slot may run on past the closing.
        if _wall(begins) == wall and _wall(until - _TICK) < closes:
            moments.append((begins, until))
        wall += length
    return tuple(moments)


def _local_days(earliest: datetime, latest: datetime) -> Iterator[date]:
    day, last = _wall(earliest).date(), _wall(latest).date()
    while day <= last:
        yield day
        day += _DAY


def _extra_window(exception: DayException) -> Window:
    region, mode, starts, ends = exception.region, exception.mode, exception.starts, exception.ends
    if region is None or mode is None or starts is None or ends is None:
        raise ValueError("an extra window needs a start, an end, a region and a mode")
    weekday = exception.on.isoweekday()
    return Window(exception.adviser, region, mode, weekday, starts, ends)


def _absence(exception: DayException) -> tuple[datetime, datetime]:
    midnight = datetime.combine(exception.on, time.min)
    if exception.starts is None or exception.ends is None:
        return _utc(midnight), _utc(midnight + _DAY)
    starts = datetime.combine(exception.on, exception.starts)
    ends = datetime.combine(exception.on, exception.ends)
    # A time the clock shows twice, or never, is read as the longest absence.
    return (
        min(_utc(starts), _utc(starts.replace(fold=1))),
        max(_utc(ends), _utc(ends.replace(fold=1))),
    )


def _utc(wall: datetime) -> datetime:
    return wall.replace(tzinfo=AMSTERDAM).astimezone(UTC)


def _wall(moment: datetime) -> datetime:
    return moment.astimezone(AMSTERDAM).replace(tzinfo=None, fold=0)


def _check_part_of_day(starts: time, ends: time) -> None:
    if ends <= starts:
        raise ValueError("a part of a day ends later on the same day")
