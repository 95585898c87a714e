"""The catalogue as values: sectors, organisations, regions, provisions, entry profiles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from app.domain.conditions import Condition, EmployedBy, WantsInto
from app.domain.nearby import Nearby
from app.domain.terms import (
    Basis,
    BuildingBlock,
    Handover,
    Inheritance,
    ProvisionStatus,
    Service,
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record comes from: a document of docs/sources.md and a section in it."""

    document: str
    section: str


@dataclass(frozen=True, slots=True)
class Occupation:
    """A job people name. `esco` is an ESCO occupation URI where one fits."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    esco: str | None = None


@dataclass(frozen=True, slots=True)
class Sector:
    """A node of the sector tree; "sector" also means organisation (Handreiking, footnote 1)."""

    id: str
    name: str
    parent: str | None
    inherits: Inheritance
    aliases: tuple[str, ...]
    occupations: tuple[Occupation, ...]
    basis: Basis
    source: Source


@dataclass(frozen=True, slots=True)
class Organisation:
    """An employer with provisions of its own, or one that people name instead of its sector."""

    id: str
    name: str
    sector: str
    inherits: Inheritance
    aliases: tuple[str, ...]
    basis: Basis
    source: Source


@dataclass(frozen=True, slots=True)
class Adjacency:
    """Two sectors between which a step is small (2016 letter, section 1). Strength is 1 to 3."""

    a: str
    b: str
    strength: int
    why: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Region:
    """Arbeidsmarktregio, by its CBS code (AMnn)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """Gemeente, by its CBS code (GMnnnn), with the region it lies in."""

    code: str
    name: str
    aliases: tuple[str, ...]
    region: str


RECENT = timedelta(days=365)
"""How long a verification counts as recent: agreements between social partners run for a year or
more, and what nobody looked at for a year may have ended with one."""


def recent(verified_on: date, on: date) -> bool:
    """Whether a verification of that day still counts as recent on this day."""
    return on - verified_on <= RECENT


@dataclass(frozen=True, slots=True)
class Provision:
    """Voorziening: one voucher, scan, programme, budget, desk or tool.

    `ends_on` is the first day on which it no longer holds. `via_employer` marks a route through
    the worker's own employer: such a route never receives personal data from us.
    """

    id: str
    name: str
    summary: str
    provider: str | None
    amount: str | None
    building_block: BuildingBlock
    services: tuple[Service, ...]
    status: ProvisionStatus
    handover: Handover
    receiver: str | None
    via_employer: bool
    conditions: tuple[Condition, ...]
    valid_from: date | None
    ends_on: date | None
    verified_on: date
    source: Source
    stated: tuple[str, ...]
    inferred: tuple[str, ...]
    see_also: tuple[str, ...] = ()
    also_building_blocks: tuple[BuildingBlock, ...] = ()

    @property
    def may_be_closed(self) -> bool:
        """Whether a day or a status can close this to everybody."""
        return (
            self.status is not ProvisionStatus.current
            or self.handover is Handover.own_service
            or self.ends_on is not None
            or self.valid_from is not None
        )

    def verified_recently(self, on: date) -> bool:
        """Whether this was verified within the year that ends on this day."""
        return recent(self.verified_on, on)


@dataclass(frozen=True, slots=True)
class Skill:
    """Something a person can do, with an ESCO or CompetentNL URI where one is known."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a development path: the role it leads to and how one learns it."""

    role: str
    learning: str


@dataclass(frozen=True, slots=True)
class EntryProfile:
    """How one enters a sector: an occupation, the skills it asks for, the steps of its path."""

    id: str
    occupation: str
    esco: str
    sector: str
    essential: tuple[str, ...]
    useful: tuple[str, ...]
    steps: tuple[Step, ...]
    basis: Basis
    source: Source


Kinds = tuple[type[Condition], ...]
"""Of what kinds the conditions of a provision are."""

One = TypeVar("One")


class Listed(NamedTuple):
    """A provision as a check meets it; of conditions that are equal, one stands for all."""

    place: int
    """In the catalogue, from 0."""
    provision: Provision
    asked: tuple[Condition, ...]
    kinds: Kinds
    may_be_closed: bool
    names_a_place: bool
    """Whether it is of a sector or an employer, and not there for everyone."""


class Known(dict[Any, Any]):
    """What is remembered about one thing, and how many entries that takes."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        """Begin without."""
        super().__init__()
        self.entries = 0


class Memory:
    """What was concluded from a catalogue before. Threads may share it: a loss is made again."""

    __slots__ = ("_about", "_alike", "_alike_before", "_before", "size")

    def __init__(self) -> None:
        """Begin without."""
        self._about: dict[object, Known] = {}
        self._before: dict[object, Known] = {}
        self._alike: dict[Any, Any] = {}
        self._alike_before: dict[Any, Any] = {}
        self.size = 0

    def about(self, what: object) -> Known:
        """Give what is remembered about this; `keep` adds to it."""
        found = self._about.get(what)
        if found is None:
            found = self._about[what] = self._before.pop(what, Known())
            self.size += found.entries
        return found

    def keep(self, known: Known, key: object, made: One, *, entries: int = 1) -> One:
        """Add to what `about` gave."""
        known[key] = made
        known.entries += entries
        self.size += entries
        return made

    def made(self, key: object) -> Any:  # noqa: ANN401 - what was remembered with the key
        """Give what was made with this key before; None, when it was not or is forgotten."""
        found = self._alike.get(key)
        if found is None and (found := self._alike_before.pop(key, None)) is not None:
            self._alike[key] = found
            self.size += 1
        return found

    def once(self, key: object, made: One) -> One:
        """Give what was made with this key before, or remember this: so it is there only once."""
        found: One | None = self.made(key)
        if found is None:
            found = self._alike[key] = made
            self.size += 1
        return found

    def forget(self) -> None:
        """Forget what nobody asked about since the last time."""
        self._before, self._about = self._about, {}
        self._alike_before, self._alike = self._alike, {}
        self.size = 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the rule knows, immutable; records are keyed by id, in file order."""

    sectors: Mapping[str, Sector] = field(default_factory=dict)
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    adjacency: tuple[Adjacency, ...] = ()
    regions: Mapping[str, Region] = field(default_factory=dict)
    municipalities: Mapping[str, Municipality] = field(default_factory=dict)
    provisions: Mapping[str, Provision] = field(default_factory=dict)
    skills: Mapping[str, Skill] = field(default_factory=dict)
    profiles: Mapping[str, EntryProfile] = field(default_factory=dict)
    lines: Mapping[str, Mapping[str, Inheritance]] = field(init=False, repr=False, compare=False)
    """Of each sector: itself and its ancestors, nearest first, and what it inherits of each."""
    occupations: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """The name of each occupation, as it stands within a sentence."""
    listed: tuple[Listed, ...] = field(init=False, repr=False, compare=False)
    """The provisions, in their order."""
    nearby: Nearby = field(init=False, repr=False, compare=False)
    ways_in: frozenset[str] = field(init=False, repr=False, compare=False)
    """The sectors that some provision helps people into who come from elsewhere."""
    memory: Memory = field(init=False, repr=False, compare=False, default_factory=Memory)

    def __post_init__(self) -> None:
        """Work out once what every check looks up."""
        lines = {sector: self._line(sector) for sector in self.sectors}
        employers = {one.id: one.sector for one in self.organisations.values()}
        listed = tuple(self._listed())
        current = {
            number: one.asked
            for number, one in enumerate(listed)
            if one.provision.status is ProvisionStatus.current
        }
        object.__setattr__(self, "lines", lines)
        object.__setattr__(self, "occupations", dict(self._occupations()))
        object.__setattr__(self, "listed", listed)
        object.__setattr__(self, "nearby", Nearby.of(current, lines, employers))
        object.__setattr__(self, "ways_in", frozenset(_ways_in(listed)))

    def _listed(self) -> Iterator[Listed]:
        one_of: dict[Condition, Condition] = {}
        all_of: dict[tuple[Condition, ...], tuple[Condition, ...]] = {}
        all_kinds: dict[Kinds, Kinds] = {}
        for place, provision in enumerate(self.provisions.values()):
            asked = tuple([one_of.setdefault(one, one) for one in provision.conditions])
            asked = all_of.setdefault(asked, asked)
            kinds = tuple([type(one) for one in asked])
            kinds = all_kinds.setdefault(kinds, kinds)
            named = any(map(_names_a_place, asked))
            yield Listed(place, provision, asked, kinds, provision.may_be_closed, named)

    def _occupations(self) -> Iterator[tuple[str, str]]:
        for sector in self.sectors.values():
            for occupation in sector.occupations:
                yield occupation.id, occupation.name.lower()

    def _line(self, sector_id: str) -> Mapping[str, Inheritance]:
        line: dict[str, Inheritance] = {}
        weakest = Inheritance.yes
        current: str | None = sector_id
        while current is not None:
            line[current] = weakest
            sector = self.sectors[current]
            if weakest is not Inheritance.no and sector.inherits is not Inheritance.yes:
                weakest = sector.inherits
            current = sector.parent
        return line

    def line(self, sector_id: str) -> Iterator[Sector]:
        """Yield the sector and then its ancestors, nearest first."""
        return (self.sectors[one] for one in self.lines[sector_id])

    def lies_within(self, sector_id: str, ancestor_id: str) -> bool:
        """Whether the first sector is the second, or lies below it in the tree."""
        return ancestor_id in self.lines[sector_id]

    def falls_under(self, sector_id: str, ancestor_id: str) -> Inheritance:
        """Whether provisions of `ancestor_id` hold in `sector_id`: down the tree only.

        Never upwards or sideways (Handreiking 4.3, row Agrarische sector); the weakest step on
        the way decides.
        """
        return self.lines[sector_id].get(ancestor_id, Inheritance.no)

    def same_line(self, one: str, other: str) -> bool:
        """Whether one of two sectors lies within the other."""
        return self.lies_within(one, other) or self.lies_within(other, one)


def _names_a_place(condition: Condition) -> bool:
    return isinstance(condition, EmployedBy) or bool(getattr(condition, "sectors", ()))


def _ways_in(listed: Iterable[Listed]) -> Iterator[str]:
    for one in listed:
        for condition in one.asked:
            if isinstance(condition, WantsInto):
                yield from condition.sectors
