"""The catalogue as clients read it."""

from collections.abc import Iterable
from datetime import date

from pydantic.alias_generators import to_camel

from app.domain.catalogue import Catalogue, Municipality, Provision, Region, Sector, Skill
from app.domain.terms import (
    Basis,
    BuildingBlock,
    CatalogueChangeType,
    Handover,
    Inheritance,
    ProvisionStatus,
    Service,
)
from app.schemas.base import Answer, Day, Instant, OptionalDay, Page
from app.schemas.condition import ConditionAnswer, shown_condition


class SourceAnswer(Answer):
    """Where a record comes from."""

    document: str
    section: str


class Proof(Answer):
    """Where something is written, and when that was last verified.

    Null only in what an intake of an older release keeps.
    """

    source: SourceAnswer | None = None
    verified_on: OptionalDay = None
    verified_recently: bool | None = None
    """Whether that was within a year; in what an intake keeps, before the day it was kept."""


class OccupationAnswer(Answer):
    """A job of a sector."""

    id: str
    name: str
    esco: str | None


class SectorAnswer(Answer):
    """A node of the sector tree."""

    id: str
    name: str
    parent: str | None
    inherits: Inheritance
    """Whether it falls under the provisions of its parent."""
    aliases: list[str]
    occupations: list[OccupationAnswer]
    basis: Basis

    @classmethod
    def of(cls, sector: Sector) -> "SectorAnswer":
        """Show a sector."""
        return cls(
            id=sector.id,
            name=sector.name,
            parent=sector.parent,
            inherits=sector.inherits,
            aliases=list(sector.aliases),
            occupations=[
                OccupationAnswer(id=one.id, name=one.name, esco=one.esco)
                for one in sector.occupations
            ],
            basis=sector.basis,
        )


class RegionAnswer(Answer):
    """An arbeidsmarktregio."""

    code: str
    name: str

    @classmethod
    def of(cls, region: Region) -> "RegionAnswer":
        """Show a region."""
        return cls(code=region.code, name=region.name)


class MunicipalityAnswer(Answer):
    """A municipality and the region it lies in."""

    code: str
    name: str
    region: str

    @classmethod
    def of(cls, municipality: Municipality) -> "MunicipalityAnswer":
        """Show a municipality."""
        return cls(code=municipality.code, name=municipality.name, region=municipality.region)


class SkillAnswer(Answer):
    """A skill that entry profiles ask for."""

    id: str
    name: str
    aliases: list[str]
    uri: str | None

    @classmethod
    def of(cls, skill: Skill) -> "SkillAnswer":
        """Show a skill."""
        return cls(id=skill.id, name=skill.name, aliases=list(skill.aliases), uri=skill.uri)


class CatalogueChangeAnswer(Answer):
    """One record that an import added, changed or removed."""

    number: int
    """Over all imports, from 1, without gaps."""
    at: Instant
    catalogue_version: int
    type: CatalogueChangeType
    kind: str
    """Such as `provision`, `sector` or `skill`."""
    id: str


class ProvisionSummary(Answer):
    """A provision in a list."""

    id: str
    name: str
    summary: str
    provider: str | None
    building_block: BuildingBlock
    services: list[Service]
    handover: Handover
    status: ProvisionStatus
    ends_on: OptionalDay
    """First day on which it no longer holds."""
    verified_on: Day
    verified_recently: bool
    """Whether that was within a year before today."""
    source: SourceAnswer

    @classmethod
    def of(cls, provision: Provision, *, on: date) -> "ProvisionSummary":
        """Show the main points of a provision, on this day."""
        return cls(
            id=provision.id,
            name=provision.name,
            summary=provision.summary,
            provider=provision.provider,
            building_block=provision.building_block,
            services=list(provision.services),
            handover=provision.handover,
            status=provision.status,
            ends_on=provision.ends_on,
            verified_on=provision.verified_on,
            verified_recently=provision.verified_recently(on),
            source=SourceAnswer(
                document=provision.source.document, section=provision.source.section
            ),
        )


def _fields(names: Iterable[str]) -> list[str]:
    """Name fields as the contract does; a condition says itself what it rests on."""
    return [to_camel(name) for name in names if not name.startswith("conditions.")]


class FacetValue(Answer):
    """One value of a filter, and how many of what was found have it."""

    value: str
    count: int


class ProvisionFacets(Answer):
    """How everything that was found divides over each filter; values of none are left out."""

    service: list[FacetValue]
    building_block: list[FacetValue]
    status: list[FacetValue]
    side: list[FacetValue]


class ProvisionPage(Page[ProvisionSummary]):
    """A part of the provisions found, and how all of them divide."""

    facets: ProvisionFacets


class ProvisionAnswer(ProvisionSummary):
    """A provision with its conditions and where each thing comes from."""

    amount: str | None
    receiver: str | None
    """Who receives people; never the name of a person."""
    via_employer: bool
    """Through the worker's own employer, who is told nothing by us."""
    also_building_blocks: list[BuildingBlock]
    conditions: list[ConditionAnswer]
    valid_from: OptionalDay
    stated: list[str]
    """Which of these fields the source states; each condition has a `basis` of its own."""
    inferred: list[str]
    """Which of these fields we read into the source, likewise."""
    see_also: list[str]

    @classmethod
    def in_full(cls, provision: Provision, catalogue: Catalogue, *, on: date) -> "ProvisionAnswer":
        """Show everything about a provision of a catalogue, on this day."""
        return cls(
            **ProvisionSummary.of(provision, on=on).model_dump(),
            amount=provision.amount,
            receiver=provision.receiver,
            via_employer=provision.via_employer,
            also_building_blocks=list(provision.also_building_blocks),
            conditions=[shown_condition(one, catalogue) for one in provision.conditions],
            valid_from=provision.valid_from,
            stated=_fields(provision.stated),
            inferred=_fields(provision.inferred),
            see_also=list(provision.see_also),
        )
