"""A copy of the embedded database, made beside whoever works in it."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from app import migrate
from app.config import Settings
from app.db import OWNER_ONLY, keep_on_disk, opened, sqlite_file

Say = Callable[[str], None]


class BackupError(Exception):
    """No backup was made; says why."""


def backup(settings: Settings, file: Path, say: Say) -> int:
    """Copy the database as it is at one moment to a new file, for its owner's eyes alone.

    What was committed and is still in the write-ahead log is in it; `cp` would leave that out.
    Writers go on meanwhile. Until all of it is on disk it is called `FILE.part`, so a file that has
    its name is whole.

    Raises:
        BackupError: the database is not SQLite, or cannot be copied; or the file is there already,
            or what another backup is making or has left half made.
        OSError: the file cannot be made.
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
    part = file.with_name(f"{file.name}.part")
    if os.path.lexists(file):
        raise BackupError(f"{file} is there already")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
    except FileExistsError as error:
        message = f"{part} is in the way: remove it, unless another backup is making it just now"
        raise BackupError(message) from error
    try:
        _copy(source, part)
        keep_on_disk(part)
        os.link(part, file)  # which overwrites nothing, where renaming would
    except sqlite3.Error as error:
        raise BackupError(f"{file} was not made: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    keep_on_disk(file.parent)
    say(f"{file}: {file.stat().st_size} bytes, the database as it was just now")
    return 0


def _copy(source: Path, part: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(part)) as copy:
        # A copy that is broken off is thrown away: no journal that would be left beside it.
        copy.execute("PRAGMA journal_mode = OFF")
        # In one step: in several, SQLite would begin anew after each commit of another.
        live.backup(copy)
