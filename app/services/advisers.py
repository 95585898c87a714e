"""Advisers and their availability: brought in from a file, or made up for the demo."""

import re
from collections.abc import Container, Iterable
from datetime import date, time
from typing import Annotated, Any, Self
from uuid import UUID, uuid5

import sqlalchemy as sa
import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails
from sqlmodel import Session, col, select

from app.catalogue import read_yaml
from app.config import EXAMPLE
from app.db import insert_into
from app.domain.access import caller_id
from app.domain.catalogue import Region
from app.domain.email import is_email
from app.domain.planning import DayException, Window
from app.domain.terms import Mode, Role
from app.models import Adviser, AvailabilityException, AvailabilityWindow
from app.services.tokens import DEMO_CALLERS

NAMESPACE = UUID("6f1d1f4e-2f0f-4c53-9a6b-3f6f6f0c7a11")
"""Makes ids that are the same every time the same availability is brought in."""

DEMO_ADVISERS_PER_REGION = 2
WORKING_DAYS = range(1, 6)

_CODE = re.compile(r"AM[0-9]{2}")
_HOUR = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_SAID = {
    "missing": "this is missing",
    "extra_forbidden": "this name is not known here",
    "model_type": "this must be names with their values",
    "list_type": "this must be a list",
    "string_type": "this must be a text, between quotes",
    "uuid_parsing": "this must be a UUID",
    "uuid_type": "this must be a UUID, or give a login",
    "default_factory_not_called": "this must be a UUID, or give a whole login",
    "time_parsing": "there is no such hour",
    "date_from_datetime_parsing": "there is no such day",
}
"""What is said of a fault where Pydantic's own words would not help, or would repeat a value."""


class AvailabilityError(Exception):
    """A file of advisers that cannot be taken over; names every fault with its place."""


def _region(value: str, info: ValidationInfo) -> str:
    if not _CODE.fullmatch(value):
        raise ValueError("give the CBS code of a region, such as AM22")
    if info.context is not None and value not in info.context["regions"]:
        raise ValueError("there is no such region (GET /v1/regions lists them)")
    return value


def _hour(value: object) -> object:
    """Refuse a number: YAML makes one of 17:00 without quotes, and it would be read as seconds."""
    if isinstance(value, time) or (isinstance(value, str) and _HOUR.fullmatch(value)):
        return value
    raise ValueError("write hours between quotes and as Dutch wall time: '09:00' or '17:00'")


def _day(value: object) -> object:
    """Refuse a number, which would be read as seconds."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("write a day as 2027-06-30")


def _email(value: str) -> str:
    if not is_email(value):
        raise ValueError("this must be an e-mail address, such as naam@voorbeeld.nl")
    return value


Region4 = Annotated[str, AfterValidator(_region)]
Hour = Annotated[time, BeforeValidator(_hour)]
Day = Annotated[date, BeforeValidator(_day)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _of_the_login(said: dict[str, Any]) -> UUID | None:
    """Make the id that the tokens of this login carry; without one the id itself is needed."""
    login: LoginIn | None = said.get("login")
    return caller_id(login.issuer, login.subject) if login else None


class WindowIn(_Strict):
    """Weekly hours in Dutch wall time; Monday is 1."""

    region: Region4
    mode: Mode
    weekday: int
    starts: Hour
    ends: Hour
    valid_from: Day | None = None
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _plannable(self) -> Self:
        """Let the planner's own value refuse what it could not plan with."""
        Window(adviser="", **self.model_dump())
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until comes before valid_from")
        return self


class ExceptionIn(_Strict):
    """A day away, or a day with other hours."""

    on: Day = Field(alias="date")  # in YAML, a key `on` is the truth value
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


class LoginIn(_Strict):
    """Under what name an issuer of tokens knows somebody."""

    issuer: Annotated[str, Field(min_length=1, max_length=255)]
    subject: Annotated[str, Field(min_length=1, max_length=255)]


class AdviserIn(_Strict):
    """An adviser with all their availability; what is not in it is gone after the import."""

    login: LoginIn | None = None
    id: UUID = Field(default_factory=_of_the_login, validate_default=True)
    name: Annotated[str, Field(min_length=1, max_length=120)]
    email: Annotated[str, AfterValidator(_email)] | None = None
    """Where invitations go; left out, it stays as it was."""
    windows: list[WindowIn] = []
    exceptions: list[ExceptionIn] = []


def _each_once(advisers: list[AdviserIn]) -> list[AdviserIn]:
    """Refuse an adviser who stands twice: the second would silently replace the first."""
    places: dict[UUID, list[int]] = {}
    for place, adviser in enumerate(advisers):
        places.setdefault(adviser.id, []).append(place)
    twice = [" and ".join(map(str, found)) for found in places.values() if len(found) > 1]
    if twice:
        raise ValueError(f"the same id stands at {', at '.join(twice)}, put all hours under one")
    return advisers


class AdvisersIn(_Strict):
    """The content of an availability file."""

    advisers: Annotated[list[AdviserIn], AfterValidator(_each_once)]


def read_availability(content: bytes, regions: Container[str]) -> list[AdviserIn]:
    """Read a YAML file of advisers, for a catalogue with these regions.

    Raises:
        AvailabilityError: it cannot be read, or not be taken over.

    """
    try:
        held = read_yaml(content.decode("utf-8"))
        return AdvisersIn.model_validate(held, context={"regions": regions}).advisers
    except UnicodeDecodeError as error:
        raise AvailabilityError("the file is not UTF-8") from error
    except ValidationError as error:
        raise AvailabilityError("; ".join(map(_told, error.errors()))) from error
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise AvailabilityError(f"{where}{error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise AvailabilityError("this is no YAML that can be read") from error


def _told(fault: ErrorDetails) -> str:
    where = ".".join(map(str, fault["loc"])) or "the whole file"
    said = _SAID.get(fault["type"], fault["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}"


def import_advisers(session: Session, advisers: Iterable[AdviserIn], *, demo: bool = False) -> None:
    """Replace the availability of these advisers; sessions already planned stay as they are."""
    # In the order in which the planner locks them: the two then wait for each other at most once.
    for adviser in sorted(advisers, key=lambda one: one.id):
        _keep(session, adviser, demo=demo)
        for table in (AvailabilityWindow, AvailabilityException):
            session.execute(sa.delete(table).where(col(table.adviser_id) == adviser.id))
        for place, window in enumerate(adviser.windows):
            session.add(
                AvailabilityWindow(
                    id=uuid5(NAMESPACE, f"{adviser.id}/window/{place}"),
                    adviser_id=adviser.id,
                    **window.model_dump(),
                )
            )
        for place, exception in enumerate(adviser.exceptions):
            session.add(
                AvailabilityException(
                    id=uuid5(NAMESPACE, f"{adviser.id}/exception/{place}"),
                    adviser_id=adviser.id,
                    on_date=exception.on,
                    **exception.model_dump(exclude={"on"}),
                )
            )
    session.flush()


def _keep(session: Session, adviser: AdviserIn, *, demo: bool) -> None:
    said: dict[str, object] = {"name": adviser.name, "demo": demo}
    if adviser.email is not None:
        said |= {"email": adviser.email, "email_imported": True}
    session.execute(
        insert_into(session, Adviser)
        .values(id=adviser.id, feed_generation=0, **said)
        .on_conflict_do_update(index_elements=["id"], set_=said)
    )


def have_hours(session: Session) -> bool:
    """Tell whether any adviser has hours; without them every session waits."""
    extra = select(AvailabilityException.id).where(col(AvailabilityException.available))
    return any(
        session.exec(one.limit(1)).first() is not None
        for one in (select(AvailabilityWindow.id), extra)
    )


def demo_advisers(regions: Iterable[Region]) -> list[AdviserIn]:
    """Make up advisers: two with office hours in every region, and those of the demo tokens.

    None of them exists.
    """
    at_the_desk = [
        AdviserIn(id=caller.id, name=caller.name or "Demo-adviseur", email=caller.email)
        for caller in DEMO_CALLERS.values()
        if Role.adviser in caller.roles
    ]
    return at_the_desk + [
        AdviserIn(
            id=uuid5(NAMESPACE, f"demo/{region.code}/{number}"),
            name=f"Demo-adviseur {number} ({region.name})",
            email=f"demo-{region.code.lower()}-{number}@{EXAMPLE}",
            windows=[
                WindowIn(region=region.code, mode=mode, weekday=day, starts=time(9), ends=time(17))
                for day in WORKING_DAYS
                for mode in Mode
            ],
        )
        for region in regions
        for number in range(1, DEMO_ADVISERS_PER_REGION + 1)
    ]
