"""Ways to take a promise away from the service, to see that a test would notice.

A change is made in the process that serves, before it starts; `DROPS` takes the guards of the
database away, which would otherwise save the promise.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from os import getpid, kill
from signal import SIGKILL
from threading import Event
from typing import Any, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app import db, dependencies, main
from app.domain.access import NATIONWIDE
from app.domain.terms import Action
from app.models import Intake, KeptAnswer, SessionLogCounter
from app.services import (
    audit,
    erasure,
    holders,
    idempotency,
    intakes,
    outcome_changes,
    planner,
    processing_log,
    referral_life,
    session_log,
    sessions,
    upkeep,
)
from app.services.acts import Act
from app.services.sealed import cipher_of

USERS_OF_THE_LOG = (erasure, intakes, outcome_changes, planner, referral_life, sessions)
LOCK_A_REGION = (intakes, holders, upkeep)
WRITE = db.Database.write
"""As it is, whatever else is changed."""

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
        "trail": ("DROP TRIGGER ck_audit_entry_gapless",),
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
        "trail": (
            "DROP TRIGGER ck_audit_entry_gapless ON audit_entry",
            "ALTER TABLE audit_entry DROP CONSTRAINT pk_audit_entry",
        ),
    },
}


def _replace(name: str, new: object, *holders: object) -> None:
    """Let these modules or classes have something else under a name that they have."""
    for holder in holders:
        assert hasattr(holder, name), f"{holder} has no {name} any more"
        setattr(holder, name, new)


def _unlocked(session: Session, region: str | None) -> SessionLogCounter:
    code = region or NATIONWIDE
    counter = select(SessionLogCounter).where(col(SessionLogCounter.region) == code)
    if session.exec(counter).one_or_none() is None:
        # Asked alone of a row that is there, this would wait for who is changing that row.
        added = db.insert_into(session, SessionLogCounter).values(region=code, last_number=0)
        session.execute(added.on_conflict_do_nothing())
    return session.exec(counter).one()


def no_region_lock() -> None:
    """Nobody waits for a region's turn."""
    _replace("lock_region", _unlocked, *LOCK_A_REGION)


def no_intake_lock() -> None:
    """Nobody holds the row of an intake while they change it."""
    find = holders._find

    def unlocked(act: Act, intake_id: UUID, shown: sa.ColumnElement[bool], **_lock: bool) -> Intake:
        return find(act, intake_id, shown)

    _replace("_find", unlocked, holders)


def late_region_lock() -> None:
    """Who plans looks first and waits for the region's turn only to write."""
    append, load = session_log.append, planner.load_availability

    def load_late(session: Session, region: str | None, **named: Any) -> planner.Availability:
        Event().wait(0.03)  # long enough for another one to look as well
        session_log.lock_region(session, region)
        return load(session, region, **named)

    def append_late(act: Act, counter: SessionLogCounter, *facts: Any, **more: Any) -> None:
        session_log.lock_region(act.session, counter.region)
        act.session.refresh(counter)
        append(act, counter, *facts, **more)

    no_region_lock()
    no_intake_lock()
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

    def claim(act: Act, *, operation: str, key: str, **_rest: Any) -> idempotency.Answer | None:
        bind = act.session.get_bind().execution_options(writer_turn=None)
        with Session(bind) as before:
            kept = before.get(KeptAnswer, (act.caller.id, operation, key))
        if kept is None or kept.intake_id is None or kept.status is None or kept.body is None:
            return None
        act.did(Action.intake_read, act.session.get_one(Intake, kept.intake_id))
        cipher = cipher_of(act.session, act.vault, kept.intake_id)
        body = cipher.open(idempotency._place(operation, key), kept.intake_id, kept.body)
        return idempotency.Answer(kept.status, kept.location, body.decode())

    _replace("claim", claim, idempotency)
    _replace("keep", _remember, idempotency)


def _remember(act: Act, *, operation: str, key: str, **what: Any) -> None:
    act.session.execute(
        db.insert_into(act.session, KeptAnswer)
        .values(
            caller_id=act.caller.id,
            operation=operation,
            key=key,
            fingerprint="",
            expires_at=act.now + idempotency.KEPT_FOR,
        )
        .on_conflict_do_nothing()
    )
    _keep(act, operation=operation, key=key, **what)


_keep = idempotency.keep


def key_in_a_second_transaction() -> None:
    """The key is stored after the effect was committed."""
    key_remembered_afterwards()

    def keep(act: Act, **what: Any) -> None:
        _later(act.session, lambda second: _remember(replace(act, session=second), **what))

    _replace("keep", keep, idempotency)
    _write_twice()


def trail_in_a_second_transaction() -> None:
    """What was done is told to the audit log and the processing log after it was committed."""
    for log in (processing_log, audit):
        _replace("append", _told_later(log.append), log)
    _write_twice()


def _told_later(append: Callable[..., None]) -> Callable[..., None]:
    def later(session: Session, *facts: Any, **more: Any) -> None:
        _later(session, lambda second: append(second, *facts, **more))

    return later


def _later(session: Session, work: Callable[[Session], None]) -> None:
    session.info.setdefault("later", []).append(work)


def _write_twice() -> None:
    """Let what was put off be done in a transaction of its own, after the commit."""
    write = db.Database.write

    @contextmanager
    def twice(database: db.Database, sees: str) -> Iterator[Session]:
        with write(database, sees) as session:
            yield session
        if put_off := session.info.get("later"):
            with WRITE(database, sees) as second:
                for work in put_off:
                    work(second)

    _replace("write", twice, db.Database)


def no_turn_at_the_trail() -> None:
    """Nobody waits for a turn to write to the audit log."""
    _replace("_lock_head", audit.head, audit)


def answer_before_the_commit() -> None:
    """The transaction ends after the answer was sent: FastAPI's default for a dependency."""
    set_scope_of_transactions("request")


def set_scope_of_transactions(scope: str) -> None:
    """Say when the transaction of a request ends, for apps that are made from now on."""
    for dependency in (
        dependencies.Turn,
        dependencies.AdviserAct,
        dependencies.AdviserSession,
        dependencies.LogSession,
    ):
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

    def dying(act: Act, *facts: Any, **more: Any) -> None:
        act.session.flush()
        die()
        append(act, *facts, **more)

    _replace("append", dying, *USERS_OF_THE_LOG)


def crash_before_the_commit() -> None:
    """The process dies with a transaction that has written and is not committed."""
    write, die = db.Database.write, _die_every(CRASH_EVERY)

    @contextmanager
    def dying(database: db.Database, sees: str) -> Iterator[Session]:
        with write(database, sees) as session:
            yield session
            session.flush()
            die()

    _replace("write", dying, db.Database)


def crash_after_the_commit() -> None:
    """The process dies when a transaction is committed and not answered."""
    write, die = db.Database.write, _die_every(CRASH_EVERY)

    @contextmanager
    def dying(database: db.Database, sees: str) -> Iterator[Session]:
        with write(database, sees) as session:
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
        no_intake_lock,
        late_region_lock,
        no_adviser_lock,
        no_transactions,
        deferred_transactions,
        key_remembered_afterwards,
        key_in_a_second_transaction,
        trail_in_a_second_transaction,
        no_turn_at_the_trail,
        answer_before_the_commit,
        crash_halfway,
        crash_before_the_commit,
        crash_after_the_commit,
        no_turns,
    )
}
