"""A desk on both engines, every test on the same first state."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app.db import Database
from app.domain.intake import Knowledge
from app.models import metadata
from tests.postgres import SERVICE, Cluster
from tests.services.desk import Desk

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
