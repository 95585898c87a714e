"""The records of the catalogue as they are written, and the values they become.

A record is kept as a plain JSON document, in a YAML file or in a row of the database. The models
here say what such a document may hold; a key they do not know is refused. Field names are those
of the dataclasses in app/domain/catalogue.py; `note` is for the reader and goes nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict, StrictBool

from app.catalogue.conditions import ConditionRecord
from app.catalogue.fields import (
    Day,
    Id,
    Many,
    MunicipalityCode,
    RegionCode,
    Some,
    SourceId,
    Text,
    Uri,
)
from app.domain import catalogue as domain
from app.domain.terms import (
    Basis,
    BuildingBlock,
    Handover,
    Inheritance,
    ProvisionStatus,
    Service,
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its kind and id, its content as JSON carries it, and the file it came from."""

    kind: str
    id: str
    document: dict[str, object]
    file: str


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CitationRecord(_Model):
    """Where a record comes from."""

    document: SourceId
    section: Text

    def value(self) -> domain.Source:
        """Return the citation as the rule knows it."""
        return domain.Source(self.document, self.section)


class SourceRecord(_Model):
    """A source document that other records cite. It stays in the catalogue files."""

    id: SourceId
    title: Text
    publisher: Text
    date: Text
    note: Text | None = None


class OccupationRecord(_Model):
    """A job people name, in a sector."""

    id: Id
    name: Text
    aliases: Many[Text] = ()
    esco: Uri | None = None

    def value(self) -> domain.Occupation:
        """Return the occupation as the rule knows it."""
        return domain.Occupation(self.id, self.name, self.aliases, self.esco)


class SectorRecord(_Model):
    """A node of the sector tree."""

    id: Id
    name: Text
    parent: Id | None = None
    inherits: Inheritance
    aliases: Many[Text] = ()
    occupations: Many[OccupationRecord] = ()
    basis: Basis
    source: CitationRecord
    note: Text | None = None

    def value(self) -> domain.Sector:
        """Return the sector as the rule knows it."""
        return domain.Sector(
            id=self.id,
            name=self.name,
            parent=self.parent,
            inherits=self.inherits,
            aliases=self.aliases,
            occupations=tuple(occupation.value() for occupation in self.occupations),
            basis=self.basis,
            source=self.source.value(),
        )


class OrganisationRecord(_Model):
    """An employer that people name, or that has provisions of its own."""

    id: Id
    name: Text
    sector: Id
    inherits: Inheritance
    aliases: Many[Text] = ()
    basis: Basis
    source: CitationRecord
    note: Text | None = None

    def value(self) -> domain.Organisation:
        """Return the organisation as the rule knows it."""
        return domain.Organisation(
            id=self.id,
            name=self.name,
            sector=self.sector,
            inherits=self.inherits,
            aliases=self.aliases,
            basis=self.basis,
            source=self.source.value(),
        )


class AdjacencyRecord(_Model):
    """Two sectors between which a step is small."""

    a: Id
    b: Id
    strength: Annotated[int, Strict(), Field(ge=1, le=3)]
    why: Text
    basis: Basis

    def value(self) -> domain.Adjacency:
        """Return the pair as the rule knows it."""
        return domain.Adjacency(self.a, self.b, self.strength, self.why, self.basis)


class RegionRecord(_Model):
    """An arbeidsmarktregio."""

    code: RegionCode
    name: Text

    def value(self) -> domain.Region:
        """Return the region as the rule knows it."""
        return domain.Region(self.code, self.name)


class MunicipalityRecord(_Model):
    """A gemeente and the region it lies in."""

    code: MunicipalityCode
    name: Text
    aliases: Many[Text] = ()
    region: RegionCode

    def value(self) -> domain.Municipality:
        """Return the municipality as the rule knows it."""
        return domain.Municipality(self.code, self.name, self.aliases, self.region)


class SkillRecord(_Model):
    """Something a person can do."""

    id: Id
    name: Text
    aliases: Many[Text] = ()
    uri: Uri | None = None

    def value(self) -> domain.Skill:
        """Return the skill as the rule knows it."""
        return domain.Skill(self.id, self.name, self.aliases, self.uri)


class StepRecord(_Model):
    """One step of a development path."""

    role: Text
    learning: Text

    def value(self) -> domain.Step:
        """Return the step as the rule knows it."""
        return domain.Step(self.role, self.learning)


class ProfileRecord(_Model):
    """How one enters a sector."""

    id: Id
    occupation: Text
    esco: Uri
    sector: Id
    essential: Many[Id] = ()
    useful: Many[Id] = ()
    steps: Many[StepRecord] = ()
    basis: Basis
    source: CitationRecord
    note: Text | None = None

    def value(self) -> domain.EntryProfile:
        """Return the profile as the rule knows it."""
        return domain.EntryProfile(
            id=self.id,
            occupation=self.occupation,
            esco=self.esco,
            sector=self.sector,
            essential=self.essential,
            useful=self.useful,
            steps=tuple(step.value() for step in self.steps),
            basis=self.basis,
            source=self.source.value(),
        )


class ProvisionRecord(_Model):
    """One scheme: voucher, scan, programme, budget, desk or tool."""

    id: Id
    name: Text
    summary: Text
    provider: Text | None = None
    amount: Text | None = None
    building_block: BuildingBlock
    also_building_blocks: Many[BuildingBlock] = ()
    services: Many[Service]
    status: ProvisionStatus
    handover: Handover
    receiver: Text | None = None
    via_employer: StrictBool = False
    conditions: Many[ConditionRecord]
    valid_from: Day | None = None
    ends_on: Day | None = None
    verified_on: Day
    source: CitationRecord
    stated: Some[Text]
    inferred: Many[Text] = ()
    see_also: Many[Id] = ()
    note: Text | None = None

    def value(self) -> domain.Provision:
        """Return the provision as the rule knows it."""
        return domain.Provision(
            id=self.id,
            name=self.name,
            summary=self.summary,
            provider=self.provider,
            amount=self.amount,
            building_block=self.building_block,
            services=self.services,
            status=self.status,
            handover=self.handover,
            receiver=self.receiver,
            via_employer=self.via_employer,
            conditions=tuple(condition.value() for condition in self.conditions),
            valid_from=self.valid_from,
            ends_on=self.ends_on,
            verified_on=self.verified_on,
            source=self.source.value(),
            stated=self.stated,
            inferred=self.inferred,
            see_also=self.see_also,
            also_building_blocks=self.also_building_blocks,
        )


MODELS: Mapping[str, type[_Model]] = {
    "source": SourceRecord,
    "sector": SectorRecord,
    "organisation": OrganisationRecord,
    "adjacency": AdjacencyRecord,
    "region": RegionRecord,
    "municipality": MunicipalityRecord,
    "skill": SkillRecord,
    "profile": ProfileRecord,
    "provision": ProvisionRecord,
}


def identity(kind: str, document: Mapping[str, object]) -> str | None:
    """Return what a record of this kind is known by, or None when the document does not say.

    Regions and municipalities go by their CBS code. A pair of adjacent sectors goes by both ids,
    in alphabetical order: it is the same pair from either side.
    """
    match kind:
        case "adjacency":
            pair = [document.get("a"), document.get("b")]
            ends = sorted(end for end in pair if isinstance(end, str) and end)
            return "+".join(ends) if len(ends) == len(pair) else None
        case "region" | "municipality":
            code = document.get("code")
        case _:
            code = document.get("id")
    return code if isinstance(code, str) and code else None
