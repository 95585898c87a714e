"""What a word of a question may stand for among the words of the catalogue.

Other forms (stems), compounds and their parts both ways, the words of one need, and typing errors.
Built once per catalogue from every word in it, and asked per word of a question.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import TypeVar
from weakref import proxy

from rapidfuzz import process
from rapidfuzz.distance import OSA
from Stemmer import Stemmer

from app.catalogue import Vocabulary
from app.domain.wording import is_other_word, tolerance, words
from app.services.search_tokens import silent_words, tokens

_LINKS = ("", "s", "e", "n", "en")
_PLURALS = ("", "s", "en", "es")
_SHORTEST_PART = 4
_LONGEST_COMPOUND = 40
_LOOSE = 2
"""How many other words may stand between those of a phrase: "mijn baan raak ik kwijt"."""
_STEMS_KEPT = 4096


_Key = TypeVar("_Key")
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one word or phrase of a question stands for, in words of the catalogue.

    own: the word itself, in any form. within: compounds that it is a part of.
    parts: when it has parts, for each the words that hold it.
    needs: ids of what it says that someone needs. phrase: the parts mean this only together.
    close: it was written a little differently.
    """

    own: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    parts: tuple[frozenset[str], ...] = ()
    needs: tuple[str, ...] = ()
    phrase: bool = False
    close: bool = False


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    stems: frozenset[str]


class Words:
    """The words of a catalogue and of a vocabulary. Never changed once made."""

    def __init__(
        self,
        named: Iterable[str],
        written: Iterable[str],
        titles: Iterable[str],
        vocabulary: Vocabulary,
    ) -> None:
        """Learn words as `tokens` gives them: those of names, and those of running text.

        titles: names of several words, as `whole_name` gives them; heard as one.
        """
        self._stem_word: Callable[[str], str] = Stemmer("dutch", maxCacheSize=0).stemWord
        self._stem_unknown = lru_cache(_STEMS_KEPT)(self._stem_word)
        self._stems: dict[str, str] = {}
        for said, other in vocabulary.same_as.items():
            for word in tokens(said):
                self._stems[word] = word if said == other else self._stem(tokens(other)[-1])
        self._fillers = silent_words(vocabulary)
        self._small_names = frozenset(vocabulary.small_names)
        self._titles = frozenset(titles)
        self._openings = _grouped(
            (first, size)
            for first, size in sorted(
                {(one.split()[0], one.count(" ") + 1) for one in self._titles}, reverse=True
            )
        )
        self._vague = frozenset(vocabulary.vague)
        self._in_phrases: set[str] = set()
        self._phrases: dict[str, list[_Phrase]] = defaultdict(list)
        self._needs: dict[str, list[str]] = defaultdict(list)
        names = dict.fromkeys((*named, *vocabulary.parts, *self._learn_needs(vocabulary)))
        surfaces = dict.fromkeys((*names, *written))
        for word in surfaces:
            self._stems[word] = self._stem(word)
        self._forms = _grouped((self._stems[word], word) for word in surfaces)
        self._part_words = frozenset(vocabulary.parts).union(
            word
            for word in names
            if len(word) >= _SHORTEST_PART and word not in self._fillers and word.isalpha()
        )
        self._parts = {word: parts for word in surfaces if (parts := self._split(word))}
        self._within = _grouped(
            (self._stem(part), word) for word, parts in self._parts.items() for part in parts
        )
        self._by_length = _grouped(
            (len(word), word)
            for word in names
            if tolerance(len(word)) and word not in self._fillers
        )
        self._abroad = tuple(self._other_languages(vocabulary))
        self._stem_unknown = lru_cache(_STEMS_KEPT)(partial(Words._stem_said, proxy(self)))

    def _other_languages(
        self, vocabulary: Vocabulary
    ) -> Iterator[tuple[Callable[[str], str], Mapping[str, str]]]:
        """Yield how English and Polish words are stemmed, and what those stems mean here."""
        for language, field in (("english", "en"), ("polish", "pl")):
            stem = Stemmer(language, maxCacheSize=0).stemWord
            known: dict[str, str] = {}
            said = (one for need in vocabulary.needs for one in getattr(need, field))
            for word in (word for one in (*vocabulary.same_as, *said) for word in tokens(one)):
                if len(stem(word)) >= _SHORTEST_PART and word not in self._fillers:
                    known.setdefault(stem(word), self._stem(word))
            yield stem, known

    def _learn_needs(self, vocabulary: Vocabulary) -> Iterator[str]:
        """Remember what says which need, and yield the single words among it."""
        keys: dict[frozenset[str], str] = {}
        for need in vocabulary.needs:
            for said in (*need.find, *need.say, *need.en, *need.pl):
                spoken = tokens(said)
                # "stap-budget" is one word: what `tokens` joins comes last.
                if "-" in said and " " not in said:
                    spoken = spoken[-1:]
                if len(spoken) == 1:
                    yield spoken[0]
                    key = self._stem(spoken[0])
                else:
                    stems = frozenset(map(self._stem, spoken))
                    anchor = max(spoken, key=lambda word: (word not in self._fillers, len(word)))
                    self._in_phrases |= stems
                    if stems not in keys:
                        keys[stems] = " ".join(spoken)
                        self._phrases[self._stem(anchor)].append(_Phrase(keys[stems], stems))
                    key = keys[stems]
                if need.id not in self._needs[key]:
                    self._needs[key].append(need.id)

    def _stem(self, word: str) -> str:
        return self._stems.get(word) or self._stem_unknown(word)

    def _stem_said(self, word: str) -> str:
        """Stem a word of a question: as Dutch, or as another form of an English or Polish word."""
        stem = self._stem_word(word)
        if any(stem in known for known in (self._forms, self._within, self._in_phrases)):
            return stem
        found = (known.get(stem_abroad(word)) for stem_abroad, known in self._abroad)
        return next(filter(None, found), stem)

    def _split(self, word: str) -> tuple[str, ...]:
        """Return the words that a compound is made of; nothing when it is none that we know."""
        known = self._part_words
        if not 2 * _SHORTEST_PART - 1 <= len(word) <= _LONGEST_COMPOUND:
            return ()
        rights = [
            (word[:place], right)
            for place in range(2, len(word) - 2)
            if (right := _without(word[place:], _PLURALS, known))
        ]
        for left, right in rights:
            if first := _without(left, _LINKS, known):
                return first, right
        for left, right in rights:
            if inner := self._split(left):
                return *inner, right
        return ()

    def units(self, question: str, said: list[str]) -> list[str]:
        """Return what to look up of a question: its phrases that name a need, and its words.

        said: the `tokens` of the question. Without fillers, without what a phrase has said
        already, what is vague last; a compound that was written apart is one word again, a known
        name of several words is one, and what was said twice counts once.
        """
        spoken = [self._stem(word) for word in said]
        phrases = self._phrases_in(spoken)
        named = self._said_as_names(question, said)
        silent = self._fillers - named if named else self._fillers
        rest = [word for word in self._joined(self._titled(said)) if word not in silent]
        if phrases:
            covered = frozenset().union(*phrases)
            rest = [word for word in rest if " " in word or self._stem(word) not in covered]
        found = list(dict.fromkeys((*phrases.values(), *rest)))
        return found if self._vague.isdisjoint(found) else sorted(found, key=self.is_vague)

    def _phrases_in(self, spoken: Sequence[str]) -> dict[frozenset[str], str]:
        """Return the phrases among these stems that name a need, by their stems.

        Not those within a longer one: "vind mijn werk niet leuk" finds no work.
        """
        if self._phrases.keys().isdisjoint(spoken):
            return {}
        stems = set(spoken)
        found = {
            phrase.stems: phrase.text
            for stem in dict.fromkeys(spoken)
            for phrase in self._phrases.get(stem, ())
            if phrase.stems <= stems and _close_together(phrase.stems, spoken)
        }
        return {one: found[one] for one in found if not any(one < other for other in found)}

    def _said_as_names(self, question: str, said: Sequence[str]) -> frozenset[str]:
        """Return the small words that are a name here: alone, in capitals or after an article."""
        small = self._small_names.intersection(said)
        if not small or len(said) == 1:
            return small
        written = words(question)
        after = {word for article, word in pairwise(said) if article == "de"}
        return frozenset(word for word in small if word.upper() in written or word in after)

    def _titled(self, said: list[str]) -> list[str]:
        """Return the words of a question, those that are one known name together as one."""
        if self._openings.keys().isdisjoint(said):
            return said
        found: list[str] = []
        place = 0
        while place < len(said):
            size = next(
                (
                    size
                    for size in self._openings.get(said[place], ())
                    if " ".join(said[place : place + size]) in self._titles
                ),
                1,
            )
            found.append(" ".join(said[place : place + size]))
            place += size
        return found

    def is_vague(self, unit: str) -> bool:
        """Whether a word counts only where nothing else was said: work, help, sector."""
        return unit in self._vague

    def _joined(self, said: Sequence[str]) -> Iterator[str]:
        """Yield the words of a question, two or three that are one known compound as one."""
        passed = 0
        for word, second, third in zip(said, [*said[1:], ""], [*said[2:], "", ""], strict=False):
            if passed:
                passed -= 1
                continue
            two = word + second
            if third and two + third in self._stems:
                passed = 2
                yield two + third
            elif second and two in self._stems:
                passed = 1
                yield two
            else:
                yield word

    def read(self, unit: str) -> tuple[Reading, ...]:
        """Return what a word or phrase stands for; nothing when it is unknown.

        An unknown compound stands for its parts, each by itself. An unknown word may hold typing
        errors: the nearest words of a name count, or the nearest part beside a part that is known.
        """
        if " " in unit:
            name = frozenset((unit,)) & self._titles
            if needs := tuple(self._needs.get(unit, ())):
                spoken = self.parts(unit)
                # "baas niet weten" is not about a boss: one word of a phrase says something else.
                together = spoken if len(spoken) > 1 else ()
                return (Reading(own=name, parts=together, needs=needs, phrase=True),)
            return (Reading(own=name),)
        if known := self._known(unit):
            return (known,)
        parts = self._split(unit)
        near = () if parts else self._near(unit)
        if parts := parts or (() if near else self._split_mistyped(unit)):
            return tuple(found for part in parts for found in self.read(part))
        meant = [found for word in near if (found := self._known(word))]
        return (_either(meant),) if meant else ()

    def parts(self, said: str) -> tuple[frozenset[str], ...]:
        """Return, per word of a phrase that has a meaning, what holds it in the catalogue."""
        spoken = [word for word in tokens(said) if word not in self._fillers]
        return tuple(self._holding(word) for word in spoken)

    def _known(self, word: str) -> Reading | None:
        stem = self._stem(word)
        own, within = self._forms.get(stem, ()), self._within.get(stem, ())
        parts = self._parts.get(word, ())
        needs = self._needs.get(stem) or [
            need for part in parts for need in self._needs.get(self._stem(part), ())
        ]
        if not (own or within or needs):
            return None
        return Reading(
            own=frozenset(own),
            within=frozenset(within),
            parts=tuple(map(self._holding, parts)),
            needs=tuple(dict.fromkeys(needs)),
        )

    def _holding(self, part: str) -> frozenset[str]:
        stem = self._stem(part)
        return frozenset((*self._forms.get(stem, ()), *self._within.get(stem, ())))

    def _near(self, word: str) -> Sequence[str]:
        """Return the words of names with the fewest typing errors, within what their length allows.

        A second error only after the right first letter; never for a word of its own.
        """
        most = tolerance(len(word))
        if not most or not word.isalpha() or is_other_word(word):
            return []
        found = [
            (distance, candidate)
            for length in range(len(word) - most, len(word) + most + 1)
            for candidate, distance, _ in process.extract(
                word,
                self._by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=min(most, tolerance(length)),
                limit=None,
            )
            if distance == 1 or candidate[0] == word[0]
        ]
        fewest = min(found, default=(0, ""))[0]
        return [candidate for distance, candidate in found if distance == fewest]

    def _split_mistyped(self, word: str) -> tuple[str, ...]:
        """Return the parts of a compound with a typing error in one of them."""
        if len(word) > _LONGEST_COMPOUND:
            return ()
        for place in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            left, right = word[:place], word[place:]
            if tail := _without(right, _PLURALS, self._part_words):
                if near := self._near(left):
                    return near[0], tail
            elif (head := _without(left, _LINKS, self._part_words)) and (near := self._near(right)):
                return head, near[0]
        return ()


def _close_together(stems: frozenset[str], spoken: Sequence[str]) -> bool:
    size = len(stems) + _LOOSE
    return any(
        stems.issubset(spoken[place : place + size])
        for place, stem in enumerate(spoken)
        if stem in stems
    )


def _grouped(pairs: Iterable[tuple[_Key, _Item]]) -> Mapping[_Key, list[_Item]]:
    groups: defaultdict[_Key, list[_Item]] = defaultdict(list)
    for key, word in pairs:
        groups[key].append(word)
    return dict(groups)


def _without(word: str, endings: Sequence[str], known: frozenset[str]) -> str | None:
    """Return the known word that this is but for an ending, the shortest ending first."""
    return next(
        (
            base
            for ending in endings
            if word.endswith(ending) and (base := word[: len(word) - len(ending)]) in known
        ),
        None,
    )


def _either(readings: Sequence[Reading]) -> Reading:
    """Return one reading for several words that may be meant."""
    return Reading(
        own=frozenset().union(*(one.own for one in readings)),
        within=frozenset().union(*(one.within for one in readings)),
        parts=readings[0].parts if len(readings) == 1 else (),
        needs=tuple(dict.fromkeys(need for one in readings for need in one.needs)),
        close=True,
    )
