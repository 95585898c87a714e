"""Skills count: what carries over, what is missing, and where else it is asked for.

Handreiking, 3.2 (sectoral development paths) and 3.2.1 (skills besides diplomas). Nothing here
decides for a worker: a person confirms each skill that was recognised.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.catalogue import Adjacency, Catalogue, EntryProfile
from app.domain.terms import MatchedBy
from app.domain.wording import edits, normalise

# Words around a skill that change nothing about it; "niet" and "geen" are not among them.
_AROUND = frozenset(
    {"aan", "achter", "als", "bij", "ben", "de", "doe", "doen", "een", "en", "geweest", "gewerkt"}
    | {"heb", "hebben", "het", "ik", "in", "kan", "kunnen", "met", "om", "op", "staan", "te"}
    | {"van", "voor", "zijn"}
)
# Who says so is as able as who does not; but "goed met kinderen" is more than "kinderen".
_PRAISE = frozenset({"erg", "ervaring", "goed", "heel", "veel"})
_LONGEST_SAID = 100
_SHORTEST_WITH_A_TYPO = 7
_MOST_ADJACENT = 5


@dataclass(frozen=True, slots=True)
class SkillMatch:
    """What someone said they can do, and the skill it was understood as, if any."""

    said: str
    skill: str | None
    matched_by: MatchedBy | None


@dataclass(frozen=True, slots=True)
class ProfileFit:
    """What a worker brings to one way into a sector, and what is still missing (skill ids)."""

    profile: str
    carries_over: tuple[str, ...]
    missing: tuple[str, ...]
    useful_missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdjacentSector:
    """A neighbouring sector that asks for something this worker can, best fit first."""

    sector: str
    strength: int
    why: str
    fits: tuple[ProfileFit, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """One way to say a skill."""

    words: tuple[str, ...]
    skill: str


@dataclass(frozen=True, slots=True)
class SkillIndex:
    """What is looked up again and again, built once per catalogue."""

    terms: Mapping[str, tuple[str, MatchedBy]]
    labels: Mapping[str, tuple[str, MatchedBy]]
    """The terms as the catalogue writes them, which is how a list of skills is chosen from."""
    uris: Mapping[str, str]
    similar: Mapping[tuple[str, int], tuple[_Term, ...]]
    words: frozenset[str]
    profiles: Mapping[str, tuple[str, ...]]
    occupations: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]
    """How each profile's own occupation is named, and its ESCO URI."""

    @classmethod
    def of(cls, catalogue: Catalogue) -> "SkillIndex":
        """Index the skills, the profiles of each sector and the names of each occupation."""
        terms: dict[str, tuple[str, MatchedBy]] = {}
        labels: dict[str, tuple[str, MatchedBy]] = {}
        similar: dict[tuple[str, int], list[_Term]] = {}
        for skill in catalogue.skills.values():
            for label in (skill.name, skill.id, *skill.aliases):
                how = MatchedBy.alias if label in skill.aliases else MatchedBy.exact
                text = normalise(label)
                words = _telling(text)
                for key in _keys(text):
                    terms.setdefault(key, (skill.id, how))
                labels.setdefault(label, terms[_keys(text)[0]])
                similar.setdefault(_shape(words), []).append(_Term(words, skill.id))
        return cls(
            terms=terms,
            labels=labels,
            uris={skill.uri: skill.id for skill in catalogue.skills.values() if skill.uri},
            similar={key: tuple(found) for key, found in similar.items()},
            words=frozenset(
                word for found in similar.values() for term in found for word in term.words
            ),
            profiles={sector: _profiles_of(catalogue, sector) for sector in catalogue.sectors},
            occupations={
                occupation.id: frozenset(
                    normalise(name)
                    for name in (occupation.id, occupation.name, *occupation.aliases)
                )
                | frozenset({occupation.esco} if occupation.esco else ())
                for sector in catalogue.sectors.values()
                for occupation in sector.occupations
            },
            names={
                profile.id: frozenset({normalise(profile.occupation), profile.esco})
                for profile in catalogue.profiles.values()
            },
        )


def recognise(index: SkillIndex, said: Sequence[str]) -> tuple[SkillMatch, ...]:
    """Understand what someone says they can do, one match for each thing said, in order.

    A name, an alias, an ESCO or CompetentNL URI, or a name with a typing error; what is none of
    these stays as said. Never guesses between two skills.
    """
    return tuple(_recognised(index, one) for one in said)


def fits_for_target(
    catalogue: Catalogue,
    index: SkillIndex,
    *,
    target: str,
    occupation: str | None,
    skills: Collection[str],
) -> tuple[ProfileFit, ...]:
    """Tell for every way into the target sector what this worker brings and what is missing.

    The profiles of the sector and of what lies below it, or else those of its nearest ancestor
    that has any. The wanted occupation (an id of the sector tree, or its name) comes first, then
    what carries over most. An unknown sector has none.
    """
    wanted = _names_of(index, occupation)
    profiles = [catalogue.profiles[profile] for profile in index.profiles.get(target, ())]
    own = frozenset(skills)
    ranked = sorted(
        profiles,
        key=lambda one: _rank(one, own, is_wanted=not wanted.isdisjoint(index.names[one.id])),
    )
    return tuple(_fit(profile, own) for profile in ranked)


def skills_of_occupation(
    catalogue: Catalogue, index: SkillIndex, occupation: str | None
) -> tuple[str, ...]:
    """Name the skills that someone in this occupation most likely has, for them to confirm.

    These are the essential skills of its entry profiles. They never count by themselves: a person
    confirms each skill.
    """
    if occupation is None:
        return ()
    names = _names_of(index, occupation)
    return tuple(
        dict.fromkeys(
            skill
            for profile in catalogue.profiles.values()
            if not names.isdisjoint(index.names[profile.id])
            for skill in profile.essential
        )
    )


def adjacent_sectors(
    catalogue: Catalogue, index: SkillIndex, *, origin: str, skills: Collection[str]
) -> tuple[AdjacentSector, ...]:
    """Name the neighbours of the origin that ask for what this worker can, at most five.

    Neighbours of a sector above or below the origin count too (letter of September 2016, section
    1: mobility between adjacent sectors). Ordered by what carries over, then by how small the
    step is. Without a recognised skill there is nothing to compare, so there are none.
    """
    if not skills or origin not in catalogue.sectors:
        return ()
    nearest: dict[str, Adjacency] = {}
    for sector, step in _neighbours(catalogue, origin):
        if sector not in nearest or step.strength > nearest[sector].strength:
            nearest[sector] = step
    found = []
    for sector, step in nearest.items():
        fits = fits_for_target(catalogue, index, target=sector, occupation=None, skills=skills)
        usable = tuple(fit for fit in fits if fit.carries_over)
        if usable:
            found.append(AdjacentSector(sector, step.strength, step.why, usable))
    found.sort(key=lambda near: (-_most_carried_over(near), -near.strength))
    return tuple(found[:_MOST_ADJACENT])


def _recognised(index: SkillIndex, said: str) -> SkillMatch:
    if len(said) > _LONGEST_SAID:
        return SkillMatch(said, None, None)
    by_uri = index.uris.get(said.strip())
    if by_uri is not None:
        return SkillMatch(said, by_uri, MatchedBy.exact)
    if (written_so := index.labels.get(said)) is not None:
        return SkillMatch(said, *written_so)
    text = normalise(said)
    unpraised = " ".join(word for word in text.split() if word not in _PRAISE)
    for words in dict.fromkeys((text, unpraised)):
        for key in _keys(words):
            found = index.terms.get(key)
            if found is not None:
                return SkillMatch(said, *found)
    skill = _with_a_typo(index, _telling(unpraised))
    return SkillMatch(said, skill, MatchedBy.fuzzy if skill else None)


def _telling(text: str) -> tuple[str, ...]:
    words = tuple(text.split())
    return tuple(word for word in words if word not in _AROUND) or words


def _keys(text: str) -> tuple[str, str]:
    """Return the text without spaces, and the words that tell something in any order.

    In Dutch "heftruckrijden" and "heftruck rijden" are one, as are "omgaan met mensen" and "met
    mensen omgaan".
    """
    return text.replace(" ", ""), " ".join(sorted(_telling(text)))


def _shape(words: tuple[str, ...]) -> tuple[str, int]:
    return (words[0][:1] if words else "", len(words))


def _with_a_typo(index: SkillIndex, words: tuple[str, ...]) -> str | None:
    found = {
        term.skill
        for term in index.similar.get(_shape(words), ())
        if all(
            _is_typo_of(word, meant, index.words)
            for word, meant in zip(words, term.words, strict=True)
        )
    }
    return found.pop() if len(found) == 1 else None


def _is_typo_of(word: str, meant: str, known: frozenset[str]) -> bool:
    """Whether a word is the other with at most one typing error.

    Another letter in place of one makes another word more often than a typing error does
    ("plannen", "planten"), so only a letter too many, too few, or two swapped will do.
    """
    if word == meant:
        return True
    if word in known or len(meant) < _SHORTEST_WITH_A_TYPO:
        return False
    replaced = len(word) == len(meant) and sorted(word) != sorted(meant)
    return not replaced and edits(word, meant, 1) <= 1


def _profiles_of(catalogue: Catalogue, sector: str) -> tuple[str, ...]:
    profiles = catalogue.profiles.values()
    within = tuple(one.id for one in profiles if catalogue.lies_within(one.sector, sector))
    if within:
        return within
    for ancestor in catalogue.line(sector):
        there = tuple(one.id for one in profiles if one.sector == ancestor.id)
        if there:
            return there
    return ()


def _names_of(index: SkillIndex, occupation: str | None) -> frozenset[str]:
    if occupation is None:
        return frozenset()
    return index.occupations.get(occupation) or frozenset({normalise(occupation)})


def _rank(
    profile: EntryProfile, own: frozenset[str], *, is_wanted: bool
) -> tuple[bool, int, int, int]:
    essential = len(own.intersection(profile.essential))
    useful = len(own.intersection(profile.useful))
    return (not is_wanted, -essential, -useful, len(profile.essential))


def _fit(profile: EntryProfile, own: frozenset[str]) -> ProfileFit:
    asked = (*profile.essential, *profile.useful)
    if own.isdisjoint(asked):
        return ProfileFit(profile.id, (), profile.essential, profile.useful)
    return ProfileFit(
        profile=profile.id,
        carries_over=tuple([skill for skill in asked if skill in own]),
        missing=tuple([skill for skill in profile.essential if skill not in own]),
        useful_missing=tuple([skill for skill in profile.useful if skill not in own]),
    )


def _neighbours(catalogue: Catalogue, origin: str) -> Iterator[tuple[str, Adjacency]]:
    for step in catalogue.adjacency:
        for here, there in ((step.a, step.b), (step.b, step.a)):
            if catalogue.same_line(here, origin) and not catalogue.same_line(there, origin):
                yield there, step


def _most_carried_over(near: AdjacentSector) -> int:
    return max(len(fit.carries_over) for fit in near.fits)
