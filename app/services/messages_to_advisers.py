"""What an adviser is told of a referral: where it stands, and nothing of the worker."""

from collections.abc import Callable
from datetime import date, datetime
from email.message import EmailMessage
from uuid import UUID

from sqlmodel import col, select

from app.domain.referrals import UNANSWERED
from app.domain.terms import EffectKind, ReferralReason, ReferralStatus, SessionStatus
from app.models import Adviser, Desk, GuidanceSession, Intake, OutboxMessage, Referral
from app.services import letters
from app.services.acts import Act
from app.services.letters import Answer, Late
from app.services.messages import Channels, FailedError, Made, letter, reference, who
from app.services.outbox import HELD_BY_NOBODY

ANSWERS = {
    ReferralStatus.received: Answer.more_time,
    ReferralStatus.accepted: Answer.accepted,
    ReferralStatus.declined: Answer.declined,
}
"""What of a desk's answers is told by letter; the rest is seen at the intake."""

TAKEN_BACK = (ReferralStatus.withdrawn, ReferralStatus.expired)
"""Where a desk is to throw away what it was handed."""

LATE = {
    ReferralStatus.proposed: Late.hand_over,
    ReferralStatus.sent: Late.answer,
    ReferralStatus.received: Late.answer,
    ReferralStatus.accepted: Late.contact,
    ReferralStatus.in_contact: Late.end,
}
"""What was to be there by now, by where a referral stands."""

Write = Callable[[str, Referral, Desk | None], letters.Content | None]
"""Writes to an adviser of this name about a referral and its desk."""


def answered(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Tell what the desk said."""
    facts = message.facts
    answer = ANSWERS.get(ReferralStatus(facts["status"]))
    reason = ReferralReason(facts["reason"]) if facts["reason"] else None
    answer_by = date.fromisoformat(facts["answerBy"]) if facts["answerBy"] else None

    def write(name: str, referral: Referral, desk: Desk | None) -> letters.Content | None:
        if answer is None or (answer is Answer.more_time and answer_by is None):
            return None
        return letters.ReferralAnswered(
            adviser=name,
            reference=reference(referral.intake_id),
            provision=referral.name,
            desk=_name(referral, desk),
            answer=answer,
            reason=reason,
            answer_by=answer_by,
        )

    return _about_referral(act, channels, message, write)


def overdue(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Tell that it is up to the adviser, as long as it is."""

    def write(name: str, referral: Referral, desk: Desk | None) -> letters.Content | None:
        late = LATE.get(referral.status)
        if late is None or referral.escalated_at is None:
            return None
        return letters.ReferralOverdue(
            adviser=name,
            reference=reference(referral.intake_id),
            provision=referral.name,
            desk=_name(referral, desk),
            late=late,
            telephone=desk.telephone if desk else None,
            answer_by=referral.answer_by,
            expires_at=referral.due_at,
        )

    return _about_referral(act, channels, message, write)


def expired(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Tell that a referral ended, as nobody answered."""

    def write(name: str, referral: Referral, desk: Desk | None) -> letters.Content:
        return letters.ReferralExpired(
            adviser=name,
            reference=reference(referral.intake_id),
            provision=referral.name,
            desk=_name(referral, desk),
        )

    return _about_referral(act, channels, message, write)


def undeliverable(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Tell that a desk could not be told of a hand-over, or of its end, as long as that stands."""
    withdrawn = message.facts["message"] == EffectKind.hand_over_withdrawn

    def write(name: str, referral: Referral, desk: Desk | None) -> letters.Content | None:
        if referral.status not in (TAKEN_BACK if withdrawn else UNANSWERED):
            return None
        return letters.Undeliverable(
            adviser=name,
            reference=reference(referral.intake_id),
            provision=referral.name,
            desk=_name(referral, desk),
            telephone=desk.telephone if desk else None,
            withdrawn=withdrawn,
        )

    return _about_referral(act, channels, message, write)


def worker_undeliverable(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Tell that the address of the worker takes no mail."""
    adviser = _holder(act, message)
    if adviser is None or message.intake_id is None:
        return None
    content = letters.WorkerUndeliverable(
        adviser=adviser.name, reference=reference(message.intake_id)
    )
    return _letter(channels, message, adviser, content, act.now)


def reopened(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Tell that sessions took the place of a referral."""
    adviser = _holder(act, message)
    if adviser is None or message.intake_id is None:
        return None
    statuses = act.session.exec(
        select(GuidanceSession.status).where(col(GuidanceSession.intake_id) == message.intake_id)
    ).all()
    if not statuses:
        return None
    content = letters.GuidanceReopened(
        adviser=adviser.name,
        reference=reference(message.intake_id),
        planned=statuses.count(SessionStatus.planned),
        waiting=statuses.count(SessionStatus.waiting),
    )
    return _letter(channels, message, adviser, content, act.now)


def _about_referral(act: Act, channels: Channels, message: OutboxMessage, write: Write) -> Made:
    adviser = _holder(act, message)
    referral = act.session.get(Referral, UUID(message.facts["referral"]))
    if referral is None or adviser is None:
        return None
    desk = act.session.get(Desk, referral.desk_id) if referral.desk_id else None
    content = write(adviser.name, referral, desk)
    return _letter(channels, message, adviser, content, act.now) if content else None


def _holder(act: Act, message: OutboxMessage) -> Adviser | None:
    """Find whom it is for; None when somebody else holds the intake by now, who gets it anew.

    Raises:
        FailedError: nobody holds it. Who takes it over gets this anew.

    """
    intake = act.session.get(Intake, message.intake_id)
    if intake is not None and intake.holder_id is None:
        raise FailedError(HELD_BY_NOBODY, final=True)
    if intake is None or intake.holder_id != who(message):
        return None
    return act.session.get(Adviser, intake.holder_id)


def _letter(
    channels: Channels,
    message: OutboxMessage,
    adviser: Adviser,
    content: letters.Content,
    now: datetime,
) -> EmailMessage | None:
    """Write to an adviser.

    Raises:
        FailedError: their address is not known. Who takes the intake over gets this anew.

    """
    if adviser.email is None:
        raise FailedError("no-address", final=True)
    return letter(channels, message, adviser.email, content, now)


def _name(referral: Referral, desk: Desk | None) -> str:
    """Name the other end; without a desk as the provision does."""
    return desk.name if desk else referral.receiver or referral.provider or referral.name
