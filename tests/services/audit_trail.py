"""A database with the tables of the models, and an audit log in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, Caller
from app.domain.terms import Action, Outcome, Purpose, Role
from app.models import Intake, metadata
from app.services import audit
from app.services.audit import Broken, Head, Verified
from app.services.deeds import Deed
from app.vault import Vault
from tests.conftest import MONDAY

VAULT = Vault({"k1": bytes(range(32))}, bytes(range(32, 64)))
OTHER_VAULT = Vault({"k1": bytes(range(32))}, bytes(range(64, 96)))
ADVISER = Caller(
    UUID("0b6f4a52-6a0c-4f0e-9a57-5b8a4f7f0a01"),
    "https://login.example anna",
    frozenset({Role.adviser, Role.policy}),
)
ACTIONS = tuple(Action)


def empty_database(
    engine_kind: str, request: pytest.FixtureRequest, folder_name: str, vault: Vault = VAULT
) -> Database:
    """Make a database with the tables of the models, an audit log that begins, and nothing more."""
    if engine_kind == "sqlite":
        folder = request.getfixturevalue("tmp_path_factory").mktemp(folder_name)
        url = f"sqlite:///{folder / 'gids.db'}"
    else:
        url = request.getfixturevalue("cluster").create_database(f"a{uuid4().hex}")
    database = Database(Settings(database_url=url))
    metadata.create_all(database.engine)
    with everything(database).begin() as connection:
        assert audit.begin(connection, vault, now=MONDAY)
    return database


def person() -> Intake:
    """Make an intake; the logs need its id alone, and it need not be in the database."""
    return Intake(
        id=uuid4(),
        log_pseudonym=uuid4(),
        created_at=MONDAY,
        touched_at=MONDAY,
        outcome=Outcome.guidance,
        purpose=Purpose.orientation,
        modes=[],
        content=b"sealed",
    )


def deeds(count: int) -> list[Deed]:
    """Do things to one person each, and some to nobody: as many entries."""
    return [
        Deed(
            ACTIONS[number % len(ACTIONS)],
            tuple(person() for _ in range((1, 1, 1, 0)[number % 4])),
            "workload" if number % 3 == 0 else None,
        )
        for number in range(count)
    ]


def write(database: Database, count: int, *, vault: Vault = VAULT, minute: int = 0) -> None:
    """Append as many entries in one transaction."""
    with database.write(EVERY_REGION) as session:
        now = MONDAY + timedelta(minutes=minute, microseconds=minute)
        audit.append(session, vault, ADVISER, deeds(count), now=now)


def verified(database: Database, *known: Head, vault: Vault = VAULT) -> Verified | Broken:
    """Say what verifying says."""
    with database.read(EVERY_REGION) as session:
        return audit.verify(session, vault, known_heads=known)


def head_of(database: Database) -> Head:
    """Export the head."""
    with database.read(EVERY_REGION) as session:
        found = audit.head(session)
    assert found is not None
    return found


def everything(database: Database) -> sa.Engine:
    """Show every row, past the service."""
    return database.engine.execution_options(sees=EVERY_REGION)


def take_guards_away(connection: sa.Connection) -> None:
    """Let the log be changed, as who owns the database could, until it is rolled back."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        return
    for trigger in ("gapless", "append_only_update", "append_only_delete"):
        connection.execute(sa.text(f"DROP TRIGGER ck_audit_entry_{trigger}"))


@contextmanager
def tampering(database: Database) -> Iterator[sa.Connection]:
    """Yield a transaction that no guard watches; it is committed at the end, without them."""
    with everything(database).begin() as connection:
        take_guards_away(connection)
        yield connection


@contextmanager
def lasting(database: Database) -> Iterator[Database]:
    """Close the database at the end."""
    try:
        yield database
    finally:
        database.dispose()
