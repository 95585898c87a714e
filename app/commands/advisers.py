"""Advisers: bring in their hours, tell who they are, let what one who is away holds wait."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from app.config import Settings
from app.db import Database, opened
from app.domain.access import EVERY_REGION, NO_REGION, SYSTEM
from app.domain.terms import HolderReason
from app.models import Adviser, AvailabilityException, AvailabilityWindow, Intake
from app.services.acts import acting
from app.services.advisers import AvailabilityError, import_advisers, read_availability
from app.services.catalogue import read_knowledge
from app.services.holders import release_some
from app.services.planner import Planning
from app.services.processing_log import new_trace
from app.services.upkeep import fill_regions
from app.vault import Vault

Say = Callable[[str], None]


class UnknownAdviserError(Exception):
    """There is no adviser with this id."""


def bring_in(settings: Settings, file: Path, content: bytes, say: Say, *, now: datetime) -> int:
    """Take over the advisers of a file with their hours, and give free places to who waits.

    Raises:
        AvailabilityError: the file cannot be taken over; nothing was changed.
        NoCatalogueError: there is no catalogue, so no region either.
        AuditHeadError, DatabaseBusyError, KeySettingError: no place can be given.

    """
    with opened(settings) as database:
        with database.read(NO_REGION) as session:
            known = read_knowledge(session).catalogue.regions
        try:
            advisers = read_availability(content, known)
        except AvailabilityError as error:
            raise AvailabilityError(f"{file}: {error}") from error
        with database.write(NO_REGION) as session:
            import_advisers(session, advisers)
        placed = fill_regions(database, Planning.of(settings), Vault.of(settings), now=now)
    say(f"{len(advisers)} advisers; {placed} waiting sessions have a place now")
    return 0


def list_all(settings: Settings, say: Say) -> int:
    """Say of each adviser the id, the name, how many intakes they hold, and whether with hours."""
    holds = (
        sa.select(sa.func.count())
        .where(col(Intake.holder_id) == col(Adviser.id))
        .correlate(Adviser)
        .scalar_subquery()
    )
    weekly = sa.select(sa.literal(1)).where(col(AvailabilityWindow.adviser_id) == col(Adviser.id))
    extra = sa.select(sa.literal(1)).where(
        col(AvailabilityException.adviser_id) == col(Adviser.id),
        col(AvailabilityException.available),
    )
    has_hours = sa.or_(weekly.exists(), extra.exists())
    statement = sa.select(Adviser, holds, has_hours).order_by(col(Adviser.name), col(Adviser.id))
    with opened(settings) as database, database.read(EVERY_REGION) as session:
        found = session.execute(statement).all()
    for adviser, held, hours in found:
        told = "has hours" if hours else "no hours"
        say(f"{adviser.id} {adviser.name}: intakes held: {held}, {told}")
    return 0


def release(
    settings: Settings, adviser_id: UUID, reason: HolderReason, say: Say, *, now: datetime
) -> int:
    """Let every intake somebody holds wait in its organisation, for a colleague to take over.

    Each batch is a transaction of its own, with its trail. Stopped halfway, it can be done again.
    Returns 0 when that was all, and 1 when somebody was at work in some of them; run it again then.

    Raises:
        UnknownAdviserError: there is no such adviser.
        AuditHeadError, DatabaseBusyError, KeySettingError: the audit log cannot tell of it.

    """
    vault = Vault.of(settings)
    done = 0
    with opened(settings) as database:
        with database.read(EVERY_REGION) as session:
            if session.get(Adviser, adviser_id) is None:
                raise UnknownAdviserError(
                    "there is no adviser with this id; `gids advisers list` tells which there are"
                )
        released = None
        while released != 0:
            with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
                released = release_some(act, adviser_id, reason)
            done += released
        left, alone = _still_held(database, adviser_id)
    say(f"intakes that wait in their organisation now: {done}")
    if alone:
        say(f"intakes that stay, as no organisation has colleagues to take them over: {alone}")
    if left:
        say(f"intakes that were in use: {left}; run this again")
    return int(left > 0)


def _still_held(database: Database, adviser_id: UUID) -> tuple[int, int]:
    """Count what somebody holds yet, for an organisation and for none."""
    of_an_organisation = sa.func.count(col(Intake.organisation))
    with database.read(EVERY_REGION) as session:
        left, every = session.exec(
            select(of_an_organisation, sa.func.count()).where(col(Intake.holder_id) == adviser_id)
        ).one()
    return left, every - left
