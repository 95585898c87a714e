"""A desk on both engines, every test on the same first state."""

import shutil
from collections.abc import Iterator
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


@pytest.fixture(scope="session")
def restorable(cluster: Cluster, postgres_template: str) -> Iterator[sa.Engine]:
    """One PostgreSQL database that remembers its first state: quicker than one per test."""
    name = f"r{uuid4().hex}"
    cluster.create_database(name, template=postgres_template)
    engine = sa.create_engine(cluster.dsn(name))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA first"))
        for name in TABLES:
            connection.execute(sa.text(f"CREATE TABLE first.{name} AS TABLE public.{name}"))
    yield engine
    engine.dispose()


@pytest.fixture
def database_url(engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with schema, catalogue and demo advisers, and nothing of another test."""
    if engine_kind == "sqlite":
        path = tmp_path / "gids.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    engine: sa.Engine = request.getfixturevalue("restorable")
    with engine.begin() as connection:
        # Without this the log would refuse, as it should.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text(f"TRUNCATE {', '.join(TABLES)}"))
        for name in TABLES:
            connection.execute(sa.text(f"INSERT INTO public.{name} TABLE first.{name}"))
    return engine.url.set(username=SERVICE).render_as_string()


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
