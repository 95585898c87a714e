"""The audit log: one chain, whoever writes at the same time, and flat memory to check it."""

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from app.db import Database
from app.domain.access import ANONYMOUS, EVERY_REGION
from app.domain.terms import Action, HolderReason
from app.models import AuditEntry, AuditHead, metadata
from app.services import audit, processing_log
from app.services.audit import AuditHeadError, Broken, Verified
from app.services.deeds import Deed
from tests.conftest import MONDAY
from tests.models.rows import put
from tests.services.audit_trail import (
    ADVISER,
    OTHER_VAULT,
    VAULT,
    deeds,
    empty_database,
    everything,
    head_of,
    lasting,
    person,
    tampering,
    verified,
    write,
)

THREADS = 16
ROUNDS = 5
MANY = 20_000
MEBIBYTES = 3


@pytest.fixture
def log(engine_kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    with lasting(empty_database(engine_kind, request, "audit")) as database:
        yield database


def entries(database: Database) -> list[AuditEntry]:
    with database.read(EVERY_REGION) as session:
        return list(session.exec(select(AuditEntry).order_by(col(AuditEntry.number))))


def test_an_entry_says_who_did_what_to_which_intake_and_why(log):
    one, others = person(), (person(), person())
    done = [
        Deed(Action.holder_changed, (one,), HolderReason.absence),
        Deed(Action.intakes_listed, others),
        Deed(Action.intakes_listed, ()),
    ]
    now = MONDAY + timedelta(microseconds=123456)
    with log.write(EVERY_REGION) as session:
        audit.append(session, VAULT, ADVISER, done, now=now)
    first, *second, third = entries(log)
    assert (first.number, first.at, first.action) == (1, now, Action.holder_changed)
    assert first.actor == "https://login.example anna"
    assert first.roles == "adviser,policy"
    assert (first.intake_id, first.reason) == (one.id, "absence")
    assert [(one.number, one.intake_id) for one in second] == [(2, others[0].id), (3, others[1].id)]
    assert (third.number, third.intake_id) == (4, None)
    assert head_of(log).hash == third.hash
    assert verified(log) == Verified(4)


def test_transactions_make_one_chain(log):
    for minute, count in enumerate((1, 4, 2)):
        write(log, count, minute=minute)
    with log.write(EVERY_REGION) as session:
        audit.append(session, VAULT, ADVISER, deeds(2), now=MONDAY)
        audit.append(session, VAULT, ANONYMOUS, deeds(1), now=MONDAY)
    assert [one.number for one in entries(log)] == list(range(1, 11))
    assert [entries(log)[-1].actor, entries(log)[-1].roles] == ["anonymous", ""]
    assert verified(log) == Verified(10)


def test_a_transaction_that_fails_leaves_the_log_as_it_was(log):
    write(log, 3)
    before = head_of(log)

    def fail() -> None:
        with log.write(EVERY_REGION) as session:
            audit.append(session, VAULT, ADVISER, deeds(2), now=MONDAY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert head_of(log) == before
    assert verified(log, before) == Verified(3)


def test_who_did_nothing_leaves_nothing(log):
    before = head_of(log)
    write(log, 0)
    assert (head_of(log), before.number) == (before, 0)
    assert verified(log) == Verified(0)


def test_sixteen_at_once_leave_no_gap(log):
    def work(thread: int) -> None:
        for turn in range(ROUNDS):
            write(log, 1 + (thread + turn) % 3, minute=turn)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    total = sum(1 + (thread + turn) % 3 for thread in range(THREADS) for turn in range(ROUNDS))
    assert [one.number for one in entries(log)] == list(range(1, total + 1))
    assert verified(log) == Verified(total)


def write_quickly(database: Database, count: int) -> None:
    """Write what `append` would write, past the guards, which look at every single entry."""
    previous, at = audit.NOTHING, MONDAY
    rows: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        intake, at = UUID(int=number), at + timedelta(seconds=1)
        told: dict[str, Any] = {
            "number": number,
            "actor": ADVISER.actor,
            "roles": "adviser,policy",
            "action": "intake_read",
            "reason": None,
        }
        previous = audit._chained(previous, at=audit._text(at), intake_id=intake.hex, **told)
        rows.append({**told, "at": at, "intake_id": intake, "hash": previous})
    signature = audit._signature(VAULT, count, previous, audit._text(at))
    last = {"number": count, "hash": previous, "at": at, "signature": signature}
    with tampering(database) as connection:
        connection.execute(sa.insert(metadata.tables["audit_entry"]), rows)
        connection.execute(sa.update(AuditHead).values(last))


def test_a_long_log_is_verified_in_flat_memory(log):
    write_quickly(log, MANY)
    tracemalloc.start()
    try:
        assert verified(log, head_of(log)) == Verified(MANY)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEBIBYTES * 2**20


# Heads


def test_a_head_that_was_kept_lies_on_the_chain(log):
    heads = []
    for minute in range(4):
        write(log, 3, minute=minute)
        heads.append(head_of(log))
    assert verified(log, *heads, *heads) == Verified(12)


def test_a_cut_log_under_an_older_head_is_found_by_a_head_that_was_kept(log):
    write(log, 5, minute=1)
    with log.read(EVERY_REGION) as session:
        older = session.exec(select(AuditHead)).one()
        session.expunge(older)
    write(log, 5, minute=2)
    kept = head_of(log)
    with tampering(log) as connection:
        connection.execute(sa.text("DELETE FROM audit_entry WHERE number > 5"))
        connection.execute(
            sa.update(AuditHead).values(
                number=older.number, hash=older.hash, at=older.at, signature=older.signature
            )
        )
    assert verified(log) == Verified(5)
    assert verified(log, kept) == Broken(6, "is missing: a known head tells of entry 10")
    write(log, 8, minute=3)
    assert verified(log) == Verified(13)
    assert verified(log, kept) == Broken(10, "is not the entry that a known head tells of")


def empty(database: Database) -> None:
    with tampering(database) as connection:
        connection.execute(sa.text("DELETE FROM audit_entry"))
        connection.execute(sa.text("DELETE FROM audit_head"))


def begin(database: Database, *, minute: int = 0) -> bool:
    with everything(database).begin() as connection:
        return audit.begin(connection, VAULT, now=MONDAY + timedelta(minutes=minute))


@pytest.mark.parametrize("count", [0, 5])
def test_a_log_whose_head_is_gone_is_broken_and_nothing_is_written_any_more(count, log):
    write(log, count)
    empty(log)
    for _ in range(2):
        with pytest.raises(AuditHeadError, match="gone"):
            write(log, 1, minute=1)
    assert entries(log) == []
    assert verified(log) == Broken(None, "there must be one head")


def test_a_log_begins_once_and_never_from_entries_without_a_head(log):
    before = head_of(log)
    assert not begin(log, minute=1)
    write(log, 2)
    with everything(log).begin() as connection:
        connection.execute(sa.delete(AuditHead))
    assert not begin(log, minute=1)
    assert verified(log) == Broken(None, "there must be one head")
    assert (before.number, before.hash) == (0, audit.NOTHING)


def test_a_log_that_an_operator_was_made_to_begin_anew_is_found_by_heads_that_were_kept(log):
    first = head_of(log)
    write(log, 5)
    kept = head_of(log)
    empty(log)
    assert begin(log, minute=1)
    anew = head_of(log)
    twice = Broken(None, "known heads tell that it began more than once")
    assert verified(log) == Verified(0)
    assert verified(log, first) == twice
    assert verified(log, kept) == Broken(1, "is missing: a known head tells of entry 5")
    write(log, 5, minute=1)
    assert verified(log, first, first) == Verified(5)
    assert verified(log, first, anew) == twice
    assert verified(log, kept) == Broken(5, "is not the entry that a known head tells of")


def test_nothing_is_built_on_a_head_that_was_not_signed_here(log):
    write(log, 3)
    with pytest.raises(AuditHeadError):
        write(log, 1, vault=OTHER_VAULT)
    assert isinstance(verified(log, vault=OTHER_VAULT), Broken)
    assert verified(log) == Verified(3)
    for number in (3, 0):
        with everything(log).begin() as connection:
            connection.execute(sa.update(AuditHead).values(number=number, hash=bytes(32)))
        with pytest.raises(AuditHeadError):
            write(log, 1)


NO_MOMENT = (
    "UPDATE audit_entry SET at = 'infinity' WHERE number = 2",
    "UPDATE audit_entry SET at = '2026-11-23 09:00:00+00 BC' WHERE number = 2",
)
NO_TYPE = (
    "UPDATE audit_entry SET at = 'never' WHERE number = 2",
    "UPDATE audit_entry SET at = at || '+01:00' WHERE number = 2",
    "UPDATE audit_entry SET at = 3.14 WHERE number = 2",
    "UPDATE audit_entry SET actor = CAST(actor AS BLOB) WHERE number = 2",
    "UPDATE audit_entry SET action = 'party' WHERE number = 2",
    "UPDATE audit_entry SET intake_id = 'somebody' WHERE number = 2",
    "UPDATE audit_entry SET hash = hex(hash) WHERE number = 2",
    "UPDATE audit_head SET number = 'many'",
    "UPDATE audit_head SET at = 'never'",
    "UPDATE audit_head SET signature = 'mine'",
    "UPDATE audit_head SET id = 2",
)


@pytest.mark.parametrize(
    ("engine_kind", "statement"),
    [*(("postgresql", it) for it in NO_MOMENT), *(("sqlite", it) for it in NO_TYPE)],
    indirect=["engine_kind"],
)
def test_a_value_that_does_not_fit_its_column_is_found_and_stops_nothing(statement, log):
    write(log, 3)
    with tampering(log) as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        connection.execute(sa.text(statement))
    found = verified(log)
    assert isinstance(found, Broken)
    assert found.number == (2 if "audit_entry" in statement else None)


def test_a_session_log_that_is_older_than_the_audit_log_is_no_fault(log):
    with everything(log).begin() as connection:
        put(connection, "session_log_counter")
        put(connection, "session_log_entry", at="2026-11-23 08:59:59.999999")
    assert verified(log) == Verified(0)


def leave_an_intake(database: Database) -> None:
    with database.write(EVERY_REGION) as session:
        session.add(person())


def leave_a_session_log(database: Database) -> None:
    with everything(database).begin() as connection:
        put(connection, "session_log_counter")
        put(connection, "session_log_entry")


def leave_a_processing_log(database: Database) -> None:
    with database.write(EVERY_REGION) as session:
        done = [Deed(Action.intake_read, (person(),))]
        processing_log.append(session, VAULT, processing_log.new_trace(), done, now=MONDAY)


@pytest.mark.parametrize(
    "leave",
    [leave_an_intake, leave_a_session_log, leave_a_processing_log],
    ids=lambda it: it.__name__,
)
def test_an_empty_log_beside_what_deeds_have_left_is_a_fault(leave, log):
    leave(log)
    assert verified(log) == Broken(
        1, "is missing: the log is empty, and there is what deeds have left"
    )
