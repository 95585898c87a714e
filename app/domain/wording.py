"""Words as people write them: one spelling for what means the same, and how far two words differ.

Our own reading of how workers speak (eigen-lezing); no source rules on it.
"""

import re
import unicodedata
from itertools import pairwise

_INITIALS = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'`\u2018\u2019\u00b4\u02bc"))
_SPACED_OUT = 2


def _unmarked(text: str) -> str:
    """Return the text without accents and other marks."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> tuple[str, ...]:
    """Split into words without accents or punctuation, capitals kept as written."""
    plain = _unmarked(text).translate(_APOSTROPHES)
    if "." in plain:
        plain = _INITIALS.sub("", plain)
    return tuple(_WORD.findall(plain))


# Words around the answer, never the answer itself: "ik werk al tien jaar in de bouw".
_FILLERS = frozenset(
    words(
        "aan al als altijd ander bedrijf ben bij daar de dit doe doen een er geweest gewerkt graag "
        "heb het hier i ik in is jaar jaren kom langer mijn mijne n naar nog nu ooit op sector "
        "sinds sta t te tien tot tussen twintig uit van voor vroeger was we werk werken werkt "
        "werkte werkzaam wij wil word worden zelf zit 1 2 3 4 5 6 7 8 9 10 11 12 15 20 25 30"
    )
)
# Someone says what they do not want, or speaks of another person: nothing can be concluded.
_NEGATIONS = frozenset(words("geen niet nooit behalve uitgezonderd zonder noch gestopt stoppen"))
# Someone who is near the work without doing it there.
_BYSTANDERS = frozenset(
    words(
        "makelaar leverancier klant patient student scholier vrijwilliger vrijwilligster "
        "vrijwilligers vrijwilligerswerk stagiair stagiaire stage client bezoeker"
    )
)
# After a known word these say what it is about: "techniek in het theater", "bouw van websites".
_ABOUT = frozenset(words("aan bij in met op over tegen uit van voor"))
_WHERE = frozenset(words("bij in op uit"))
# What may follow there without changing the kind of work: an employer, a place, the hours.
_ANY_WORKPLACE = frozenset(
    words(
        "avond baas bedrijven belgie branche buitenland buurt collega collegas contract dag "
        "dagen deeltijd dienst dienstverband dorp drenthe duitsland eigen ervaring "
        "familiebedrijf firma flevoland friesland fryslan fulltime gelderland goed groep groot "
        "grote haar heel hele hun instelling kantoor kantoren klanten klein kleine leuk leuke "
        "limburg loondienst middelgroot naam nacht nachtdienst nederland noord omgeving "
        "onderneming ons onze oost opleiding organisatie overijssel parttime plezier ploeg "
        "ploegendienst provincie randstad regio sector stad team tijdelijk tijdelijke uren uur "
        "vast vaste veel vestiging wat week weekend west wijk zaak zeeland zuid"
    )
)
_ELSEWHERE_PAIRS = frozenset({("krant", "rond"), ("kranten", "rond")})
# Kinds of work of no sector here, that lend their words from one: "kerkelijke gemeente".
_ELSEWHERE = frozenset(
    words(
        "apotheek balletschool binnenvaart binnenvaartschip bioscoop boot brandwacht circus "
        "cruiseschip dansschool dierenarts dierenasiel dierentuin evangelische groothandel "
        "handel handelaar heils kapsalon kerk kerkelijke manege museum muziekschool rijschool "
        "schip sportschool theater vliegtuig yoga zwembad"
    )
)
_AWAY = frozenset({("weg", "uit"), ("weg", "bij"), ("weg", "van")})
_OTHERS = frozenset(
    words(
        "vader moeder man vrouw partner zoon dochter broer zus vriend vriendin buurman buurvrouw "
        "opa oma oom tante"
    )
)
# Words of their own that lie a typing error or two away from something we know.
_OTHER_WORDS = frozenset(
    words(
        "agrarische agrotechnicus ambulante bagagemedewerker bakken ballen banden bekken "
        "bewerking boeken boeten bonken bontkweker bontwerker boren bouten breister computer "
        "conrectrice department energiek facilitaire fytotherapeut fytotherapeute geitenhoeder "
        "glasetser installaties kassier kastelein kasten kranen lakkerij lasten logistieke "
        "magazine mariene medewerker medewerkster metaalperser militaire militant minister "
        "ministers operateur politiek rectrice scheepslakker schilderij schipper schoenmaakster "
        "schoenmaker schoenmakers schonen schoon slagen spa spoorwerker tuinkers "
        "verhuurmedewerker vormster weefster wijnbouwer wijnkelner wijnober wildpark winkelen "
        "winkelhaak"
    )
)


def normalise(text: str) -> str:
    """Return the one spelling that stands for all ways to write the same; idempotent."""
    folded = " ".join(words(text)).casefold()
    if folded.isascii():
        return folded
    return " ".join(word.casefold() for word in words(folded))


def core_span(tokens: tuple[str, ...]) -> tuple[int, int]:
    """Return where the words without the fillers before and after them begin and end."""
    start, end = 0, len(tokens)
    while start < end and tokens[start] in _FILLERS:
        start += 1
    while end > start and tokens[end - 1] in _FILLERS:
        end -= 1
    return start, end


def core(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the filler words before and after; casefolded words in, casefolded words out."""
    start, end = core_span(tokens)
    return tokens[start:end]


def is_filler(word: str) -> bool:
    """Whether a casefolded word says nothing about where someone works."""
    return word in _FILLERS


def turns_away(tokens: tuple[str, ...]) -> bool:
    """Whether someone says where they do not work, or where someone else does."""
    pairs = pairwise(tokens)
    return not (_NEGATIONS | _BYSTANDERS).isdisjoint(tokens) or any(
        pair in _AWAY or (pair[0] == "mijn" and pair[1] in _OTHERS) for pair in pairs
    )


def says_what_about(word: str) -> bool:
    """Whether a casefolded word begins what the word before it is about: "zorg voor ..."."""
    return word in _ABOUT


def is_any_workplace(word: str, preposition: str, *, named: bool) -> bool:
    """Whether a word after a preposition leaves the kind of work as it was.

    A filler, a number, any employer ("een bedrijf"), the hours; and after "in", "op", "bij" and
    "uit" also a name: "in Scheveningen". `named` says it is written as one.
    """
    folded = word.casefold()
    return (
        folded in _FILLERS
        or folded in _ANY_WORKPLACE
        or folded.isdigit()
        or (named and preposition in _WHERE)
    )


def is_work_elsewhere(tokens: tuple[str, ...]) -> bool:
    """Whether casefolded words name a kind of work that no sector of the catalogue is."""
    return not (_ELSEWHERE.isdisjoint(tokens) and _ELSEWHERE_PAIRS.isdisjoint(pairwise(tokens)))


def is_other_word(word: str) -> bool:
    """Whether a casefolded word is no typing error but a word of its own, of no sector."""
    return word in _OTHER_WORDS


def tolerance(length: int) -> int:
    """How many typing errors a word of this length may hold: 1 from 6 letters, 2 from 8.

    Shorter words lie too close to other words ("schol", "leder", "veger").
    """
    if length < 6:  # noqa: PLR2004 - the two thresholds are the rule itself
        return 0
    return 1 if length < 8 else 2  # noqa: PLR2004 - see above


def edits(one: str, other: str, most: int) -> int:
    """Count the typing errors between two words; anything above `most` is `most` + 1.

    An error is a letter too many, too few, wrong, or swapped with its neighbour (optimal string
    alignment). Work is bounded: it stops as soon as `most` is passed.
    """
    beyond = most + 1
    if abs(len(one) - len(other)) > most:
        return beyond
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        current = [row] + [beyond] * len(other)
        for column in range(max(1, row - most), min(len(other), row + most) + 1):
            wrong = letter != other[column - 1]
            current[column] = min(
                last[column] + 1, current[column - 1] + 1, last[column - 1] + wrong
            )
            swapped = (
                min(row, column) >= _SPACED_OUT
                and letter == other[column - 2]
                and one[row - 2] == other[column - 1]
            )
            if swapped:
                current[column] = min(current[column], before[column - 2] + 1)
        if min(current) > most:
            return beyond
        before, last = last, current
    return min(last[len(other)], beyond)
