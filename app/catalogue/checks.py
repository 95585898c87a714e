"""What must hold between the records of a catalogue, and inside a provision.

Each check yields (kind, id, field, what is wrong); app/catalogue/assembly.py adds the file.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from app.catalogue.records import (
    AdjacencyRecord,
    MunicipalityRecord,
    OrganisationRecord,
    ProfileRecord,
    ProvisionRecord,
    SectorRecord,
    SkillRecord,
)
from app.domain.terms import Basis, Handover, ProvisionStatus

Finding = tuple[str, str, str, str]
_Inside = tuple[str, str]

_CONDITION_REFERENCES = {
    "sectors": "sector",
    "not_from": "sector",
    "ask_from": "sector",
    "organisations": "organisation",
    "occupations": "occupation",
}
_WARM = frozenset({Handover.named, Handover.inferred})


@dataclass(frozen=True, slots=True)
class Contents:
    """The valid records by kind and id, and every id there is, valid or not.

    A record that is itself at fault still counts as known: one fault is reported once.
    """

    known: Mapping[str, Collection[str]]
    sectors: Mapping[str, SectorRecord] = field(default_factory=dict)
    organisations: Mapping[str, OrganisationRecord] = field(default_factory=dict)
    adjacency: Mapping[str, AdjacencyRecord] = field(default_factory=dict)
    municipalities: Mapping[str, MunicipalityRecord] = field(default_factory=dict)
    skills: Mapping[str, SkillRecord] = field(default_factory=dict)
    profiles: Mapping[str, ProfileRecord] = field(default_factory=dict)
    provisions: Mapping[str, ProvisionRecord] = field(default_factory=dict)

    def unknown(self, kind: str, where: str, ids: Collection[str]) -> Iterator[_Inside]:
        """Yield a finding for each id that no record of this kind has."""
        known = self.known.get(kind, ())
        return ((where, f"unknown {kind} {name!r}") for name in ids if name not in known)


def findings(contents: Contents) -> Iterator[Finding]:
    """Yield everything that is wrong between the records, kind by kind."""
    yield from _sectors(contents)
    for name, organisation in contents.organisations.items():
        yield from _tell(
            "organisation", name, contents.unknown("sector", "sector", [organisation.sector])
        )
        yield from _tell("organisation", name, _cited(contents, organisation.source.document))
    for name, pair in contents.adjacency.items():
        yield from _tell("adjacency", name, _adjacent(contents, pair))
    for name, municipality in contents.municipalities.items():
        yield from _tell(
            "municipality", name, contents.unknown("region", "region", [municipality.region])
        )
    for name, profile in contents.profiles.items():
        yield from _tell("profile", name, _profile(contents, profile))
    for name, provision in contents.provisions.items():
        yield from _tell("provision", name, _provision(contents, provision))


def _tell(kind: str, name: str, inside: Iterator[_Inside]) -> Iterator[Finding]:
    return ((kind, name, where, what) for where, what in inside)


def _cited(contents: Contents, document: str) -> Iterator[_Inside]:
    return contents.unknown("source", "source.document", [document])


def _sectors(contents: Contents) -> Iterator[Finding]:
    first_named_by: dict[str, str] = {}
    for name, sector in contents.sectors.items():
        parent = [sector.parent] if sector.parent is not None else []
        yield from _tell("sector", name, contents.unknown("sector", "parent", parent))
        yield from _tell("sector", name, _cited(contents, sector.source.document))
        if _on_a_cycle(contents.sectors, name):
            yield ("sector", name, "parent", "the sector is its own ancestor")
        for number, occupation in enumerate(sector.occupations):
            if occupation.id in first_named_by:
                first = first_named_by[occupation.id]
                detail = f"occupation {occupation.id!r} is already in sector {first!r}"
                yield ("sector", name, f"occupations.{number}.id", detail)
            else:
                first_named_by[occupation.id] = name


def _on_a_cycle(sectors: Mapping[str, SectorRecord], start: str) -> bool:
    seen: set[str] = set()
    current = sectors[start].parent
    while current is not None and current in sectors and current not in seen:
        seen.add(current)
        current = sectors[current].parent
    return start in seen


def _adjacent(contents: Contents, pair: AdjacencyRecord) -> Iterator[_Inside]:
    yield from contents.unknown("sector", "a", [pair.a])
    yield from contents.unknown("sector", "b", [pair.b])
    if pair.a == pair.b:
        yield "b", "a sector is not adjacent to itself"


def _profile(contents: Contents, profile: ProfileRecord) -> Iterator[_Inside]:
    yield from contents.unknown("sector", "sector", [profile.sector])
    yield from contents.unknown("skill", "essential", profile.essential)
    yield from contents.unknown("skill", "useful", profile.useful)
    for name in profile.essential:
        if name in profile.useful:
            yield "useful", f"skill {name!r} is already essential"
    yield from _cited(contents, profile.source.document)


def _provision(contents: Contents, provision: ProvisionRecord) -> Iterator[_Inside]:
    for number, condition in enumerate(provision.conditions):
        for part, ids in condition:
            if part in _CONDITION_REFERENCES:
                kind = _CONDITION_REFERENCES[part]
                yield from contents.unknown(kind, f"conditions.{number}.{part}", ids)
    yield from contents.unknown("provision", "see_also", provision.see_also)
    if provision.id in provision.see_also:
        yield "see_also", "a provision does not refer to itself"
    yield from _cited(contents, provision.source.document)
    yield from _sense(provision)
    yield from _provenance(provision)


def _sense(provision: ProvisionRecord) -> Iterator[_Inside]:
    """Yield what contradicts itself: hand-over and receiver, dates, blocks, services."""
    if provision.handover in _WARM and provision.receiver is None:
        yield "receiver", f"a provision with handover {provision.handover} needs one"
    if provision.handover not in _WARM and provision.receiver is not None:
        yield "receiver", f"a provision with handover {provision.handover} has none"
    if provision.valid_from and provision.ends_on and provision.valid_from >= provision.ends_on:
        yield "ends_on", "does not come after valid_from"
    if not provision.services and provision.status is not ProvisionStatus.ended:
        yield "services", "only an ended provision delivers no service"
    if len(set(provision.services)) < len(provision.services):
        yield "services", "names a service twice"
    if provision.building_block in provision.also_building_blocks:
        yield "also_building_blocks", f"{provision.building_block} is already the building block"


def _provenance(provision: ProvisionRecord) -> Iterator[_Inside]:
    """Yield what `stated` and `inferred` say that the record does not bear out."""
    bases: dict[str, set[Basis]] = {}
    for condition in provision.conditions:
        bases.setdefault(f"conditions.{condition.kind}", set()).add(condition.basis)
    for where, basis in (("stated", Basis.stated), ("inferred", Basis.inferred)):
        for name in getattr(provision, where):
            if name not in ProvisionRecord.model_fields and name not in bases:
                yield where, f"the record has no field {name!r}"
            elif basis not in bases.get(name, {basis}):
                yield where, f"no condition of {name!r} has basis {basis}"
    both = [name for name in provision.stated if name in provision.inferred]
    for name in both:
        if len(bases.get(name, ())) < len(Basis):
            yield "inferred", f"field {name!r} is stated too"
