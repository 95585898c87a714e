"""A transaction on each engine in which rows are put past our own code."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from tests.models.rows import ADVISER, INTAKE, OTHER_ADVISER, OTHER_INTAKE, REFERRAL, put
from tests.postgres import Cluster


@pytest.fixture(scope="module")
def sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("guards") / "gids.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(Settings(database_url=f"sqlite:///{path}"))
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def postgresql(cluster: Cluster, postgres_template: str) -> Iterator[Database]:
    url = cluster.create_database(f"t{uuid4().hex}", template=postgres_template)
    database = Database(Settings(database_url=url))
    yield database
    database.dispose()


@pytest.fixture
def connection(engine_kind: str, request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """A transaction with two advisers, two intakes and one counter; rolled back at the end."""
    database: Database = request.getfixturevalue(engine_kind)
    with database.engine.connect().execution_options(sees=EVERY_REGION) as connection:
        for adviser in (ADVISER, OTHER_ADVISER):
            put(connection, "adviser", id=adviser.hex)
        for intake in (INTAKE, OTHER_INTAKE):
            put(connection, "intake", id=intake.hex)
        put(connection, "referral", id=REFERRAL.hex, intake_id=OTHER_INTAKE.hex, status="declined")
        put(connection, "session_log_counter")
        yield connection
