"""An adviser's sessions as a feed for their own calendar, at an address that only they know.

Whoever has the address can read the feed, so no worker is in it. It is signed, and holds until the
adviser asks for another one or ends it.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningUpdate
from sqlmodel import Session, SQLModel, col, select

from app.domain.errors import NotFound
from app.domain.terms import Action, Mode
from app.models import Adviser, GuidanceSession
from app.services.acts import Act
from app.services.holders import know_adviser
from app.services.invitations import place_of
from app.services.planner import OCCUPYING
from app.vault import Vault

PURPOSE = "calendar-feed"
ID_BYTES = 16
GENERATION_BYTES = 5
SIGNATURE_BYTES = 18
"""144 bits; as in app/services/desk_links.py 39 bytes in all, and one way to write them."""

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
"""Addresses are numbered by seconds since then, so nobody who was forgotten gets an old one."""

BEFORE = timedelta(days=30)
"""How long a session stays in the feed after it began."""

NAME = "Gidsgesprekken"
DESCRIPTION = "Met wie u dit gesprek hebt, ziet u in uw eigen systeem."
HOW = {Mode.phone: "telefoon", Mode.video: "videobellen", Mode.in_person: "aan tafel"}

_TOKEN = re.compile(r"[A-Za-z0-9_-]{52}")


def token_of(session: Session, vault: Vault, adviser_id: UUID) -> str | None:
    """Give what the address of an adviser's feed ends in; None when they have none."""
    adviser = session.get(Adviser, adviser_id)
    if adviser is None or adviser.feed_generation <= 0:
        return None
    return _token(vault, adviser.id, adviser.feed_generation)


def renew(act: Act) -> str:
    """Give the caller's feed an address it never had; from now on the one before leads nowhere."""
    adviser_id = know_adviser(act).id
    following = sa.func.abs(col(Adviser.feed_generation)) + 1
    seconds = (act.now - FIRST) // timedelta(seconds=1)
    never_had = sa.case((following > seconds, following), else_=seconds)
    generation = act.session.scalars(_changed(adviser_id, never_had)).one()
    act.did(Action.calendar_feed_changed, reason="renewed")
    return _token(act.vault, adviser_id, generation)


def end(act: Act) -> None:
    """End the caller's feed; where there is none, nothing happens."""
    live = col(Adviser.feed_generation) > 0
    ended = _changed(act.caller.id, -col(Adviser.feed_generation)).where(live)
    if act.session.scalars(ended).one_or_none() is not None:
        act.did(Action.calendar_feed_changed, reason="ended")


def read(vault: Vault, token: str) -> tuple[UUID, int]:
    """Say whose feed an address is of, and which of their addresses it is.

    Raises:
        NotFound: it was not made here.

    """
    if not _TOKEN.fullmatch(token):
        raise NotFound
    address = urlsafe_b64decode(token)
    content, signature = address[:-SIGNATURE_BYTES], address[-SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(vault, content)):
        raise NotFound
    return UUID(bytes=content[:ID_BYTES]), int.from_bytes(content[ID_BYTES:])


def write(session: Session, adviser_id: UUID, generation: int, *, now: datetime) -> bytes:
    """Write an adviser's sessions of the past month, and all that are still to come.

    Raises:
        NotFound: the address no longer holds.

    """
    # Not at the top: its library would take 3 MiB in every process.
    from app.services import calendar_files  # noqa: PLC0415

    adviser = session.get(Adviser, adviser_id)
    if adviser is None or adviser.feed_generation != generation:
        raise NotFound
    rows = session.exec(
        select(GuidanceSession)
        .where(
            col(GuidanceSession.adviser_id) == adviser_id,
            col(GuidanceSession.status).in_(OCCUPYING),
            col(GuidanceSession.starts_at) > now - BEFORE,
        )
        .order_by(col(GuidanceSession.starts_at), col(GuidanceSession.id))
    )
    return calendar_files.feed(
        (
            calendar_files.Appointment(
                session_id=row.id,
                sequence=row.sequence,
                starts_at=place.starts_at,
                ends_at=place.ends_at,
                summary=f"Gidsgesprek {row.number} ({HOW[place.mode]})",
                description=DESCRIPTION,
                changed_at=row.placed_at or row.created_at,
            )
            for row in rows
            if (place := place_of(row))
        ),
        name=NAME,
    )


def _changed(adviser_id: UUID, generation: sa.ColumnElement[int]) -> ReturningUpdate[int]:
    table: type[SQLModel] = Adviser
    return (
        sa.update(table)
        .where(col(Adviser.id) == adviser_id)
        .values(feed_generation=generation)
        .returning(col(Adviser.feed_generation))
        .execution_options(synchronize_session=False)
    )


def _token(vault: Vault, adviser_id: UUID, generation: int) -> str:
    content = adviser_id.bytes + generation.to_bytes(GENERATION_BYTES)
    return urlsafe_b64encode(content + _signature(vault, content)).decode()


def _signature(vault: Vault, content: bytes) -> bytes:
    return vault.sign(PURPOSE, content)[:SIGNATURE_BYTES]
