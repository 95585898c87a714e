"""Finding provisions in the words people use.

Made once per catalogue and then only read. What a word stands for is in
app/services/search_words.py, which provisions hold it in app/services/search_index.py, and how
scores add up in app/services/search_bits.py. Why so: docs/decisions/0025-search.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial, reduce
from math import log2
from typing import NamedTuple
from weakref import proxy

from app.catalogue import Vocabulary
from app.domain.catalogue import Provision
from app.domain.errors import InvalidInput
from app.domain.intake import Knowledge
from app.domain.terms import BuildingBlock, ProvisionStatus, Service, Side
from app.services.paging import UNKNOWN_CURSOR
from app.services.search_bits import (
    Planes,
    added,
    at_least,
    best_first,
    halved_outside,
    highest,
    places,
    scored,
)
from app.services.search_index import Levels, ProvisionIndex, united
from app.services.search_sectors import sector_meant
from app.services.search_tokens import tokens
from app.services.search_words import Reading, Words

# How much a word counts by where it stands: in the name; among the words of a sector, provider,
# service or building block; among those of a sector below the provision's own; in the text.
_OWN = (12, 9, 7, 6)
_WITHIN = (8, 6, 5, 4)
_ONE_PART = (3, 2, 2, 1)
_NEED = (7, 5, 5, 4)
_ANSWER = (5, 3)
"""Who delivers what is needed: to anyone who asks, and at all."""
_CLOSE = 0.8
"""What is left of that for a word with typing errors."""
_ONLY_IN_TEXTS = 0.5
"""And for one that is in no name and that nobody needs: how a text happens to say it."""
_FOR_EVERYONE = (4, 2)
"""For a question about a sector: what helps anyone on, and what else is for anyone."""
_FINE = 0.5
_FLOOR = 4
"""What scores below a fourth of the best is no answer to the same question."""
_KEPT_BYTES = 32 * 2**20
_MOST_KEPT = 8192


class ProvisionFilter(NamedTuple):
    """What someone looks for; what is left out does not matter."""

    query: str | None = None
    sector: str | None = None
    side: Side | None = None
    building_block: BuildingBlock | None = None
    service: Service | None = None
    status: ProvisionStatus | None = None


@dataclass(frozen=True, slots=True)
class FoundProvisions:
    """A page of provisions, the cursor of the next one, and how all that fit divide."""

    provisions: list[Provision]
    next: str | None
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _Unit:
    """What a word or phrase of a question says.

    about: the provisions for the sectors it names. in_name: those that have it in their name.
    held: those that hold it anywhere; all, where it says what somebody needs or where they work.
    opened: those for employers, where an employer would say it.
    """

    scores: Planes
    about: int
    in_name: int
    held: int
    opened: int


@dataclass(slots=True)
class _Heard:
    """What a question says.

    suited: the provisions for the sectors it names; for everyone, where it names none.
    first: what is open, or closed and asked for by its name. called: what is called by its words.
    """

    scores: Planes
    suited: int
    first: int
    called: int


class Search:
    """The provisions of one catalogue, to be found by words and filters."""

    def __init__(self, knowledge: Knowledge, vocabulary: Vocabulary) -> None:
        """Index a catalogue."""
        self.knowledge = knowledge
        self.written = lru_cache(1)(_nothing_yet)
        """What a list shows of each provision on a day and its digest, once somebody wrote it."""
        self._index = ProvisionIndex(knowledge.catalogue, vocabulary)
        self._words = Words(
            self._index.names(), self._index.texts(), self._index.titles(), vocabulary
        )
        self._needs = {need.id: need for need in vocabulary.needs}
        count = len(self._index.provisions)
        kept = min(_MOST_KEPT, _KEPT_BYTES // (count + 1))
        me = proxy(self)  # or it would refer to itself: see app/services/catalogue.py
        self._unit = lru_cache(kept)(partial(Search._unit_of, me))
        self._need = lru_cache(None)(partial(Search._holding_need, me))

    def find(
        self, wanted: ProvisionFilter, *, on: date, after: str | None = None, limit: int
    ) -> FoundProvisions:
        """Find what fits, best first: a total order on one day, so pages neither repeat nor skip.

        What is called by exactly these words first. Then what is open to workers on that day, or
        closed and asked for by its name; what is closed counts half and follows, so whoever asks
        for a sector is not sent to what has ended. Then what holds more of the words, the rarer
        ones counting more, in its name, its sector's words or its text; what is surely for the
        sector asked for; what is for the sectors named, or for everyone where none was; what was
        verified last, and the id.
        The sector may be an id, a name or what people say; what holds for a sector above it is
        found too. Words that mean nothing here find nothing.

        Raises:
            InvalidInput: the sector is not known, or `after` is none of what is found.

        """
        fitting, preferred = self._fitting(wanted)
        order: Planes = (preferred, self._index.open_on(on))
        if wanted.query is not None:
            heard = self._heard(wanted.query, on)
            fitting &= reduce(int.__or__, heard.scores, 0)
            best = highest(heard.scores, fitting & heard.first) or highest(heard.scores, fitting)
            fitting = at_least(heard.scores, fitting, best // _FLOOR)
            order = (heard.suited, preferred, *heard.scores, heard.first, heard.called)
        found = self._page(best_first(order, fitting), fitting, after, limit + 1)
        provisions = [self._index.provisions[place] for place in found[:limit]]
        return FoundProvisions(
            provisions,
            provisions[-1].id if len(found) > limit else None,
            self._index.facets(fitting),
        )

    def _page(self, groups: Iterator[int], fitting: int, after: str | None, most: int) -> list[int]:
        """Return the places that follow this one, at most so many."""
        found: list[int] = []
        if after is not None:
            last = self._index.places.get(after)
            if last is None or not fitting >> last & 1:
                raise InvalidInput([UNKNOWN_CURSOR])
            passed = next(group for group in groups if group >> last & 1)
            found = places(passed >> last + 1 << last + 1, most)
        for group in groups:
            found += places(group, most - len(found))
            if len(found) == most:
                break
        return found

    def _fitting(self, wanted: ProvisionFilter) -> tuple[int, int]:
        """Return who passes the filters, and who among them is surely for the sector."""
        fitting, preferred = self._index.everything, 0
        if wanted.sector is not None:
            sector = sector_meant(self.knowledge, wanted.sector)
            preferred, fitting = self._index.conditions.concerning(sector, wanted.side)
        elif wanted.side is not None:
            fitting = self._index.conditions.on(wanted.side)
        if wanted.building_block is not None:
            fitting &= self._index.blocks.any_of((wanted.building_block,))
        if wanted.service is not None:
            fitting &= self._index.services.any_of((wanted.service,))
        if wanted.status is not None:
            fitting &= self._index.statuses.any_of((wanted.status,))
        return fitting, preferred

    def _heard(self, query: str, on: date) -> _Heard:
        """Score everybody for a question, and say who goes first whatever its score."""
        together: Planes = ()
        first = self._index.open_on(on)
        heard: list[_Unit] = []
        about, named = 0, -1
        said = tokens(query)
        for unit in self._words.units(query, said):
            if together and self._words.is_vague(unit):
                break
            one = self._unit(unit)
            heard.append(one)
            together = added(together, one.scores)
            about |= one.about
            named &= one.in_name
            first |= one.opened
        suited = about or self._index.for_everyone
        if about:
            together = halved_outside(together, about | self._index.for_everyone)
        if closed := named & ~first:
            first |= closed if any(not one.held & first for one in heard) else 0
        called = self._index.called(said)
        first |= called
        return _Heard(halved_outside(together, first), suited, first, called)

    def _unit_of(self, unit: str) -> _Unit:
        """Score who holds a word, and return what is about the sectors it names."""
        together: Planes = ()
        about = in_name = held = opened = 0
        for reading in self._words.read(unit):
            together = added(together, scored(self._levels(reading)))
            together = added(together, scored(self._answers(reading)))
            about |= self._index.of_sectors_called(reading.own)
            own = self._index.holding(reading.own)
            in_name |= own[0]
            # A compound was given the needs of its parts: it may yet be a name.
            said = reading.needs and not reading.parts
            if said or self._index.names_sector(reading.own):
                held = self._index.everything
            held |= united(own)
            if any(self._needs[need].of_employers for need in reading.needs):
                opened |= self._index.for_employers
        return _Unit(together, about, in_name, held, opened)

    def _levels(self, reading: Reading) -> Iterator[tuple[int, int]]:
        """Yield who holds what was read: less the further from the word, more for rare words."""
        own, within = self._index.holding(reading.own), self._index.holding(reading.within)
        parts = [self._index.holding(words) for words in reading.parts]
        together = reduce(int.__and__, map(united, parts)) if parts else 0
        close = _CLOSE if reading.close else 1
        rarity = self._rarity(united(own) | united(within) | together) * close
        if not (reading.needs or any(own[:3]) or any(within[:3])):
            rarity *= _ONLY_IN_TEXTS
        yield from _weighed(_OWN, own, rarity)
        yield from _weighed(_WITHIN, within, rarity)
        for part in parts:
            yield from _weighed(_WITHIN, _among(part, together), rarity)
            if not reading.phrase:
                yield from _weighed(_ONE_PART, part, self._rarity(united(part)) * close)
        for need in map(self._needs.__getitem__, reading.needs):
            held = self._need(need.id)
            yield from _weighed(_NEED, held, self._rarity(united(held)) * close)
        if self._for_whoever_works_there(reading, own):
            yield from _weighed(_FOR_EVERYONE, self._index.general, rarity)

    def _for_whoever_works_there(self, reading: Reading, own: Levels) -> bool:
        """Whether it is where someone works, by its name, or by a part of one that helps no one."""
        if self._index.names_sector(reading.own):
            return True
        known = self._index.names_part_of_sector(reading.own)
        return known and not reading.needs and not united(own) & self._index.current

    def _answers(self, reading: Reading) -> Iterator[tuple[int, int]]:
        """Yield who delivers what is needed, whatever their texts say."""
        for need in reading.needs:
            for service in self._needs[need].services:
                answers = self._index.services.any_of((service,))
                levels = answers & self._index.unasked, answers
                yield from _weighed(_ANSWER, levels, self._rarity(answers))

    def _rarity(self, provisions: int) -> float:
        """Return what a word is worth that so many provisions hold (inverse frequency)."""
        return log2(1 + len(self._index.provisions) / max(1, provisions.bit_count()))

    def _holding_need(self, need: str) -> Levels:
        """Return who holds a word of a need, or all the words of one of its phrases, and where."""
        everyone: Levels = (0, 0, 0, 0)
        for said in self._needs[need].find:
            parts = [self._index.holding(words) for words in self._words.parts(said)]
            together = reduce(int.__and__, map(united, parts))
            for part in parts:
                name, sector, below, text = _among(part, together)
                everyone = (
                    everyone[0] | name,
                    everyone[1] | sector,
                    everyone[2] | below,
                    everyone[3] | text,
                )
        return everyone


def _nothing_yet(_day: date) -> dict[str, tuple[bytes, bytes]]:
    return {}


def _among(levels: Levels, members: int) -> Levels:
    name, sector, below, text = levels
    return name & members, sector & members, below & members, text & members


def _weighed(
    scores: Iterable[int], levels: Iterable[int], worth: float
) -> Iterator[tuple[int, int]]:
    for score, members in zip(scores, levels, strict=True):
        if members:
            yield max(1, round(score * worth * _FINE)), members
