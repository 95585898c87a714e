"""Resolve: what was said becomes a sector, an organisation, an occupation or a municipality.

Surest first: the name itself, an alias, an occupation, an organisation, and then a typing error.
What could be two things is neither, and what resembles nothing stays as said: a wrong guess is
worse than none. Pure look-ups; nothing here ever raises on a text.

"Waar het begrip 'sector' in deze handreiking wordt gebruikt, worden zowel sectoren als organisaties
en bedrijven bedoeld" (Handreiking, footnote 1): an organisation therefore resolves to its sector.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.catalogue import Catalogue
from app.domain.lexicon import RANK, Lexicon, Place, Term, key
from app.domain.terms import MatchedBy
from app.domain.wording import (
    core,
    core_span,
    is_any_workplace,
    is_filler,
    is_other_word,
    is_work_elsewhere,
    normalise,
    says_what_about,
    turns_away,
    words,
)

__all__ = [
    "Alternative",
    "Lexicon",
    "MunicipalityMatch",
    "OrganisationMatch",
    "Resolution",
    "resolve_municipality",
    "resolve_occupation",
    "resolve_organisation",
    "resolve_sector",
    "suggest_municipalities",
    "suggest_sectors",
]

LONGEST_SAID = 200
_PAIR = 2
_BEFORE_A_NAME = frozenset({"de", "het", "bij", "in", "van", "naar"})
_PLACE_FILLERS = frozenset(words("woon wonen woont woonachtig woonplaats gemeente regio omgeving"))


@dataclass(frozen=True, slots=True)
class Alternative:
    """A sector that may be meant, and why it came up."""

    sector: str
    matched_by: MatchedBy


@dataclass(frozen=True, slots=True)
class Resolution:
    """A sector as said, and what it was understood to be; `alternatives` are other sector ids."""

    said: str
    sector: str | None = None
    matched_by: MatchedBy | None = None
    occupation: str | None = None
    organisation: str | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganisationMatch:
    """An employer as said, and the organisation it is; `alternatives` are other ids."""

    said: str
    organisation: str | None = None
    matched_by: MatchedBy | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MunicipalityMatch:
    """A place as said, its municipality and region; `alternatives` are other CBS codes."""

    said: str
    code: str | None = None
    region: str | None = None
    matched_by: MatchedBy | None = None
    alternatives: tuple[str, ...] = ()


def resolve_sector(lexicon: Lexicon, said: str) -> Resolution:
    """Resolve a sector given as an id, a name or what people say (design, 3.1).

    The whole phrase first; then the known words within it, when they agree on one line of the
    tree (the deepest counts); then a typing error. A known word that is about something unknown
    ("bouw van websites") leaves only alternatives. Never raises; texts over 200 characters, which
    the contract does not let through, resolve to nothing.
    """
    if len(said) > LONGEST_SAID:
        return Resolution(said)
    if whole := _whole(lexicon, said):
        return _decide(said, whole)
    spoken = words(said)
    tokens = tuple(word.casefold() for word in spoken)
    if turns_away(tokens):
        return Resolution(said)
    found = () if _is_compound(lexicon, tokens, spoken) else tuple(_within(lexicon, spoken))
    if _is_about_another(lexicon, spoken):
        everything = [term for terms in found for term in terms]
        return Resolution(said, alternatives=_sectors(everything))
    if found:
        return _agree(lexicon.catalogue, said, found, alone=_says_no_more(tokens))
    return _decide(said, _mistyped(lexicon, tokens), fuzzy=True)


def resolve_organisation(lexicon: Lexicon, said: str) -> OrganisationMatch:
    """Resolve an employer to an organisation of the catalogue; never raises."""
    if len(said) > LONGEST_SAID:
        return OrganisationMatch(said)
    matched_by = MatchedBy.organisation
    found = _organisations(_whole(lexicon, said))
    spoken = words(said)
    tokens = tuple(word.casefold() for word in spoken)
    if not found and not turns_away(tokens):
        found = _organisations([term for terms in _within(lexicon, spoken) for term in terms])
        if not found:
            matched_by = MatchedBy.fuzzy
            found = _organisations(_mistyped(lexicon, tokens))
    if len(found) == 1:
        return OrganisationMatch(said, found[0], matched_by)
    return OrganisationMatch(said, alternatives=found)


def resolve_occupation(lexicon: Lexicon, said: str, sector: str | None) -> str | None:
    """Return the id of the occupation that was said, or nothing when it is none or several.

    With a sector, an occupation of its own line of the tree goes before others of that name.
    """
    if len(said) > LONGEST_SAID:
        return None
    found = [term for term in _whole(lexicon, said) if term.occupation]
    spoken = words(said)
    tokens = tuple(word.casefold() for word in spoken)
    if not found and not turns_away(tokens) and not _is_about_another(lexicon, spoken):
        found = [term for terms in _within(lexicon, spoken) for term in terms if term.occupation]
        found = found or [term for term in _mistyped(lexicon, tokens) if term.occupation]
    if sector is not None and sector in lexicon.catalogue.sectors:
        own = [term for term in found if lexicon.catalogue.same_line(term.sector, sector)]
        found = own or found
    ids = {term.occupation for term in found}
    return ids.pop() if len(ids) == 1 else None


def resolve_municipality(lexicon: Lexicon, said: str) -> MunicipalityMatch:
    """Resolve a place to a municipality and its region; never raises.

    A name that two municipalities share ("Bergen") is neither; both are alternatives.
    """
    if len(said) > LONGEST_SAID:
        return MunicipalityMatch(said)
    tokens = tuple(normalise(said).split())
    places: tuple[Place, ...] = ()
    rest = tokens
    while rest and not (places := lexicon.places.get("".join(rest))):
        if not (is_filler(rest[0]) or rest[0] in _PLACE_FILLERS):
            break
        rest = rest[1:]
    fuzzy = not places
    if fuzzy:
        places = lexicon.places.near("".join(rest))
    codes = tuple(dict.fromkeys(place.code for place in places))
    if len(codes) != 1:
        return MunicipalityMatch(said, alternatives=codes)
    matched_by = MatchedBy.fuzzy if fuzzy else min(places, key=_place_rank).matched_by
    region = lexicon.catalogue.municipalities[codes[0]].region
    return MunicipalityMatch(said, codes[0], region, matched_by)


def suggest_sectors(lexicon: Lexicon, query: str, limit: int) -> tuple[Alternative, ...]:
    """Return at most `limit` sectors for what someone is typing, best first.

    First what the query resolves to, then what begins with it, then what contains it; within
    each by how sure the kind of match is, in catalogue order. An empty query suggests all.
    """
    wanted = key(query)
    best: dict[str, tuple[int, int, MatchedBy]] = {}
    resolved = resolve_sector(lexicon, query)
    if resolved.sector and resolved.matched_by:
        best[resolved.sector] = (0, RANK[resolved.matched_by], resolved.matched_by)
    for sector in resolved.alternatives:
        best.setdefault(sector, (1, 0, MatchedBy.fuzzy))
    for indexed, terms in lexicon.sectors.items():
        if wanted not in indexed:
            continue
        place = 2 if indexed.startswith(wanted) else 3
        for term in terms:
            score = (place, RANK[term.matched_by], term.matched_by)
            best[term.sector] = min(best.get(term.sector, score), score, key=lambda one: one[:2])
    ordered = sorted(best.items(), key=lambda item: item[1][:2])
    return tuple(Alternative(sector, score[2]) for sector, score in ordered[:limit])


def suggest_municipalities(lexicon: Lexicon, query: str, limit: int) -> tuple[str, ...]:
    """Return at most `limit` CBS codes for a place someone is typing, best first."""
    wanted = key(query)
    resolved = resolve_municipality(lexicon, query)
    best = {code: 0 for code in (resolved.code, *resolved.alternatives) if code}
    for indexed, places in lexicon.places.items():
        if wanted in indexed:
            score = 1 if indexed.startswith(wanted) else 2
            for place in places:
                best[place.code] = min(best.get(place.code, score), score)
    return tuple(sorted(best, key=best.__getitem__)[:limit])


def _whole(lexicon: Lexicon, said: str) -> tuple[Term, ...]:
    """Return what the whole phrase means, else the phrase without the fillers around it.

    "bij de ns" is the abbreviation, "bij mijn oom" and "als duo" are not.
    """
    spoken = words(said)
    tokens = tuple(word.casefold() for word in spoken)
    if terms := lexicon.sectors.get("".join(tokens)):
        return terms
    start, end = core_span(tokens)
    capitals = all(word.isupper() for word in spoken[start:end])
    named = capitals or (start > 0 and tokens[start - 1] in _BEFORE_A_NAME)
    terms = lexicon.sectors.get("".join(tokens[start:end]))
    return tuple(term for term in terms if named or not term.abbreviation)


def _is_compound(lexicon: Lexicon, tokens: tuple[str, ...], spoken: Sequence[str]) -> bool:
    """Whether two words are one written apart ("marine biologie"): the last says what it is.

    Not when the last is a name or a place ("gemeente Rotterdam"), or the first is a job.
    """
    start, end = core_span(tokens)
    if end - start != _PAIR:
        return False
    first, last = tokens[start:end]
    terms = lexicon.sectors.get(first)
    known = lexicon.sectors.get(last) or lexicon.places.get(last)
    job = any(term.occupation for term in terms)
    return bool(terms) and not job and not known and spoken[end - 1].islower()


def _within(lexicon: Lexicon, spoken: Sequence[str]) -> Iterator[tuple[Term, ...]]:
    """Yield what the words of a sentence mean, longest phrase first, each word once.

    A single word right after "ik" is a verb ("ik zorg voor mijn moeder") and counts for nothing.
    """
    position = 0
    while position < len(spoken):
        terms, size = lexicon.at(spoken, position)
        verb = size == 1 and position > 0 and spoken[position - 1].casefold() == "ik"
        if terms and not verb:
            yield terms
        position += size


def _is_about_another(lexicon: Lexicon, spoken: Sequence[str]) -> bool:
    """Whether a known word is turned into other work by words that are not known themselves.

    "Bouw van websites", "zorg voor dieren", "kok op een schip". An employer remains what it is,
    and so does a job at an unknown employer ("orderpicker bij ...").
    """
    if is_work_elsewhere(tuple(word.casefold() for word in spoken)):
        return True
    position = 0
    while position < len(spoken):
        terms, size = lexicon.at(spoken, position)
        position += size
        if not terms or any(term.organisation for term in terms):
            continue
        job = all(term.occupation for term in terms)
        if _is_followed_by_another(lexicon, spoken[position:], job=job):
            return True
    return False


def _is_followed_by_another(lexicon: Lexicon, rest: Sequence[str], *, job: bool) -> bool:
    """Whether the words after a known one say, in unknown words, what it is about."""
    tokens = [word.casefold() for word in rest]
    start = 0
    while start < len(tokens) and is_filler(tokens[start]) and not says_what_about(tokens[start]):
        start += 1
    if start == len(tokens) or not says_what_about(tokens[start]):
        return False
    if job and tokens[start] == "bij":
        return False
    names = not all(word[0].isupper() for word in rest)
    preposition, unknown = "", False
    for place in range(start, len(rest)):
        if lexicon.at(rest, place)[0]:
            return False
        if says_what_about(tokens[place]):
            if unknown:
                return True
            preposition = tokens[place]
        elif not lexicon.places.get(tokens[place]):
            named = names and rest[place][0].isupper()
            unknown |= not is_any_workplace(rest[place], preposition, named=named)
    return unknown


def _mistyped(lexicon: Lexicon, tokens: tuple[str, ...]) -> tuple[Term, ...]:
    """Return what a phrase may mean but for a typing error: one when it has several words."""
    phrase = core(tokens)
    if any(map(is_other_word, phrase)):
        return ()
    return lexicon.sectors.near("".join(phrase), 1 if len(phrase) > 1 else 2)


def _says_no_more(tokens: tuple[str, ...]) -> bool:
    """Whether all but one word are fillers: "chauffeur" is a lorry driver, unless more is said."""
    return sum(not is_filler(token) for token in tokens) <= 1


def _sectors(terms: Sequence[Term]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.sector for term in terms))


def _organisations(terms: Sequence[Term]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term.organisation for term in terms if term.organisation))


def _rank(term: Term) -> int:
    return RANK[term.matched_by]


def _place_rank(place: Place) -> int:
    return RANK[place.matched_by]


def _decide(said: str, terms: Sequence[Term], *, fuzzy: bool = False) -> Resolution:
    """Resolve one phrase: its surest meaning, when that is one sector."""
    if not terms:
        return Resolution(said)
    surest = min(map(_rank, terms))
    chosen = [term for term in terms if _rank(term) == surest]
    if len(_sectors(chosen)) > 1:
        return Resolution(said, alternatives=_sectors(terms))
    return _resolution(said, chosen[0].sector, terms, MatchedBy.fuzzy if fuzzy else None)


def _agree(
    catalogue: Catalogue, said: str, found: Sequence[tuple[Term, ...]], *, alone: bool
) -> Resolution:
    """Resolve the known words of a sentence: one line of the tree, or nothing.

    A word with one meaning decides; a word with several (verpleegkundige, chauffeur) only has to
    fit, unless it stands alone between fillers.
    """
    if len(found) == 1 and (alone or len(_sectors(found[0])) == 1):
        return _decide(said, found[0])
    everything = [term for terms in found for term in terms]
    sure = [sectors[0] for sectors in map(_sectors, found) if len(sectors) == 1]
    if sure:
        deepest = max(sure, key=lambda sector: sum(1 for _ in catalogue.line(sector)))
        fits = all(
            any(catalogue.same_line(sector, deepest) for sector in _sectors(terms))
            for terms in found
        ) and all(catalogue.lies_within(deepest, sector) for sector in sure)
        return (
            _resolution(said, deepest, everything)
            if fits
            else Resolution(said, alternatives=_sectors(everything))
        )
    shared = set.intersection(*(set(_sectors(terms)) for terms in found))
    if len(found) > 1 and len(shared) == 1:
        return _resolution(said, shared.pop(), everything)
    return Resolution(said, alternatives=_sectors(everything))


def _resolution(
    said: str, sector: str, terms: Sequence[Term], matched_by: MatchedBy | None = None
) -> Resolution:
    own = sorted((term for term in terms if term.sector == sector), key=_rank)
    return Resolution(
        said=said,
        sector=sector,
        matched_by=matched_by or own[0].matched_by,
        occupation=next((term.occupation for term in own if term.occupation), None),
        organisation=next((term.organisation for term in own if term.organisation), None),
        alternatives=tuple(other for other in _sectors(terms) if other != sector),
    )
