"""A commit that fails is never told as done, on any operation that writes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

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
from tests.identity import WhoeverMay
from tests.server import running

KEEPS_NOTHING = {"checkProvisions"}
"""Operations that take a body and store nothing."""

WRITTEN = (
    "intake",
    "referral",
    "guidance_session",
    "session_log_entry",
    "holder_change",
    "contact_details",
    "consent",
)
TRAIL = (("audit_entry",), ("processing_entry",))
"""What cannot leave its trail is not done."""

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

Send = Callable[[httpx.Client], httpx.Response]
GUIDANCE = {
    "originSector": "bouw",
    "employment": "self_employed",
    "region": "AM05",
    "scheduling": {"sessions": 2},
}
ORIENTATION = {"originSector": "ziekenhuizen", "employment": "employee", "purpose": "orientation"}
GROWTH = {"originSector": "dierhouderij", "employment": "employee", "purpose": "growth_in_sector"}
CONSENT = {
    "provisionId": "dierhouderij-scholingsvouchers",
    "data": ["name", "email"],
    "textVersion": "2026-11",
}


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


def change_holder(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GUIDANCE)['id']}/holder"
    return lambda client: client.put(path, json={"holder": "nobody", "reason": "absence"})


def change_contact_details(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GUIDANCE)['id']}/contact-details"
    return lambda client: client.put(path, json={"name": "Noor", "telephone": "06 12345678"})


def remove_contact_details(client: httpx.Client) -> Send:
    send = change_contact_details(client)
    path = send(client).request.url.path.removeprefix("/v1")
    return lambda client: client.delete(path)


def give_consent(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GROWTH)['id']}/consents"
    return lambda client: client.post(path, json=CONSENT)


def withdraw_consent(client: httpx.Client) -> Send:
    given = give_consent(client)(client)
    path = f"{given.request.url.path.removeprefix('/v1')}/{given.json()['id']}/withdrawal"
    return lambda client: client.put(path)


def erase_intake(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GUIDANCE)['id']}"
    return lambda client: client.delete(path)


CASES = {
    "createIntake": create_intake,
    "addReferral": add_referral,
    "bookSession": book_session,
    "moveSession": move_session,
    "concludeSession": conclude_session,
    "changeHolder": change_holder,
    "changeContactDetails": change_contact_details,
    "removeContactDetails": remove_contact_details,
    "giveConsent": give_consent,
    "withdrawConsent": withdraw_consent,
    "eraseIntake": erase_intake,
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
    for tables in (WRITTEN, *TRAIL):
        with doomed(database, *tables):
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
        engine = app._api.state.database.engine
        with engine.connect() as connection:
            asked = "PRAGMA synchronous", "PRAGMA journal_mode"
            assert [connection.exec_driver_sql(one).scalar() for one in asked] == [2, "wal"]
