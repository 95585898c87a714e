"""The commands of the audit log and the processing log, as an operator reads them."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from app.commands import audit as commands
from app.commands.audit import HeadFileError
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Action
from app.models import AuditEntry, AuditHead, ProcessingEntry
from app.services import audit, audit_entries, processing_log
from app.services.deeds import Deed
from app.vault import Vault
from tests.conftest import MONDAY
from tests.services.audit_trail import (
    ADVISER,
    VAULT,
    empty_database,
    everything,
    lasting,
    person,
    tampering,
    write,
)

HEAD: sa.Table = AuditHead.__table__  # type: ignore[attr-defined]  # SQLModel sets it on tables
MINUTE = timedelta(minutes=1)
DEMO_VAULT = Vault.of(Settings(demo=True))


@pytest.fixture
def database(engine_kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    with lasting(empty_database(engine_kind, request, "commands", DEMO_VAULT)) as database:
        yield database


@pytest.fixture
def settings(database: Database) -> Settings:
    url = database.engine.url.render_as_string(hide_password=False)
    return Settings(demo=True, database_url=url)


@pytest.fixture
def said() -> list[str]:
    return []


def test_a_whole_log_is_said_to_be_whole(database, settings, said):
    assert commands.verify(settings, said.append) == 0
    write(database, 7, vault=Vault.of(settings))
    assert commands.verify(settings, said.append) == 0
    assert said == [
        "audit log: 0 entries, each as it was written",
        "audit log: 7 entries, each as it was written",
    ]


def test_a_broken_log_is_said_to_be_broken_and_where(database, settings, said):
    write(database, 7, vault=Vault.of(settings))
    with tampering(database) as connection:
        connection.execute(sa.text("UPDATE audit_entry SET actor = 'nobody' WHERE number = 4"))
    assert commands.verify(settings, said.append) == 1
    assert said == ["audit log: BROKEN: entry 4 is not what was written there"]


def test_a_head_without_the_key_is_said_to_be_so(database, settings, said):
    with everything(database).begin() as connection:
        connection.execute(sa.delete(AuditHead))
        audit.begin(connection, VAULT, now=MONDAY)
    assert commands.verify(settings, said.append) == 1
    assert said == ["audit log: BROKEN: the head was not signed with the signing key"]


def kept(database: Database) -> dict[str, Any]:
    """Copy the row of the head, as somebody could who only writes to the database."""
    with everything(database).connect() as connection:
        return dict(connection.execute(sa.select(HEAD)).one()._mapping)


def test_kept_heads_are_looked_for(database, settings, said, tmp_path):
    assert commands.head(settings, said.append) == 0
    states = []
    for minute in range(3):
        write(database, 2, vault=Vault.of(settings), minute=minute)
        assert commands.head(settings, said.append) == 0
        states.append(kept(database))
    assert [json.loads(line)["number"] for line in said] == [0, 2, 4, 6]
    heads = tmp_path / "heads.jsonl"
    heads.write_text("".join(f"{line}\n" for line in said))
    said.clear()
    assert commands.verify(settings, said.append, heads=heads) == 0
    assert said == ["audit log: 6 entries, each as it was written, with 4 known heads on it"]
    with tampering(database) as connection:
        connection.execute(sa.text("DELETE FROM audit_entry WHERE number > 4"))
        connection.execute(sa.update(HEAD).values(states[1]))
    assert commands.verify(settings, said.append) == 0
    assert commands.verify(settings, said.append, heads=heads) == 1
    assert said[2] == "audit log: BROKEN: entry 5 is missing: a known head tells of entry 6"


@pytest.mark.parametrize(
    "change",
    [
        {"number": 9},
        {"hash": "11" * 32},
        {"at": "2026-11-23 08:00:00.000000"},
        {"signature": "00" * 32},
    ],
    ids=lambda it: next(iter(it)),
)
def test_a_known_head_that_was_not_signed_here_is_refused_by_its_line(
    change, settings, said, tmp_path
):
    commands.head(settings, said.append)
    heads = tmp_path / "heads.jsonl"
    heads.write_text(f"{said[0]}\n{json.dumps({**json.loads(said[0]), **change})}\n")
    with pytest.raises(HeadFileError, match="line 2 was not signed with the signing key"):
        commands.verify(settings, said.append, heads=heads)
    assert len(said) == 1


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "3", '{"number": 1}', '{"number": 1, "hash": "x", "at": "", "signature": ""}'],
)
def test_a_file_of_heads_that_holds_something_else_is_refused(line, settings, said, tmp_path):
    commands.head(settings, said.append)
    path = tmp_path / "heads.jsonl"
    path.write_text(f"{said[0]}\n{line}\n")
    with pytest.raises(HeadFileError, match="line 2 is not a head"):
        commands.read_heads(path, DEMO_VAULT)


def test_the_audit_log_is_shown_entry_by_entry_of_one_intake_and_between_two_moments(
    database, settings, said
):
    who, other = person(), person()
    done = [
        Deed(Action.intake_read, (who, other)),
        Deed(Action.intake_erased, (who,), "request"),
        Deed(Action.key_created, ()),
    ]
    for minute, deed in enumerate(done):
        with database.write(EVERY_REGION) as session:
            audit.append(session, DEMO_VAULT, ADVISER, [deed], now=MONDAY + minute * MINUTE)

    def shown(**which: Any) -> list[dict[str, Any]]:
        said.clear()
        assert commands.show(settings, said.append, **which) == 0
        return [json.loads(line) for line in said]

    assert shown(intake=who.id, since=MONDAY + MINUTE) == [
        {
            "number": 3,
            "at": "2026-11-23T09:01:00Z",
            "actor": "https://login.example anna",
            "roles": ["adviser", "policy"],
            "action": "intake_erased",
            "intakeId": str(who.id),
            "reason": "request",
        }
    ]
    assert [one["number"] for one in shown()] == [1, 2, 3, 4]
    assert [one["number"] for one in shown(intake=other.id)] == [2]
    assert [one["number"] for one in shown(until=MONDAY + MINUTE)] == [1, 2]
    assert shown(since=MONDAY + 2 * MINUTE)[0]["intakeId"] is None


NO_ID = f"{{{'0' * 32}}}"
CHANGED: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "sqlite": [
        ("action = 'nothing'", {"action": "nothing"}),
        ("intake_id = 'xyz'", {"intakeId": "xyz"}),
        (f"intake_id = '{NO_ID}'", {"intakeId": NO_ID}),
        ("at = 'yesterday'", {"at": "yesterday"}),
        ("at = '2026-1-2 3:4:5.6'", {"at": "2026-1-2 3:4:5.6"}),
        ("at = 7", {"at": 7}),
        ("roles = x'ff', actor = x'00'", {"roles": r"b'\xff'", "actor": r"b'\x00'"}),
    ],
    "postgresql": [
        ("action = 'nothing'", {"action": "nothing"}),
        ("at = '0044-03-15 12:00Z BC'", {"at": "0044-03-15 12:00:00.000000 BC"}),
        ("at = '12026-11-23 09:00Z'", {"at": "12026-11-23 09:00:00.000000"}),
        ("at = 'infinity'", {"at": "infinity"}),
    ],
}


def test_an_entry_that_was_changed_past_the_service_is_shown_as_it_stands(
    engine_kind, database, settings, said
):
    write(database, 9, vault=DEMO_VAULT)
    assert commands.show(settings, said.append) == 0
    expected = [json.loads(line) for line in said]
    with tampering(database) as connection:
        if engine_kind == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = 1")
        else:
            connection.exec_driver_sql(
                "ALTER TABLE audit_entry DROP CONSTRAINT ck_audit_entry_action"
            )
        for place, (change, told) in enumerate(CHANGED[engine_kind], start=1):
            statement = f"UPDATE audit_entry SET {change} WHERE number = {place + 1}"  # noqa: S608 - constants
            connection.exec_driver_sql(statement)
            expected[place] |= told
    said.clear()
    assert commands.show(settings, said.append) == 0
    assert [json.loads(line) for line in said] == expected


OPEN_TRANSACTIONS = sa.text(
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
)


def nobody_keeps_a_state_of(database: Database) -> bool:
    """Tell whether no reader holds on to what was there a moment ago."""
    if database.engine.dialect.name == "sqlite":
        return database.sweep()
    with database.engine.connect() as connection:
        return not connection.execute(OPEN_TRANSACTIONS).all()


def test_a_reader_who_takes_their_time_keeps_no_state_of_the_database(
    database, settings, monkeypatch
):
    monkeypatch.setattr(audit_entries, "BATCH", 2)
    monkeypatch.setattr(processing_log, "BATCH", 2)
    with database.write(EVERY_REGION) as session:
        done = [Deed(Action.intake_read, tuple(person() for _ in range(5)))]
        processing_log.append(session, DEMO_VAULT, processing_log.new_trace(), done, now=MONDAY)
        audit.append(session, DEMO_VAULT, ADVISER, done, now=MONDAY)

    def read(command: Callable[[Callable[[str], None]], int]) -> int:
        free: list[bool] = []

        def pause(_line: str) -> None:
            if not free:
                write(database, 1, vault=DEMO_VAULT)  # for there to be something to sweep
            free.append(nobody_keeps_a_state_of(database))

        assert command(pause) == 0
        assert all(free)
        return len(free)

    assert read(lambda say: commands.show(settings, say)) == 6
    assert read(lambda say: commands.export_processing_log(settings, say, now=MONDAY)) == 3


def test_the_processing_log_is_handed_out_line_by_line(database, settings, said):
    with database.write(EVERY_REGION) as session:
        done = [Deed(Action.intake_read, (person(), person()))]
        trace = processing_log.new_trace()
        processing_log.append(session, Vault.of(settings), trace, done, now=MONDAY)
    assert commands.export_processing_log(settings, said.append, now=MONDAY) == 0
    (line,) = said
    (resource,) = json.loads(line)["resourceSpans"]
    assert len(resource["scopeSpans"][0]["spans"]) == 2
    assert commands.export_processing_log(settings, said.append, until=MONDAY, now=MONDAY) == 0
    assert commands.export_processing_log(settings, said.append, since=MONDAY, now=MONDAY) == 0
    assert said == [line, line]


class LeftError(Exception):
    """Whoever read along has left."""


def test_who_hands_out_the_processing_log_stands_in_the_audit_log_before_a_line_is_read(
    database, settings
):
    with database.write(EVERY_REGION) as session:
        done = [Deed(Action.intake_read, (person(),))]
        processing_log.append(session, DEMO_VAULT, processing_log.new_trace(), done, now=MONDAY)

    def leave(_line: str) -> None:
        raise LeftError

    with pytest.raises(LeftError):
        commands.export_processing_log(settings, leave, now=MONDAY)
    with database.read(EVERY_REGION) as session:
        told = [(one.actor, one.action, one.intake_id) for one in session.exec(select(AuditEntry))]
        assert len(session.exec(select(ProcessingEntry)).all()) == 1
    assert told == [("system", Action.processing_log_exported, None)]


def test_a_file_of_heads_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        commands.read_heads(tmp_path / "none", DEMO_VAULT)
