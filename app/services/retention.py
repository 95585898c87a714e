"""What is kept no longer than needed (AVG, article 5, 1 e): three classes, each with its term."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import load_only
from sqlmodel import Session, col

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import Action, SessionStatus
from app.models import ContactDetails, GuidanceSession, Intake, ProcessingEntry
from app.services.acts import Act, acting
from app.services.erasure import remove
from app.services.processing_log import forget_before, new_trace
from app.vault import Vault

BATCH = 100
"""Persons per transaction."""

LOG_BATCH = 1000
"""Entries of the processing log per transaction."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long each class is kept."""

    contact_details: timedelta
    intakes: timedelta
    processing_log: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "Terms":
        """Take the terms of these settings."""
        return cls(
            contact_details=settings.retention_contact_details,
            intakes=settings.retention_intakes,
            processing_log=settings.retention_processing_log,
        )


@dataclass(frozen=True, slots=True)
class Count:
    """How many of each class."""

    contact_details: int
    intakes: int
    processing_log: int


def count_due(session: Session, terms: Terms, *, now: datetime) -> Count:
    """Count what a run would let go now; touches nothing."""
    log = sa.select(ProcessingEntry).where(
        col(ProcessingEntry.started_at) < now - terms.processing_log
    )
    return Count(
        contact_details=_count(session, due_contact_details(terms, now)),
        intakes=_count(session, due_intakes(terms, now)),
        processing_log=_count(session, log),
    )


def run(database: Database, vault: Vault, terms: Terms, erasures: Path, *, now: datetime) -> Count:
    """Let go what is past its term, oldest first, some at a time; return how many of each class.

    Each batch is a transaction of its own. Stopped halfway, the next run goes on where it was.

    Raises:
        OSError: the erasure list cannot be written.
        DatabaseBusyError: see app.db.Database.write.

    """
    in_batches = partial(_in_batches, database, vault, now)
    intakes = in_batches(due_intakes(terms, now), partial(_expire_intakes, erasures))
    contact_details = in_batches(due_contact_details(terms, now), _expire_contact_details)
    entries, found = 0, LOG_BATCH
    while found == LOG_BATCH:
        with database.write(EVERY_REGION) as session:
            found = forget_before(session, now - terms.processing_log, LOG_BATCH)
        entries += found
    database.sweep()
    return Count(contact_details, intakes, entries)


def due_intakes(terms: Terms, now: datetime) -> sa.Select[Intake]:
    """Select the intakes past their term."""
    return sa.select(Intake).where(
        col(Intake.touched_at) < now - terms.intakes, ~something_ahead(now)
    )


def due_contact_details(terms: Terms, now: datetime) -> sa.Select[Intake]:
    """Select the intakes whose contact details are past their term, and are not so themselves."""
    kept = sa.select(col(ContactDetails.intake_id)).where(
        col(ContactDetails.intake_id) == col(Intake.id)
    )
    return sa.select(Intake).where(
        col(Intake.touched_at) < now - terms.contact_details,
        col(Intake.touched_at) >= now - terms.intakes,
        ~something_ahead(now),
        kept.exists(),
    )


def something_ahead(now: datetime) -> sa.ColumnElement[bool]:
    """Say which intakes have a session to come: nothing of those is ever past its term."""
    ahead = sa.or_(
        col(GuidanceSession.status) == SessionStatus.waiting,
        sa.and_(
            col(GuidanceSession.status) == SessionStatus.planned,
            col(GuidanceSession.starts_at) > now,
        ),
    )
    return (
        sa.select(col(GuidanceSession.id))
        .where(col(GuidanceSession.intake_id) == col(Intake.id), ahead)
        .exists()
    )


def _count(session: Session, statement: sa.Select[*tuple[object, ...]]) -> int:
    count = sa.select(sa.func.count()).select_from(statement.subquery())
    return int(session.execute(count).scalar_one())


def _in_batches(
    database: Database,
    vault: Vault,
    now: datetime,
    due: sa.Select[Intake],
    let_go: Callable[[Act, list[Intake]], None],
) -> int:
    done = 0
    last: tuple[datetime, UUID] | None = None
    while True:
        with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
            batch = _next(act.session, due, last)
            if batch:
                let_go(act, batch)
        if not batch:
            return done
        database.sweep()
        done += len(batch)
        last = (batch[-1].touched_at, batch[-1].id)


def _next(
    session: Session, due: sa.Select[Intake], last: tuple[datetime, UUID] | None
) -> list[Intake]:
    """Read and hold the next ones; who is being worked on is not past its term after that."""
    place = sa.tuple_(col(Intake.touched_at), col(Intake.id))
    statement = due if last is None else due.where(place > last)
    return list(
        session.scalars(
            statement.order_by(col(Intake.touched_at), col(Intake.id))
            .limit(BATCH)
            .options(load_only(Intake.touched_at))  # type: ignore[arg-type]  # SQLModel types it as its value
            .with_for_update(of=Intake, skip_locked=True)
        )
    )


def _expire_intakes(erasures: Path, act: Act, batch: list[Intake]) -> None:
    for intake in batch:
        act.did(Action.intake_expired, intake)
    remove(act, batch, erasures)


def _expire_contact_details(act: Act, batch: list[Intake]) -> None:
    for intake in batch:
        act.did(Action.contact_details_expired, intake)
    act.session.execute(
        sa.delete(ContactDetails).where(
            col(ContactDetails.intake_id).in_([intake.id for intake in batch])
        ),
        execution_options={"synchronize_session": False},
    )
