"""Advisers and their availability: brought in from a file, or made up for the demo."""

from collections.abc import Iterable
from datetime import date, time
from typing import Annotated, Self
from uuid import UUID, uuid5

import sqlalchemy as sa
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
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


def _written_out(value: object) -> object:
    """Refuse a number: YAML makes one of 17:00 without quotes, and it would be read as seconds."""
    if isinstance(value, int | float):
        raise ValueError("write hours between quotes, as '17:00'")  # noqa: TRY004 - pydantic's way
    return value


def _on_the_wall(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("hours are Dutch wall time, without an offset")
    return value


Hour = Annotated[time, BeforeValidator(_written_out), AfterValidator(_on_the_wall)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class WindowIn(_Strict):
    """Weekly hours in Dutch wall time; Monday is 1."""

    region: Region4
    mode: Mode
    weekday: int
    starts: Hour
    ends: Hour
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _plannable(self) -> Self:
        """Let the planner's own value refuse what it could not plan with."""
        Window(adviser="", **self.model_dump())
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until comes before valid_from")
        return self


class ExceptionIn(_Strict):
    """A day away, or a day with other hours."""

    on: date = Field(alias="date")  # in YAML, a key `on` is the truth value
    available: bool
    starts: Hour | None = None
    ends: Hour | None = None
    region: Region4 | None = None
    mode: Mode | None = None

    @model_validator(mode="after")
    def _plannable(self) -> Self:
        """Let the planner's own value refuse what it could not plan with."""
        DayException(adviser="", **self.model_dump())
        return self


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
    """
    regions: set[str] = set()
    # In the order in which the planner locks them: the two then wait for each other at most once.
    for adviser in sorted(advisers, key=lambda one: one.id):
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
