"""What else can be asked, in the order of how much the answers settle.

"In de intake wordt altijd een check gedaan op de eventueel reeds beschikbare voorzieningen voor de
persoon in kwestie" (Handreiking, bijlage 3, 3.e): whatever was not said and decides is asked. One
question at a time, the first one first; after each answer the check is done again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.domain.person import Person
from app.domain.rule import Assessment, ProvisionCheck
from app.domain.terms import Ask, JobLoss
from app.domain.verdicts import EMPLOYMENT_WORDS, PURPOSE_WORDS, Reason

ASKED: Mapping[Ask, tuple[str, str | None]] = {
    Ask.origin_sector: (
        "originSector",
        "In welke sector werkt u precies, of werkte u het laatst?",
    ),
    Ask.employment: ("employment", "Hoe werkt u nu?"),
    Ask.organisation: ("organisation", "Bij welke organisatie werkt u?"),
    Ask.job_loss: ("jobLoss", "Bent u uw baan kwijt, of is er kans dat u uw baan verliest?"),
    Ask.purpose: ("purpose", "Wat wilt u?"),
    Ask.target_sector: ("targetSector", "In welke sector wilt u werken?"),
    Ask.target_occupation: ("targetSector", "Welk beroep wilt u gaan doen?"),
    Ask.years_of_service: ("yearsOfService", "Hoeveel jaar werkt u daar al?"),
    Ask.service_year: ("yearsOfService", None),
    Ask.used_provisions: (
        "usedProvisions",
        "Welke van deze voorzieningen hebt u al eens gebruikt, en wanneer?",
    ),
    Ask.day_of_use: ("usedProvisions", None),
}
"""The field of the intake that takes the answer, and what is asked; else the provision asks it."""

JOB_LOSS_ANSWERS = {
    JobLoss.none: "nee",
    JobLoss.threatened: "er is kans dat ik mijn baan verlies",
    JobLoss.happened: "ja, ik ben mijn baan kwijt of binnenkort",
}

CHANGE_WHAT_IS_NEEDED = frozenset({Ask.job_loss, Ask.purpose, Ask.target_sector})
"""Answers that change which services answer the purpose (Handreiking, chapter 3)."""

ORDER = {ask: place for place, ask in enumerate(Ask)}


class Choice(NamedTuple):
    """One allowed answer, and how a worker would say it."""

    value: str | int
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and the provisions whose verdict waits for its answer.

    Without a `field` no answer of the worker settles it: the provider says so. Without `answers`
    any may be given.
    """

    code: str
    text: str
    field: str | None
    answers: tuple[Choice, ...] | None
    settles: tuple[str, ...]


@dataclass(slots=True)
class _Open:
    """A question while the provisions that wait for it are counted."""

    reason: Reason
    waiting: list[Assessment] = field(default_factory=list)


def open_questions(check: ProvisionCheck, assumed: frozenset[Ask]) -> tuple[Question, ...]:
    """List what can still be asked: first what settles most.

    `assumed` is what was not said, or not precisely, and was taken to be otherwise: its answer may
    open a provision that is refused now, or close one that is open. What may become a warm
    referral counts before what never does; what only a provider can say comes last.
    """
    found: dict[tuple[Ask | None, str], _Open] = {}
    for one, reason in _undecided(check, assumed):
        _, text = ASKED[reason.asks] if reason.asks else (None, None)
        entry = found.setdefault((reason.asks, text or reason.detail), _Open(reason))
        if one not in entry.waiting[-1:]:
            entry.waiting.append(one)
    ordered = sorted(found.items(), key=lambda item: _rank(item[0], item[1], check))
    return tuple(_question(asks, text, entry, check) for (asks, text), entry in ordered)


def _undecided(
    check: ProvisionCheck, assumed: frozenset[Ask]
) -> Iterator[tuple[Assessment, Reason]]:
    """Yield each provision with what an answer could still change about it."""
    for one in (*check.referrals, *check.also_available, *check.signposts):
        told = one.told
        for reason in told.to_confirm:
            yield one, reason
        for reason in told.reasons:
            if reason.asks in assumed:
                yield one, reason
    for one in check.refusals:
        reasons = one.told.reasons
        # Most refusals are settled by their first reason.
        if reasons[0].asks and all(reason.asks in assumed for reason in reasons):
            for reason in reasons:
                yield one, reason
    if Ask.purpose in assumed:
        for one in check.also_available:
            yield one, Reason(Ask.purpose, "", Ask.purpose)


def _rank(
    key: tuple[Ask | None, str], entry: _Open, check: ProvisionCheck
) -> tuple[bool, int, int, int, str]:
    asks, text = key
    changes_need = asks in CHANGE_WHAT_IS_NEEDED
    may_refer = sum(
        one.is_warm
        and (changes_need or any(it in check.needed_services for it in one.provision.services))
        for one in entry.waiting
    )
    return asks is None, -may_refer, -len(entry.waiting), ORDER[asks] if asks else 0, text


def _question(asks: Ask | None, text: str, entry: _Open, check: ProvisionCheck) -> Question:
    settles = tuple(one.provision.id for one in entry.waiting)
    if asks is None:
        return Question(entry.reason.code, text, None, None, settles)
    return Question(asks, text, ASKED[asks][0], _choices(asks, entry, check.person), settles)


def _choices(asks: Ask, entry: _Open, person: Person) -> tuple[Choice, ...] | None:
    match asks:
        case Ask.employment:
            return tuple(Choice(*one) for one in EMPLOYMENT_WORDS.items())
        case Ask.job_loss:
            return tuple(Choice(*one) for one in JOB_LOSS_ANSWERS.items())
        case Ask.purpose:
            return tuple(Choice(*one) for one in PURPOSE_WORDS.items())
        case Ask.service_year if person.years_of_service is not None:
            said = person.years_of_service  # of who begins the next year, so one more or one less
            return Choice(said + 1, "ja"), Choice(max(said - 1, 0), "nee")
        case Ask.used_provisions:
            named = (one.provision for one in entry.waiting)
            return tuple(Choice(one.id, one.name) for one in named)
    return None
