"""What adviser and worker hear of a session: its place, its end, and a reminder the day before.

Here it is queued; it is written when it is sent. A session is one event in a calendar, which a
higher sequence moves or takes away (RFC 5546, 2.1.4), so everybody who was invited hears of every
change. A worker hears of it only with their consent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.db import Database
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.errors import NotFound
from app.domain.terms import ConsentPurpose, EffectKind, Mode, SessionStatus
from app.models import Consent, GuidanceSession, OutboxMessage
from app.services import outbox
from app.services.acts import Act, acting
from app.services.holders import locked_for_others
from app.services.letters import News
from app.services.outbox import Effect, to_adviser, to_worker
from app.services.processing_log import new_trace
from app.vault import Vault

AHEAD = timedelta(hours=24)
"""How long before a session people are reminded of it; an invitation as late as that is enough."""

BATCH = 100
"""Reminders per round of the upkeep, soonest first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session stands, or stood."""

    adviser_id: UUID
    mode: Mode
    starts_at: datetime
    ends_at: datetime


def place_of(row: GuidanceSession) -> Place | None:
    """Say where a session stands; None while it waits."""
    if row.adviser_id and row.mode and row.starts_at and row.ends_at:
        return Place(row.adviser_id, row.mode, row.starts_at, row.ends_at)
    return None


def invite(act: Act, row: GuidanceSession, was: Place | None, *, writing: bool) -> None:
    """Invite to a session where it stands now; `was` is where it stood before.

    An adviser who has it no longer hears that it is off. The worker is invited when `writing`:
    when they may be written to (`may_write`).
    """
    now = place_of(row)
    if now is None:
        return
    same = was is not None and was.adviser_id == now.adviser_id
    if was is not None and not same:
        act.effects.append(_cancel(row, was, to_adviser(was.adviser_id)))
    news = News.changed if same else News.planned
    act.effects.append(_request(row, to_adviser(now.adviser_id), news))
    if writing:
        news = News.planned if was is None else News.changed
        act.effects.append(_request(row, to_worker(row.intake_id), news))


def call_off(act: Act, row: GuidanceSession) -> None:
    """Say that a session is off, if it had a place; the caller has cancelled it."""
    was = place_of(row)
    if was is None:
        return
    row.sequence += 1
    act.effects.append(_cancel(row, was, to_adviser(was.adviser_id)))
    if may_write(act.session, row.intake_id):
        act.effects.append(_cancel(row, was, to_worker(row.intake_id), whose=row.intake_id))


def invite_worker(act: Act, intake_id: UUID) -> None:
    """Invite a worker to what is planned already: they consented, or have another address now."""
    if may_write(act.session, intake_id):
        ahead = select(GuidanceSession).where(
            col(GuidanceSession.intake_id) == intake_id, *_ahead(act.now)
        )
        for row in act.session.exec(ahead.order_by(col(GuidanceSession.starts_at))):
            act.effects.append(_request(row, to_worker(intake_id), News.planned))


def write_no_more(act: Act, intake_id: UUID) -> None:
    """Let go of what waits to be sent to a worker, who does not want it any longer."""
    outbox.drop(act.session, col(OutboxMessage.recipient) == to_worker(intake_id), now=act.now)


def may_write(session: Session, intake_id: UUID) -> bool:
    """Tell whether a worker consents to messages about their sessions."""
    holds = select(Consent.id).where(
        col(Consent.intake_id) == intake_id,
        col(Consent.purpose) == ConsentPurpose.invitations,
        col(Consent.withdrawn_at).is_(None),
    )
    return session.exec(holds).first() is not None


def remind_due(database: Database, vault: Vault, *, now: datetime) -> int:
    """Remind of the sessions of the coming day, each in a transaction of its own; say how many.

    One that fails keeps no other one waiting; its error is raised at the end.
    """
    due = (*_ahead(now), *_not_reminded(now))
    soonest = select(GuidanceSession.id, GuidanceSession.intake_id).where(*due)
    with database.read(EVERY_REGION) as session:
        found = session.exec(
            soonest.order_by(col(GuidanceSession.starts_at), col(GuidanceSession.id)).limit(BATCH)
        ).all()
    reminded = 0
    failed: list[Exception] = []
    for session_id, intake_id in found:
        try:
            with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
                reminded += _remind(act, session_id, intake_id)
        except Exception as error:  # noqa: BLE001 - raised below, once the others had their turn
            failed.append(error)
    if failed:
        raise failed[0]
    return reminded


def _remind(act: Act, session_id: UUID, intake_id: UUID) -> bool:
    """Remind of one session, unless it was reminded of, moved or erased while we waited."""
    try:
        locked_for_others(act, intake_id)
    except NotFound:
        return False
    due = (*_ahead(act.now), *_not_reminded(act.now))
    row = act.session.exec(
        select(GuidanceSession).where(col(GuidanceSession.id) == session_id, *due)
    ).one_or_none()
    if row is None or row.adviser_id is None:
        return False
    row.reminded_at = act.now
    recipients = [to_adviser(row.adviser_id)]
    if may_write(act.session, intake_id):
        recipients.append(to_worker(intake_id))
    act.effects.extend(
        Effect(
            recipient=recipient,
            kind=EffectKind.session_reminder,
            intake_id=intake_id,
            facts=_facts(row),
        )
        for recipient in recipients
    )
    return True


def _ahead(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(GuidanceSession.status) == SessionStatus.planned,
        col(GuidanceSession.starts_at) > now,
    )


def _not_reminded(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(GuidanceSession.starts_at) <= now + AHEAD,
        col(GuidanceSession.reminded_at).is_(None),
    )


def _facts(row: GuidanceSession) -> dict[str, Any]:
    return {"session": str(row.id), "sequence": row.sequence}


def _request(row: GuidanceSession, recipient: str, news: News) -> Effect:
    return Effect(
        recipient=recipient,
        kind=EffectKind.invitation,
        intake_id=row.intake_id,
        facts={**_facts(row), "method": "request", "news": news.value},
    )


def _cancel(
    row: GuidanceSession, was: Place, recipient: str, *, whose: UUID | None = None
) -> Effect:
    """Queue that a session is off, with all it takes to say so.

    It may stand elsewhere by then. An adviser hears of it even if the worker is erased meanwhile,
    so theirs is of no intake (`whose`).
    """
    place = {
        "mode": was.mode.value,
        "startsAt": was.starts_at.astimezone(UTC).isoformat(),
        "endsAt": was.ends_at.astimezone(UTC).isoformat(),
    }
    return Effect(
        recipient=recipient,
        kind=EffectKind.invitation,
        intake_id=whose,
        facts={**_facts(row), "method": "cancel", **place},
    )
