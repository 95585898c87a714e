"""What every part of the public contract is made of: strict, bounded, camelCase, immutable.

The same input must be refused alike on every engine: no control characters, no lone surrogates, a
length on every text, instants with an offset, whole numbers that are written as such.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, LiteralString, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from app.domain.bsn import holds_bsn
from app.schemas.described import Described

T = TypeVar("T")

OWN_FAULT = "gidsfunctie."
"""Starts the type of a fault whose text is ours and safe to show (see `refusal`)."""


def refusal(
    code: LiteralString, detail: LiteralString, values: Mapping[str, int] | None = None
) -> PydanticCustomError:
    """Return what a validator raises: a stable code, and a sentence that says what would be right.

    The sentence reaches the caller as it is, so it never holds the submitted value; `{name}` in it
    is filled from `values`.
    """
    return PydanticCustomError(OWN_FAULT + code, detail, dict(values or {}))


class Contract(Described):
    """Base of what comes in: camelCase names only, unknown names refused."""

    # The plugin warns that what comes in cannot be built by its Python names: that is the point.
    model_config = ConfigDict(  # type: ignore[pydantic-alias]
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        validate_by_alias=True,
        validate_by_name=False,
    )


class Answer(Described):
    """Base of what goes out: built by its Python names, written in camelCase."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        validate_by_alias=True,
        validate_by_name=True,
    )


class Page(Answer, Generic[T]):
    """A part of a list; `next` is the cursor to ask on with, or null at the end."""

    items: list[T]
    next: str | None


@dataclass(frozen=True, slots=True)
class Text:
    """Marks a string that people type: trimmed, NFC, not empty, no control characters, no BSN.

    max_length: in characters, after normalisation, so that what fits here fits its column.
    lines: whether line breaks and tabs are allowed; a line break becomes a newline.
    """

    max_length: int
    lines: bool = False

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Accept a string only, and clean it."""
        return core_schema.no_info_after_validator_function(
            self._clean,
            core_schema.str_schema(strict=True, min_length=1, max_length=self.max_length),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish what is refused as a pattern, so that the contract says what the code does."""
        refused = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f" if self.lines else r"\x00-\x1f\x7f-\x9f"
        visible, anything = rf"[^\s{refused}]", rf"[^{refused}]*"
        return {**handler(schema), "pattern": f"^{anything}{visible}{anything}$"}

    def _clean(self, value: str) -> str:
        text = value.replace("\r\n", "\n").replace("\r", "\n") if self.lines else value
        allowed = "\n\t" if self.lines else ""
        if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed for c in text):
            raise refusal("control-character", "Control characters are not allowed in this text.")
        text = unicodedata.normalize("NFC", text.strip())
        if not text:
            raise refusal("empty", "This text must hold at least one visible character.")
        if len(text) > self.max_length:  # normalisation can make a text longer
            limit = {"limit": self.max_length}
            raise refusal("too-long", "This text must be at most {limit} characters.", limit)
        if holds_bsn(text):  # UAVG art. 46
            raise refusal(
                "bsn", "A citizen service number (BSN) is not allowed in this text. Leave it out."
            )
        return text


Name = Annotated[str, Text(120)]
"""A name or a few words on one line."""

Note = Annotated[str, Text(2000, lines=True)]
"""A few paragraphs."""

# RFC 3339 with capital T and Z; -00:00 ("offset unknown") is refused (API Design Rules 2.2,
# /core/date-time/format).
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?[0-9]{1,15}")


def _instant_text(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _INSTANT.fullmatch(value) and not value.endswith("-00:00"):
        return _without_nanoseconds(value)
    raise refusal("instant", "This must be a moment with its offset, such as 2026-11-30T08:00:00Z.")


def _without_nanoseconds(value: str) -> str:
    return re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", value)


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise refusal("out-of-range", "This moment is outside the years 1 to 9999.") from None


def _with_z(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_instant_text),
    AfterValidator(_in_utc),
    PlainSerializer(_with_z, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment: any offset in, UTC inside, whole seconds and Z out."""


def _day_text(value: object) -> object:
    if (isinstance(value, date) and not isinstance(value, datetime)) or (
        isinstance(value, str) and _DAY.fullmatch(value)
    ):
        return value
    raise refusal("day", "This must be a date, such as 2026-11-30.")


Day = Annotated[
    date, BeforeValidator(_day_text), WithJsonSchema({"type": "string", "format": "date"})
]
"""A calendar date, without a time."""

# `Day | None` would be published as an anyOf without a format of its own, which the rule
# date-omit-time-portion of the API Design Rules 2.2 does not accept.
OptionalDay = Annotated[Day | None, WithJsonSchema({"type": ["string", "null"], "format": "date"})]
"""A calendar date or null."""

OptionalInstant = Annotated[
    Instant | None, WithJsonSchema({"type": ["string", "null"], "format": "date-time"})
]
"""A moment or null."""


def _whole(value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise refusal("whole-number", "This must be a whole number.")


Whole = Annotated[int, BeforeValidator(_whole)]
"""A whole number in a body: never "3", 3.5 or true. Give it bounds with Field(ge=, le=).

3.0 is one as well: to JSON Schema, and so to the published contract, it is the number 3.
"""


def _digits(value: object) -> object:
    if isinstance(value, int) or (isinstance(value, str) and _WHOLE.fullmatch(value)):
        return value
    raise refusal("whole-number", "This must be a whole number, written in digits.")


QueryWhole = Annotated[int, BeforeValidator(_digits)]
"""A whole number in a query or a path: digits only. Give it bounds with Field(ge=, le=)."""


def _flag(value: object) -> object:
    if value in {"true", "false"}:
        return value == "true"
    raise refusal("not-a-choice", "This must be true or false.")


QueryFlag = Annotated[bool, BeforeValidator(_flag)]
"""True or false in a query, written so."""
