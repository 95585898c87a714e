"""What is kept no longer than needed (AVG, article 5, 1 e): classes, each with its term."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.referrals import WITH_THE_DESK
from app.domain.terms import Action, HandedBy, Outcome, SessionStatus
from app.models import (
    Adviser,
    ContactDetails,
    GuidanceSession,
    Intake,
    OutboxMessage,
    ProcessingEntry,
    Referral,
    metadata,
)
from app.services import erasure_list, outbox
from app.services.acts import Act, acting
from app.services.drafts import due_drafts, expire
from app.services.erasure import end_what_is_open, remove
from app.services.processing_log import forget_before, new_trace
from app.services.session_log import lock_region
from app.vault import Vault

BATCH = 100
"""Persons per transaction."""

OPEN_BATCH = 10
"""Persons per transaction of whom something is to be ended: their region waits meanwhile."""

LOG_BATCH = 1000
"""Entries of the processing log, or messages that went out, per transaction."""

Place = tuple[datetime, UUID]
"""How far a run has come: when the last case was touched, and its id."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long each class is kept."""

    contact_details: timedelta
    intakes: timedelta
    drafts: timedelta
    processing_log: timedelta
    outbox: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "Terms":
        """Take the terms of these settings."""
        return cls(
            contact_details=settings.retention_contact_details,
            intakes=settings.retention_intakes,
            drafts=settings.retention_drafts,
            processing_log=settings.retention_processing_log,
            outbox=settings.retention_outbox,
        )


@dataclass(frozen=True, slots=True)
class Count:
    """How many of each class."""

    contact_details: int
    intakes: int
    processing_log: int
    advisers: int = 0
    messages: int = 0
    drafts: int = 0


def count_due(session: Session, terms: Terms, *, now: datetime) -> Count:
    """Count what a run would let go now; touches nothing."""
    log = sa.select(ProcessingEntry).where(
        col(ProcessingEntry.started_at) < now - terms.processing_log
    )
    messages = sa.select(OutboxMessage).where(*outbox.is_old(now - terms.outbox))
    return Count(
        contact_details=_count(session, due_contact_details(terms, now)),
        intakes=_count(session, due_intakes(terms, now)),
        processing_log=_count(session, log),
        advisers=_count(session, left_advisers(going=due_intakes(terms, now))),
        messages=_count(session, messages),
        drafts=_count(session, due_drafts(now - terms.drafts)),
    )


def run(database: Database, vault: Vault, terms: Terms, erasures: Path, *, now: datetime) -> Count:
    """Let go what is past its term, oldest first, some at a time; return how many of each class.

    Each batch is a transaction of its own. Stopped halfway, the next run goes on where it was.
    What is still open goes first, region by region, and ends as it always does.

    Raises:
        OSError: the erasure list cannot be written.
        DatabaseBusyError: see app.db.Database.write.

    """
    in_batches = partial(_in_batches, database, vault, now)
    due = due_intakes(terms, now)
    still_open, others = due.where(_is_open()), due.where(~_is_open())
    intakes = 0
    for region in _regions_of(database, still_open):
        take = partial(_next_of_region, still_open, region)
        intakes += in_batches(take, partial(_expire_open, erasures))
    intakes += in_batches(partial(_next, others), partial(_expire_intakes, erasures))
    contact_details = in_batches(
        partial(_next, due_contact_details(terms, now)), partial(_expire_contact_details, erasures)
    )
    drafts = _expire_drafts(database, vault, now - terms.drafts, erasures, now=now)
    entries = _forget(database, forget_before, now - terms.processing_log)
    messages = _forget(database, outbox.forget_before, now - terms.outbox)
    with database.write(EVERY_REGION) as session:
        advisers = _forget_advisers(session)
    database.sweep()
    return Count(contact_details, intakes, entries, advisers, messages, drafts)


def due_intakes(terms: Terms, now: datetime) -> sa.Select[Intake]:
    """Select the intakes past their term; those that wait for a session as well.

    Who waits is planned or helped in another way within the term of an intake, and that touches
    it. A case that nobody touched for so long is forgotten, and would else be kept for ever.
    """
    return sa.select(Intake).where(
        col(Intake.touched_at) < now - terms.intakes, ~session_planned(now)
    )


def due_contact_details(terms: Terms, now: datetime) -> sa.Select[Intake]:
    """Select the intakes whose contact details are past their term, and are not so themselves.

    Who waits for a session must be told of it, and who was handed over must be called: their
    details stay as long as the intake.
    """
    kept = sa.select(col(ContactDetails.intake_id)).where(
        col(ContactDetails.intake_id) == col(Intake.id)
    )
    return sa.select(Intake).where(
        col(Intake.touched_at) < now - terms.contact_details,
        col(Intake.touched_at) >= now - terms.intakes,
        ~session_planned(now),
        ~session_waits(),
        ~with_a_desk(),
        kept.exists(),
    )


def session_planned(now: datetime) -> sa.ColumnElement[bool]:
    """Say which intakes have a session to come: nothing of those is ever past its term."""
    return _has_session(
        col(GuidanceSession.status) == SessionStatus.planned, col(GuidanceSession.starts_at) > now
    )


def session_waits() -> sa.ColumnElement[bool]:
    """Say which intakes have a session that waits for a place."""
    return _has_session(col(GuidanceSession.status) == SessionStatus.waiting)


def with_a_desk() -> sa.ColumnElement[bool]:
    """Say which intakes have a referral that a desk has yet to finish with.

    Who goes through their own employer is called by no desk.
    """
    return _goes_on(col(Referral.handed) != HandedBy.employer)


def _goes_on(*such: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return (
        sa.select(col(Referral.id))
        .where(
            col(Referral.intake_id) == col(Intake.id),
            col(Referral.status).in_(WITH_THE_DESK),
            *such,
        )
        .exists()
    )


def _has_session(*such: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return (
        sa.select(col(GuidanceSession.id))
        .where(col(GuidanceSession.intake_id) == col(Intake.id), *such)
        .exists()
    )


def _is_open() -> sa.ColumnElement[bool]:
    guided = sa.and_(col(Intake.outcome) == Outcome.guidance, col(Intake.closed_at).is_(None))
    return sa.or_(guided, _goes_on())


def _regions_of(database: Database, intakes: sa.Select[Intake]) -> list[str | None]:
    with database.read(EVERY_REGION) as session:
        found = session.scalars(intakes.with_only_columns(col(Intake.region)).distinct())
        return sorted(found, key=str)


def left_advisers(*, going: sa.Select[Intake] | None = None) -> sa.Select[UUID]:
    """Select the advisers to whom nothing refers, or nothing but what is of intakes that go.

    Of whoever signed in there is a name for the cases they had; it is kept no longer than those,
    unless a calendar still asks for their feed.
    """
    nothing_refers = []
    for table in metadata.sorted_tables:
        whose = table.c.id if table.name == "intake" else table.c.get("intake_id")
        for column in table.columns:
            if any(key.column.table.name == "adviser" for key in column.foreign_keys):
                refers = sa.select(sa.literal(1)).where(column == col(Adviser.id))
                if going is not None and whose is not None:
                    refers = refers.where(whose.not_in(going.with_only_columns(col(Intake.id))))
                nothing_refers.append(~refers.exists())
    return sa.select(col(Adviser.id)).where(
        col(Adviser.demo).is_(False), col(Adviser.feed_generation) <= 0, *nothing_refers
    )


def _forget_advisers(session: Session) -> int:
    """Delete who left; nobody refers to a row that is held, so it is looked at again then."""
    held = list(session.scalars(left_advisers().with_for_update(skip_locked=True)))
    left = sa.delete(Adviser).where(col(Adviser.id).in_(held), col(Adviser.id).in_(left_advisers()))
    return len(
        session.scalars(
            left.returning(col(Adviser.id)), execution_options={"synchronize_session": False}
        ).all()
    )


def _forget(
    database: Database, forget: Callable[[Session, datetime, int], int], before: datetime
) -> int:
    """Delete what is older than a moment, some at a time; return how much."""
    gone, found = 0, LOG_BATCH
    while found == LOG_BATCH:
        with database.write(EVERY_REGION) as session:
            found = forget(session, before, LOG_BATCH)
        gone += found
    return gone


def _expire_drafts(
    database: Database, vault: Vault, before: datetime, erasures: Path, *, now: datetime
) -> int:
    gone, found = 0, BATCH
    while found == BATCH:
        with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
            found = expire(act, before, BATCH, erasures)
        database.sweep()
        gone += found
    return gone


def _count(session: Session, statement: sa.Select[*tuple[object, ...]]) -> int:
    count = sa.select(sa.func.count()).select_from(statement.subquery())
    return int(session.execute(count).scalar_one())


def _in_batches(
    database: Database,
    vault: Vault,
    now: datetime,
    take: Callable[[Session, Place | None], list[Intake]],
    let_go: Callable[[Act, list[Intake]], None],
) -> int:
    done = 0
    last: Place | None = None
    while True:
        with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
            batch = take(act.session, last)
            if batch:
                let_go(act, batch)
        if not batch:
            return done
        database.sweep()
        done += len(batch)
        last = (batch[-1].touched_at, batch[-1].id)


def _next(
    due: sa.Select[Intake], session: Session, last: Place | None, *, limit: int | None = None
) -> list[Intake]:
    """Read and hold the next ones; who is being worked on is not past its term after that."""
    place = sa.tuple_(col(Intake.touched_at), col(Intake.id))
    statement = due if last is None else due.where(place > last)
    return list(
        session.scalars(
            statement.order_by(col(Intake.touched_at), col(Intake.id))
            .limit(limit or BATCH)
            .options(defer(Intake.content))  # type: ignore[arg-type]  # SQLModel types it as its value
            .with_for_update(of=Intake, skip_locked=True)
        )
    )


def _next_of_region(
    due: sa.Select[Intake], region: str | None, session: Session, last: Place | None
) -> list[Intake]:
    """Hold the region before its intakes, as everybody does who ends a session."""
    lock_region(session, region)
    of_region = due.where(col(Intake.region).is_not_distinct_from(region))
    return _next(of_region, session, last, limit=OPEN_BATCH)


def _expire_open(erasures: Path, act: Act, batch: list[Intake]) -> None:
    """End what is open first: the session log tells of it, and nobody waits any more.

    No session of these lies ahead with a place, so no place comes free.
    """
    for intake in batch:
        end_what_is_open(act, lock_region(act.session, intake.region), intake)
    _expire_intakes(erasures, act, batch)


def _expire_intakes(erasures: Path, act: Act, batch: list[Intake]) -> None:
    for intake in batch:
        act.did(Action.intake_expired, intake)
    remove(act, batch, erasures)


def _expire_contact_details(erasures: Path, act: Act, batch: list[Intake]) -> None:
    for intake in batch:
        act.did(Action.contact_details_expired, intake)
    ids = [intake.id for intake in batch]
    act.session.execute(
        sa.delete(ContactDetails).where(col(ContactDetails.intake_id).in_(ids)),
        execution_options={"synchronize_session": False},
    )
    what = erasure_list.CONTACT_DETAILS
    act.at_last.append(partial(erasure_list.add, erasures, ids, at=act.now, what=what))
