"""The kinds of field a catalogue record has, as they come out of YAML or JSON."""

from datetime import date
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field, Strict, StringConstraints

_T = TypeVar("_T")


def _read_date(value: object) -> object:
    """Read a date as JSON carries it; pydantic refuses what is not a date after this."""
    return date.fromisoformat(value) if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([-.][a-z0-9]+)*$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^AM\d{2}$")]
MunicipalityCode = Annotated[str, StringConstraints(pattern=r"^GM\d{4}$")]
Uri = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
Number = Annotated[int, Strict(), Field(ge=1)]
Day = Annotated[date, Strict(), BeforeValidator(_read_date)]
Many = tuple[_T, ...]
Some = Annotated[tuple[_T, ...], Field(min_length=1)]
