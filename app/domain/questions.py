"""What else can be asked, in the order of how much one answer settles.

"In de intake wordt altijd een check gedaan op de eventueel reeds beschikbare voorzieningen voor de
persoon in kwestie" (Handreiking, bijlage 3, 3.e): whatever was not said and decides is asked. One
question at a time, the first one first; after each answer the check is done again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.domain.catalogue import Catalogue, Provision
from app.domain.conditions import WantsInto, WorksIn, WorksInOrWantsInto
from app.domain.person import Person
from app.domain.rule import Assessment, ProvisionCheck
from app.domain.terms import Ask, Employment, JobLoss, Purpose
from app.domain.verdicts import Reason

ASKED: Mapping[Ask, tuple[str, str | None]] = {
    Ask.origin_sector: (
        "originSector",
        "In welke sector werkt u precies, of werkte u het laatst?",
    ),
    Ask.employment: ("employment", "Hoe werkt u nu?"),
    Ask.organisation: ("organisation", "Bij welke organisatie werkt u?"),
    Ask.job_loss: ("jobLoss", "Bent u uw baan kwijt, of is er kans dat u uw baan verliest?"),
    Ask.purpose: ("purpose", "Wat wilt u met uw werk of loopbaan?"),
    Ask.target_sector: ("targetSector", "In welke sector wilt u werken?"),
    Ask.target_occupation: ("targetSector", "Welk beroep wilt u gaan doen?"),
    Ask.years_of_service: ("yearsOfService", "Hoeveel jaar werkt u daar al?"),
    Ask.used_provisions: (
        "usedProvisions",
        "Welke van deze voorzieningen hebt u al eens gebruikt, en wanneer?",
    ),
    Ask.day_of_use: ("usedProvisions", None),
}
"""The field of the intake that takes the answer, and what is asked; else the reason asks it."""

EMPLOYMENT_ANSWERS = {
    Employment.employee: "ik ben werknemer",
    Employment.agency_worker: "ik ben uitzendkracht",
    Employment.self_employed: "ik ben zelfstandige",
    Employment.job_seeker: "ik ben werkzoekende",
}

JOB_LOSS_ANSWERS = {
    JobLoss.none: "nee",
    JobLoss.threatened: "er is kans dat ik mijn baan verlies",
    JobLoss.happened: "ja, ik ben mijn baan kwijt of raak die binnenkort kwijt",
}

JOB_LOSS_OF_A_JOB_SEEKER = {
    JobLoss.none: "nee",
    JobLoss.happened: "ja, ik ben mijn laatste baan kwijtgeraakt",
}
"""Who has no work has no job that may be lost."""

PURPOSE_ANSWERS = {
    Purpose.orientation: "ik wil nagaan welk werk bij mij past",
    Purpose.growth_in_sector: "ik wil verder komen in mijn eigen sector",
    Purpose.other_work: "ik wil ander werk vinden",
    Purpose.other_sector: "ik wil naar een andere sector gaan",
}

CHANGE_WHAT_IS_NEEDED = frozenset({Ask.job_loss, Ask.purpose, Ask.target_sector})
"""Answers that change which services answer the purpose (Handreiking, chapter 3)."""

ASKED_ONE_BY_ONE = frozenset({None, Ask.day_of_use})
"""Of which each provision has a question of its own; the others are asked once for all."""

WHERE_TO = frozenset({Ask.target_sector, Ask.target_occupation})
"""What is asked once it is clear who somebody is and what they come for."""


ORDER = {ask: place for place, ask in enumerate(Ask)}


class Choice(NamedTuple):
    """One allowed answer, and how a worker would say it."""

    value: str | int
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and the provisions whose verdict waits for its answer.

    Without a `field` no answer of the intake settles it: the worker knows, or the desk. Without
    `answers` any may be given.
    """

    code: str
    text: str
    field: str | None
    answers: tuple[Choice, ...] | None
    settles: tuple[str, ...]


@dataclass(slots=True)
class _Open:
    """A question while the provisions that wait for it are gathered, by their id."""

    reason: Reason
    text: str
    waiting: dict[str, Assessment] = field(default_factory=dict)


def open_questions(
    check: ProvisionCheck, assumed: frozenset[Ask], catalogue: Catalogue
) -> tuple[Question, ...]:
    """List what can still be asked: first what settles most.

    `assumed` is what was not said, or not precisely, and was taken to be otherwise: its answer may
    open a provision that is refused now, or close one that is open. What may become a warm
    referral counts before what never does. Where somebody wants to go is asked after that; what no
    field of the intake takes comes last.
    """
    found: dict[tuple[Ask | None, str], _Open] = {}
    for one, reason in _undecided(check, assumed):
        asks = reason.asks
        key = asks, reason.detail if asks in ASKED_ONE_BY_ONE else ""
        entry = found.get(key)
        if entry is None:
            entry = found[key] = _Open(reason, _text(reason, check.person))
        entry.waiting[one.provision.id] = one
    ordered = sorted(found.values(), key=lambda entry: _rank(entry, check, catalogue))
    return tuple(_question(entry, check, catalogue) for entry in ordered)


def _undecided(
    check: ProvisionCheck, assumed: frozenset[Ask]
) -> Iterator[tuple[Assessment, Reason]]:
    """Yield each provision with what an answer could still change about it.

    What waits for where somebody wants to go, waits first for what they come for.
    """
    waits_for = {ask: ask for ask in assumed}
    if Ask.purpose in assumed:
        waits_for.setdefault(Ask.target_sector, Ask.purpose)
    for one in (*check.referrals, *check.also_available, *check.signposts):
        told = one.told
        for reason in told.to_confirm:
            yield one, _first(reason, waits_for)
        for reason in told.reasons:
            if reason.asks in assumed:
                yield one, reason
    if Ask.purpose in assumed:
        for one in check.also_available:
            yield one, Reason(Ask.purpose, "", Ask.purpose)
    yield from _may_open(check.refusals, waits_for)


def _may_open(
    refusals: Iterable[Assessment], waits_for: Mapping[Ask, Ask]
) -> Iterator[tuple[Assessment, Reason]]:
    for one in refusals:
        reasons = one.told.reasons
        # Most refusals are settled by their first reason.
        if reasons[0].asks and all(reason.asks in waits_for for reason in reasons):
            for reason in reasons:
                yield one, _first(reason, waits_for)


def _first(reason: Reason, waits_for: Mapping[Ask, Ask]) -> Reason:
    asks = waits_for.get(reason.asks, reason.asks) if reason.asks else None
    return reason if asks is reason.asks else reason._replace(asks=asks)


def _text(reason: Reason, person: Person) -> str:
    """Word a question for who is asked it."""
    match reason.asks:
        case None:
            return reason.detail
        case Ask.organisation if person.organisation_guessed:
            return reason.detail
        case Ask.job_loss if person.seeks_work:
            return "Bent u uw laatste baan kwijtgeraakt?"
        case Ask.target_sector if person.target_named:
            return "In welke sector wilt u precies werken?"
    return ASKED[reason.asks][1] or reason.detail


def _rank(
    entry: _Open, check: ProvisionCheck, catalogue: Catalogue
) -> tuple[bool, bool, int, int, int, str]:
    asks = entry.reason.asks
    may_refer, every = max(
        (_may_refer(settled, asks, check), len(settled))
        for settled in _settled_by_one_answer(asks, entry.waiting, catalogue)
    )
    order = ORDER[asks] if asks else 0
    return asks is None, asks in WHERE_TO, -may_refer, -every, order, entry.text


def _may_refer(settled: Iterable[Assessment], asks: Ask | None, check: ProvisionCheck) -> int:
    """Count what may become a warm referral."""
    needed = check.needed_services
    changes_need = asks in CHANGE_WHAT_IS_NEEDED
    return sum(
        one.is_warm and (changes_need or any(it in needed for it in one.provision.services))
        for one in settled
    )


def _settled_by_one_answer(
    asks: Ask | None, waiting: Mapping[str, Assessment], catalogue: Catalogue
) -> Iterator[list[Assessment]]:
    """Yield what each answer settles: what is open now, and of what is refused what it opens.

    What is refused for something else as well, no single answer opens.
    """
    whatever: list[Assessment] = []
    per_sector: dict[str, dict[str, Assessment]] = {}
    for provision_id, one in waiting.items():
        sectors: list[str] = []
        if not one.is_open:
            if any(reason.asks is not asks for reason in one.told.reasons):
                continue
            sectors = _sectors_asked(one.provision, asks)
        for sector in sectors:
            per_sector.setdefault(sector, {})[provision_id] = one
        if not sectors:
            whatever.append(one)
    yield whatever
    for sector in per_sector:
        opened: dict[str, Assessment] = {}
        for above in catalogue.lines[sector]:
            opened.update(per_sector.get(above, {}))
        yield [*whatever, *opened.values()]


def _sectors_asked(provision: Provision, asks: Ask | None) -> list[str]:
    """Name the sectors of which the answer must be one, or lie below one, to open this."""
    match asks:
        case Ask.origin_sector:
            return _sectors(provision, WorksIn)
        case Ask.target_sector:
            return _sectors(provision, WantsInto)
    return []


def _sectors(provision: Provision, side: type[WorksIn | WantsInto]) -> list[str]:
    asked = [one for one in provision.conditions if isinstance(one, (side, WorksInOrWantsInto))]
    return [sector for one in asked for sector in one.sectors]


def _question(entry: _Open, check: ProvisionCheck, catalogue: Catalogue) -> Question:
    asks, settles = entry.reason.asks, tuple(entry.waiting)
    if asks is None:
        return Question(entry.reason.code, entry.text, None, None, settles)
    choices = _choices(asks, entry, check.person, catalogue)
    return Question(asks, entry.text, ASKED[asks][0], choices, settles)


def _choices(
    asks: Ask, entry: _Open, person: Person, catalogue: Catalogue
) -> tuple[Choice, ...] | None:
    match asks:
        case Ask.employment:
            return _worded(EMPLOYMENT_ANSWERS)
        case Ask.job_loss:
            return _worded(JOB_LOSS_OF_A_JOB_SEEKER if person.seeks_work else JOB_LOSS_ANSWERS)
        case Ask.purpose:
            return _worded(PURPOSE_ANSWERS)
        case Ask.organisation if person.organisation_guessed and person.organisation:
            name = catalogue.organisations[person.organisation].name
            return (Choice(name, f"ja, {name}"),)
        case Ask.used_provisions | Ask.day_of_use:
            named = (one.provision for one in entry.waiting.values())
            return tuple(Choice(one.id, one.name) for one in named)
    return None


def _worded(answers: Mapping[Any, str]) -> tuple[Choice, ...]:
    return tuple(Choice(*one) for one in answers.items())
