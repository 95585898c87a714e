"""What a receiving desk gets to see of a referral, and what it answers.

Of the worker only what they consented to share with this desk, and only while somebody is at it.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from app.domain.errors import NotFound
from app.domain.referrals import WITH_THE_DESK, allowed
from app.domain.terms import (
    Action,
    ContactData,
    EffectKind,
    EffectStatus,
    HandedBy,
    Party,
    Purpose,
    ReferralReason,
    ReferralStatus,
)
from app.models import (
    Adviser,
    Consent,
    Desk,
    Intake,
    OutboxMessage,
    Referral,
    ReferralChange,
)
from app.services.acts import Act
from app.services.contact_details import Details, open_details
from app.services.outbox import to_desk
from app.services.planner import Planning
from app.services.referral_life import answer
from app.services.referral_steps import Step, days_for_a_desk
from app.services.referrals import is_open, newest_change, note_of
from app.services.sealed import Grounds, cipher_of, open_content, open_grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What a desk sees of a referral: of the worker only what they consented to share with it.

    choices: what the desk can say now; received is to ask for more time, until one of `days`.
    more_time: the desk asked for `answer_by` itself.
    answers: what the worker told, as (what about, what).
    checked, to_confirm: one sentence each. note: the last message of the desk.
    consent_ended: the worker took back what they consented to, and this goes on without it.
    """

    status: ReferralStatus
    choices: tuple[ReferralStatus, ...]
    days: tuple[date, ...]
    answer_by: date | None
    more_time: bool
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
    reason: ReferralReason | None
    note: str | None
    consent_ended: bool


NOBODY = Details(name=None, telephone=None, email=None)

_PURPOSES = {
    Purpose.orientation: "Ik wil weten welk werk bij mij past.",
    Purpose.growth_in_sector: "Ik wil verder komen in mijn eigen sector.",
    Purpose.other_work: "Ik zoek ander werk.",
    Purpose.other_sector: "Ik wil werken in een andere sector.",
}
"""How a desk reads what somebody is after."""

_SAID = {
    "origin_sector": "Sector nu",
    "target_sector": "Gewenste sector",
    "organisation": "Organisatie",
    "occupation": "Beroep",
    "skills": "Vaardigheden",
    "years_of_service": "Jaren in dit werk",
    "municipality": "Gemeente",
}
"""What a desk reads of the answers, and what it is called there."""


def read_hand_over(act: Act, referral_id: UUID) -> HandOver:
    """Show a desk what is handed over to it.

    Raises:
        NotFound: there is none, or it was not handed to a desk.

    """
    referral = act.session.get(Referral, referral_id)
    if referral is None or referral.handed is not HandedBy.desk:
        raise NotFound
    act.did(Action.hand_over_read, _intake_of(act, referral))
    return view_hand_over(act, referral)


def answer_hand_over(
    act: Act,
    referral_id: UUID,
    status: ReferralStatus,
    planning: Planning,
    *,
    reason: ReferralReason | None,
    answer_by: date | None,
    note: str | None,
) -> None:
    """Take what a desk says of a referral.

    Raises:
        NotFound: there is none, or it was not handed to a desk.
        InvalidInput, ReferralNotAllowed: see app.services.referral_life.answer.

    """
    referral = act.session.get(Referral, referral_id)
    if referral is None or referral.handed is not HandedBy.desk:
        raise NotFound
    step = Step(status=status, party=Party.desk, reason=reason, answer_by=answer_by, note=note)
    answer(act, referral_id, step, planning)


def consented(act: Act, referral: Referral) -> frozenset[ContactData]:
    """Say which data may go to the desk of a referral now; without its consent, none.

    A consent is for what is handed over after it: what the desk got by it is in no doubt later.
    """
    consent = act.session.get(Consent, referral.consent_id) if referral.consent_id else None
    if consent is None or consent.withdrawn_at is not None:
        return frozenset()
    return frozenset(map(ContactData, consent.data))


def was_told(session: Session, referral: Referral) -> bool:
    """Tell whether the desk of a referral has the data, or may have: a delivery began at least."""
    return any(
        one.status is EffectStatus.delivered
        or one.attempts > 0
        or one.leased_until is not None
        or one.fault is not None  # of attempts before it was sent again
        for one in _messages(session, referral, EffectKind.hand_over)
    )


def must_be_told(session: Session, referral: Referral) -> bool:
    """Tell whether a desk must hear that the person of a referral is forgotten (AVG, article 19).

    It does when it has their data and is still at it, or was not told yet that it no longer is.
    """
    if not was_told(session, referral):
        return False
    ended = _messages(session, referral, EffectKind.hand_over_withdrawn)
    return referral.status in WITH_THE_DESK or any(
        one.status in {EffectStatus.pending, EffectStatus.dead} for one in ended
    )


def _messages(session: Session, referral: Referral, kind: EffectKind) -> list[OutboxMessage]:
    if referral.desk_id is None:
        return []
    statement = select(OutboxMessage).where(
        col(OutboxMessage.intake_id) == referral.intake_id,
        col(OutboxMessage.recipient) == to_desk(referral.desk_id),
        col(OutboxMessage.kind) == kind,
    )
    about = str(referral.id)
    return [one for one in session.exec(statement) if one.facts["referral"] == about]


def view_hand_over(act: Act, referral: Referral) -> HandOver:
    """Say what a desk may know of a referral now; of one that has ended, nothing of the worker.

    Raises:
        NotFound: the person was erased meanwhile.

    """
    intake = _intake_of(act, referral)
    cipher = cipher_of(act.session, act.vault, intake.id)
    shared = consented(act, referral) if is_open(referral) else frozenset()
    details = open_details(act, intake) or NOBODY
    content = open_content(cipher, intake)
    grounds = open_grounds(cipher, referral) if shared else Grounds([], [])
    by_the_desk = col(ReferralChange.party) == Party.desk
    said = newest_change(act.session, referral, by_the_desk)
    days = days_for_a_desk(act, referral)
    holder = act.session.get(Adviser, intake.holder_id) if intake.holder_id else None

    def only(data: ContactData, value: str | None) -> str | None:
        return value if data in shared else None

    return HandOver(
        status=referral.status,
        choices=allowed(referral.status, Party.desk, referral.handed, more_time=bool(days)),
        days=days,
        answer_by=referral.answer_by,
        more_time=said is not None and said.status is ReferralStatus.received,
        desk=act.session.get_one(Desk, referral.desk_id).name if referral.desk_id else "",
        provision=referral.name,
        adviser=_reached(holder) if holder else None,
        name=only(ContactData.name, details.name),
        telephone=only(ContactData.telephone, details.telephone),
        email=only(ContactData.email, details.email),
        question=only(ContactData.question, _question(intake.purpose, content.answers)),
        answers=_told(content.answers) if ContactData.answers in shared else (),
        checked=tuple(one["detail"] for one in grounds.reasons)
        if ContactData.answers in shared
        else (),
        to_confirm=tuple(one["question"] for one in grounds.to_confirm),
        reason=said.reason if said else None,
        note=note_of(cipher, said) if said else None,
        consent_ended=is_open(referral) and not shared,
    )


def _intake_of(act: Act, referral: Referral) -> Intake:
    # No lock is held, so the person may be erased while we read.
    intake = act.session.get(Intake, referral.intake_id)
    if intake is None:
        raise NotFound
    return intake


def _reached(adviser: Adviser) -> str:
    """Name an adviser with where they can be asked about it, as far as that is known."""
    return f"{adviser.name} ({adviser.email})" if adviser.email else adviser.name


def _question(purpose: Purpose, answers: dict[str, object]) -> str:
    motivation = answers["motivation"]
    return f"{_PURPOSES[purpose]}\n{motivation}" if motivation else _PURPOSES[purpose]


def _told(answers: dict[str, object]) -> tuple[tuple[str, str], ...]:
    said = ((label, answers[name]) for name, label in _SAID.items())
    return tuple(
        (label, ", ".join(value) if isinstance(value, list | tuple) else str(value))
        for label, value in said
        if value
    )
