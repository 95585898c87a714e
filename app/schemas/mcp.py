"""What a language model sends and reads at /mcp, as far as the API has no shape for it."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from app.domain import gidsfunctie
from app.domain.catalogue import Municipality, Region, Sector, Source, recent
from app.domain.terms import Basis, BuildingBlock, MatchedBy, ProvisionStatus, Service, Side
from app.schemas.base import Answer, Contract, Day, Name, Whole, refusal
from app.schemas.catalogue import ProvisionAnswer, RegionAnswer, SourceAnswer
from app.schemas.intake import MunicipalityName, Said
from app.schemas.referral import RecordId

Cursor = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9._-]{1,120}$")]

_ID = re.compile(r"[!-~]{1,100}")


def _message_id(value: object) -> object:
    if (isinstance(value, str) and _ID.fullmatch(value)) or type(value) is int:
        return value
    raise refusal("message-id", "This must be a whole number or 1 to 100 visible ASCII characters.")


def _source(source: Source) -> SourceAnswer:
    return SourceAnswer(document=source.document, section=source.section)


class Message(Contract):
    """One JSON-RPC 2.0 request or notification; the SDK reads what is in it."""

    jsonrpc: Literal["2.0"]
    id: Annotated[int | str | None, BeforeValidator(_message_id)] = None
    method: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z/_]{1,60}$")]
    params: dict[str, Any] | None = None


class SearchIn(Contract):
    """What to look for; what is left out does not matter."""

    q: Name | None = None
    """What the worker says, in their own words: "omscholen", "potje voor een cursus"."""
    sector: Name | None = None
    """An id, a name or what people say: "schoonmaak", "de kassen"."""
    side: Side | None = None
    """origin: for who works in the sector; target: for who wants into it."""
    building_block: BuildingBlock | None = None
    service: Service | None = None
    status: ProvisionStatus | None = None
    after: Cursor | None = None
    """The `next` of the page before."""
    limit: Annotated[Whole, Field(ge=1, le=25)] = 5
    """How many at most."""


class FetchIn(Contract):
    """Which provision."""

    provision_id: RecordId
    """The `id` of a search, or the `provisionId` of a check."""


class SectorIn(Contract):
    """What somebody said."""

    said: Said
    """A sector, a job or an employer: "de kassen", "vrachtwagenchauffeur", "Belastingdienst"."""


class SectorSuggestion(Answer):
    """A sector that may be meant, and by what it was found."""

    sector_id: str
    name: str
    matched_by: MatchedBy
    basis: Basis
    """Whether the source names the sector, or we do."""
    source: SourceAnswer

    @classmethod
    def of(cls, sector: Sector, matched_by: MatchedBy) -> "SectorSuggestion":
        """Show a sector that may be meant."""
        return cls(
            sector_id=sector.id,
            name=sector.name,
            matched_by=matched_by,
            basis=sector.basis,
            source=_source(sector.source),
        )


class SectorFound(Answer):
    """How something said about a sector is understood."""

    sector_id: str | None
    """Null when nothing, or nothing surely, was meant: then ask which suggestion it is."""
    name: str | None
    matched_by: MatchedBy | None
    suggestions: list[SectorSuggestion]
    """Best first."""


class ExplainIn(Contract):
    """Where the worker lives, to name the region of the werkcentrum; may be left out."""

    municipality: Name | None = None


class Explanation(Answer):
    """What the gidsfunctie is, and how to reach an adviser, in plain Dutch."""

    what: str
    steps: list[str]
    reach: list[str]
    region: RegionAnswer | None
    """The region of the municipality, and so of the werkcentrum; null when it is not known."""
    municipalities: list[MunicipalityName]
    """Those that may be meant, when it is not clear which."""
    doors: list[ProvisionAnswer]
    source: SourceAnswer
    verified_on: Day
    verified_recently: bool
    """Whether that was within a year before today."""
    inferred: list[str]
    """What of this we read into the source."""

    @classmethod
    def of(
        cls,
        doors: Iterable[ProvisionAnswer],
        region: Region | None,
        municipalities: Iterable[Municipality],
        *,
        on: date,
    ) -> "Explanation":
        """Tell what is known on this day, with the ways in and the region of the catalogue."""
        return cls(
            what=gidsfunctie.WHAT,
            steps=list(gidsfunctie.STEPS),
            reach=list(gidsfunctie.REACH),
            region=RegionAnswer.of(region) if region else None,
            municipalities=[
                MunicipalityName(code=one.code, name=one.name, region=one.region)
                for one in municipalities
            ],
            doors=list(doors),
            source=_source(gidsfunctie.SOURCE),
            verified_on=gidsfunctie.VERIFIED_ON,
            verified_recently=recent(gidsfunctie.VERIFIED_ON, on),
            inferred=list(gidsfunctie.INFERRED),
        )
