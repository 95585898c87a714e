"""Advisers and their availability: brought in from a file, or made up for the demo."""

from collections.abc import Iterable
from datetime import date, time
from typing import Annotated
from uuid import UUID, uuid5

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col

from app.domain.catalogue import Region
from app.domain.planning import DayException, Window
from app.domain.terms import Mode
from app.models import Adviser, AvailabilityException, AvailabilityWindow

NAMESPACE = UUID("6f1d1f4e-2f0f-4c53-9a6b-3f6f6f0c7a11")
"""Makes ids that are the same every time the same availability is brought in."""

DEMO_ADVISERS_PER_REGION = 2
WORKING_DAYS = range(1, 6)

Region4 = Annotated[str, Field(pattern=r"^AM[0-9]{2}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WindowIn(_Strict):
    """Weekly hours in Dutch wall time; Monday is 1."""

    region: Region4
    mode: Mode
    weekday: int
    starts: time
    ends: time
    valid_from: date | None = None
    valid_until: date | None = None


class ExceptionIn(_Strict):
    """A day away, or a day with other hours."""

    on: date
    available: bool
    starts: time | None = None
    ends: time | None = None
    region: Region4 | None = None
    mode: Mode | None = None


class AdviserIn(_Strict):
    """An adviser with all their availability; what is not in it is gone after the import."""

    id: UUID
    name: Annotated[str, Field(min_length=1, max_length=120)]
    windows: list[WindowIn] = []
    exceptions: list[ExceptionIn] = []


class AdvisersIn(_Strict):
    """The content of an availability file."""

    advisers: list[AdviserIn]


def import_advisers(
    session: Session, advisers: Iterable[AdviserIn], *, demo: bool = False
) -> set[str]:
    """Replace the availability of these advisers; sessions already planned stay as they are.

    Returns the regions in which places may have come.

    Raises:
        ValueError: hours that are no part of one day, or an exception that is not whole.

    """
    regions: set[str] = set()
    for adviser in advisers:
        _check(adviser)
        session.merge(Adviser(id=adviser.id, name=adviser.name, demo=demo))
        session.flush()
        for table in (AvailabilityWindow, AvailabilityException):
            session.execute(sa.delete(table).where(col(table.adviser_id) == adviser.id))
        for place, window in enumerate(adviser.windows):
            regions.add(window.region)
            session.add(
                AvailabilityWindow(
                    id=uuid5(NAMESPACE, f"{adviser.id}/window/{place}"),
                    adviser_id=adviser.id,
                    **window.model_dump(),
                )
            )
        for place, exception in enumerate(adviser.exceptions):
            if exception.region is not None:
                regions.add(exception.region)
            session.add(
                AvailabilityException(
                    id=uuid5(NAMESPACE, f"{adviser.id}/exception/{place}"),
                    adviser_id=adviser.id,
                    on_date=exception.on,
                    **exception.model_dump(exclude={"on"}),
                )
            )
    session.flush()
    return regions


def demo_advisers(regions: Iterable[Region]) -> list[AdviserIn]:
    """Make up advisers with office hours in every region; none of them exists."""
    return [
        AdviserIn(
            id=uuid5(NAMESPACE, f"demo/{region.code}/{number}"),
            name=f"Demo-adviseur {number} ({region.name})",
            windows=[
                WindowIn(region=region.code, mode=mode, weekday=day, starts=time(9), ends=time(17))
                for day in WORKING_DAYS
                for mode in Mode
            ],
        )
        for region in regions
        for number in range(1, DEMO_ADVISERS_PER_REGION + 1)
    ]


def _check(adviser: AdviserIn) -> None:
    """Let the planner's own values refuse what it could not plan with."""
    who = str(adviser.id)
    for window in adviser.windows:
        Window(adviser=who, **window.model_dump())
    for exception in adviser.exceptions:
        DayException(adviser=who, **exception.model_dump())
