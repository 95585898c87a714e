"""The provisions of a catalogue in their order, and which of them hold a word."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache, partial, reduce
from heapq import merge
from itertools import islice
from weakref import proxy

from app.catalogue import Vocabulary
from app.domain.catalogue import Catalogue, Provision
from app.domain.conditions import EmploymentIs, ForEmployers, WantsInto
from app.domain.terms import BuildingBlock, ProvisionStatus, Service, Side
from app.services.search_bits import Key, Postings
from app.services.search_sectors import Conditions, SectorWords
from app.services.search_tokens import silent_words, tokens

Levels = tuple[int, int, int, int]
"""Who holds a word: in its name; as its sector, provider or service; beside its sector (above or
below it in the tree, or in a longer name); in its text."""

_PIECE = 4096
_STANDING = {status: place for place, status in enumerate(ProvisionStatus)}


class ProvisionIndex:
    """The provisions, best standing first: status, then verified last, then by id."""

    def __init__(self, catalogue: Catalogue, vocabulary: Vocabulary) -> None:
        """Index every provision of a catalogue."""
        self.provisions = tuple(_in_order(catalogue.provisions.values()))
        self.places = {one.id: place for place, one in enumerate(self.provisions)}
        self.everything = (1 << len(self.provisions)) - 1
        self.conditions = Conditions(self.provisions, catalogue)
        self.services = self._by(lambda one: one.services)
        self.blocks = self._by(lambda one: (one.building_block, *one.also_building_blocks))
        self.statuses = self._by(lambda one: (one.status,))
        self._names = self._by(lambda one: tokens(one.name))
        self._silent = silent_words(vocabulary)
        self._titles = self._by(lambda one: self._title(tokens(one.name)))
        self._texts = self._by(_text)
        self._providers = self._by(lambda one: tokens(one.provider or ""))
        self._sectors = SectorWords(catalogue, self.conditions)
        self._kinds: defaultdict[str, int] = defaultdict(int)
        for service, said in vocabulary.services.items():
            self._call(said, self.services.any_of((service,)))
        for block, said in vocabulary.building_blocks.items():
            self._call(said, self.blocks.any_of((block,)))
        self.current = self._by(_for_workers).any_of((True,))
        """For workers, and neither ended nor only planned; what is open on a day is among it."""
        self.for_employers = self._by(_for_employers).any_of((True,))
        # Tied to no sector and no employer: for whoever asks, wherever they work.
        tied = self.conditions.on(Side.origin) | self.conditions.on(Side.target)
        self.for_everyone = self.everything & ~tied | self.conditions.for_any_sector
        helping = self.services.any_of((Service.career_advice, Service.side_entry))
        self.unasked = self.for_everyone & self._by(_asks_nothing).any_of((True,))
        """For everyone, and whatever happened: nothing is asked of who comes."""
        self.general = (self.unasked & helping, self.for_everyone)
        self._dated = [
            (1 << place, one.valid_from, one.ends_on)
            for place, one in enumerate(self.provisions)
            if one.valid_from or one.ends_on
        ]
        me = proxy(self)  # or it would refer to itself: see app/services/catalogue.py
        self.open_on = lru_cache(1)(partial(ProvisionIndex._open_on, me))
        self._facets = {
            "service": [(one.value, self.services.any_of((one,))) for one in Service],
            "building_block": [(one.value, self.blocks.any_of((one,))) for one in BuildingBlock],
            "status": [(one.value, self.statuses.any_of((one,))) for one in ProvisionStatus],
            "side": [(one.value, self.conditions.on(one)) for one in Side],
        }

    def _by(self, keys: Callable[[Provision], Iterable[Key]]) -> Postings[Key]:
        pairs = ((key, place) for place, one in enumerate(self.provisions) for key in keys(one))
        return Postings(pairs, len(self.provisions))

    def _call(self, said: Iterable[str], provisions: int) -> None:
        for words in map(tokens, said):
            for word in words:
                self._kinds[word] |= provisions

    def _open_on(self, day: date) -> int:
        closed = 0
        for provision, begins, ends in self._dated:
            if (begins is not None and day < begins) or (ends is not None and day >= ends):
                closed |= provision
        return self.current & ~closed

    def names(self) -> Iterator[str]:
        """Yield the words of names: of provisions, providers, services, sectors and jobs."""
        yield from self._names
        yield from self._providers
        yield from self._kinds
        yield from self._sectors

    def titles(self) -> Iterator[str]:
        """Yield the names of several words of sectors, employers and jobs."""
        return self._sectors.titles()

    def called(self, said: Iterable[str]) -> int:
        """Return the provisions whose name these words are, but for those without a meaning."""
        return self._titles.any_of(self._title(said))

    def _title(self, said: Iterable[str]) -> tuple[str, ...]:
        title = " ".join(sorted({*said} - self._silent))
        return (title,) if title else ()

    def texts(self) -> Iterator[str]:
        """Yield the words of the texts."""
        yield from self._texts

    def holding(self, words: Iterable[str]) -> Levels:
        """Return who holds any of these words, and where."""
        listed = list(words)
        named, beside = self._sectors.naming(listed)
        named |= self._providers.any_of(listed)
        for word in listed:
            named |= self._kinds.get(word, 0)
        return self._names.any_of(listed), named, beside, self._texts.any_of(listed)

    def of_sectors_called(self, words: Iterable[str]) -> int:
        """Return what holds for the sectors, employers and jobs that go by one of these words."""
        return self._sectors.meant_by(words)

    def names_sector(self, words: Iterable[str]) -> bool:
        """Whether a sector, an employer or a job goes by one of these words."""
        return self._sectors.know(words)

    def names_part_of_sector(self, words: Iterable[str]) -> bool:
        """Whether one of these words stands in the name of a sector, an employer or a job."""
        return self._sectors.know_part(words)

    def facets(self, provisions: int) -> Mapping[str, Mapping[str, int]]:
        """Count these provisions per service, building block, status and side; no zeros."""
        return {
            facet: {
                value: count for value, held in values if (count := (held & provisions).bit_count())
            }
            for facet, values in self._facets.items()
        }


def _in_order(provisions: Iterable[Provision]) -> Iterator[Provision]:
    """Sort piece by piece: one long sort would let no other thread have its turn."""
    left = iter(provisions)
    pieces = iter(lambda: sorted(islice(left, _PIECE), key=_standing), [])
    return merge(*pieces, key=_standing)


def _standing(provision: Provision) -> tuple[int, int, str]:
    return _STANDING[provision.status], -provision.verified_on.toordinal(), provision.id


def _text(provision: Provision) -> list[str]:
    """Return the words of a text; of what has ended its name is enough, or it is about anything."""
    if provision.status is ProvisionStatus.ended:
        return []
    return tokens(f"{provision.summary} {provision.amount or ''} {provision.receiver or ''}")


def _for_workers(provision: Provision) -> tuple[bool]:
    current = provision.status is ProvisionStatus.current
    return (current and not any(_for_employers(provision)),)


def _for_employers(provision: Provision) -> tuple[bool]:
    return (any(isinstance(one, ForEmployers) for one in provision.conditions),)


def _asks_nothing(provision: Provision) -> tuple[bool]:
    return (all(isinstance(one, EmploymentIs | WantsInto) for one in provision.conditions),)


def united(levels: Levels) -> int:
    """Return who holds a word anywhere."""
    return reduce(int.__or__, levels)
