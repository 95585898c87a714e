"""Resources: real databases on both engines, and the real app behind a real socket."""

import gc
import json
import logging
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.catalogue import load, read_files
from app.commands import schema
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.catalogue import Catalogue
from app.domain.intake import Knowledge
from app.domain.resolve import Lexicon
from app.domain.skills import SkillIndex
from app.main import create_app
from app.observability import Lines
from app.services.advisers import demo_advisers, import_advisers
from app.services.catalogue import import_catalogue
from tests import identity
from tests.identity import WhoeverMay
from tests.oidc_provider import openid
from tests.postgres import Cluster
from tests.server import running

__all__ = ["openid"]

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""What time it is in the tests, unless they say otherwise: a working day."""

# A sixth of the time of these tests went into looking for garbage among what stays.
gc.set_threshold(50_000)

ENGINES = ("sqlite", "postgresql")

SLOW = (
    *("test_schemathesis", "test_dispatchers.py"),
    *("crash/test_kill", "crash/test_crowd", "crash/test_outbox", "crash/test_waiting"),
)


class TestClock:
    """A clock that a test sets."""

    __test__ = False

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> None:
        """Let time pass, as timedelta's arguments say."""
        self.now += timedelta(**duration)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker begin with some of what takes longest, much of which is waiting."""
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    slow = [item for item in items if any(name in item.nodeid for name in SLOW)]
    rest = [item for item in items if item not in slow]
    shares = (len(rest) * number // workers for number in range(workers + 1))
    items[:] = [
        item
        for number, (begin, end) in enumerate(pairwise(shares))
        for item in (*slow[number::workers], *rest[begin:end])
    ]


class Written:
    """What is written to the log, when it is asked for."""

    def __init__(self, stream: StringIO) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(json.loads, self.text.splitlines())

    @property
    def text(self) -> str:
        """All of it, as it was written."""
        return self._stream.getvalue()


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[Written]:
    """What of ours is written to the log while a test runs: every level, line by line."""
    stream = StringIO()
    handler = Lines(stream)
    handler.addFilter(logging.Filter("app"))
    with caplog.at_level(logging.DEBUG, "app"):
        logging.root.addHandler(handler)
        yield Written(stream)
        logging.root.removeHandler(handler)


@pytest.fixture(autouse=True)
def logs_end_with_the_test() -> Iterator[None]:
    """What a command run inside a test logs to is gone after it: pytest closes that stream."""
    yield
    for handler in logging.root.handlers[:]:
        if isinstance(handler, Lines):
            logging.root.removeHandler(handler)


@pytest.fixture(scope="session", autouse=True)
def erasure_list(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The erasure list of whoever names no other: not the one under var/."""
    path = tmp_path_factory.mktemp("erasures") / "erasures.log"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GIDS_ERASURE_LIST", str(path))
        yield path


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL per test process."""
    cluster = Cluster.start()
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The real catalogue."""
    return load()


@pytest.fixture(scope="session")
def knowledge(catalogue: Catalogue) -> Knowledge:
    """The real catalogue with its look-up tables."""
    return Knowledge(
        version=1,
        catalogue=catalogue,
        lexicon=Lexicon.of(catalogue),
        skills=SkillIndex.of(catalogue),
    )


@pytest.fixture(params=ENGINES)
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Every test that asks for it runs on both engines."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with schema, catalogue and demo advisers, to copy."""
    path = tmp_path_factory.mktemp("template") / "gids.db"
    fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(cluster: Cluster) -> str:
    """The same on PostgreSQL: the name of a database to copy."""
    fill(cluster.create_database("filled"))
    return "filled"


def filled_database(engine_kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Make a database with schema, catalogue and demo advisers; return its address."""
    if engine_kind == "sqlite":
        path = folder / "gids.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    return copied(request.getfixturevalue("postgres_template"), request)


def copied(template: str, request: pytest.FixtureRequest) -> str:
    """Copy a database of PostgreSQL for as long as who requests it; return its address."""
    cluster: Cluster = request.getfixturevalue("cluster")
    url = cluster.create_database(f"t{uuid4().hex}", template=template)
    request.addfinalizer(partial(cluster.drop_database, url))
    return url


@pytest.fixture
def database_url(engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own, with schema, catalogue and demo advisers."""
    return filled_database(engine_kind, request, tmp_path)


@pytest.fixture
def empty_database_url(engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own with nothing in it."""
    if engine_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return copied("template1", request)


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings as an operator would have them in demo mode."""
    return open_settings(database_url)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The database itself, to look at what was stored."""
    database = Database(settings)
    yield database
    database.dispose()


@pytest.fixture
def clock() -> TestClock:
    """The clock the app reads."""
    return TestClock()


@pytest.fixture
def client(settings: Settings, clock: TestClock) -> Iterator[httpx.Client]:
    """A client of the real app, over HTTP."""
    with (
        running(create_app(settings, clock=clock)) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30, auth=WhoeverMay()) as client,
    ):
        yield client


@pytest.fixture(scope="session")
def open_client(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client of one app for all tests that store nothing."""
    path = tmp_path_factory.mktemp("open") / "gids.db"
    shutil.copyfile(sqlite_template, path)
    settings = open_settings(f"sqlite:///{path}")
    with (
        running(create_app(settings, clock=TestClock())) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30, auth=WhoeverMay()) as client,
    ):
        yield client


def open_settings(database_url: str) -> Settings:
    """Settings in demo mode in which any test token works, and nobody asks too often.

    Requests get in each other's way as much as they can: what many threads try is tried at once.
    """
    return Settings(
        demo=True,
        database_url=database_url,
        database_turns=20,
        oidc_issuers=(identity.SETTING,),
        rate_anonymous=1_000_000,
        rate_identified=1_000_000,
    )


def fill(url: str) -> None:
    """Give an empty database its schema, the catalogue and demo advisers."""
    schema.upgrade(Settings(demo=True, database_url=url), lambda _: None, now=MONDAY)
    database = Database(Settings(database_url=url))
    with database.write(EVERY_REGION) as session:
        import_catalogue(session, read_files(), now=MONDAY)
        import_advisers(session, demo_advisers(load().regions.values()), demo=True)
    database.dispose()
    if url.startswith("sqlite"):
        # The copy takes one file: let what is in the write-ahead log reach it first.
        database = Database(Settings(database_url=url))
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()
