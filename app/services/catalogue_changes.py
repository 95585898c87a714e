"""What imports changed in the catalogue: a feed for those who keep a copy of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.catalogue import Record
from app.domain.errors import Fault, InvalidInput
from app.domain.terms import CatalogueChangeType
from app.models import CatalogueChange, CatalogueRecord

Place = tuple[str, str]
"""Kind and id of a record."""

BATCH = 1000
"""Records that are read at once."""

UNKNOWN_CHANGE = Fault(
    "query/after",
    "unknown",
    "There is no change with this number. Go on from 0, and read the whole catalogue again.",
)

_LAST = sa.select(sa.func.max(col(CatalogueChange.number)))


def note_changes(
    session: Session, records: Sequence[Record], *, version: int, now: datetime
) -> None:
    """Note what these records change in those that are stored, before they take their place.

    The caller holds the one row of the catalogue's state, so no two imports number at once.
    """
    coming = {(record.kind, record.id): record.document for record in records}
    statement = sa.select(
        col(CatalogueRecord.kind), col(CatalogueRecord.id), col(CatalogueRecord.document)
    ).order_by(col(CatalogueRecord.position))
    # A batch at a time: of what is stored only stays whether it is the same.
    with session.execute(statement, execution_options={"yield_per": BATCH}) as rows_stored:
        same = {
            (kind, id_): coming.get((kind, id_)) == document for kind, id_, document in rows_stored
        }
    number = session.scalar(_LAST) or 0
    rows = [
        {
            "number": number + place,
            "at": now,
            "version": version,
            "type": what,
            "kind": kind,
            "record_id": id_,
        }
        for place, (what, (kind, id_)) in enumerate(_differences(same, coming), start=1)
    ]
    if rows:
        session.execute(sa.insert(CatalogueChange), rows)


def read_changes(session: Session, *, after: int, limit: int) -> list[CatalogueChange]:
    """Read the changes that follow a number, in order.

    Raises:
        InvalidInput: `after` is beyond the last one: it is of a feed that there was before an older
            copy of the database was put back.

    """
    if after > (session.scalar(_LAST) or 0):
        raise InvalidInput([UNKNOWN_CHANGE])
    statement = (
        select(CatalogueChange)
        .where(col(CatalogueChange.number) > after)
        .order_by(col(CatalogueChange.number))
        .limit(limit)
    )
    return list(session.exec(statement))


def _differences(
    same: Mapping[Place, bool], coming: Iterable[Place]
) -> Iterator[tuple[CatalogueChangeType, Place]]:
    left = dict(same)
    for place in coming:
        if place not in same:
            yield CatalogueChangeType.added, place
        elif not left.pop(place):
            yield CatalogueChangeType.changed, place
    yield from ((CatalogueChangeType.removed, place) for place in left)
