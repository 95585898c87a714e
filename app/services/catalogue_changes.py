"""What imports changed in the catalogue: a feed for those who keep a copy of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.catalogue import Record
from app.domain.terms import CatalogueChangeType
from app.models import CatalogueChange, CatalogueRecord

Place = tuple[str, str]
"""Kind and id of a record."""


def note_changes(
    session: Session, records: Sequence[Record], *, version: int, now: datetime
) -> None:
    """Note what these records change in those that are stored, before they take their place.

    The caller holds the one row of the catalogue's state, so no two imports number at once.
    """
    stored = {
        (kind, id_): document
        for kind, id_, document in session.execute(
            sa.select(
                col(CatalogueRecord.kind), col(CatalogueRecord.id), col(CatalogueRecord.document)
            )
        )
    }
    coming = {(record.kind, record.id): record.document for record in records}
    number = session.execute(sa.select(sa.func.max(col(CatalogueChange.number)))).scalar_one() or 0
    rows = [
        {
            "number": number + place,
            "at": now,
            "version": version,
            "type": what,
            "kind": kind,
            "record_id": id_,
        }
        for place, (what, (kind, id_)) in enumerate(_differences(stored, coming), start=1)
    ]
    if rows:
        session.execute(sa.insert(CatalogueChange), rows)


def read_changes(session: Session, *, after: int, limit: int) -> list[CatalogueChange]:
    """Read the changes that follow a number, in order."""
    statement = (
        select(CatalogueChange)
        .where(col(CatalogueChange.number) > after)
        .order_by(col(CatalogueChange.number))
        .limit(limit)
    )
    return list(session.exec(statement))


def _differences(
    stored: Mapping[Place, Any], coming: Mapping[Place, Any]
) -> Iterator[tuple[CatalogueChangeType, Place]]:
    for place, document in coming.items():
        if place not in stored:
            yield CatalogueChangeType.added, place
        elif stored[place] != document:
            yield CatalogueChangeType.changed, place
    gone: Iterable[Place] = (place for place in stored if place not in coming)
    yield from ((CatalogueChangeType.removed, place) for place in gone)
