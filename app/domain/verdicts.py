"""What a condition can say of a person, and the words in which it says so.

Every answer is met, unmet or unknown. Unknown never refuses: it becomes the question that
settles it. How each kind of condition is judged is in app/domain/judging.py.
"""

from collections.abc import Iterable, Sequence
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
    Purpose.orientation: "nagaan welk werk bij u past",
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

    `asks` names the answer of the intake that decides; nothing, when it is settled or no field of
    the intake takes the answer. A tuple, as Finding: a check makes them by the hundred.
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
        """Name sectors as one phrase: "Banken", "Kas of Post", "de agrarische sector"."""
        return either(_within_a_sentence(name) or name for name in self._names(sector_ids))

    def the_sectors(self, sector_ids: Iterable[str]) -> str:
        """Name sectors as such: "de sector Banken", "de agrarische sector"."""
        return the_sectors(self._names(sector_ids))

    def _names(self, sector_ids: Iterable[str]) -> list[str]:
        return [self.catalogue.sectors[one].name for one in sector_ids]


def either(names: Iterable[str]) -> str:
    """Say that one of these will do."""
    *rest, last = names
    return f"{', '.join(rest)} of {last}" if rest else last


def _within_a_sentence(name: str) -> str | None:
    """Say "de agrarische sector" for a name that says itself what it is; nothing for others."""
    return f"de {name[0].lower()}{name[1:]}" if name.endswith("sector") else None


def the_sectors(names: Sequence[str]) -> str:
    """Name sectors within a sentence, and say that they are sectors, each once."""
    plain = [name for name in names if not _within_a_sentence(name)]
    telling = [said for name in names if (said := _within_a_sentence(name))]
    return either([f"de sector {either(plain)}", *telling] if plain else telling)


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
