"""Ways to take a promise away from the service, to see that a test would notice.

A change is made in the process that serves, before it starts; `DROPS` takes the guards of the
database away, which would otherwise save the promise.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from os import getpid, kill
from signal import SIGKILL
from threading import Event
from typing import Any, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app import db, dependencies, main
from app.models import KeptAnswer, SessionLogCounter
from app.services import idempotency, intakes, planner, session_log, sessions

USERS_OF_THE_LOG = (intakes, planner, sessions)
CRASH_EVERY = 15
"""How often a process comes to a chosen point before it kills itself there."""

OVERLAPS = ("ex_guidance_session_adviser_overlap", "ex_guidance_session_intake_overlap")
DROPS: dict[str, dict[str, tuple[str, ...]]] = {
    "sqlite": {
        "three sessions": ("DROP INDEX uq_guidance_session_intake_id_number",),
        "overlap": tuple(
            f"DROP TRIGGER {name}_{moment}" for name in OVERLAPS for moment in ("insert", "update")
        ),
        "gapless": ("DROP TRIGGER ck_session_log_entry_gapless",),
    },
    "postgresql": {
        "three sessions": ("DROP INDEX uq_guidance_session_intake_id_number",),
        "overlap": tuple(
            f"ALTER TABLE guidance_session DROP CONSTRAINT {name}" for name in OVERLAPS
        ),
        "gapless": (
            "DROP TRIGGER ck_session_log_entry_gapless ON session_log_entry",
            "ALTER TABLE session_log_entry DROP CONSTRAINT pk_session_log_entry",
        ),
    },
}


def _replace(name: str, new: object, *holders: object) -> None:
    """Let these modules or classes have something else under a name that they have."""
    for holder in holders:
        assert hasattr(holder, name), f"{holder} has no {name} any more"
        setattr(holder, name, new)


def _unlocked(session: Session, region: str | None) -> SessionLogCounter:
    code = region or session_log.NATIONWIDE
    added = sa.text("INSERT INTO session_log_counter VALUES (:region, 0) ON CONFLICT DO NOTHING")
    session.execute(added, {"region": code})
    return session.exec(
        select(SessionLogCounter).where(col(SessionLogCounter.region) == code)
    ).one()


def no_region_lock() -> None:
    """Nobody waits for a region's turn."""
    _replace("lock_region", _unlocked, intakes, sessions)


def late_region_lock() -> None:
    """Who plans looks first and waits for the region's turn only to write."""
    append, load = session_log.append, planner.load_availability

    def load_late(session: Session, region: str | None, **named: Any) -> planner.Availability:
        Event().wait(0.03)  # long enough for another one to look as well
        session_log.lock_region(session, region)
        return load(session, region, **named)

    def append_late(session: Session, counter: SessionLogCounter, *facts: Any, **more: Any) -> None:
        session_log.lock_region(session, counter.region)
        session.refresh(counter)
        append(session, counter, *facts, **more)

    no_region_lock()
    _replace("load_availability", load_late, sessions)
    _replace("advisers_of", lambda *_region, **_lock: None, sessions)
    _replace("append", append_late, *USERS_OF_THE_LOG)


def no_adviser_lock() -> None:
    """Two regions may book the same adviser at the same time."""
    advisers_of = planner.advisers_of

    def unlocked(session: Session, region: str | None, **_lock: bool) -> list[UUID]:
        return advisers_of(session, region, lock=False)

    _replace("advisers_of", unlocked, planner, sessions)


def no_transactions() -> None:
    """On SQLite every statement is committed by itself, as a driver left alone may do."""
    _replace("_begin_sqlite", lambda _connection: None, db)


def deferred_transactions() -> None:
    """On SQLite a reader becomes a writer halfway, without a turn."""
    _replace("_begin_sqlite", lambda connection: connection.exec_driver_sql("BEGIN"), db)


def key_remembered_afterwards() -> None:
    """The key is looked up before the transaction, and stored at its end."""

    def claim(session: Session, *, operation: str, key: str, **_rest: Any) -> Any:
        bind = session.get_bind().execution_options(writer_turn=None)
        with Session(bind) as before:
            kept = before.get(KeptAnswer, (operation, key))
        return kept and idempotency.Answer(kept.status or 0, kept.location, kept.body or "")

    _replace("claim", claim, idempotency)
    _replace("keep", _remember, idempotency)


def _remember(session: Session, *, operation: str, key: str, answer: idempotency.Answer) -> None:
    session.execute(
        sa.text(
            "INSERT INTO kept_answer (operation, key, fingerprint, expires_at, status, location,"
            " body) VALUES (:operation, :key, '', '2100-01-01 00:00:00', :status, :location,"
            " :body) ON CONFLICT DO NOTHING"
        ),
        {
            "operation": operation,
            "key": key,
            "status": answer.status,
            "location": answer.location,
            "body": answer.body,
        },
    )


def key_in_a_second_transaction() -> None:
    """The key is stored after the effect was committed."""
    key_remembered_afterwards()
    write = db.Database.write

    def later(session: Session, **what: Any) -> None:
        session.info["later"] = what

    @contextmanager
    def twice(database: db.Database) -> Iterator[Session]:
        with write(database) as session:
            yield session
        if what := session.info.get("later"):
            with write(database) as second:
                _remember(second, **what)

    _replace("keep", later, idempotency)
    _replace("write", twice, db.Database)


def answer_before_the_commit() -> None:
    """The transaction ends after the answer was sent: FastAPI's default for a dependency."""
    set_scope_of_transactions("request")


def set_scope_of_transactions(scope: str) -> None:
    """Say when the transaction of a request ends, for apps that are made from now on."""
    for dependency in (dependencies.Turn, dependencies.ReadSession, dependencies.WriteSession):
        object.__setattr__(get_args(dependency)[1], "scope", scope)


def _die_every(times: int) -> Callable[[], None]:
    turns = count(1)

    def die() -> None:
        if next(turns) % times == 0:
            kill(getpid(), SIGKILL)

    return die


def crash_halfway() -> None:
    """The process dies between what happened and its entry in the log."""
    append, die = session_log.append, _die_every(CRASH_EVERY)

    def dying(session: Session, *facts: Any, **more: Any) -> None:
        session.flush()
        die()
        append(session, *facts, **more)

    _replace("append", dying, *USERS_OF_THE_LOG)


def crash_before_the_commit() -> None:
    """The process dies with a transaction that has written and is not committed."""
    write, die = db.Database.write, _die_every(CRASH_EVERY)

    @contextmanager
    def dying(database: db.Database) -> Iterator[Session]:
        with write(database) as session:
            yield session
            session.flush()
            die()

    _replace("write", dying, db.Database)


def crash_after_the_commit() -> None:
    """The process dies when a transaction is committed and not answered."""
    write, die = db.Database.write, _die_every(CRASH_EVERY)

    @contextmanager
    def dying(database: db.Database) -> Iterator[Session]:
        with write(database) as session:
            yield session
        die()

    _replace("write", dying, db.Database)


def no_turns() -> None:
    """Any number of requests hold a transaction at once, whatever threads there are."""
    _replace("CapacityLimiter", lambda _turns: _NoLimit(), main)


class _NoLimit:
    """Never full."""

    async def acquire(self) -> None:
        """Take one."""

    def release(self) -> None:
        """Give it back."""


CHANGES: dict[str, Callable[[], None]] = {
    change.__name__: change
    for change in (
        no_region_lock,
        late_region_lock,
        no_adviser_lock,
        no_transactions,
        deferred_transactions,
        key_remembered_afterwards,
        key_in_a_second_transaction,
        answer_before_the_commit,
        crash_halfway,
        crash_before_the_commit,
        crash_after_the_commit,
        no_turns,
    )
}
