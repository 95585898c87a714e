"""The catalogue in the database, and the copy of it that a process answers from."""

import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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

BATCH = 1000
"""Records that are read at once."""

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
    version, _ = state
    with _lasting():
        catalogue = build(_records(session))
        made = Knowledge(
            version=version,
            catalogue=catalogue,
            lexicon=Lexicon.of(catalogue),
            skills=SkillIndex.of(catalogue),
        )
    _made.clear()
    _made[state] = made
    return made


def _records(session: Session) -> Iterator[Record]:
    stored = CatalogueRecord
    rows = session.execute(
        sa.select(col(stored.kind), col(stored.id), col(stored.document), col(stored.file))
        .order_by(col(stored.position))
        .execution_options(yield_per=BATCH)
    )
    return (Record(*row) for row in rows)


def _search_in(knowledge: Knowledge) -> Search:
    if not (_indexed and _indexed[0].knowledge is knowledge):
        with _lasting():
            made = Search(knowledge, vocabulary())
        _indexed[:] = [made]
    return _indexed[0]


@contextmanager
def _lasting() -> Iterator[None]:
    """Make what stays, without looking for garbage in it: now or later that stops all requests.

    It goes when nobody refers to it any more, so nothing made here may refer to itself.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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
            gc.collect()  # what is garbage by now would stay as well
            knowledge = read_knowledge(session)
        self.search = _search_in(knowledge)
        self._state = state
        logger.info("catalogue replaced", extra={"version": knowledge.version})
