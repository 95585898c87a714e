"""The letters that desks, advisers and workers get: plain text in plain Dutch (B1).

Pure: values in, text out. A letter holds what it is given and nothing else, so who calls gives only
what the reader may know: a desk what the worker consented to, an adviser no data of the worker.
"""

import re
import textwrap
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from unicodedata import category

from jinja2 import Environment, PackageLoader, StrictUndefined, Undefined

from app.domain.planning import AMSTERDAM
from app.domain.terms import Mode, ReferralReason
from app.domain.verdicts import in_dutch

WIDTH = 76
"""Characters in a line; what cannot be broken, such as a link, stands on a longer line."""

TELL_NO_EMPLOYER = "De werkgever weet hier niets van. Vertel de werkgever ook niets."
"""In whatever a desk reads of a worker."""

_GOES_ON_AFTER = {"- ": "  ", "> ": "> "}
"""What items and quotes of others begin with, and the further lines of them."""

_UNSEEN = {"Cc", "Cf", "Cs"}

_WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")

_DECLINED = {
    ReferralReason.not_eligible: "Deze persoon voldoet niet aan de voorwaarden.",
    ReferralReason.no_capacity: "Er is nu geen plek.",
    ReferralReason.wrong_desk: "De vraag hoort bij een ander loket.",
    ReferralReason.unreachable: "Het loket kon deze persoon niet bereiken.",
    ReferralReason.other: "Het loket noemt een andere reden.",
}
"""Why a desk declines (app/domain/referrals.py, REASONS), as its adviser reads it."""

_MODES = {
    Mode.phone: "een gesprek aan de telefoon",
    Mode.video: "een gesprek met beeld (videobellen)",
    Mode.in_person: "een gesprek aan tafel",
}


class News(StrEnum):
    """What is told of a session."""

    planned = "planned"
    changed = "changed"
    cancelled = "cancelled"
    reminder = "reminder"


class Answer(StrEnum):
    """What a desk said of a hand-over."""

    accepted = "accepted"
    declined = "declined"
    more_time = "more_time"


class Late(StrEnum):
    """What was to be there by now."""

    hand_over = "hand_over"
    answer = "answer"
    contact = "contact"
    end = "end"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: one line above it, and lines that end in a newline."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """To a desk: somebody for it to help.

    Of the worker only what they consented to: what is None or empty is not spoken of. `answers` are
    (what about, what); `checked` is why the provision fits and `to_confirm` what is still to be
    asked, as the worker heard it. At `link` the desk answers, until `valid_until`.
    """

    template: ClassVar[str] = "hand_over.txt"
    notice: str = TELL_NO_EMPLOYER
    reference: str
    desk: str
    provision: str
    adviser: str | None
    name: str | None
    telephone: str | None
    email: str | None
    question: str | None
    answers: tuple[tuple[str, str], ...]
    checked: tuple[str, ...]
    to_confirm: tuple[str, ...]
    link: str
    answer_by: date
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverReminder:
    """To a desk that has not answered yet, or `accepted` and did not say that it made contact.

    Who it is about is behind the link only.
    """

    template: ClassVar[str] = "hand_over_reminder.txt"
    reference: str
    desk: str
    accepted: bool
    link: str
    answer_by: date
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverWithdrawn:
    """To a desk that need do nothing more."""

    template: ClassVar[str] = "hand_over_withdrawn.txt"
    reference: str
    desk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAnswered:
    """To the adviser. `reason` comes with declined, `answer_by` with more_time."""

    template: ClassVar[str] = "referral_answered.txt"
    adviser: str
    reference: str
    provision: str
    desk: str
    answer: Answer
    reason: ReferralReason | None = None
    answer_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralOverdue:
    """To the adviser: it is up to them, as the desk is late, or they are.

    The desk comes with `answer_by`; of an answer `expires_at` says when it is too late for it.
    """

    template: ClassVar[str] = "referral_overdue.txt"
    adviser: str
    reference: str
    provision: str
    desk: str
    late: Late
    telephone: str | None
    answer_by: date | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralExpired:
    """To the adviser: the desk did not answer in time, and that ended it."""

    template: ClassVar[str] = "referral_expired.txt"
    adviser: str
    reference: str
    provision: str
    desk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeliverable:
    """To the adviser: what was meant for the desk did not arrive, so call.

    `withdrawn`: that it has ended, so that the desk may have data it should throw away.
    """

    template: ClassVar[str] = "undeliverable.txt"
    adviser: str
    reference: str
    provision: str
    desk: str
    telephone: str | None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerUndeliverable:
    """To the adviser: the worker's mailbox took no mail about sessions, so ask for the address."""

    template: ClassVar[str] = "worker_undeliverable.txt"
    adviser: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidanceReopened:
    """To the adviser: sessions took the place of a hand-over that came to nothing.

    `planned` have a place, `waiting` get one as soon as there is one.
    """

    template: ClassVar[str] = "guidance_reopened.txt"
    adviser: str
    reference: str
    planned: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSession:
    """To the worker, about a session; `starts_at` of a cancelled one is when it would have been.

    Holds no more than the consent names (app/domain/consent.py), so not even the worker's name.
    """

    template: ClassVar[str] = "worker_session.txt"
    news: News
    adviser: str
    mode: Mode
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviserSession:
    """To the adviser, about a session."""

    template: ClassVar[str] = "adviser_session.txt"
    news: News
    adviser: str
    reference: str
    mode: Mode
    starts_at: datetime
    ends_at: datetime


Content = (
    HandOver
    | HandOverReminder
    | HandOverWithdrawn
    | ReferralAnswered
    | ReferralOverdue
    | ReferralExpired
    | Undeliverable
    | WorkerUndeliverable
    | GuidanceReopened
    | WorkerSession
    | AdviserSession
)


def write(content: Content) -> Letter:
    """Write a letter. What came from elsewhere stands within its own line, whatever it holds."""
    values = {field.name: getattr(content, field.name) for field in fields(content)}
    text = _ENVIRONMENT.get_template(content.template).render(values)
    subject, _, body = text.strip().partition("\n\n")
    return Letter(subject, _filled(body))


def _in_words(value: object) -> object:
    """Write a value as it stands in a letter; None, a list and the like have no place there."""
    match value:
        case Mode():
            value = _MODES[value]
        case ReferralReason():
            value = _DECLINED[value]
        case str():
            value = _one_line(value)
        case datetime():
            value = f"{_day(value.astimezone(AMSTERDAM))} om {_clock(value)}"
        case date():
            value = _day(value)
        case int() | Undefined():  # what is undefined refuses to be written
            pass
        case _:
            raise TypeError(f"a letter cannot hold {type(value).__name__}")
    return value


def _day(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {in_dutch(day)}"


def _clock(moment: datetime) -> str:
    """Write what a clock in the Netherlands shows: 9.05 uur."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.hour}.{local.minute:02} uur"


def _one_line(text: str) -> str:
    """Leave one space between words, and nothing that ends a line or cannot be seen."""
    seen = (char for char in text if char.isspace() or category(char) not in _UNSEEN)
    return " ".join("".join(seen).split())


def _filled(text: str) -> str:
    """Break paragraphs into lines; each item (- ) and each quote (> ) is one of its own."""
    return "\n\n".join(map(_paragraph, re.split(r"\n\s*\n", text.strip()))) + "\n"


def _paragraph(text: str) -> str:
    mark = text[:2]
    if mark not in _GOES_ON_AFTER:
        return _wrapped(text)
    lines = text.splitlines()
    return "\n".join(_wrapped(line[2:], mark, _GOES_ON_AFTER[mark]) for line in lines)


def _wrapped(text: str, first: str = "", further: str = "") -> str:
    filled = textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled or first.rstrip()


_ENVIRONMENT = Environment(
    loader=PackageLoader("app", "letters"),
    autoescape=False,  # noqa: S701 - plain text, where nothing is markup
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=_in_words,
)
_ENVIRONMENT.filters["clock"] = _clock
