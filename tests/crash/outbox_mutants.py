"""Ways to take the promises of the outbox away, and a dispatcher at a later moment."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import Session

from app import cli
from app.domain.terms import EffectStatus
from app.models import OutboxMessage
from app.services import audit, outbox
from app.services.dispatch import Dispatcher
from app.services.outbox import Effect
from tests.crash.mutants import CRASH_EVERY, _die_every, _later, _replace, _write_twice

HOURS_LATER = "HOURS_LATER"
"""By how many hours, in the environment of the process."""

_put = outbox.put


def effects_in_a_second_transaction() -> None:
    """What is to be done is put in the outbox after what it follows from was committed."""

    def later(session: Session, *what: Any, **more: Any) -> None:
        def work(second: Session) -> None:
            audit.wait_for_turn(second)
            _put(second, *what, **more)

        _later(session, work)

    _replace("put", later, outbox)
    _write_twice()


def effects_ahead_of_the_change() -> None:
    """What is to be done is committed before what it follows from."""

    def ahead(session: Session, *what: Any, **more: Any) -> None:
        with Session(session.get_bind()) as other, other.begin():
            _put(other, *what, **more)

    _replace("put", ahead, outbox)


def positions_by_the_clock() -> None:
    """The order is that in which requests came in, not that in which they were committed."""
    row, turns = outbox._row, count()

    def by_the_clock(effect: Effect, _position: int, now: datetime) -> dict[str, Any]:
        moment = int(now.timestamp() * 1_000_000)
        return row(effect, moment * 1000 + next(turns) % 1000, now)

    _replace("_row", by_the_clock, outbox)


def marked_before_delivered() -> None:
    """A message is delivered as soon as it is taken, and then sent; the process dies between."""
    attempt, die = Dispatcher._attempt, _die_every(CRASH_EVERY)

    def marked(self: Dispatcher, message: OutboxMessage) -> Any:
        self._mark(message, EffectStatus.delivered, go_on=False)
        die()
        return attempt(self, message)

    _replace("_attempt", marked, Dispatcher)


def no_lease() -> None:
    """Who takes a message leaves it for others to take as well."""
    lease = Dispatcher._lease

    def unleased(
        self: Dispatcher, session: Session, *what: Any, **which: Any
    ) -> OutboxMessage | None:
        found = lease(self, session, *what, **which)
        if found is not None:
            found.leased_until, found.due_at = None, found.created_at
        return found

    _replace("_lease", unleased, Dispatcher)


def crash_before_the_mark() -> None:
    """The process dies when a message is delivered and not marked so."""
    keep, die = Dispatcher._keep, _die_every(CRASH_EVERY)

    def dying(self: Dispatcher, *what: Any, **more: Any) -> OutboxMessage | None:
        die()
        return keep(self, *what, **more)

    _replace("_keep", dying, Dispatcher)


def hours_later() -> None:
    """Nothing is spoilt; but it is later, so that every lease has ended and every wait is over."""
    ahead = timedelta(hours=int(os.environ[HOURS_LATER]))
    _replace("utc_now", lambda: datetime.now(UTC) + ahead, cli)


CHANGES_OF_THE_OUTBOX: dict[str, Callable[[], None]] = {
    change.__name__: change
    for change in (
        effects_in_a_second_transaction,
        effects_ahead_of_the_change,
        positions_by_the_clock,
        marked_before_delivered,
        no_lease,
        crash_before_the_mark,
        hours_later,
    )
}
