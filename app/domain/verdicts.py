"""What a condition can say of a person, and the words in which it says so.

Every answer is met, unmet or unknown. Unknown never refuses: it becomes the question that
settles it. How each kind of condition is judged is in app/domain/judging.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.domain.catalogue import Catalogue
from app.domain.person import Person
from app.domain.terms import Ask, Employment, JobLoss, Purpose, Side, Verdict

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)

EMPLOYMENT_WORDS = {
    Employment.employee: "werknemer",
    Employment.agency_worker: "uitzendkracht",
    Employment.self_employed: "zelfstandige",
    Employment.job_seeker: "werkzoekende",
}

JOB_LOSS_WORDS = {
    JobLoss.none: "uw baan houdt",
    JobLoss.threatened: "uw baan dreigt te verliezen",
    JobLoss.happened: "uw baan hebt verloren",
}

PURPOSE_WORDS = {
    Purpose.orientation: "nagaan wat u kunt en wilt",
    Purpose.growth_in_sector: "verder komen in uw eigen sector",
    Purpose.other_work: "ander werk vinden",
    Purpose.other_sector: "naar een andere sector gaan",
}


class Answer(StrEnum):
    """Whether a condition holds."""

    met = "met"
    unknown = "unknown"
    unmet = "unmet"


class Reason(NamedTuple):
    """Why: a stable code for machines and one plain Dutch sentence for people.

    `asks` names what the worker can be asked when the answer decides; nothing, when it is settled
    or only the provider can say. A tuple, as Finding: a check makes them by the hundred.
    """

    code: str
    detail: str
    asks: Ask | None = None


class Finding(NamedTuple):
    """What one condition says. With `unknown`, the reason's detail is the question to ask."""

    answer: Answer
    reason: Reason


@dataclass(slots=True)
class Told:
    """What a provision says to a person, with every reason; one for all who are told the same."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    to_confirm: tuple[Reason, ...]
    side: Side | None


class Case(NamedTuple):
    """What a condition is held against: who, which provision, what we know, which day.

    `person.purpose` is already decided here.
    """

    person: Person
    provision_id: str
    catalogue: Catalogue
    on: date

    def sector_names(self, sector_ids: Iterable[str]) -> str:
        """Name sectors as one phrase."""
        return " of ".join(self.catalogue.sectors[sector_id].name for sector_id in sector_ids)


def in_dutch(day: date) -> str:
    """Write a day as a Dutch reader would: 1 oktober 2029."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def met(code: str, detail: str, asks: Ask | None = None) -> Finding:
    """Say that a condition holds, and why."""
    return Finding(Answer.met, Reason(code, detail, asks))


def unmet(code: str, detail: str, asks: Ask | None = None) -> Finding:
    """Say that a condition does not hold, and why."""
    return Finding(Answer.unmet, Reason(code, detail, asks))


def unknown(code: str, question: str, asks: Ask | None = None) -> Finding:
    """Ask the one question that settles a condition."""
    return Finding(Answer.unknown, Reason(code, question, asks))
