"""The schema of the database: where it stands, and bringing it to head."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine import Engine

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
ADVISORY_LOCK = 0x67696473  # "gids": two migrations at once would trip over each other


class SchemaError(Exception):
    """The database is not at the schema this release needs."""


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Make the configuration that Alembic's commands run with."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def head() -> str | None:
    """Name the newest revision of this release."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def upgrade(engine: Engine) -> None:
    """Bring the schema to that of this release, all of it or nothing.

    Raises:
        SchemaError: the schema is of another release, most likely a newer one.

    """
    with engine.begin() as connection:
        _wait_for_other_migrations(connection)
        try:
            command.upgrade(alembic_config(connection), "head")
        except CommandError as error:
            raise SchemaError(str(error)) from error


def current(engine: Engine) -> str | None:
    """Name the revision the database is at, or nothing for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_head(engine: Engine) -> None:
    """Refuse a database that is not at the schema of this release.

    Raises:
        SchemaError: the schema is older or newer.

    """
    found, wanted = current(engine), head()
    if found != wanted:
        message = f"the schema is at {found}, this release needs {wanted}: run 'gids db upgrade'"
        raise SchemaError(message)


def _wait_for_other_migrations(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
