"""What must happen although nobody asks: places come free, days draw near, answers grow old."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from app.db import Database
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import SessionStatus
from app.models import GuidanceSession, Intake
from app.services.acts import acting
from app.services.idempotency import forget_expired
from app.services.invitations import remind_due
from app.services.outbox import waits_since
from app.services.planner import Planning
from app.services.processing_log import new_trace
from app.services.referral_due import run_due
from app.services.session_log import lock_region
from app.services.sessions import fill_places
from app.vault import Vault

logger = logging.getLogger(__name__)

TOO_LONG = timedelta(hours=1)
"""What is due waits so long only when nobody delivers, or far too few do."""


def waiting_regions(session: Session) -> list[str | None]:
    """Name the regions in which somebody waits for a place; `None` is: region not known."""
    return list(
        session.exec(
            select(Intake.region)
            .join(GuidanceSession, col(GuidanceSession.intake_id) == col(Intake.id))
            .where(col(GuidanceSession.status) == SessionStatus.waiting)
            .distinct()
        )
    )


def fill_regions(database: Database, planning: Planning, vault: Vault, *, now: datetime) -> int:
    """Give free places to who waits, region by region, each in a transaction of its own.

    Places come as time passes, as advisers' availability changes, and when somebody of another
    region, or of none, gives one back. Returns how many sessions got a place.
    """
    with database.read(EVERY_REGION) as session:
        regions = waiting_regions(session)
    placed = 0
    for region in sorted(regions, key=str):
        with acting(database, SYSTEM, vault, new_trace(), now=now) as act:
            counter = lock_region(act.session, region)
            placed += fill_places(act, counter, region, planning)
    return placed


def forget_old_answers(database: Database, *, now: datetime) -> None:
    """Delete every kept answer whose day has passed, some at a time."""
    found = True
    while found:
        with database.write(EVERY_REGION) as session:
            found = forget_expired(session, now=now)


def look_at_outbox(database: Database, *, now: datetime) -> None:
    """Log an error while something that is due has waited for too long."""
    with database.read(EVERY_REGION) as session:
        since = waits_since(session, now=now)
    if since is not None and now - since >= TOO_LONG:
        told = "mail and webhooks wait to be delivered since %s: does `gids worker` run?"
        logger.error(told, since.astimezone(UTC).isoformat(timespec="seconds"))


def upkeep(
    database: Database, planning: Planning, vault: Vault, clock: Callable[[], datetime]
) -> None:
    """Do all of it once. A part that fails keeps no other one waiting; its error is raised last."""
    failed: list[Exception] = []
    for part in (
        lambda now: fill_regions(database, planning, vault, now=now),
        lambda now: run_due(database, planning, vault, now),
        lambda now: remind_due(database, vault, now=now),
        lambda now: forget_old_answers(database, now=now),
        lambda now: look_at_outbox(database, now=now),
    ):
        try:
            part(clock())
        except Exception as error:  # noqa: BLE001 - raised below, once the others had their turn
            failed.append(error)
    database.sweep()
    if failed:
        raise failed[0]
