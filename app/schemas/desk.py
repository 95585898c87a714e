"""Receiving desks as catalogue editors write them, and advisers read them."""

from typing import Annotated, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema

from app.domain.terms import DeskChannel
from app.schemas.base import (
    Answer,
    Contract,
    Instant,
    Name,
    OptionalDay,
    Text,
    Whole,
    refusal,
)
from app.schemas.intake import RegionCode
from app.schemas.person import Email, Telephone
from app.schemas.referral import RecordId

Item = TypeVar("Item")

# As the Library of Congress lists it (loc.gov/standards/iso639-2).
_ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy
da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht
hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky
la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny
oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss
st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo
za zh zu
"""
LANGUAGES = tuple(_ISO_639_1.split())


def _language(value: object) -> object:
    if value in LANGUAGES:
        return value
    raise refusal("language", "This must be a language in two letters of ISO 639-1, such as nl.")


def _each_once(items: list[Item]) -> list[Item]:
    if len(set(items)) < len(items):
        raise refusal("repeated", "Name each one once.")
    return items


Language = Annotated[
    str,
    BeforeValidator(_language),
    WithJsonSchema({"type": "string", "enum": list(LANGUAGES)}),
]
"""A language, as ISO 639-1 writes it."""

_ONCE = AfterValidator(_each_once)
_UNIQUE = {"uniqueItems": True}

# What each channel cannot do without.
_NEEDS = {
    DeskChannel.email: "email",
    DeskChannel.webhook: "webhookUrl",
    DeskChannel.telephone: "telephone",
}


class DeskIn(Contract):
    """A receiving desk; what its channel needs to reach it is required."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {
                    "required": [address],
                    "properties": {
                        "channel": {"const": channel.value},
                        address: {"type": "string"},
                    },
                }
                for channel, address in _NEEDS.items()
            ]
        }
    )

    name: Name
    organisation: Name
    """Who runs the desk."""
    channel: DeskChannel
    """How a hand-over reaches the desk; by telephone means that the adviser calls."""
    email: Email | None = None
    webhook_url: Annotated[str, Text(500)] | None = None
    """Where the desk's own system takes hand-overs in; on a host that the operator has allowed."""
    telephone: Telephone | None = None
    opening: Annotated[str, Text(200)] | None = None
    """When the desk can be reached, in plain Dutch."""
    capacity: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    """How many workers the desk can have to speak to at once; null is as many as come."""
    languages: Annotated[list[Language], Field(max_length=50, json_schema_extra=_UNIQUE), _ONCE] = (
        Field(default=[])
    )
    """Which languages are spoken there, in ISO 639-1."""
    regions: Annotated[
        list[RegionCode], Field(max_length=100, json_schema_extra=_UNIQUE), _ONCE
    ] = Field(default=[])
    """Which regions it serves; none is the whole country."""
    provisions: Annotated[
        list[RecordId], Field(max_length=100, json_schema_extra=_UNIQUE), _ONCE
    ] = Field(default=[])
    """For which provisions it receives people."""
    answer_within: Annotated[Whole, Field(ge=1, le=20)] = 5
    """How many working days the desk has to answer a hand-over."""
    verified_on: OptionalDay = None
    """The day on which somebody verified all this with the desk itself. Left out, it was not
    verified now: what was said of that before stays."""
    verified_by: Name | None = None
    """Who verified it; together with the day."""
    active: Annotated[bool, Field(strict=True)] = True
    """Whether referrals are sent there."""


class DeskChangeIn(DeskIn):
    """A receiving desk, in the place of what was said of it before."""

    version: Annotated[Whole, Field(ge=1, le=2**31 - 1)]
    """The version you read; another one means that somebody changed it meanwhile."""


class DeskAnswer(Answer):
    """A receiving desk."""

    id: UUID
    name: str
    organisation: str
    channel: DeskChannel
    email: str | None
    webhook_url: str | None
    telephone: str | None
    opening: str | None
    capacity: int | None
    languages: list[str]
    regions: list[str]
    """None is the whole country."""
    provisions: list[str]
    answer_within: int
    """In working days."""
    verified_on: OptionalDay
    """When somebody last verified all this with the desk; changing it is no verification."""
    verified_by: str | None
    active: bool
    demo: bool
    """Whether it is made up, for the demo."""
    version: int
    changed_at: Instant


class DeskWritten(DeskAnswer):
    """A receiving desk as it was just written, for who wrote it."""

    secret: str | None
    """With a webhook: what calls to the desk's system are signed with (Standard Webhooks). Give it
    to who runs that system, and to nobody else; it stays the same."""
