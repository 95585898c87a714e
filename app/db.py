"""The database: one engine per process, one transaction per request, the only commit."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel

from app.config import Settings
from app.domain.access import EVERY_REGION
from app.models.row_security import SHOWN

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit is on disk before it is answered
    "foreign_keys": 1,
    "trusted_schema": 0,
    "secure_delete": 1,  # what is deleted is overwritten with zeros
}


SWEEP_PATIENCE_SECONDS = 0.5
"""How long a sweep waits for others, and so makes others wait."""

IDLE_LIMIT_SECONDS = 60
"""After which PostgreSQL ends a transaction in which nothing is asked: its process has gone or
hangs. Longer than any honest pause, such as making look-up tables of a catalogue just read."""

RECYCLE_SECONDS = 300
"""How old a connection may get. A firewall that forgets idle ones lets who uses them wait."""

SPARE_CONNECTIONS = 5
"""For what runs beside the requests: the catalogue watch, readiness, streams between batches."""


OWNER_ONLY = 0o600
"""The mode of a file that holds a database, or stands for one."""


class DatabaseBusyError(Exception):
    """No turn at the database came within the lock timeout."""

    def __init__(self) -> None:
        super().__init__("others kept the database longer than the lock timeout")


class UnsafeDatabaseError(Exception):
    """The database would not keep regions apart: its row security can be looked past, or is off."""


class Database:
    """Hands out transactions. `write` commits when its block ends well, and only then.

    `sees` says which regions' rows there are in a transaction (app.domain.access): PostgreSQL
    holds it against every row, beside what the queries themselves ask (app/models/row_security.py).
    """

    def __init__(self, settings: Settings) -> None:
        """Make the engine; nothing is opened yet."""
        self.engine = _engine(settings)
        self._reading = self.engine
        self.lock_timeout = settings.lock_timeout.total_seconds()
        self._writers: _SqliteWriters | None = None
        path = sqlite_file(self.engine)
        if path is not None:
            self._writers = _SqliteWriters(path.with_name(path.name + ".lock"), self.lock_timeout)
        else:
            self._reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def write(self, sees: str) -> Iterator[Session]:
        """Yield a session in one transaction; commit at the end, roll back on any exception.

        The transaction begins with the first statement, so that waiting for other writers happens
        in the thread that works and not in the one that opens the session.

        Raises:
            DatabaseBusyError: the embedded database stayed locked by another writer.

        """
        turn = self._writers.turn() if self._writers else None
        engine = self.engine.execution_options(writer_turn=turn, sees=sees)
        try:
            with Session(engine, expire_on_commit=False) as session, session.begin():
                yield session
        finally:
            if turn is not None:
                turn.end()

    @contextmanager
    def read(self, sees: str) -> Iterator[Session]:
        """Yield a session that sees one state of the database; nothing is kept."""
        with Session(self._reading.execution_options(sees=sees)) as session:
            yield session

    def sweep(self) -> bool:
        """Empty the write-ahead log of SQLite, in which what was deleted lives on.

        Returns whether it is empty now: it stays when others keep the database for longer than a
        moment, so sweep again later. On PostgreSQL there is nothing to do from here.
        """
        if self._writers is None:
            return True
        turn = self._writers.turn(SWEEP_PATIENCE_SECONDS)
        try:
            turn.begin()
        except DatabaseBusyError:
            return False
        try:
            return _empty_write_ahead_log(self.engine)
        finally:
            turn.end()

    def create(self) -> None:
        """Make the file of SQLite where there is none, for its owner's eyes alone.

        SQLite gives what it writes beside it the same mode. A database of PostgreSQL is there.

        Raises:
            OSError: it cannot be made there.

        """
        path = sqlite_file(self.engine)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT, OWNER_ONLY))

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """Open the database for as long as one command takes."""
    database = Database(settings)
    try:
        yield database
    finally:
        database.dispose()


def sqlite_file(engine: Engine) -> Path | None:
    """Say which file the embedded database is; nothing for PostgreSQL."""
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


def show_every_region(session: Session) -> None:
    """Show the rest of this transaction every region's rows, if it is not shown them already."""
    bind = session.get_bind()
    seen = bind.get_execution_options().get("sees")
    if bind.dialect.name == "postgresql" and seen != EVERY_REGION:
        _show(session.connection(), EVERY_REGION)


def insert_into(session: Session, table: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
    """Begin an INSERT that can say what happens when the row is there already."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


def _engine(settings: Settings) -> Engine:
    url = sa.make_url(settings.database_url)
    timeout = settings.lock_timeout
    arguments: dict[str, Any] = {
        "pool_size": settings.database_pool,
        "max_overflow": SPARE_CONNECTIONS + settings.delivery_threads,
        "pool_timeout": timeout.total_seconds(),
        "hide_parameters": True,  # an error text would otherwise carry what a person said
    }
    if url.get_backend_name() == "sqlite":
        arguments["connect_args"] = {
            "timeout": timeout.total_seconds(),
            "check_same_thread": False,
        }
        engine = sa.create_engine(url, **arguments)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    milliseconds = int(timeout.total_seconds() * 1000)
    arguments["pool_pre_ping"] = True
    # The same few serve again and again, with what was prepared on them.
    arguments["pool_use_lifo"] = True
    arguments["pool_recycle"] = RECYCLE_SECONDS
    arguments["connect_args"] = {
        "options": f"-c lock_timeout={milliseconds} -c timezone=UTC"
        f" -c idle_in_transaction_session_timeout={IDLE_LIMIT_SECONDS}s",
    }
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg"), **arguments)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


_LOOKS_PAST = """
SELECT rolname FROM pg_roles
WHERE pg_has_role(session_user, oid, 'MEMBER')
  AND (rolsuper OR rolbypassrls OR rolreplication OR rolname IN (
    'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files'))
ORDER BY rolname <> session_user, rolname LIMIT 1
"""
"""A role the service is or can become that is shown every row, or the files they are in."""

_SECURED = """
SELECT relname, relrowsecurity AND relforcerowsecurity,
  ARRAY(SELECT concat_ws(' ', polcmd, polpermissive, polroles,
      pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    FROM pg_policy WHERE polrelid = pg_class.oid)
FROM pg_class WHERE oid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
"""


def require_row_security(engine: Engine) -> None:
    """Refuse a PostgreSQL database in which row security does not hold for its role.

    Raises:
        UnsafeDatabaseError: the role is or can become one that looks past it, or it is not on
            each table as the models say.

    """
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        role = connection.exec_driver_sql(_LOOKS_PAST).scalar()
        tables = connection.exec_driver_sql(_SECURED, (list(SHOWN),)).all()
    if role is not None:
        raise UnsafeDatabaseError(
            f"the role of the database looks past row security, as {role}: use one without"
            " SUPERUSER, BYPASSRLS and REPLICATION that is no member of such a role"
            " (docs/identity.md)"
        )
    # For every command, permissive, for everybody, and nothing else for what is written.
    held = {name for name, on, said in tables if on and said == [f"* t {{0}} {SHOWN[name]}"]}
    if open_ := sorted(SHOWN.keys() - held):
        raise UnsafeDatabaseError(
            f"row security was changed or taken off: {', '.join(open_)}; what is not kept apart"
            " is not served (docs/identity.md says how to put it back)"
        )


def _begin_postgresql(connection: sa.Connection) -> None:
    sees = connection.get_execution_options().get("sees")
    if sees is not None:
        _show(connection, sees)


def _show(connection: sa.Connection, sees: str) -> None:
    # For this transaction only: a connection goes back to the pool as it came.
    connection.exec_driver_sql("SELECT set_config('gids.sees', %s, true)", (sees,))


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - DB-API has no type
    connection.isolation_level = None  # the driver starts no transaction of its own
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _empty_write_ahead_log(engine: Engine) -> bool:
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        waits = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {SWEEP_PATIENCE_SECONDS * 1000:.0f}")
        try:
            busy: int = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {waits}")
    finally:
        connection.close()
    return not busy


def _begin_sqlite(connection: sa.Connection) -> None:
    turn: _Turn | None = connection.get_execution_options().get("writer_turn")
    if turn is None:
        connection.exec_driver_sql("BEGIN")
        return
    turn.begin()
    # A deferred transaction that turns into a writer halfway fails with "database is locked".
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class _SqliteWriters:
    """One writer at a time over all threads and processes of this machine.

    SQLite lets one writer in as well, but makes the others poll, and before 3.51.3 two
    connections that checkpoint at once can damage the file (sqlite.org/wal.html#walresetbug).
    """

    def __init__(self, path: Path, timeout: float) -> None:
        self.path = path
        self.timeout = timeout
        self.threads = threading.Lock()

    def turn(self, timeout: float | None = None) -> "_Turn":
        return _Turn(self, self.timeout if timeout is None else timeout)


class _Turn:
    """The right to write, from the first statement until after the commit."""

    def __init__(self, writers: _SqliteWriters, timeout: float) -> None:
        self._writers = writers
        self._timeout = timeout
        self._file: IO[str] | None = None

    def begin(self) -> None:
        deadline = time.monotonic() + self._timeout
        if not self._writers.threads.acquire(timeout=self._timeout):
            raise DatabaseBusyError
        try:
            # Whoever could open it could keep it, and so stop every writer.
            self._file = open(self._writers.path, "a", opener=_owned)  # noqa: SIM115 - closed at the end of the turn; Path.open takes no opener
        except OSError:
            self._writers.threads.release()
            raise
        while not _locked(self._file):
            if time.monotonic() > deadline:
                self.end()
                raise DatabaseBusyError
            time.sleep(0.002)

    def end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            self._writers.threads.release()


def keep_on_disk(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are still there after a power cut.

    Raises:
        OSError: the disk did not take it.
    """
    opened_path = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened_path)
    finally:
        os.close(opened_path)


def _owned(path: str, flags: int) -> int:
    return os.open(path, flags, OWNER_ONLY)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
