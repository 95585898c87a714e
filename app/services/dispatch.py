"""The dispatcher: delivers what is in the outbox, at least once, in order per recipient.

Of each recipient only the first that is pending can be taken, so what fails keeps what comes after
it waiting, and holds up nobody else. Who takes one leases it: a transaction to take it, none while
it is delivered, and one to mark it. A dispatcher that dies leaves a lease that ends by itself, and
an attempt that counts: what kills each that takes it is given up like what is refused.
Of the threads of a dispatcher one leaves the calls to werkcentra, who may be slow, to the others.
Any number of dispatchers may work on one database; their clocks must agree to within seconds.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from random import SystemRandom
from time import monotonic
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, SQLModel, col, select

from app.config import Settings
from app.db import Database, DatabaseBusyError
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import EffectStatus
from app.models import OutboxMessage
from app.models.base import Moment
from app.services import deliveries
from app.services.acts import acting
from app.services.messages import Channels, FailedError
from app.services.outbox import named
from app.services.planner import Planning
from app.services.processing_log import new_trace
from app.vault import Vault

logger = logging.getLogger(__name__)

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between one attempt and the next: ten in all, over 75 hours and 35 minutes (outbox.PATIENCE).

As Standard Webhooks 1.0.0 recommends.
"""

ATTEMPTS = len(WAITS) + 1

JITTER = 0.1
"""By how much of itself a wait may be longer, so that not everybody comes back at once."""

LONGEST_STREAK = 50
"""How many one recipient gets one after another before the others have their turn."""

LONGEST_TURN = timedelta(seconds=5)
"""After how long the others have their turn as well, however few that were."""

INTERRUPTED = FailedError("interrupted")
"""No attempt came to its end, so that nobody knows what came of it."""

_random = SystemRandom()

_NOW = sa.bindparam("now", type_=Moment)

FREE_FIRSTS = sa.text("""
WITH RECURSIVE waiting (recipient) AS (
  SELECT (SELECT recipient FROM outbox_message
          WHERE status = 'pending' AND recipient > :after ORDER BY recipient LIMIT 1)
  UNION ALL
  SELECT (SELECT recipient FROM outbox_message
          WHERE status = 'pending' AND recipient > waiting.recipient ORDER BY recipient LIMIT 1)
  FROM waiting WHERE recipient IS NOT NULL
), firsts (position) AS (
  SELECT (SELECT position FROM outbox_message
          WHERE status = 'pending' AND recipient = waiting.recipient ORDER BY position LIMIT 1)
  FROM waiting WHERE :calls OR recipient NOT LIKE 'subscription:%'
)
SELECT position FROM firsts
WHERE (SELECT due_at <= :now AND (leased_until IS NULL OR leased_until <= :now)
       FROM outbox_message WHERE outbox_message.position = firsts.position)
LIMIT 20
""").bindparams(_NOW, sa.bindparam("calls", type_=sa.Boolean()))
"""The first message of each recipient that comes after one, if it is free; with calls or without.

It steps along the index from recipient to recipient, so it costs a look per recipient, however much
waits behind the first of each. Some more than one: others may be taking the first of them.
"""

ALONG_THE_INDEX = sa.text("SET LOCAL enable_bitmapscan = off")
"""PostgreSQL does not know yet how much waits when much came at once. It would then read all that
waits for a single step."""


_AFTER = [sa.bindparam(f"after_{made}", type_=Moment) for made in range(1, len(WAITS) + 1)]
"""When it is due again that has been tried so often with this attempt."""


def _take(positions: sa.ColumnElement[bool] | sa.TextClause) -> ReturningUpdate[OutboxMessage]:
    """Lease one of these that is free, passing by what somebody else is taking or changing.

    The attempt counts from now: nobody may come back to tell how it went. That it is free is asked
    again: PostgreSQL asks it of the row as it is when it is locked.
    """
    free = (
        select(OutboxMessage.position)
        .where(
            positions,
            col(OutboxMessage.status) == EffectStatus.pending,
            col(OutboxMessage.due_at) <= _NOW,
            sa.or_(
                col(OutboxMessage.leased_until).is_(None), col(OutboxMessage.leased_until) <= _NOW
            ),
        )
        .order_by(col(OutboxMessage.recipient))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (
        sa.update(OutboxMessage)
        .where(col(OutboxMessage.position) == free.scalar_subquery())
        .values(
            leased_until=sa.bindparam("until", type_=Moment),
            attempts=col(OutboxMessage.attempts) + 1,
            due_at=sa.case(
                dict(enumerate(_AFTER[:-1])),
                value=col(OutboxMessage.attempts),
                else_=_AFTER[-1],
            ),
        )
        .returning(OutboxMessage)
        .execution_options(synchronize_session=False)
    )


_first_of_recipient = sa.text(
    "position = (SELECT position FROM outbox_message WHERE status = 'pending'"
    " AND recipient = :whose ORDER BY position LIMIT 1)"
)
TAKE_ONE_OF = _take(col(OutboxMessage.position).in_(sa.bindparam("firsts", expanding=True)))
TAKE_NEXT = _take(_first_of_recipient)
"""The first of one recipient."""


class Dispatcher:
    """Delivers in threads of its own, from `start` until `stop`."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        channels: Channels,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        """Do nothing yet."""
        self._database = database
        self._vault = vault
        self._channels = channels
        self._planning = Planning.of(settings)
        self._clock = clock
        self._poll = settings.delivery_poll.total_seconds()
        self._patience = settings.delivery_timeout
        self._after = {True: "", False: ""}
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._run, args=(calls,), name=f"delivery {number}", daemon=True
            )
            for number, calls in enumerate(_lanes(settings.delivery_threads))
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take nothing more, and wait until what is in hand is delivered, or its time has passed.

        What then is in hand still, another dispatcher delivers when the lease has ended.
        """
        self._stopping.set()
        ends = monotonic() + self._patience.total_seconds()
        for thread in self._threads:
            thread.join(max(0.0, ends - monotonic()))

    def deliver_due(self, *, calls: bool = True) -> bool:
        """Deliver until nothing is due that nobody else has in hand; tell whether there was any.

        Without `calls` nothing that goes to a werkcentrum.
        """
        found = False
        while (message := self._take(calls=calls)) is not None:
            found = True
            streak, ends_at = 0, self._clock() + LONGEST_TURN
            while message is not None:
                streak += 1
                result = self._attempt(message)
                go_on = streak < LONGEST_STREAK and self._clock() < ends_at
                message = self._keep(message, result, go_on=go_on)
        return found

    def _run(self, calls: bool) -> None:  # noqa: FBT001 - of Thread
        failing = False
        while not self._stopping.is_set():
            try:
                found = self.deliver_due(calls=calls)
            except Exception:
                # Most likely the database is away. What was in hand is taken again after its lease.
                if not failing:
                    logger.exception("the outbox cannot be read")
                failing, found = True, False
            else:
                failing = False
            if not found:
                self._stopping.wait(self._poll)

    def _take(self, *, calls: bool = True) -> OutboxMessage | None:
        """Lease what is free of the next recipient that has something, each in turn."""
        if self._stopping.is_set():
            return None
        with self._database.write(EVERY_REGION) as session:
            now = self._clock()
            if session.get_bind().dialect.name == "postgresql":
                session.execute(ALONG_THE_INDEX)
            for after in dict.fromkeys((self._after[calls], "")):
                asked = {"now": now, "after": after, "calls": calls}
                firsts = session.execute(FREE_FIRSTS, asked).scalars().all()
                found = firsts and self._lease(session, TAKE_ONE_OF, now, firsts=firsts)
                if found:
                    self._after[calls] = found.recipient
                    return found
        return None

    def _lease(
        self,
        session: Session,
        take: ReturningUpdate[OutboxMessage],
        now: datetime,
        **which: object,
    ) -> OutboxMessage | None:
        again = {one.key: now + wait for one, wait in zip(_AFTER, WAITS, strict=True)}
        given = {"now": now, "until": now + 2 * self._patience, **again, **which}
        return session.execute(take, given).scalars().first()

    def _attempt(self, message: OutboxMessage) -> EffectStatus | FailedError:
        """Deliver, and log how that went."""
        result: EffectStatus | FailedError
        if message.attempts > ATTEMPTS:
            return INTERRUPTED
        try:
            sent = deliveries.deliver(
                self._database, self._vault, self._channels, message, now=self._clock()
            )
        except FailedError as error:
            result = error
        except (OperationalError, DatabaseBusyError):
            raise  # nothing was sent: it is taken again when it is due
        except Exception:
            logger.exception("a message cannot be made", extra={"position": message.position})
            result = FailedError("internal")
        else:
            result = EffectStatus.delivered if sent else EffectStatus.dropped
        _log(message, result)
        return result

    def _keep(
        self, message: OutboxMessage, result: EffectStatus | FailedError, *, go_on: bool
    ) -> OutboxMessage | None:
        """Mark it, also when the database is away for a moment: else it would be sent again."""
        while True:
            try:
                return self._mark(message, result, go_on=go_on)
            except (SQLAlchemyError, DatabaseBusyError):
                lease_ended = message.leased_until is None or message.leased_until <= self._clock()
                if lease_ended or self._stopping.wait(self._poll):
                    raise

    def _mark(
        self, message: OutboxMessage, result: EffectStatus | FailedError, *, go_on: bool
    ) -> OutboxMessage | None:
        """Keep how it went, with what follows from it; take the next of the same recipient.

        A lease that has been taken over is somebody else's, and so is the mark.
        """
        now = self._clock()
        with acting(self._database, SYSTEM, self._vault, new_trace(), now=now) as act:
            # First what holds regions and intakes, as in whatever drops messages of them.
            if isinstance(result, FailedError):
                result = deliveries.follow_failure(act, message, result)
            elif result is EffectStatus.delivered:
                deliveries.follow_delivery(act, message, self._planning)
            marks = _marks(message, result, now)
            if not _mark_if_ours(act.session, message, marks):
                return None
            if isinstance(result, FailedError):
                if marks["status"] is EffectStatus.dead:
                    deliveries.follow_end(act, message, result)
                return None
            if not go_on or self._stopping.is_set():
                return None
            # Not from when we began: others may have kept us waiting since.
            return self._lease(act.session, TAKE_NEXT, self._clock(), whose=message.recipient)


def _lanes(threads: int) -> list[bool]:
    """Say for each thread whether it calls werkcentra; of two or more, the first does not."""
    return [number > 0 or threads == 1 for number in range(threads)]


def due_after(
    attempts: int,
    *,
    now: datetime,
    give_up_at: datetime,
    retry_after: timedelta | None = None,
) -> datetime | None:
    """Say when to try again after so many attempts; never again after the last one.

    A receiver that wants more time (Retry-After, app/egress.py: 24 hours at the most) gets it, but
    for the last attempt, which is when the message is given up if that fails as well.
    """
    if attempts >= ATTEMPTS or now >= give_up_at:
        return None
    wait = WAITS[attempts - 1] * (1 + _random.uniform(0, JITTER))
    return min(now + max(wait, retry_after or wait), give_up_at)


def _log(message: OutboxMessage, result: EffectStatus | FailedError) -> None:
    what, level = {"status": str(result)}, logging.INFO
    if isinstance(result, FailedError):
        what, level = {"fault": result.code}, logging.WARNING
    whose = {"kind": message.kind.value, "recipient": named(message.recipient)}
    attempt = {"position": message.position, "attempt": message.attempts}
    logger.log(level, "delivery", extra={**whose, **attempt, **what})


def _marks(
    message: OutboxMessage, result: EffectStatus | FailedError, now: datetime
) -> dict[str, Any]:
    if result is EffectStatus.dropped:
        # There was no attempt after all.
        return {"status": result, "attempts": message.attempts - 1, "ended_at": now}
    attempts = min(message.attempts, ATTEMPTS)
    if not isinstance(result, FailedError):
        return {"status": result, "attempts": attempts, "fault": None, "ended_at": now}
    due_at = None
    if not result.final:
        due_at = due_after(
            attempts, now=now, give_up_at=message.give_up_at, retry_after=result.retry_after
        )
    fault = {"attempts": attempts, "fault": result.code}
    if due_at is None:
        return {"status": EffectStatus.dead, "ended_at": now, **fault}
    return {"status": EffectStatus.pending, "due_at": due_at, **fault}


def _mark_if_ours(session: Session, message: OutboxMessage, marks: dict[str, Any]) -> bool:
    table: type[SQLModel] = OutboxMessage
    marked = session.execute(
        sa.update(table)
        .where(
            col(OutboxMessage.position) == message.position,
            col(OutboxMessage.status) == EffectStatus.pending,
            # No two leases of a message end at the same moment: one begins when another has ended.
            col(OutboxMessage.leased_until) == message.leased_until,
        )
        .values(leased_until=None, **marks)
        .returning(col(OutboxMessage.position)),
        execution_options={"synchronize_session": False},
    )
    return marked.first() is not None
