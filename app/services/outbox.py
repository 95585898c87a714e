"""The outbox: what is to be done outside the database, stored with what it follows from.

A row holds ids and codes. What is sent is made when it is sent, from what then holds, so that who
was erased or withdrew a consent meanwhile gets nothing sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.domain.terms import EffectKind, EffectStatus, SubscriptionStatus
from app.models import OutboxMessage, SessionLogEntry, Subscription

DESK, ADVISER = "desk:", "adviser:"
"""What the name of a recipient begins with."""

TO_HOLDER = (
    EffectKind.referral_answered,
    EffectKind.referral_overdue,
    EffectKind.referral_expired,
    EffectKind.referral_undeliverable,
    EffectKind.guidance_reopened,
)
"""What whoever holds an intake hears of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something to be done outside. What goes to one recipient goes in order, and never at once.

    `facts` are ids and codes only. `intake_id` is whose it is: it goes when that person is erased.
    `id` is that of the message it becomes.
    """

    id: UUID = field(default_factory=uuid4, compare=False)
    recipient: str
    kind: EffectKind
    intake_id: UUID | None = None
    region: str | None = None
    facts: dict[str, Any]


def to_desk(desk_id: UUID) -> str:
    """Name a desk as a recipient."""
    return f"{DESK}{desk_id}"


def to_adviser(adviser_id: UUID) -> str:
    """Name an adviser as a recipient."""
    return f"{ADVISER}{adviser_id}"


def to_worker(intake_id: UUID) -> str:
    """Name the worker of an intake as a recipient."""
    return f"worker:{intake_id}"


def to_subscription(subscription_id: UUID) -> str:
    """Name a webhook subscription as a recipient."""
    return f"subscription:{subscription_id}"


def put(
    session: Session, effects: Sequence[Effect], told: Sequence[SessionLogEntry], *, now: datetime
) -> None:
    """Store what is to be done, in this order, and what subscriptions are to hear.

    The caller holds the turn that orders all transactions (app.services.audit.wait_for_turn).
    """
    wanted = (*effects, *_heard(session, told))
    if not wanted:
        return
    last = session.exec(select(sa.func.max(OutboxMessage.position))).one() or 0
    rows = [_row(one, position, now) for position, one in enumerate(wanted, start=last + 1)]
    session.execute(sa.insert(OutboxMessage), rows)


def _heard(session: Session, told: Sequence[SessionLogEntry]) -> list[Effect]:
    regions = {entry.region for entry in told}
    if not regions:
        return []
    listening = session.exec(
        select(Subscription.id, Subscription.region)
        .where(
            col(Subscription.region).in_(regions),
            col(Subscription.status) == SubscriptionStatus.active,
        )
        .order_by(col(Subscription.created_at), col(Subscription.id))
    ).all()
    return [
        Effect(
            recipient=to_subscription(subscription),
            kind=EffectKind.session_log_entry,
            region=entry.region,
            facts={"number": entry.number, "type": entry.type.value},
        )
        for entry in told
        for subscription, region in listening
        if region == entry.region
    ]


def _row(effect: Effect, position: int, now: datetime) -> dict[str, Any]:
    return {
        "position": position,
        "id": effect.id,
        "recipient": effect.recipient,
        "kind": effect.kind,
        "region": effect.region,
        "intake_id": effect.intake_id,
        "facts": effect.facts,
        "status": EffectStatus.pending,
        "attempts": 0,
        "due_at": now,
        "created_at": now,
    }


def drop(session: Session, *conditions: sa.ColumnElement[bool], now: datetime) -> None:
    """Let go of what is pending and no longer wanted."""
    table: type[SQLModel] = OutboxMessage
    session.execute(
        sa.update(table)
        .where(col(OutboxMessage.status) == EffectStatus.pending, *conditions)
        .values(status=EffectStatus.dropped, ended_at=now, leased_until=None),
        execution_options={"synchronize_session": False},
    )


def pass_on(session: Session, intake_id: UUID, holder_id: UUID, *, now: datetime) -> list[Effect]:
    """Take back what the former holder of an intake was not sent yet; return it for the new one.

    The caller holds the intake, so that nothing is put for the former one meanwhile.
    """
    theirs = col(OutboxMessage.intake_id) == intake_id, col(OutboxMessage.kind).in_(TO_HOLDER)
    waiting = session.exec(
        select(OutboxMessage)
        .where(*theirs, col(OutboxMessage.status) == EffectStatus.pending)
        .order_by(col(OutboxMessage.position))
        .with_for_update()
    ).all()
    positions = [one.position for one in waiting]
    drop(session, col(OutboxMessage.position).in_(positions), now=now)
    recipient = to_adviser(holder_id)
    return [
        Effect(recipient=recipient, kind=one.kind, intake_id=intake_id, facts=one.facts)
        for one in waiting
    ]


def is_old(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Say which messages that have ended are kept no longer: those that ended before a moment.

    What went to a desk or a worker about somebody stays as long as their intake, to tell of it.
    """
    return (
        col(OutboxMessage.ended_at) < before,
        sa.or_(col(OutboxMessage.intake_id).is_(None), is_to_adviser()),
    )


def is_to_adviser() -> sa.ColumnElement[bool]:
    """Say which messages go to an adviser."""
    return col(OutboxMessage.recipient).startswith(ADVISER)


def forget_before(session: Session, before: datetime, limit: int) -> int:
    """Delete some of the messages that are kept no longer, oldest first; return how many."""
    table: type[SQLModel] = OutboxMessage
    oldest = sa.select(col(OutboxMessage.position)).where(*is_old(before))
    some = oldest.order_by(col(OutboxMessage.position)).limit(limit)
    deleted = session.execute(
        sa.delete(table)
        .where(col(OutboxMessage.position).in_(some), *is_old(before))
        .returning(col(OutboxMessage.position)),
        execution_options={"synchronize_session": False},
    )
    return len(deleted.all())


def forget_intakes(session: Session, intakes: Sequence[UUID]) -> None:
    """Delete the messages about persons who are forgotten.

    What a desk is being sent at this moment only loses its intake: who sends it still marks it, so
    that what the desk hears next comes after it.
    """
    table: type[SQLModel] = OutboxMessage
    theirs = col(OutboxMessage.intake_id).in_(intakes)
    unsynchronized = {"synchronize_session": False}
    session.execute(
        sa.update(table)
        .where(
            theirs,
            col(OutboxMessage.recipient).startswith(DESK),
            col(OutboxMessage.leased_until).is_not(None),
        )
        .values(intake_id=None),
        execution_options=unsynchronized,
    )
    session.execute(sa.delete(table).where(theirs), execution_options=unsynchronized)
