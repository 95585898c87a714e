"""Which provisions are about a sector, an employer or a job, and what people call those."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from weakref import proxy

from app.domain.catalogue import Catalogue, Provision
from app.domain.conditions import (
    Condition,
    EmployedBy,
    TargetOccupationIs,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
)
from app.domain.errors import Fault, InvalidInput
from app.domain.intake import Knowledge
from app.domain.resolve import resolve_sector
from app.domain.terms import Inheritance, Side
from app.services.search_bits import Postings
from app.services.search_tokens import tokens, whole_name

ANY_SECTOR = ""
_SECTORS_KEPT = 256

_UNKNOWN_SECTOR = Fault("query/sector", "unknown", "There is no such sector; see GET /v1/sectors.")

_Meant = tuple[str, str | None]
"""A sector, and which of its employers or jobs."""


def sector_meant(knowledge: Knowledge, said: str) -> str:
    """Return the id of a sector; what was said of it is kept nowhere, it may be anything.

    Raises:
        InvalidInput: no sector is meant.

    """
    if said in knowledge.catalogue.sectors:
        return said
    if sector := resolve_sector(knowledge.lexicon, said).sector:
        return sector
    raise InvalidInput([_UNKNOWN_SECTOR])


class Conditions:
    """Which provisions have a condition about a sector, an employer or a job."""

    def __init__(self, provisions: Sequence[Provision], catalogue: Catalogue) -> None:
        """Index the conditions of these provisions."""
        count = len(provisions)
        self._catalogue = catalogue
        self._sectors = Postings(_sector_pairs(provisions, catalogue), count)
        self._employers = Postings(_pairs(provisions, EmployedBy, "organisations"), count)
        self._jobs = Postings(_pairs(provisions, TargetOccupationIs, "occupations"), count)
        self.for_any_sector = self._sectors.any_of((side, ANY_SECTOR) for side in Side)
        self._below: defaultdict[str, list[str]] = defaultdict(list)
        for sector in catalogue.sectors:
            for above in catalogue.line(sector):
                self._below[above.id].append(sector)
        me = proxy(self)  # or it would refer to itself: see app/services/catalogue.py
        self.concerning = lru_cache(_SECTORS_KEPT)(partial(Conditions._concerning, me))
        self.naming = lru_cache(_SECTORS_KEPT)(partial(Conditions._naming, me))
        self.within = lru_cache(_SECTORS_KEPT)(partial(Conditions._within, me))

    def on(self, side: Side) -> int:
        """Return the provisions with a condition about this side."""
        return self._sectors.any_of(key for key in self._sectors if key[0] is side)

    def _concerning(self, sector: str, side: Side | None = None) -> tuple[int, int]:
        """Return the provisions that hold for a sector, on one side or on either.

        First those whose sector it is, or surely falls under it; then those and what may hold:
        where inheritance is uncertain, and what is for whoever wants into any sector.
        """
        sides = tuple(Side) if side is None else (side,)
        surely = self._sectors.any_of(self._keys(sector, sides, {Inheritance.yes}))
        perhaps = self._sectors.any_of(self._keys(sector, sides, {Inheritance.uncertain}))
        anywhere = self._sectors.any_of((one, ANY_SECTOR) for one in sides)
        return surely, surely | perhaps | anywhere

    def _keys(
        self, sector: str, sides: Iterable[Side], inherits: set[Inheritance]
    ) -> Iterator[tuple[Side, str]]:
        for above in self._catalogue.line(sector):
            if self._catalogue.falls_under(sector, above.id) in inherits:
                yield from ((side, above.id) for side in sides)

    def _naming(self, sector: str) -> int:
        """Return the provisions of this very sector, or of the nearest above that has any."""
        for above in self._catalogue.line(sector):
            if self._catalogue.falls_under(sector, above.id) is not Inheritance.yes:
                break
            if found := self._sectors.any_of((side, above.id) for side in Side):
                return found
        return 0

    def _within(self, sector: str) -> int:
        """Return the provisions that name this sector or one below it."""
        return self._sectors.any_of((side, one) for side in Side for one in self._below[sector])

    def of_employer(self, organisation: str) -> int:
        """Return the provisions for the own people of this employer."""
        return self._employers.any_of((organisation,))

    def of_job(self, occupation: str) -> int:
        """Return the provisions for who wants to become this."""
        return self._jobs.any_of((occupation,))


class SectorWords:
    """What people call sectors, employers and jobs, and which provisions they mean by it."""

    def __init__(self, catalogue: Catalogue, conditions: Conditions) -> None:
        """Index every name, alias and occupation of the sector tree."""
        self._conditions = conditions
        self._called: defaultdict[str, set[_Meant]] = defaultdict(set)
        self._in_a_phrase: defaultdict[str, set[_Meant]] = defaultdict(set)
        for sector in catalogue.sectors.values():
            self._learn((sector.name, *sector.aliases), (sector.id, None))
            for job in sector.occupations:
                self._learn((job.name, *job.aliases), (sector.id, job.id))
        for one in catalogue.organisations.values():
            self._learn((one.name, *one.aliases), (one.sector, one.id))

    def _learn(self, names: Iterable[str], meant: _Meant) -> None:
        for name in names:
            self._called[whole_name(name)].add(meant)
            for word in tokens(name):
                self._in_a_phrase[word].add(meant)

    def __iter__(self) -> Iterator[str]:
        """Yield every word."""
        return iter(self._in_a_phrase)

    def titles(self) -> Iterator[str]:
        """Yield the names of several words, as they are looked up."""
        return (name for name in self._called if " " in name)

    def know(self, words: Iterable[str]) -> bool:
        """Whether one of these words by itself names a sector, an employer or a job."""
        return any(word in self._called for word in words)

    def know_part(self, words: Iterable[str]) -> bool:
        """Whether one of these words stands in the name of a sector, an employer or a job."""
        return any(word in self._in_a_phrase for word in words)

    def naming(self, words: Iterable[str]) -> tuple[int, int]:
        """Return the provisions that name what one of these words means by itself.

        Then those of sectors above and below that, and those for which it is part of a longer
        name: in "schoonmaak in de zorg" care is not the sector.
        """
        named = beside = 0
        for word in words:
            for meant in self._called.get(word, ()):
                named |= self._named(meant)
                beside |= self._conditions.concerning(meant[0])[0]
                beside |= self._conditions.within(meant[0])
            for meant in self._in_a_phrase.get(word, ()):
                beside |= self._named(meant)
        return named, beside

    def _named(self, meant: _Meant) -> int:
        sector, who = meant
        named = self._conditions.naming(sector)
        if who is not None:
            named |= self._conditions.of_employer(who) | self._conditions.of_job(who)
        return named

    def meant_by(self, words: Iterable[str]) -> int:
        """Return the provisions that hold for what one of these words by itself names."""
        meant = 0
        for word in words:
            for sector, _ in self._called.get(word, ()):
                meant |= self._conditions.concerning(sector)[1]
                meant |= self._conditions.within(sector)
        return meant


def _sector_pairs(
    provisions: Sequence[Provision], catalogue: Catalogue
) -> Iterator[tuple[tuple[Side, str], int]]:
    for place, provision in enumerate(provisions):
        for condition in provision.conditions:
            for key in _about(condition, catalogue):
                yield key, place


def _about(condition: Condition, catalogue: Catalogue) -> Iterator[tuple[Side, str]]:
    match condition:
        case WorksIn(sectors=sectors):
            yield from ((Side.origin, sector) for sector in sectors)
        case WantsInto(sectors=sectors):
            yield from ((Side.target, sector) for sector in sectors or (ANY_SECTOR,))
        case WorksInOrWantsInto(sectors=sectors):
            yield from ((side, sector) for side in Side for sector in sectors)
        case EmployedBy(organisations=organisations):
            for one in organisations:
                yield Side.origin, catalogue.organisations[one].sector


def _pairs(
    provisions: Sequence[Provision], kind: type[Condition], field: str
) -> Iterator[tuple[str, int]]:
    for place, provision in enumerate(provisions):
        for condition in provision.conditions:
            if isinstance(condition, kind):
                yield from ((one, place) for one in getattr(condition, field))
