"""A commit that fails is never told as done, on any operation that writes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.main import create_app
from app.models import metadata
from tests.conftest import TestClock
from tests.crash.mutants import set_scope_of_transactions
from tests.crash.writes import (
    BY_LINK,
    CASES,
    OF_NO_PERSON,
    WEBHOOK,
    WITH_EFFECTS,
    create_intake,
)
from tests.identity import WhoeverMay
from tests.server import running

KEEPS_NOTHING = {"checkProvisions"}
"""Operations that take a body and store nothing."""

WRITTEN = (
    "intake",
    "draft",
    "referral",
    "referral_change",
    "outcome_change",
    "guidance_session",
    "session_log_entry",
    "holder_change",
    "contact_details",
    "consent",
    "desk",
    "subscription",
    "outbox_message",
    "adviser",
)


def doomed_by(operation: str) -> Iterator[Sequence[str]]:
    """Say in which tables nothing can be written without the operation failing: in each of these.

    What cannot leave its trail is not done, and neither is what cannot be told outside.
    """
    yield WRITTEN
    yield ("audit_entry",)
    if operation not in OF_NO_PERSON:
        yield ("processing_entry",)
    if operation in WITH_EFFECTS:
        yield ("outbox_message",)


EVENTS = ("INSERT", "UPDATE", "DELETE")
ORPHAN = "INSERT INTO orphan (parent) VALUES (-1)"
# A row without its parent is refused at the commit and not before it, on either engine.
FORBID = {
    "sqlite": (
        "CREATE TABLE IF NOT EXISTS orphan (id INTEGER PRIMARY KEY,"
        " parent INTEGER REFERENCES orphan (id) DEFERRABLE INITIALLY DEFERRED)"
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION doom() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END $$"
    ),
}
DOOM = {
    "sqlite": tuple(
        f"CREATE TRIGGER doom_{{table}}_{event} AFTER {event} ON {{table}} BEGIN {ORPHAN}; END"
        for event in EVENTS
    ),
    "postgresql": (
        (
            f"CREATE CONSTRAINT TRIGGER doom_{{table}} AFTER {' OR '.join(EVENTS)} ON {{table}}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION doom()"
        ),
    ),
}
UNDO = {
    "sqlite": tuple(f"DROP TRIGGER doom_{{table}}_{event}" for event in EVENTS),
    "postgresql": ("DROP TRIGGER doom_{table} ON {table}",),
}


def stored(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of every table, past the types of its columns."""
    with database.engine.connect().execution_options(sees=EVERY_REGION) as connection:
        rows = {
            table: connection.execute(sa.select(sa.text(f"* FROM {table}")))
            for table in metadata.tables
        }
        return {table: sorted(map(tuple, found), key=str) for table, found in rows.items()}


@contextmanager
def doomed(database: Database, *tables: str) -> Iterator[None]:
    """Let every commit of a change in these tables fail, until the block ends."""
    kind = database.engine.dialect.name

    def run(statements: Sequence[str]) -> None:
        with database.engine.begin() as connection:
            for table in tables:
                for statement in statements:
                    connection.exec_driver_sql(statement.format(table=table))

    with database.engine.begin() as connection:
        connection.exec_driver_sql(FORBID[kind])
    run(DOOM[kind])
    yield
    run(UNDO[kind])


def give_up_all(database: Database) -> None:
    """Let everything that was put to send be given up, so that it can be sent again."""
    given_up = sa.text(
        "UPDATE outbox_message SET status = 'dead', ended_at = created_at WHERE status = 'pending'"
    )
    with database.write(EVERY_REGION) as session:
        session.execute(given_up)


def test_every_operation_that_writes_has_a_case(client):
    document = client.get("/openapi.json").json()
    writes = {
        operation["operationId"]
        for item in document["paths"].values()
        for method, operation in item.items()
        if method not in {"get", "head", "options", "parameters"}
    }
    assert writes == (CASES.keys() | KEEPS_NOTHING) - BY_LINK


@pytest.mark.parametrize("operation", CASES)
def test_a_commit_that_fails_is_an_error_and_leaves_nothing(client, database, operation):
    client.post("/regions/AM05/webhooks", json=WEBHOOK).raise_for_status()
    send = CASES[operation](client)
    give_up_all(database)
    before = stored(database)
    for tables in doomed_by(operation):
        with doomed(database, *tables):
            assert send(client).status_code == 500
            assert stored(database) == before
    again = send(client)
    assert not again.is_error, again.text
    assert stored(database) != before


@pytest.fixture
def answered_first(settings: Settings, clock: TestClock) -> Iterator[httpx.Client]:
    """A client of an app whose transactions end after the answer was sent."""
    set_scope_of_transactions("request")
    try:
        with (
            running(create_app(settings, clock=clock)) as address,
            httpx.Client(base_url=f"{address}/v1", timeout=30, auth=WhoeverMay()) as client,
        ):
            yield client
    finally:
        set_scope_of_transactions("function")


def test_an_answer_sent_before_the_commit_would_be_seen(answered_first, database):
    send = create_intake(answered_first)
    before = stored(database)
    with doomed(database, *WRITTEN):
        assert send(answered_first).status_code == 201
        assert stored(database) == before


def test_the_connections_of_a_serving_app_wait_for_the_disk(tmp_path, sqlite_template):
    path = tmp_path / "gids.db"
    path.write_bytes(sqlite_template.read_bytes())
    app = create_app(Settings(demo=True, database_url=f"sqlite:///{path}"))
    with (
        running(app) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30, auth=WhoeverMay()) as client,
    ):
        assert create_intake(client)(client).is_success
        engine = app.api.state.database.engine
        with engine.connect() as connection:
            asked = "PRAGMA synchronous", "PRAGMA journal_mode"
            assert [connection.exec_driver_sql(one).scalar() for one in asked] == [2, "wal"]
