"""A desk on both engines, every test on the same first state."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from app.config import Settings
from app.db import Database
from app.domain.intake import Knowledge
from app.models import metadata
from tests.callback_server import CallbackServer, receiving
from tests.conftest import TestClock
from tests.mailbox_server import MailServer, mail_server
from tests.postgres import SERVICE, Cluster
from tests.services.desk import Desk, adviser, hours
from tests.services.dispatching import Outside
from tests.services.rounds import Round

TABLES = [table.name for table in metadata.sorted_tables]


class Restorable:
    """One PostgreSQL database that remembers its first state: quicker than one per test.

    What a test left is deleted, which for a few rows takes a fifth of what TRUNCATE does.
    """

    def __init__(self, address: str) -> None:
        """Remember it."""
        self._engine = sa.create_engine(address)
        self.address = self._engine.url.set(username=SERVICE).render_as_string()
        with self._engine.begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA first")
            for name in TABLES:
                connection.exec_driver_sql(f"CREATE TABLE first.{name} AS TABLE public.{name}")
            self._filled = {name: told for name, told in _versions(connection, TABLES) if told[0]}
        empty = [name for name in TABLES if name not in self._filled]
        self._empty_again = "; ".join(f"DELETE FROM public.{name}" for name in empty)  # noqa: S608 - names of ours

    def restore(self) -> None:
        """Bring it back to what it was."""
        with self._engine.begin() as connection:
            # Without this the log would refuse, as it should.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql(self._empty_again)
            changed = dict(_versions(connection, self._filled)).items() - self._filled.items()
            for name, _ in changed:
                connection.exec_driver_sql(f"DELETE FROM public.{name}")  # noqa: S608
                connection.exec_driver_sql(f"INSERT INTO public.{name} TABLE first.{name}")
            if changed:
                self._filled = dict(_versions(connection, self._filled))

    def close(self) -> None:
        """Let go of it."""
        self._engine.dispose()


def _versions(
    connection: sa.Connection, tables: Iterable[str]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Say of each table how many rows it has, and which transaction was the last to write one."""
    for name in tables:
        asked = f"SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM public.{name}"  # noqa: S608
        count, latest = connection.exec_driver_sql(asked).one()
        yield name, (count, latest)


@pytest.fixture(scope="session")
def restorable(cluster: Cluster, postgres_template: str) -> Iterator[Restorable]:
    """One database for all tests of a process."""
    name = f"r{uuid4().hex}"
    cluster.create_database(name, template=postgres_template)
    with closing(Restorable(cluster.dsn(name))) as restorable:
        yield restorable


@pytest.fixture
def database_url(engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with schema, catalogue and demo advisers, and nothing of another test."""
    if engine_kind == "sqlite":
        path = tmp_path / "gids.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    restorable: Restorable = request.getfixturevalue("restorable")
    restorable.restore()
    return restorable.address


@pytest.fixture
def desk(database: Database, knowledge: Knowledge) -> Desk:
    """A desk with the demo advisers: office hours in every region."""
    return Desk(database, knowledge)


@pytest.fixture
def quiet(desk: Desk) -> Desk:
    """A desk where no adviser has any hours yet."""
    desk.close_all()
    return desk


@pytest.fixture
def receiver() -> Iterator[CallbackServer]:
    """A receiver of webhooks."""
    with receiving() as server:
        yield server


@pytest.fixture
def other() -> Iterator[CallbackServer]:
    """Another one."""
    with receiving() as server:
        yield server


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    """A mail server on this machine."""
    with mail_server(tmp_path, "smtp+plain") as server:
        yield server


@pytest.fixture
def outside(settings: Settings, database: Database, clock: TestClock) -> Iterator[Outside]:
    """What is to be delivered, and dispatchers."""
    outside = Outside(settings, database, clock)
    with closing(outside.egress):
        yield outside


@pytest.fixture
def round_(outside: Outside, mail: MailServer, desk: Desk) -> Round:
    """A case with a referral, which is mailed for real."""
    desk.staff(adviser(UUID(int=7), hours(1, 9, 17), hours(3, 9, 17)))
    return Round(outside, mail, desk)
