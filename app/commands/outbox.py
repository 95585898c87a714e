"""The outbox: deliver what is in it, tell how it stands, and send again what was given up."""

import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from app.config import Settings
from app.db import opened
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import Action, EffectKind, EffectStatus
from app.egress import Egress
from app.mail import mail_of
from app.main import require_deliverable, require_servable, warn_of_letters
from app.models import OutboxMessage
from app.services import outbox
from app.services.acts import acting
from app.services.dispatch import Dispatcher
from app.services.messages import Channels
from app.services.outbox import named, waits_since
from app.services.processing_log import new_trace
from app.vault import Vault

Say = Callable[[str], None]
Clock = Callable[[], datetime]

MINUTE = timedelta(minutes=1)


def work(settings: Settings, say: Say, clock: Clock) -> int:
    """Deliver until SIGTERM or SIGINT comes; what is then in hand is delivered first.

    Raises:
        InvalidSettingError: what is delivered would name an example, or the mail server or a host
            to call is not written as it should be.
        AuditHeadError, KeySettingError, SchemaError, UnsafeDatabaseError: see
            app.main.require_servable.

    """
    require_deliverable(settings)
    stopping = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stopping.set())
    mail = mail_of(settings)
    egress = Egress.of(settings, clock)
    try:
        with opened(settings) as database:
            require_servable(settings, database)
            warn_of_letters(settings)
            channels = Channels.of(settings, mail, egress)
            dispatcher = Dispatcher(database, Vault.of(settings), channels, settings, clock=clock)
            dispatcher.start()
            say("the worker delivers")
            stopping.wait()
            dispatcher.stop()
    finally:
        egress.close()
    return 0


def show(settings: Settings, say: Say, *, dead: bool, now: datetime) -> int:
    """Say how many messages there are of each status, what waits, and how long what is due does.

    With `dead` also which were given up, and why.
    """
    with opened(settings) as database, database.read(EVERY_REGION) as session:
        statement = select(OutboxMessage.status, sa.func.count())
        counts = dict(session.exec(statement.group_by(col(OutboxMessage.status))).all())
        for status in EffectStatus:
            say(f"{status}: {counts.get(status, 0)}")
        since = waits_since(session, now=now)
        if since is not None:
            say(f"due since {_moment(since)}: {(now - since) // MINUTE} minutes")
        _show_pending(session, say)
        if dead:
            given_up = select(OutboxMessage).where(col(OutboxMessage.status) == EffectStatus.dead)
            for one in session.exec(given_up.order_by(col(OutboxMessage.position))):
                say(
                    f"{one.position} {one.kind.value} to {named(one.recipient)}: {one.fault},"
                    f" {_times(one.attempts)}, given up {_moment(one.ended_at)}"
                )
    return 0


def _show_pending(session: Session, say: Say) -> None:
    """Say what waits: of which kind, for whom, how many, and why the last attempt failed."""
    what = col(OutboxMessage.kind), col(OutboxMessage.recipient), col(OutboxMessage.fault)
    pending = select(*what, sa.func.count()).where(
        col(OutboxMessage.status) == EffectStatus.pending
    )
    many: Counter[tuple[EffectKind, str, str]] = Counter()
    for kind, recipient, fault, count in session.exec(pending.group_by(*what)):
        many[kind, named(recipient), fault or ""] += count
    for (kind, whom, fault), count in sorted(many.items()):
        say(f"pending {kind.value} to {whom}: {count}{fault and f', {fault}'}")


def replay(
    settings: Settings,
    say: Say,
    *,
    positions: Sequence[int] = (),
    recipient: str | None = None,
    now: datetime,
) -> int:
    """Send again what was given up: these, what was for one recipient, or else all of it.

    It gets as many attempts as it had. Returns 1 when one of the positions was not given up.

    Raises:
        AuditHeadError, DatabaseBusyError, KeySettingError: the audit log cannot tell of it.

    """
    table: type[SQLModel] = OutboxMessage
    wanted = [col(OutboxMessage.status) == EffectStatus.dead]
    if positions:
        wanted.append(col(OutboxMessage.position).in_(positions))
    if recipient is not None:
        wanted.append(col(OutboxMessage.recipient) == recipient)
    again = {"status": EffectStatus.pending, "ended_at": None, **outbox.due(now)}
    vault = Vault.of(settings)
    with opened(settings) as database, acting(database, SYSTEM, vault, new_trace(), now=now) as act:
        replayed = act.session.scalars(
            sa.update(table).where(*wanted).values(again).returning(col(OutboxMessage.position)),
            execution_options={"synchronize_session": False},
        ).all()
        if replayed:
            act.did(Action.effects_replayed, reason=str(len(replayed)))
    say(f"to be sent again: {len(replayed)}")
    missed = sorted(set(positions) - set(replayed))
    for one in missed:
        say(f"{one} was not given up")
    return int(bool(missed))


def _times(attempts: int) -> str:
    return f"{attempts} attempt{'' if attempts == 1 else 's'}"


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
