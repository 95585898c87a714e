"""The session log: written with what it tells of, read as a stream."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.db import Database, insert_into
from app.domain.access import NATIONWIDE
from app.domain.terms import LogEntryType
from app.models import Intake, SessionLogCounter, SessionLogEntry
from app.services.acts import Act

BATCH = 1000


def lock_region(session: Session, region: str | None) -> SessionLogCounter:
    """Wait for this region's turn, and hold it until the transaction ends.

    Whatever plans, moves or ends a session in a region holds this one lock first, so that two
    such changes never see each other half done and the log keeps their order.
    """
    code = region or NATIONWIDE
    held = select(SessionLogCounter).where(col(SessionLogCounter.region) == code).with_for_update()
    counter = session.exec(held).one_or_none()
    if counter is None:
        session.execute(
            insert_into(session, SessionLogCounter)
            .values(region=code, last_number=0)
            .on_conflict_do_nothing()
        )
        counter = session.exec(held).one()
    return counter


def append(
    act: Act,
    counter: SessionLogCounter,
    intake: Intake,
    entry_type: LogEntryType,
    **facts: Any,  # noqa: ANN401 - the coded columns of an entry
) -> None:
    """Write the next entry of a region; `facts` are columns of the entry, all of them codes.

    Who subscribed to the region hears of it.
    """
    counter.last_number += 1
    entry = SessionLogEntry(
        region=counter.region,
        number=counter.last_number,
        at=act.now,
        type=entry_type,
        intake_pseudonym=intake.log_pseudonym,
        **facts,
    )
    act.session.add(entry)
    act.told.append(entry)


def read_entries(session: Session, region: str, *, after: int, limit: int) -> list[SessionLogEntry]:
    """Read the entries that follow a number, in order."""
    statement = (
        select(SessionLogEntry)
        .where(col(SessionLogEntry.region) == region, col(SessionLogEntry.number) > after)
        .order_by(col(SessionLogEntry.number))
        .limit(limit)
    )
    return list(session.exec(statement))


def entries_of(session: Session, intake: Intake) -> list[SessionLogEntry]:
    """Read what the log of the intake's region tells of this intake, in order."""
    statement = (
        select(SessionLogEntry)
        .where(
            col(SessionLogEntry.region) == (intake.region or NATIONWIDE),
            col(SessionLogEntry.intake_pseudonym) == intake.log_pseudonym,
        )
        .order_by(col(SessionLogEntry.number))
    )
    return list(session.exec(statement))


def stream_entries(
    database: Database, region: str, *, sees: str, after: int, limit: int | None
) -> Iterator[sa.Row[Any]]:
    """Yield the entries that follow a number, in order, in batches that each see one state.

    However long the log, only one batch is in memory, and no transaction stays open while a slow
    reader takes its time.
    """
    table = SessionLogEntry.__table__  # type: ignore[attr-defined]  # SQLModel sets it on tables
    left = limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        statement = (
            sa.select(table)
            .where(table.c.region == region, table.c.number > after)
            .order_by(table.c.number)
            .limit(size)
        )
        with database.read(sees) as session:
            rows = session.execute(statement).all()
        yield from rows
        if len(rows) < size:
            return
        after = rows[-1].number
        left = None if left is None else left - len(rows)
