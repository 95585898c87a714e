"""A commit that fails is never told as done, on any operation that writes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from app.config import Settings
from app.db import Database
from app.main import create_app
from tests.conftest import TestClock
from tests.crash.mutants import set_scope_of_transactions
from tests.server import running

KEEPS_NOTHING = {"checkProvisions"}
"""Operations that take a body and store nothing."""

WRITTEN = ("intake", "referral", "guidance_session", "session_log_entry")

ORPHAN = "INSERT INTO orphan (parent) VALUES (-1)"
# A row without its parent is refused at the commit and not before it, on either engine.
DOOM = {
    "sqlite": (
        (
            "CREATE TABLE orphan (id INTEGER PRIMARY KEY,"
            " parent INTEGER REFERENCES orphan (id) DEFERRABLE INITIALLY DEFERRED)"
        ),
        *(
            f"CREATE TRIGGER doom_{table}_{event} AFTER {event} ON {table} BEGIN {ORPHAN}; END"
            for table in WRITTEN
            for event in ("INSERT", "UPDATE")
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION doom() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END $$"
        ),
        *(
            f"CREATE CONSTRAINT TRIGGER doom_{table} AFTER INSERT OR UPDATE ON {table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION doom()"
            for table in WRITTEN
        ),
    ),
}
UNDO = {
    "sqlite": tuple(
        f"DROP TRIGGER doom_{table}_{event}" for table in WRITTEN for event in ("INSERT", "UPDATE")
    ),
    "postgresql": tuple(f"DROP TRIGGER doom_{table} ON {table}" for table in WRITTEN),
}

Send = Callable[[httpx.Client], httpx.Response]
GUIDANCE = {
    "originSector": "bouw",
    "employment": "self_employed",
    "region": "AM05",
    "scheduling": {"sessions": 2},
}
ORIENTATION = {"originSector": "ziekenhuizen", "employment": "employee", "purpose": "orientation"}


def an_intake(client: httpx.Client, body: dict[str, Any]) -> Any:
    return client.post("/intakes", json=body, headers={"Idempotency-Key": str(uuid4())}).json()


def a_place(client: httpx.Client) -> dict[str, str]:
    slots = client.get("/slots", params={"region": "AM05", "limit": "50"}).json()["items"]
    return {"slotId": slots[-1]["id"]}


def create_intake(_client: httpx.Client) -> Send:
    key = {"Idempotency-Key": "once"}
    return lambda client: client.post("/intakes", json=GUIDANCE, headers=key)


def add_referral(client: httpx.Client) -> Send:
    intake = an_intake(client, ORIENTATION)
    provision = intake["alsoAvailable"][0]["provisionId"]
    path, body = f"/intakes/{intake['id']}/referrals", {"provisionId": provision}
    return lambda client: client.post(path, json=body)


def book_session(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GUIDANCE)['id']}/sessions"
    body = a_place(client)
    return lambda client: client.post(path, json=body, headers={"Idempotency-Key": "once"})


def move_session(client: httpx.Client) -> Send:
    path = f"/sessions/{an_intake(client, GUIDANCE)['sessions'][0]['id']}/slot"
    body = a_place(client)
    return lambda client: client.put(path, json=body)


def conclude_session(client: httpx.Client) -> Send:
    path = f"/sessions/{an_intake(client, GUIDANCE)['sessions'][0]['id']}/outcome"
    return lambda client: client.put(path, json={"outcome": "held"})


CASES = {
    "createIntake": create_intake,
    "addReferral": add_referral,
    "bookSession": book_session,
    "moveSession": move_session,
    "concludeSession": conclude_session,
}


def stored(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of every table that a request writes, and of the keys and counters."""
    tables = (*WRITTEN, "kept_answer", "session_log_counter")
    with database.engine.connect() as connection:
        rows = {
            table: connection.execute(sa.select(sa.text(f"* FROM {table}"))) for table in tables
        }
        return {table: sorted(map(tuple, found), key=str) for table, found in rows.items()}


@contextmanager
def doomed(database: Database) -> Iterator[None]:
    """Let every commit of something new fail, until the block ends."""
    kind = database.engine.dialect.name
    with database.engine.begin() as connection:
        for statement in DOOM[kind]:
            connection.exec_driver_sql(statement)
    yield
    with database.engine.begin() as connection:
        for statement in UNDO[kind]:
            connection.exec_driver_sql(statement)


def test_every_operation_that_writes_has_a_case(client):
    document = client.get("/openapi.json").json()
    writes = {
        operation["operationId"]
        for item in document["paths"].values()
        for method, operation in item.items()
        if method not in {"get", "head", "options", "parameters"}
    }
    assert writes == CASES.keys() | KEEPS_NOTHING


@pytest.mark.parametrize("operation", CASES)
def test_a_commit_that_fails_is_an_error_and_leaves_nothing(client, database, operation):
    send = CASES[operation](client)
    before = stored(database)
    with doomed(database):
        assert send(client).status_code == 500
        assert stored(database) == before
    again = send(client)
    assert again.is_success, again.text
    assert stored(database) != before


@pytest.fixture
def answered_first(settings: Settings, clock: TestClock) -> Iterator[httpx.Client]:
    """A client of an app whose transactions end after the answer was sent."""
    set_scope_of_transactions("request")
    try:
        with (
            running(create_app(settings, clock=clock)) as address,
            httpx.Client(base_url=f"{address}/v1", timeout=30) as client,
        ):
            yield client
    finally:
        set_scope_of_transactions("function")


def test_an_answer_sent_before_the_commit_would_be_seen(answered_first, database):
    send = create_intake(answered_first)
    before = stored(database)
    with doomed(database):
        assert send(answered_first).status_code == 201
        assert stored(database) == before


def test_the_connections_of_a_serving_app_wait_for_the_disk(tmp_path, sqlite_template):
    path = tmp_path / "gids.db"
    path.write_bytes(sqlite_template.read_bytes())
    app = create_app(Settings(demo=True, database_url=f"sqlite:///{path}"))
    with running(app) as address, httpx.Client(base_url=f"{address}/v1", timeout=30) as client:
        assert create_intake(client)(client).is_success
        engine = app._api.state.database.engine
        with engine.connect() as connection:
            asked = "PRAGMA synchronous", "PRAGMA journal_mode"
            assert [connection.exec_driver_sql(one).scalar() for one in asked] == [2, "wal"]
