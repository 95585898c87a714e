"""The schema of the database: where it stands, and bringing it to head.

Alembic is imported by what runs migrations alone: it takes a tenth of a second and 10 MiB, and a
process that serves only looks where the schema stands.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from app.db import Database, sqlite_file
from app.domain.access import EVERY_REGION

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))
ADVISORY_LOCK = 0x67696473  # "gids": two migrations at once would trip over each other


AUDIT_LOG_BEGINS = "20261123_0300"
"""The revision from which a database has a signed head of its audit log, made with it."""


class SchemaError(Exception):
    """The database is not at the schema this release needs."""


def alembic_config(connection: sa.Connection | None = None) -> "Config":
    """Make the configuration that Alembic's commands run with."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """Name the newest revision of this release: they are named by when they were made."""
    newest = max(path.stem for path in (FOLDER / "versions").glob("*.py"))
    return newest[: len(AUDIT_LOG_BEGINS)]


def upgrade(database: Database, begin_audit_log: Callable[[sa.Connection], object]) -> None:
    """Bring the schema to that of this release, all of it or nothing.

    The audit log begins in the same transaction (app.services.audit.begin), when its revision is
    among those that were still to come, and so once in the life of a database.

    Raises:
        DatabaseBusyError: see app.db.Database.write.
        OSError: the file of the database cannot be made.
        SchemaError: the schema is of another release, most likely a newer one.

    """
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    database.create()
    with database.write(EVERY_REGION) as session:
        connection = session.connection()
        _wait_for_other_migrations(connection)
        config = alembic_config(connection)
        before = _stands_at(connection) or "base"
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise SchemaError(str(error)) from error
        passed = ScriptDirectory.from_config(config).iterate_revisions("head", before)
        if AUDIT_LOG_BEGINS in {script.revision for script in passed}:
            begin_audit_log(connection)


def current(engine: Engine) -> str | None:
    """Name the revision the database is at, or nothing for an empty one."""
    with engine.connect() as connection:
        return _stands_at(connection)


def require_head(engine: Engine) -> None:
    """Refuse a database that is not at the schema of this release.

    Raises:
        SchemaError: the schema is older or newer, or there is no database.

    """
    require_database(engine)
    found, wanted = current(engine), head()
    if found != wanted:
        message = f"the schema is at {found}, this release needs {wanted}: run 'gids db upgrade'"
        raise SchemaError(message)


def require_database(engine: Engine) -> None:
    """Refuse a file that is not there: SQLite would make an empty one, which everybody could read.

    Raises:
        SchemaError: there is none.

    """
    path = sqlite_file(engine)
    if path is not None and not path.exists():
        raise SchemaError(f"there is no database at {path.absolute()}: run 'gids db upgrade'")


def _stands_at(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(sa.select(VERSION.c.version_num)).scalar_one_or_none()


def _wait_for_other_migrations(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
