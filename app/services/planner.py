"""The planner: free places of advisers, and the waiting list that takes them in order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from heapq import merge
from itertools import groupby
from uuid import UUID

import holidays
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.config import Settings
from app.domain.planning import AMSTERDAM, DayException, Slot, Window, choose, slots
from app.domain.terms import LogEntryType, Mode, SessionStatus
from app.models import (
    Adviser,
    AvailabilityException,
    AvailabilityWindow,
    GuidanceSession,
    Intake,
    SessionLogCounter,
)
from app.services.acts import Act
from app.services.invitations import AHEAD, invite, may_write, place_of
from app.services.session_log import append

OCCUPYING = (SessionStatus.planned, SessionStatus.held, SessionStatus.missed)
DISTANT_MODES = (Mode.phone, Mode.video)


@dataclass(frozen=True, slots=True)
class Planning:
    """How places are offered: how long, how far apart, from when and until when."""

    length: timedelta
    gap: timedelta
    lead: timedelta
    horizon: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "Planning":
        """Take the planner's settings."""
        return cls(
            length=settings.session_length,
            gap=settings.session_gap,
            lead=settings.planning_lead,
            horizon=settings.planning_horizon,
        )


@dataclass(frozen=True, slots=True)
class Availability:
    """When the advisers of a region, or of the whole country, are there and are taken."""

    windows: dict[str, list[Window]]
    exceptions: list[DayException]
    busy: list[tuple[str, datetime, datetime]]

    def free(self, planning: Planning, *, earliest: datetime, latest: datetime) -> Iterator[Slot]:
        """Yield the free places in order of start."""
        holidays_here = dutch_holidays(earliest.year, latest.year)
        return merge(
            *(
                slots(
                    windows,
                    self.exceptions_in(region),
                    busy=self.busy,
                    holidays=holidays_here,
                    length=planning.length,
                    earliest=earliest,
                    latest=latest,
                )
                for region, windows in sorted(self.windows.items())
            )
        )

    def exceptions_in(self, region: str) -> list[DayException]:
        """Leave out extra hours in other regions; an absence is everywhere."""
        return [one for one in self.exceptions if not one.available or one.region == region]


def today(now: datetime) -> date:
    """Say which day it is in the Netherlands."""
    return now.astimezone(AMSTERDAM).date()


@lru_cache(maxsize=8)
def dutch_holidays(first_year: int, last_year: int) -> frozenset[date]:
    """Name the public holidays of the Netherlands in these years."""
    return frozenset(holidays.country_holidays("NL", years=range(first_year, last_year + 1)))


def advisers_of(session: Session, region: str | None, *, lock: bool) -> list[UUID]:
    """Name the advisers of a region; `None` is the whole country.

    With `lock`, nobody else books one of them until the transaction ends; who only refers to one,
    as a holder of an intake does, waits for nobody. The rows are locked in one order, so that two
    who want the same advisers wait and do not block each other; a transaction that locks twice
    asks the most the first time.
    """
    in_region = [] if region is None else [col(AvailabilityWindow.region) == region]
    extra_in_region = [] if region is None else [col(AvailabilityException.region) == region]
    advisers = (
        select(Adviser.id)
        .where(
            col(Adviser.id).in_(select(AvailabilityWindow.adviser_id).where(*in_region))
            | col(Adviser.id).in_(select(AvailabilityException.adviser_id).where(*extra_in_region))
        )
        .order_by(col(Adviser.id))
    )
    return list(session.exec(advisers.with_for_update(key_share=True) if lock else advisers))


def load_availability(
    session: Session, region: str | None, *, earliest: datetime, latest: datetime, lock: bool
) -> Availability:
    """Read when advisers are there, and hold them with `lock`, as `advisers_of` does."""
    ids = advisers_of(session, region, lock=lock)
    if not ids:
        return Availability({}, [], [])
    in_region = [] if region is None else [col(AvailabilityWindow.region) == region]
    windows: dict[str, list[Window]] = {}
    for row in session.exec(
        select(AvailabilityWindow).where(col(AvailabilityWindow.adviser_id).in_(ids), *in_region)
    ):
        windows.setdefault(row.region, []).append(_window(row))
    exceptions = [
        _day_exception(one)
        for one in session.exec(
            select(AvailabilityException).where(
                col(AvailabilityException.adviser_id).in_(ids),
                col(AvailabilityException.on_date) >= earliest.date() - timedelta(days=1),
                col(AvailabilityException.on_date) <= latest.date() + timedelta(days=1),
            )
        )
    ]
    for one in exceptions:
        if one.available and one.region is not None and region in {None, one.region}:
            windows.setdefault(one.region, [])
    busy = [
        (str(adviser_id), starts_at, ends_at)
        for adviser_id, starts_at, ends_at in session.exec(
            select(
                GuidanceSession.adviser_id, GuidanceSession.starts_at, GuidanceSession.ends_at
            ).where(
                col(GuidanceSession.adviser_id).in_(ids),
                col(GuidanceSession.status).in_(OCCUPYING),
                col(GuidanceSession.ends_at) > earliest,
                col(GuidanceSession.starts_at) < latest,
            )
        )
        if starts_at is not None and ends_at is not None
    ]
    return Availability(windows, exceptions, busy)


def _window(row: AvailabilityWindow) -> Window:
    return Window(
        adviser=str(row.adviser_id),
        region=row.region,
        mode=row.mode,
        weekday=row.weekday,
        starts=row.starts,
        ends=row.ends,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _day_exception(row: AvailabilityException) -> DayException:
    return DayException(
        adviser=str(row.adviser_id),
        on=row.on_date,
        starts=row.starts,
        ends=row.ends,
        available=row.available,
        region=row.region,
        mode=row.mode,
    )


def fill_waiting(
    act: Act, counter: SessionLogCounter, region: str | None, planning: Planning
) -> list[Intake]:
    """Give free places to who waits in this region, in the order in which they came.

    The caller holds the region's lock (`counter`). Returns whose session got a place, once per
    session. Without a known region, only places by telephone or video are given, from the whole
    country.
    """
    session, now = act.session, act.now
    queue = session.exec(
        select(GuidanceSession, Intake)
        .join(Intake, col(Intake.id) == col(GuidanceSession.intake_id))
        .where(
            col(GuidanceSession.status) == SessionStatus.waiting,
            col(Intake.region).is_(None) if region is None else col(Intake.region) == region,
        )
        .order_by(
            col(GuidanceSession.created_at),
            col(GuidanceSession.intake_id),
            col(GuidanceSession.number),
        )
        .options(defer(Intake.content))  # type: ignore[arg-type]  # SQLModel types it as its value
    ).all()
    if not queue:
        return []
    earliest = now + planning.lead
    wishes = {intake.id: _wishes(intake, earliest, region) for _, intake in queue}
    latest = max(begins for begins, _ in wishes.values()) + planning.horizon
    availability = load_availability(session, region, earliest=earliest, latest=latest, lock=True)
    free = FreePlaces(availability, planning, earliest=earliest, latest=latest)
    placed = []
    for intake, waiting in _by_intake(queue):
        begins, modes = wishes[intake.id]
        taken = starts_of(session, intake.id)
        chosen = free.choose(begins, modes, count=len(waiting), taken=taken)
        writing = bool(chosen) and may_write(session, intake.id)
        for one, slot in zip(waiting, chosen, strict=False):
            give_place(act, one, slot, writing=writing)
            append(
                act,
                counter,
                intake,
                LogEntryType.session_planned,
                session_number=one.number,
                mode=one.mode,
            )
            placed.append(intake)
    return placed


class FreePlaces:
    """The free places of a region, made once, in order, as far as somebody looks."""

    def __init__(
        self,
        availability: Availability,
        planning: Planning,
        *,
        earliest: datetime,
        latest: datetime,
    ) -> None:
        """Look at nothing yet."""
        self._planning = planning
        self._coming = availability.free(planning, earliest=earliest, latest=latest)
        self._seen: list[Slot] = []
        self._given: dict[str, list[Slot]] = defaultdict(list)
        self._exhausted: list[tuple[datetime, frozenset[Mode]]] = []

    def choose(
        self, begins: datetime, modes: list[Mode], *, count: int, taken: list[datetime]
    ) -> list[Slot]:
        """Choose places from a moment on, up to the horizon after it; nobody else gets them."""
        wanted = frozenset(modes)
        if any(begins == since and wanted <= none for since, none in self._exhausted):
            return []
        until = begins + self._planning.horizon
        chosen = choose(
            self._from(begins, until),
            count=count,
            gap=self._planning.gap,
            taken=taken,
            modes=modes,
        )
        for slot in chosen:
            self._given[slot.adviser].append(slot)
        if not chosen and not taken:
            self._exhausted.append((begins, wanted))
        return chosen

    def _from(self, begins: datetime, until: datetime) -> Iterator[Slot]:
        for slot in self._all():
            if slot.ends_at > until:
                return
            is_given = any(
                slot.starts_at < given.ends_at and given.starts_at < slot.ends_at
                for given in self._given[slot.adviser]
            )
            if slot.starts_at >= begins and not is_given:
                yield slot

    def _all(self) -> Iterator[Slot]:
        yield from self._seen
        for slot in self._coming:
            self._seen.append(slot)
            yield slot


def _wishes(intake: Intake, earliest: datetime, region: str | None) -> tuple[datetime, list[Mode]]:
    """Say from when and how; without a region only at a distance, whatever was asked."""
    modes = [Mode(mode) for mode in intake.modes]
    if region is None:
        modes = [mode for mode in modes if mode in DISTANT_MODES] or list(DISTANT_MODES)
    return max(earliest, intake.not_before or earliest), modes


def _by_intake(
    queue: Iterable[tuple[GuidanceSession, Intake]],
) -> Iterator[tuple[Intake, list[GuidanceSession]]]:
    for _, group in groupby(queue, key=lambda row: row[0].intake_id):
        rows = list(group)
        yield rows[0][1], [waiting for waiting, _ in rows]


def starts_of(session: Session, intake_id: UUID) -> list[datetime]:
    """Say when the sessions of an intake start that keep their place."""
    starts = session.exec(
        select(GuidanceSession.starts_at).where(
            col(GuidanceSession.intake_id) == intake_id,
            col(GuidanceSession.status).in_(OCCUPYING),
        )
    )
    return [moment for moment in starts if moment is not None]


def give_place(act: Act, row: GuidanceSession, slot: Slot, *, writing: bool) -> None:
    """Give a session this place, and invite to it; the worker too when `writing`."""
    was = place_of(row)
    row.status = SessionStatus.planned
    row.adviser_id = UUID(slot.adviser)
    row.region = slot.region
    row.mode = slot.mode
    row.starts_at = slot.starts_at
    row.ends_at = slot.ends_at
    row.sequence += was is not None
    row.placed_at = act.now
    # An invitation this late is reminder enough.
    row.reminded_at = act.now if slot.starts_at <= act.now + AHEAD else None
    invite(act, row, was, writing=writing)
