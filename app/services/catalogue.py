"""The catalogue in the database, and the copy of it that a process answers from."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from app.catalogue import Record, build, digest, vocabulary
from app.db import Database, insert_into
from app.domain.access import NO_REGION
from app.domain.intake import Knowledge
from app.domain.resolve import Lexicon
from app.domain.skills import SkillIndex
from app.models import CatalogueRecord, CatalogueState
from app.services.catalogue_changes import note_changes
from app.services.search import Search

logger = logging.getLogger(__name__)

_made: dict[tuple[int, str], Knowledge] = {}
"""The copy made last, by version and digest: it never changes, so who asks again need not wait."""
_indexed: list[Search] = []
"""The search made last, likewise."""


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
    # The row is there before it is locked, so that two first imports wait for each other too.
    session.execute(
        insert_into(session, CatalogueState)
        .values(id=1, version=0, digest="", imported_at=now)
        .on_conflict_do_nothing()
    )
    state = session.get_one(CatalogueState, 1, with_for_update=True)
    if state.digest == fingerprint:
        return Imported(state.version, changed=False, records=len(records))
    version = state.version + 1
    state.version, state.digest, state.imported_at = version, fingerprint, now
    note_changes(session, records, version=version, now=now)
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


def catalogue_state(session: Session) -> tuple[int, str] | None:
    """Say which catalogue holds: version and digest, because a restore may repeat a version."""
    return session.exec(select(CatalogueState.version, CatalogueState.digest)).one_or_none()


def read_knowledge(session: Session) -> Knowledge:
    """Make the copy that a process answers from.

    Raises:
        NoCatalogueError: nothing was imported yet.

    """
    state = catalogue_state(session)
    if state is None:
        raise NoCatalogueError("there is no catalogue yet: run 'gids catalogue import'")
    known = _made.get(state)
    if known is not None:
        return known
    rows = session.exec(select(CatalogueRecord).order_by(col(CatalogueRecord.position))).all()
    catalogue = build(
        Record(kind=row.kind, id=row.id, document=row.document, file=row.file) for row in rows
    )
    version, _ = state
    made = Knowledge(
        version=version,
        catalogue=catalogue,
        lexicon=Lexicon.of(catalogue),
        skills=SkillIndex.of(catalogue),
    )
    _made.clear()
    _made[state] = made
    return made


def _search_in(knowledge: Knowledge) -> Search:
    if not (_indexed and _indexed[0].knowledge is knowledge):
        _indexed[:] = [Search(knowledge, vocabulary())]
    return _indexed[0]


class CatalogueWatch:
    """Keeps one process on the catalogue that holds.

    `search` is replaced as a whole, with the knowledge it is about: a request that has begun goes
    on with what it began with.
    """

    def __init__(self, database: Database) -> None:
        """Read the catalogue once; `refresh` follows it."""
        self._database = database
        with database.read(NO_REGION) as session:
            self._state = catalogue_state(session)
            knowledge = read_knowledge(session)
        self.search = _search_in(knowledge)

    @property
    def knowledge(self) -> Knowledge:
        """The copy to answer from."""
        return self.search.knowledge

    def refresh(self) -> None:
        """Replace the copy when another catalogue holds."""
        with self._database.read(NO_REGION) as session:
            state = catalogue_state(session)
            if state == self._state:
                return
            knowledge = read_knowledge(session)
        self.search = _search_in(knowledge)
        self._state = state
        logger.info("catalogue replaced", extra={"version": knowledge.version})
