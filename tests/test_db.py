"""The database module on real engines: what a transaction promises, and who waits for whom."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.config import Settings
from app.db import SPARE_CONNECTIONS, SQLITE_PRAGMAS, Database, DatabaseBusyError
from app.domain.access import EVERY_REGION

POOL = 3
LONG = 30
"""Seconds in which what must happen happens, however busy the machine is."""

SHORT = 0.3
"""Seconds in which what must not happen is looked for."""

ROOT = Path(__file__).parent.parent


def opened(url: str, *, waits: float) -> Database:
    timeout = timedelta(seconds=waits)
    return Database(Settings(database_url=url, database_pool=POOL, lock_timeout=timeout))


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    """A database with one empty table."""
    database = opened(empty_database_url, waits=LONG)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
    yield database
    database.dispose()


@pytest.fixture
def impatient(database: Database, empty_database_url: str) -> Iterator[Database]:
    """The same database for who waits a moment only."""
    impatient = opened(empty_database_url, waits=0.2)
    yield impatient
    impatient.dispose()


ADD = sa.text("INSERT INTO thing VALUES (:id)")


def things(database: Database) -> list[int]:
    with database.read(EVERY_REGION) as session:
        return list(session.execute(sa.text("SELECT id FROM thing ORDER BY id")).scalars())


def add(database: Database, *numbers: int) -> None:
    with database.write(EVERY_REGION) as session:
        for number in numbers:
            session.execute(ADD, {"id": number})


# One transaction


def test_what_is_written_is_seen_by_others_only_after_the_block(database):
    with database.write(EVERY_REGION) as session:
        session.execute(ADD, {"id": 1})
        assert things(database) == []
    assert things(database) == [1]


def test_a_block_that_raises_leaves_nothing_and_lets_the_next_one_in(database):
    def fail() -> None:
        with database.write(EVERY_REGION) as session:
            session.execute(ADD, {"id": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert things(database) == []
    add(database, 2)
    assert things(database) == [2]


def test_a_statement_that_fails_takes_the_whole_block_with_it(database):
    add(database, 1)
    with pytest.raises(DBAPIError):
        add(database, 2, 1)
    assert things(database) == [1]


def test_a_read_keeps_nothing(database, engine_kind):
    with database.read(EVERY_REGION) as session:
        if engine_kind == "postgresql":
            with pytest.raises(InternalError, match="read-only"):
                session.execute(ADD, {"id": 1})
        else:
            session.execute(ADD, {"id": 1})
    assert things(database) == []


def test_a_read_sees_one_state_whatever_is_written_meanwhile(database):
    count = sa.text("SELECT count(*) FROM thing")
    with database.read(EVERY_REGION) as session:
        assert session.execute(count).scalar_one() == 0
        add(database, 1)
        assert session.execute(count).scalar_one() == 0
    assert things(database) == [1]


def test_after_a_read_the_connection_can_write_again(empty_database_url):
    database = Database(Settings(database_url=empty_database_url, database_pool=1))
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (id INTEGER PRIMARY KEY)")
    assert things(database) == []
    add(database, 1)
    assert things(database) == [1]
    database.dispose()


def test_a_reader_does_not_wait_for_a_writer(database, impatient):
    with database.write(EVERY_REGION) as session:
        session.execute(ADD, {"id": 1})
        assert things(impatient) == []


# Who waits for whom, on SQLite


on_sqlite = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)


@on_sqlite
def test_writers_come_one_after_the_other(database):
    came: list[int] = []

    def write(number: int) -> None:
        with database.write(EVERY_REGION) as session:
            session.execute(ADD, {"id": number})
            came.append(number)
            assert things(database) == sorted(came[:-1])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(40)))
    assert things(database) == sorted(came) == list(range(40))


@on_sqlite
def test_a_writer_waits_until_the_other_one_has_committed(database):
    done = threading.Event()

    def write() -> None:
        add(database, 2)
        done.set()

    second = threading.Thread(target=write)
    with database.write(EVERY_REGION) as session:
        session.execute(ADD, {"id": 1})
        second.start()
        assert not done.wait(SHORT)
        assert things(database) == []
    assert done.wait(LONG)
    second.join()
    assert things(database) == [1, 2]


@on_sqlite
def test_a_writer_that_waits_too_long_is_told_so_and_may_come_back(database, impatient):
    with database.write(EVERY_REGION) as session:
        session.execute(ADD, {"id": 1})
        with pytest.raises(DatabaseBusyError):
            add(impatient, 2)
    add(impatient, 2)
    assert things(database) == [1, 2]


@on_sqlite
def test_a_block_without_a_statement_keeps_nobody_waiting(database, impatient):
    with database.write(EVERY_REGION):
        add(impatient, 1)
    assert things(database) == [1]


OTHER_PROCESS = """
import sys
import sqlalchemy as sa
from app.config import Settings
from app.db import Database

with Database(Settings(database_url=sys.argv[1])).write("*") as session:
    session.execute(sa.text("INSERT INTO thing VALUES (1)"))
    print("writing", flush=True)
    sys.stdin.readline()
"""


@on_sqlite
def test_writers_in_two_processes_wait_for_each_other(database, impatient, empty_database_url):
    with subprocess.Popen(  # noqa: S603 - our own arguments, no shell
        [sys.executable, "-c", OTHER_PROCESS, empty_database_url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        assert things(database) == []
        with pytest.raises(DatabaseBusyError):
            add(impatient, 2)
        other.stdin.write("done\n")
        other.stdin.flush()
        add(database, 3)
    assert other.returncode == 0
    assert things(database) == [1, 3]


@on_sqlite
def test_a_process_that_dies_while_writing_keeps_nobody_waiting(database, empty_database_url):
    with subprocess.Popen(  # noqa: S603 - our own arguments, no shell
        [sys.executable, "-c", OTHER_PROCESS, empty_database_url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        other.kill()
        other.wait()
        add(database, 2)
    assert things(database) == [2]


@on_sqlite
def test_a_writer_that_does_not_know_the_rule_of_turns_is_waited_for(database, impatient):
    with database.engine.connect() as stranger:
        stranger.exec_driver_sql("INSERT INTO thing VALUES (1)")
        with pytest.raises(OperationalError, match="database is locked"):
            add(impatient, 2)
        stranger.commit()
    add(impatient, 2)
    assert things(database) == [1, 2]


@on_sqlite
def test_from_its_first_statement_a_writer_keeps_strangers_out(database, impatient):
    with database.write(EVERY_REGION) as session, impatient.engine.connect() as stranger:
        assert session.execute(sa.text("SELECT count(*) FROM thing")).scalar_one() == 0
        with pytest.raises(OperationalError, match="database is locked"):
            stranger.exec_driver_sql("INSERT INTO thing VALUES (1)")
        session.execute(ADD, {"id": 2})
    assert things(database) == [2]


def write_ahead_log(url: str) -> bytes:
    return Path(url.removeprefix("sqlite:///") + "-wal").read_bytes()


@on_sqlite
def test_what_was_deleted_is_in_no_file_after_a_sweep(database, empty_database_url):
    with database.write(EVERY_REGION) as session:
        session.execute(sa.text("CREATE TABLE said (word TEXT)"))
        session.execute(sa.text("INSERT INTO said VALUES ('klaproos')"))
    assert database.sweep()
    with database.write(EVERY_REGION) as session:
        session.execute(sa.text("UPDATE said SET word = 'distel'"))
        session.execute(sa.text("DELETE FROM said"))
    assert write_ahead_log(empty_database_url)
    assert database.sweep()
    assert write_ahead_log(empty_database_url) == b""
    content = Path(empty_database_url.removeprefix("sqlite:///")).read_bytes()
    assert b"CREATE TABLE said" in content
    assert [word for word in (b"klaproos", b"distel") if word in content] == []


@on_sqlite
@pytest.mark.parametrize("other", ["reader", "writer"])
def test_a_sweep_gives_way_to_others_and_can_be_done_later(other, database, empty_database_url):
    add(database, 1)
    with database.read(EVERY_REGION) if other == "reader" else database.write("*") as session:
        assert session.execute(sa.text("SELECT count(*) FROM thing")).scalar_one() == 1
        if other == "reader":
            add(database, 2)
        assert not database.sweep()
        assert write_ahead_log(empty_database_url)
    add(database, 3)
    assert database.sweep()
    assert {1, 3} <= set(things(database))


def test_where_nothing_is_to_be_swept_a_sweep_is_no_trouble(database):
    assert database.sweep()
    add(database, 1)
    assert things(database) == [1]


@on_postgresql
def test_a_row_that_stays_locked_ends_the_wait(database, impatient):
    add(database, 1)
    with database.write(EVERY_REGION) as session:
        session.execute(sa.text("SELECT 1 FROM thing FOR UPDATE"))
        with (
            pytest.raises(OperationalError, match="lock timeout"),
            impatient.write(EVERY_REGION) as other,
        ):
            other.execute(sa.text("UPDATE thing SET id = 2"))
    assert things(database) == [1]


# The engine


def asked_of_every_connection(database: Database, question: str) -> list[str]:
    """Ask while all of them are in use, so that none is asked twice."""
    together = [database.engine.connect() for _ in range(POOL)]
    try:
        return [str(one.exec_driver_sql(question).scalar_one()) for one in together]
    finally:
        for one in together:
            one.close()


@on_sqlite
@pytest.mark.parametrize("name", SQLITE_PRAGMAS)
def test_every_connection_to_sqlite_keeps_what_makes_it_safe(name, database):
    expected = str(SQLITE_PRAGMAS[name])
    assert asked_of_every_connection(database, f"PRAGMA {name}") == [expected] * POOL


@on_sqlite
def test_a_commit_on_sqlite_is_on_disk_before_it_is_answered(database):
    assert asked_of_every_connection(database, "PRAGMA journal_mode") == ["wal"] * POOL
    assert asked_of_every_connection(database, "PRAGMA synchronous") == ["2"] * POOL
    assert asked_of_every_connection(database, "PRAGMA foreign_keys") == ["1"] * POOL


@on_postgresql
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lock_timeout", "200ms"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("timezone", "UTC"),
    ],
)
def test_every_connection_to_postgresql_gives_up_in_time(name, value, impatient):
    assert asked_of_every_connection(impatient, f"SHOW {name}") == [value] * POOL


def test_an_error_does_not_tell_what_was_said(database):
    said = "ik werk al twaalf jaar in de kas"
    statement = sa.text("INSERT INTO nowhere VALUES (:said)")
    with pytest.raises(DBAPIError) as caught, database.write(EVERY_REGION) as session:
        session.execute(statement, {"said": said})
    assert said not in str(caught.value)
    assert "parameters hidden" in str(caught.value)


def test_a_request_that_finds_no_connection_is_told_so(impatient):
    most = POOL + SPARE_CONNECTIONS + Settings().delivery_threads
    held = [impatient.engine.connect() for _ in range(most)]
    with pytest.raises(PoolTimeoutError):
        things(impatient)
    for one in held:
        one.close()
    assert things(impatient) == []


@pytest.mark.parametrize(
    "url",
    [
        "geheim",
        "geheim/gids.db",
        "sqlite://",
        "mysql://gids:geheim@localhost/gids",
        "postgresql:gids:geheim@localhost/gids",
    ],
)
def test_an_address_of_no_database_we_know_is_refused_without_repeating_it(url):
    with pytest.raises(ValidationError, match="database_url") as caught:
        Settings(database_url=url)
    assert "geheim" not in str(caught.value)
