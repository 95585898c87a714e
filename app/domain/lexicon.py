"""The index of everything people may say: built once per catalogue, then only looked up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from app.domain.catalogue import Catalogue, Occupation
from app.domain.terms import MatchedBy
from app.domain.wording import edits, is_other_word, normalise, tolerance

RANK: Mapping[MatchedBy, int] = {matched_by: rank for rank, matched_by in enumerate(MatchedBy)}
_LONGEST_ABBREVIATION = 3
_LONGEST_PHRASE = 6
_LONG_WORD = 8
_PLURAL_S = ("er", "aar", "eur", "or", "ster")
_PLURAL_N = ("kundige", "ende")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing a word may mean. `abbreviation` says it must be in capitals in a sentence."""

    sector: str
    matched_by: MatchedBy
    occupation: str | None = None
    organisation: str | None = None
    abbreviation: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality that a word may mean."""

    code: str
    matched_by: MatchedBy


Meaning = TypeVar("Meaning", Term, Place)


def key(text: str) -> str:
    """Return the key under which a text is indexed: normalised, written as one word."""
    return normalise(text).replace(" ", "")


class Index(Generic[Meaning]):
    """What each key means, and which keys lie within a few typing errors of another word."""

    __slots__ = ("_buckets", "_longest", "_meanings")

    def __init__(self, entries: Iterable[tuple[str, Meaning]]) -> None:
        """Index (text, meaning) pairs; a text may have several meanings."""
        meanings: dict[str, list[Meaning]] = {}
        for text, meaning in entries:
            known = meanings.setdefault(key(text), [])
            if meaning not in known:
                known.append(meaning)
        meanings.pop("", None)
        buckets: dict[tuple[str, int], list[str]] = {}
        for indexed in meanings:
            buckets.setdefault((indexed[0], len(indexed)), []).append(indexed)
        self._meanings: dict[str, tuple[Meaning, ...]] = {
            indexed: tuple(known) for indexed, known in meanings.items()
        }
        self._buckets = {place: tuple(keys) for place, keys in buckets.items()}
        self._longest = max(map(len, meanings), default=0)

    def get(self, wanted: str) -> tuple[Meaning, ...]:
        """Return the meanings of a key as it is; nothing when it is unknown."""
        return self._meanings.get(wanted, ())

    def items(self) -> Iterator[tuple[str, tuple[Meaning, ...]]]:
        """Yield every key with its meanings, in catalogue order."""
        yield from self._meanings.items()

    def near(self, wanted: str, most: int = 2) -> tuple[Meaning, ...]:
        """Return the meanings of the keys nearest to a word with typing errors.

        Only keys with the same first letter, or with the first two letters swapped, and within
        the tolerance of both words. Never for a word of its own that happens to lie close.
        """
        most = min(most, tolerance(len(wanted)))
        if most == 0 or len(wanted) > self._longest + most or is_other_word(wanted):
            return ()
        nearest = most + 1
        found = list(self.get(wanted[1] + wanted[0] + wanted[2:]))
        if found:
            nearest = 1
        letters = frozenset(wanted)
        for length in range(len(wanted) - most, len(wanted) + most + 1):
            within = min(most, tolerance(length))
            for candidate in self._buckets.get((wanted[0], length), ()):
                if len(letters.symmetric_difference(candidate)) > 2 * within:
                    continue
                distance = edits(wanted, candidate, within)
                if distance > within or distance > nearest:
                    continue
                if distance < nearest:
                    nearest, found = distance, []
                found.extend(self._meanings[candidate])
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that can be understood, of one catalogue. Immutable; build with `of`."""

    catalogue: Catalogue
    sectors: Index[Term]
    places: Index[Place]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Build the index of a catalogue."""
        return cls(catalogue, Index(_terms(catalogue)), Index(_places(catalogue)))

    def at(self, spoken: Sequence[str], position: int) -> tuple[tuple[Term, ...], int]:
        """Return what the longest known phrase from here means, and how many words it takes.

        An abbreviation counts only in capitals; a long unknown word may hold one typing error.
        """
        shouted = all(word.isupper() for word in spoken)
        for size in range(min(_LONGEST_PHRASE, len(spoken) - position), 0, -1):
            phrase = spoken[position : position + size]
            terms = self.sectors.get("".join(phrase).casefold())
            capitals = not shouted and all(word.isupper() for word in phrase)
            terms = tuple(term for term in terms if capitals or not term.abbreviation)
            if terms:
                return terms, size
        word = spoken[position].casefold()
        terms = self.sectors.near(word, 1) if len(word) >= _LONG_WORD else ()
        return tuple(Term(term.sector, MatchedBy.fuzzy, term.occupation) for term in terms), 1


def _terms(catalogue: Catalogue) -> Iterator[tuple[str, Term]]:
    for sector in catalogue.sectors.values():
        for text in (sector.id, sector.name):
            yield text, Term(sector.id, MatchedBy.exact, abbreviation=_abbreviates(text))
        for text in sector.aliases:
            yield text, Term(sector.id, MatchedBy.alias, abbreviation=_abbreviates(text))
        for occupation in sector.occupations:
            for text in _forms(occupation):
                yield text, Term(sector.id, MatchedBy.occupation, occupation=occupation.id)
    for organisation in catalogue.organisations.values():
        names = (organisation.name, *organisation.aliases)
        abbreviations = {key(name) for name in names if _abbreviates(name)}
        for text in (organisation.id, *names):
            yield (
                text,
                Term(
                    organisation.sector,
                    MatchedBy.organisation,
                    organisation=organisation.id,
                    abbreviation=key(text) in abbreviations,
                ),
            )


def _abbreviates(text: str) -> bool:
    return len(text) <= _LONGEST_ABBREVIATION and text.isupper()


def _forms(occupation: Occupation) -> Iterator[str]:
    for text in (occupation.name, *occupation.aliases):
        yield text
        if text.endswith(_PLURAL_S):
            yield text + "s"
        elif text.endswith(_PLURAL_N):
            yield text + "n"


def _places(catalogue: Catalogue) -> Iterator[tuple[str, Place]]:
    for municipality in catalogue.municipalities.values():
        for text in (municipality.code, municipality.name):
            yield text, Place(municipality.code, MatchedBy.exact)
        for text in municipality.aliases:
            yield text, Place(municipality.code, MatchedBy.alias)
