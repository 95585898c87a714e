"""The catalogue as clients read it."""

import re
from dataclasses import asdict
from typing import Any

from pydantic.alias_generators import to_camel

from app.domain.catalogue import Municipality, Provision, Region, Sector, Skill
from app.domain.conditions import Condition
from app.domain.terms import (
    Basis,
    BuildingBlock,
    Handover,
    Inheritance,
    ProvisionStatus,
    Service,
)
from app.schemas.base import Answer, Day, OptionalDay

CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class SourceAnswer(Answer):
    """Where a record comes from."""

    document: str
    section: str


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

    @classmethod
    def of(cls, provision: Provision) -> "ProvisionSummary":
        """Show the main points of a provision."""
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
        )


class ProvisionAnswer(ProvisionSummary):
    """A provision with its conditions and where each thing comes from."""

    amount: str | None
    receiver: str | None
    """Who receives people; never the name of a person."""
    via_employer: bool
    """Through the worker's own employer, who is told nothing by us."""
    also_building_blocks: list[BuildingBlock]
    conditions: list[dict[str, Any]]
    """Each with its `kind`, whether it is `stated` or `inferred`, and what it asks."""
    valid_from: OptionalDay
    source: SourceAnswer
    stated: list[str]
    """What the source states."""
    inferred: list[str]
    """What we read into the source."""
    see_also: list[str]

    @classmethod
    def of(cls, provision: Provision) -> "ProvisionAnswer":
        """Show everything about a provision."""
        return cls(
            **ProvisionSummary.of(provision).model_dump(),
            amount=provision.amount,
            receiver=provision.receiver,
            via_employer=provision.via_employer,
            also_building_blocks=list(provision.also_building_blocks),
            conditions=[_condition(condition) for condition in provision.conditions],
            valid_from=provision.valid_from,
            source=SourceAnswer(
                document=provision.source.document, section=provision.source.section
            ),
            stated=list(provision.stated),
            inferred=list(provision.inferred),
            see_also=list(provision.see_also),
        )


def _condition(condition: Condition) -> dict[str, Any]:
    kind = CAPITAL.sub("_", type(condition).__name__).lower()
    said = {to_camel(name): value for name, value in asdict(condition).items() if value}
    return {"kind": kind, **said}
