"""The outbox: what is to be done outside the database, stored with what it follows from.

A row holds ids and codes. What is sent is made when it is sent, from what then holds, so that who
was erased or withdrew a consent meanwhile gets nothing sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.domain.terms import EffectKind, EffectStatus, SubscriptionStatus
from app.models import Intake, OutboxMessage, SessionLogEntry, Subscription
from app.models.base import Moment

DESK, ADVISER = "desk:", "adviser:"
"""What the name of a recipient begins with."""

NOBODY = UUID(int=0)
"""Stands for who holds an intake that waits: nobody has this id."""

HELD_BY_NOBODY = "nobody"
"""The fault of what is for whoever takes an intake over."""

PATIENCE = timedelta(hours=75, minutes=35, seconds=5)
"""How long a message is tried, counted from when it was put, however much was before it."""

TO_HOLDER = (
    EffectKind.referral_answered,
    EffectKind.referral_overdue,
    EffectKind.referral_expired,
    EffectKind.referral_undeliverable,
    EffectKind.guidance_reopened,
    EffectKind.worker_undeliverable,
)
"""What whoever holds an intake hears of it."""

OLDEST_DUE = (
    sa.text("""
SELECT min(due_at) AS since FROM outbox_message AS due
WHERE status = 'pending' AND due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
  AND NOT EXISTS (SELECT 1 FROM outbox_message WHERE status = 'pending'
                  AND recipient = due.recipient AND position < due.position)
""")
    .bindparams(sa.bindparam("now", type_=Moment))
    .columns(since=Moment)
)
"""Written out, so that the index of what is pending serves it."""

UNSENT = (EffectStatus.pending, EffectStatus.dead)
"""Where a message stands that reached nobody, and may be wanted still."""


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


def to_holder(intake: Intake) -> str:
    """Name whoever holds an intake; what is for nobody, who takes it over gets (`pass_on`)."""
    return to_adviser(intake.holder_id or NOBODY)


def to_worker(intake_id: UUID) -> str:
    """Name the worker of an intake as a recipient."""
    return f"worker:{intake_id}"


def to_subscription(subscription_id: UUID) -> str:
    """Name a webhook subscription as a recipient."""
    return f"subscription:{subscription_id}"


def named(recipient: str) -> str:
    """Name a recipient where anybody may read it: of a person only what they are."""
    what, _, _ = recipient.partition(":")
    return what if what in {"adviser", "worker"} else recipient


def waits_since(session: Session, *, now: datetime) -> datetime | None:
    """Say since when what is due longest could have been delivered; None when nothing is due.

    What comes after another message of its recipient is not due, nor what is being delivered.
    """
    since: datetime | None = session.execute(OLDEST_DUE, {"now": now}).scalar_one()
    return since


def put(session: Session, effects: Sequence[Effect], *, now: datetime) -> None:
    """Store what is to be done, in this order; one at least.

    The caller holds the turn that orders all transactions (app.services.audit.wait_for_turn).
    """
    last = session.exec(select(sa.func.max(OutboxMessage.position))).one() or 0
    rows = [_row(one, position, now) for position, one in enumerate(effects, start=last + 1)]
    session.connection().execute(sa.insert(OutboxMessage), rows)


def heard(session: Session, told: Sequence[SessionLogEntry]) -> list[Effect]:
    """Say what subscriptions are to hear of entries in the session log.

    The caller holds the lock of their regions (app.services.session_log.lock_region).
    """
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
        "created_at": now,
        **due(now),
    }


def due(now: datetime) -> dict[str, Any]:
    """Set a message as one that is to be sent from now on, with all its attempts to come."""
    return {"attempts": 0, "due_at": now, "give_up_at": now + PATIENCE}


def drop(session: Session, *conditions: sa.ColumnElement[bool], now: datetime) -> None:
    """Let go of what is pending and no longer wanted."""
    _drop(session, col(OutboxMessage.status) == EffectStatus.pending, *conditions, now=now)


def _drop(session: Session, *conditions: sa.ColumnElement[bool], now: datetime) -> None:
    table: type[SQLModel] = OutboxMessage
    session.execute(
        sa.update(table)
        .where(*conditions)
        .values(status=EffectStatus.dropped, ended_at=now, leased_until=None),
        execution_options={"synchronize_session": False},
    )


def hurry(session: Session, recipient: str, *, now: datetime) -> None:
    """Let what waits for another attempt be looked at now."""
    table: type[SQLModel] = OutboxMessage
    session.execute(
        sa.update(table)
        .where(
            col(OutboxMessage.recipient) == recipient,
            col(OutboxMessage.status) == EffectStatus.pending,
            col(OutboxMessage.due_at) > now,
        )
        .values(due_at=now),
        execution_options={"synchronize_session": False},
    )


def pass_on(session: Session, intake_id: UUID, holder_id: UUID, *, now: datetime) -> list[Effect]:
    """Take back what no holder of an intake was sent; return it for the new one.

    What waits still, and what was given up, as nobody held it or could be written to. Of each
    referral the last of each kind: what a desk said before that holds no longer. The caller holds
    the intake, so that nothing is put for the former holder meanwhile.
    """
    theirs = col(OutboxMessage.intake_id) == intake_id, col(OutboxMessage.kind).in_(TO_HOLDER)
    unsent = session.exec(
        select(OutboxMessage)
        .where(*theirs, col(OutboxMessage.status).in_(UNSENT))
        .order_by(col(OutboxMessage.position))
        .with_for_update()
    ).all()
    last = {(one.kind, one.facts.get("referral")): one.position for one in unsent}
    _drop(session, col(OutboxMessage.position).in_([one.position for one in unsent]), now=now)
    recipient = to_adviser(holder_id)
    return [
        Effect(recipient=recipient, kind=one.kind, intake_id=intake_id, facts=one.facts)
        for one in unsent
        if one.position in last.values()
    ]


def is_old(before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Say which messages that have ended are kept no longer: those that ended before a moment.

    What went to a desk or a worker about somebody stays as long as their intake, to tell of it; and
    so does what is for whoever takes that over. What a desk was to hear and did not stays until it
    is sent again: it may have to throw something away.
    """
    return (
        sa.or_(
            col(OutboxMessage.status) != EffectStatus.dead,
            ~col(OutboxMessage.recipient).startswith(DESK),
        ),
        col(OutboxMessage.ended_at) < before,
        sa.or_(
            col(OutboxMessage.status) != EffectStatus.dead,
            col(OutboxMessage.fault).is_distinct_from(HELD_BY_NOBODY),
        ),
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
