"""The sessions of an adviser, whosever cases they are of, and those of their cases."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from app.domain.errors import InvalidInput
from app.domain.terms import Action, SessionStatus
from app.models import Adviser, GuidanceSession, Intake
from app.services.acts import Act
from app.services.paging import UNKNOWN_CURSOR

Listed = tuple[GuidanceSession, Intake, str | None]
"""A session with its intake and the name of its adviser."""


def list_sessions(
    act: Act,
    *,
    earliest: datetime | None,
    latest: datetime | None,
    status: SessionStatus | None,
    after: UUID | None,
    limit: int,
) -> tuple[list[Listed], UUID | None]:
    """List the sessions the caller holds, and those of the intakes they hold, soonest first.

    Those that wait for a place have no moment and come last. Returns a page, and what to ask the
    next one with when there is more.

    Raises:
        InvalidInput: `after` is no session of theirs.

    """
    ids = sa.select(col(GuidanceSession.id))
    of_case = ids.join(Intake, col(Intake.id) == col(GuidanceSession.intake_id))
    own = sa.union(
        ids.where(col(GuidanceSession.adviser_id) == act.caller.id),
        of_case.where(col(Intake.holder_id) == act.caller.id),
    )
    shown = col(GuidanceSession.id).in_(own)
    statement = (
        select(GuidanceSession, Intake, Adviser.name)
        .join(Intake, col(Intake.id) == col(GuidanceSession.intake_id))
        .join(Adviser, col(Adviser.id) == col(GuidanceSession.adviser_id), isouter=True)
        .where(shown)
        .order_by(col(GuidanceSession.starts_at).is_(None), col(GuidanceSession.starts_at))
        .order_by(col(GuidanceSession.id))
    )
    if earliest is not None:
        statement = statement.where(col(GuidanceSession.starts_at) >= earliest)
    if latest is not None:
        statement = statement.where(col(GuidanceSession.starts_at) < latest)
    if status is not None:
        statement = statement.where(col(GuidanceSession.status) == status)
    if after is not None:
        statement = statement.where(_follows(act, after, shown))
    rows = act.session.exec(statement.limit(limit + 1))
    found: list[Listed] = [(row, intake, name) for row, intake, name in rows]
    page = found[:limit]
    act.did(Action.intakes_listed, *{one.id: one for _, one, _ in page}.values())
    return page, page[-1][0].id if len(found) > limit else None


def _follows(act: Act, after: UUID, shown: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    last = act.session.exec(
        select(GuidanceSession).where(col(GuidanceSession.id) == after, shown)
    ).one_or_none()
    if last is None:
        raise InvalidInput([UNKNOWN_CURSOR])
    starts_at, own_id = col(GuidanceSession.starts_at), col(GuidanceSession.id)
    if last.starts_at is None:
        return sa.and_(starts_at.is_(None), own_id > last.id)
    place = sa.tuple_(starts_at, own_id) > (last.starts_at, last.id)
    return sa.or_(starts_at.is_(None), place)
