"""A copy of the embedded database, made beside whoever works in it."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app import migrate
from app.config import Settings
from app.db import OWNER_ONLY, opened, sqlite_file

Say = Callable[[str], None]


class BackupError(Exception):
    """No backup was made; says why."""


def backup(settings: Settings, file: Path, say: Say) -> int:
    """Copy the database as it is at one moment to a new file, for its owner's eyes alone.

    What was committed and is still in the write-ahead log is in it; `cp` would leave that out.
    Writers go on meanwhile. The copy is on disk when this returns.

    Raises:
        BackupError: the database is not SQLite, or cannot be copied.
        OSError: the file is there already, or cannot be made.
        SchemaError: there is no database.

    """
    with opened(settings) as database:
        source = sqlite_file(database.engine)
        if source is None:
            raise BackupError(
                "this database is PostgreSQL: back it up with pg_dump, as a role that is shown"
                " every row (docs/configuration.md)"
            )
        migrate.require_database(database.engine)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    try:
        # In one step: in several, SQLite would begin anew after each commit of another.
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(file)) as copy:
            live.backup(copy)
    except sqlite3.Error as error:
        file.unlink()
        raise BackupError(f"{file} was not made: {error}") from error
    say(f"{file}: {file.stat().st_size} bytes, the database as it was just now")
    return 0
