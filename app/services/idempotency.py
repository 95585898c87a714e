"""One effect per Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07).

The row of a key is the first thing its transaction writes. A request that comes while the first
one runs waits for it: on PostgreSQL on the row, on SQLite on the one writer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import insert_into
from app.domain.errors import Conflict
from app.models import KeptAnswer

KEPT_FOR = timedelta(hours=24)


class KeyReusedError(Conflict):
    """The key was used for another request."""

    slug = "idempotency-key-reused"
    title = "Idempotency-Key used for another request"
    detail = "This key came with another body before. Use a new key for a new request."


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was sent."""

    status: int
    location: str | None
    body: str


def claim(
    session: Session, *, operation: str, key: str, fingerprint: str, now: datetime
) -> Answer | None:
    """Take a key for this request, or return the answer that was given under it.

    Raises:
        KeyReusedError: the key came with another body within the last 24 hours.

    """
    mine = {"fingerprint": fingerprint, "expires_at": now + KEPT_FOR}
    claimed = session.execute(
        insert_into(session, KeptAnswer)
        .values(operation=operation, key=key, **mine)
        .on_conflict_do_update(
            index_elements=["operation", "key"],
            set_={**mine, "status": None, "location": None, "body": None},
            where=col(KeptAnswer.expires_at) <= now,
        )
        .returning(col(KeptAnswer.key))
    ).one_or_none()
    if claimed is not None:
        return None
    kept = session.get_one(KeptAnswer, (operation, key))
    if kept.fingerprint != fingerprint:
        raise KeyReusedError
    if kept.status is None or kept.body is None:
        message = "a kept answer was committed without its body"
        raise RuntimeError(message)
    return Answer(kept.status, kept.location, kept.body)


def forget_expired(session: Session, *, now: datetime, limit: int = 100) -> bool:
    """Delete answers whose day has passed, a few at a time, waiting for nobody.

    Returns whether there may be more.
    """
    expired = (
        sa.select(col(KeptAnswer.operation), col(KeptAnswer.key))
        .where(col(KeptAnswer.expires_at) <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = session.execute(expired).all()
    if found:
        key = sa.tuple_(col(KeptAnswer.operation), col(KeptAnswer.key))
        session.execute(sa.delete(KeptAnswer).where(key.in_([tuple(row) for row in found])))
    return len(found) == limit


def keep(session: Session, *, operation: str, key: str, answer: Answer) -> None:
    """Keep the answer with the effect it tells of, in the same transaction."""
    session.execute(
        sa.update(KeptAnswer)
        .where(col(KeptAnswer.operation) == operation, col(KeptAnswer.key) == key)
        .values(status=answer.status, location=answer.location, body=answer.body)
    )
