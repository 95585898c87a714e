"""The catalogue in the database, and the copy of it that a process answers from."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from app.catalogue import Record, build, digest
from app.db import Database
from app.domain.intake import Knowledge
from app.domain.resolve import Lexicon
from app.domain.skills import SkillIndex
from app.models import CatalogueRecord, CatalogueState

logger = logging.getLogger(__name__)


class NoCatalogueError(Exception):
    """The database holds no catalogue yet."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the version that now holds, and whether anything changed."""

    version: int
    changed: bool
    records: int


def import_catalogue(session: Session, records: Sequence[Record], *, now: datetime) -> Imported:
    """Store these records as the catalogue; the same records again change nothing.

    Raises:
        app.catalogue.CatalogueError: a record is not valid; nothing is stored.

    """
    build(records)
    fingerprint = digest(records)
    state = session.get(CatalogueState, 1, with_for_update=True)
    if state is not None and state.digest == fingerprint:
        return Imported(state.version, changed=False, records=len(records))
    version = state.version + 1 if state else 1
    if state is None:
        session.add(CatalogueState(version=version, digest=fingerprint, imported_at=now))
    else:
        state.version, state.digest, state.imported_at = version, fingerprint, now
    session.exec(delete(CatalogueRecord))
    session.execute(
        sa.insert(CatalogueRecord),
        [
            {
                "kind": record.kind,
                "id": record.id,
                "position": position,
                "file": record.file,
                "document": record.document,
            }
            for position, record in enumerate(records)
        ],
    )
    return Imported(version, changed=True, records=len(records))


def catalogue_version(session: Session) -> int | None:
    """Say which version of the catalogue holds."""
    return session.exec(select(CatalogueState.version)).one_or_none()


def read_knowledge(session: Session) -> Knowledge:
    """Make the copy that a process answers from.

    Raises:
        NoCatalogueError: nothing was imported yet.

    """
    version = catalogue_version(session)
    if version is None:
        raise NoCatalogueError("there is no catalogue yet: run 'gids catalogue import'")
    rows = session.exec(select(CatalogueRecord).order_by(col(CatalogueRecord.position))).all()
    catalogue = build(
        Record(kind=row.kind, id=row.id, document=row.document, file=row.file) for row in rows
    )
    return Knowledge(
        version=version,
        catalogue=catalogue,
        lexicon=Lexicon.of(catalogue),
        skills=SkillIndex.of(catalogue),
    )


class CatalogueWatch:
    """Keeps one process on the version of the catalogue that holds.

    `knowledge` is replaced as a whole: a request that has begun goes on with what it began with.
    """

    def __init__(self, database: Database, *, poll_seconds: float) -> None:
        """Read the catalogue once; `start` begins to follow it."""
        self._database = database
        self._poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="catalogue-watch", daemon=True)
        with database.read() as session:
            self.knowledge = read_knowledge(session)

    def start(self) -> None:
        """Begin to follow the version in the database."""
        self._thread.start()

    def stop(self) -> None:
        """End following, and wait until it has ended."""
        self._stopping.set()
        self._thread.join()

    def refresh(self) -> None:
        """Replace the copy when another version holds."""
        with self._database.read() as session:
            if catalogue_version(session) != self.knowledge.version:
                self.knowledge = read_knowledge(session)
                logger.info("catalogue replaced", extra={"version": self.knowledge.version})

    def _follow(self) -> None:
        while not self._stopping.wait(self._poll_seconds):
            try:
                self.refresh()
            except Exception:
                logger.warning("catalogue could not be read; the last one stays", exc_info=True)
