"""The erasure list: what was let go at whose wish or at its term, in a file outside the database.

A backup that is put back brings it back; the list says what to let go again. It holds moments and
ids alone, which lead to nobody once the intake is gone. A line of each kind:

    2026-11-23T09:00:00.000000Z <intake>                      the person was erased
    2026-11-23T09:00:00.000000Z <intake> contact-details      their contact details were removed
    2026-11-23T09:00:00.000000Z <intake> consent <consent>    they withdrew this consent
    2026-11-23T09:00:00.000000Z <draft> draft                 the draft of an intake was thrown away
"""

import fcntl
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from app.db import keep_on_disk

CONTACT_DETAILS = " contact-details"
CONSENT = " consent "
DRAFT = " draft"

_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_LINE = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z)"
    rf" (?P<intake>{_ID})"
    rf"(?:(?P<details>{CONTACT_DETAILS})|(?P<draft>{DRAFT})|{CONSENT}(?P<consent>{_ID}))?"
)


@dataclass(frozen=True, slots=True)
class Erasures:
    """What a list says: who or what was let go last when, and which lines say nothing.

    Such a line is what a full disk or a power cut left; its erasure was never committed.
    `intakes` says when a person was erased, `contact_details` of an intake when they were removed,
    `consents` of a consent when it was withdrawn, `drafts` of a draft when it went. A line before
    the last one is of something that was never committed.
    `lines` is how many were read, whatever they say.
    """

    intakes: Mapping[UUID, datetime]
    faulty_lines: tuple[int, ...]
    contact_details: Mapping[UUID, datetime] = field(default_factory=dict)
    consents: Mapping[UUID, datetime] = field(default_factory=dict)
    drafts: Mapping[UUID, datetime] = field(default_factory=dict)
    lines: int = field(default=0, compare=False)


def add(path: Path, intakes: Sequence[UUID], *, at: datetime, what: str = "") -> None:
    """Add erasures to the list; they are on disk when this returns.

    `what` is nothing for the whole person, CONTACT_DETAILS, DRAFT, or CONSENT with the id of a
    consent.

    Comes right before the commit of the erasure itself: a crash or a commit that fails leaves
    something on the list that is still there, and `gids erasures check` tells.

    Raises:
        OSError: the file cannot be written; nothing may be let go then.

    """
    if not intakes:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    moment = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    lines = "".join(f"{moment} {intake}{what}\n" for intake in intakes)
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
        keep_on_disk(path.parent)


def read(path: Path) -> Erasures:
    """Read a list; no file is an empty list.

    Raises:
        OSError: the file is there and cannot be read.

    """
    if not path.exists():
        return Erasures({}, ())
    intakes: dict[UUID, datetime] = {}
    details: dict[UUID, datetime] = {}
    consents: dict[UUID, datetime] = {}
    drafts: dict[UUID, datetime] = {}
    faulty, number = [], 0
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            told = _LINE.fullmatch(line.removesuffix("\n"))
            at = None if told is None else _moment(told["at"])
            if told is None or at is None:
                if line.strip():
                    faulty.append(number)
                continue
            kind, what = intakes, UUID(told["consent"] or told["intake"])
            if told["details"]:
                kind = details
            elif told["draft"]:
                kind = drafts
            elif told["consent"]:
                kind = consents
            kind[what] = max(at, kind.get(what, at))
    return Erasures(intakes, tuple(faulty), details, consents, drafts, number)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # such as the 30th of February
        return None


def _end_of_torn_line(file: int) -> str:
    size = os.fstat(file).st_size
    return "\n" if size and os.pread(file, 1, size - 1) != b"\n" else ""
