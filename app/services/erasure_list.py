"""The erasure list: which persons were erased, kept in a file outside the database.

A backup that is put back brings erased persons back; the list says whom to erase again. It holds
ids alone, which lead to nobody once the intake is gone.
"""

import fcntl
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@dataclass(frozen=True, slots=True)
class Erasures:
    """What a list says: who was erased, each once, and the numbers of lines that say nothing.

    Such a line is what a full disk or a power cut left; its erasure was never committed.
    """

    intakes: tuple[UUID, ...]
    faulty_lines: tuple[int, ...]


def add(path: Path, intakes: Sequence[UUID], *, at: datetime) -> None:
    """Add erasures to the list; they are on disk when this returns.

    Comes before the commit of the erasure itself: a crash in between leaves somebody on the list
    who is still there, and `gids erasures check` tells.

    Raises:
        OSError: the file cannot be written; nobody may be erased then.

    """
    if not intakes:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    lines = "".join(f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {intake}\n" for intake in intakes)
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = (_end_of_torn_line(file) + lines).encode()
        if os.write(file, content) != len(content):
            raise OSError(f"{path} took only part of what was written to it")
        os.fsync(file)
    finally:
        os.close(file)
    if is_new:
        _keep_name(path.parent)


def read(path: Path) -> Erasures:
    """Read a list; no file is an empty list.

    Raises:
        OSError: the file is there and cannot be read.

    """
    if not path.exists():
        return Erasures((), ())
    found: dict[UUID, None] = {}
    faulty = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            told = _LINE.fullmatch(line.removesuffix("\n"))
            if told is not None:
                found[UUID(told[1])] = None
            elif line.strip():
                faulty.append(number)
    return Erasures(tuple(found), tuple(faulty))


def _end_of_torn_line(file: int) -> str:
    size = os.fstat(file).st_size
    return "\n" if size and os.pread(file, 1, size - 1) != b"\n" else ""


def _keep_name(folder: Path) -> None:
    """Make sure that a new file is still in its folder after a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
