"""One effect per Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07).

The row of a key is the first thing its transaction writes. A request that comes while the first
one runs waits for it: on PostgreSQL on the row, on SQLite on the one writer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import insert_into
from app.domain.errors import Conflict
from app.domain.terms import Action
from app.models import Intake, KeptAnswer
from app.services.acts import Act
from app.services.sealed import cipher_of

KEPT_FOR = timedelta(hours=24)


class KeyReusedError(Conflict):
    """The key was used for another request."""

    slug = "idempotency-key-reused"
    title = "Idempotency-Key used for another request"
    detail = "This key came with another body before. Use a new key for a new request."


class ErasedError(Conflict):
    """The key was used for somebody who has been erased since."""

    slug = "erased"
    title = "This was erased"
    detail = "What was made under this key has been erased. Use a new key for a new request."


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was sent."""

    status: int
    location: str | None
    body: str


def claim(act: Act, *, operation: str, key: str, fingerprint: str) -> Answer | None:
    """Take a key for this request, or return the answer that was given under it.

    The keys of one caller mean nothing to another.

    Raises:
        KeyReusedError: the key came with another body within the last 24 hours.
        ErasedError: what was made under it has been erased.

    """
    mine = {"fingerprint": fingerprint, "expires_at": act.now + KEPT_FOR}
    claimed = act.session.execute(
        insert_into(act.session, KeptAnswer)
        .values(caller_id=act.caller.id, operation=operation, key=key, **mine)
        .on_conflict_do_update(
            index_elements=["caller_id", "operation", "key"],
            set_={**mine, "status": None, "location": None, "intake_id": None, "body": None},
            where=col(KeptAnswer.expires_at) <= act.now,
        )
        .returning(col(KeptAnswer.key))
    ).one_or_none()
    if claimed is not None:
        return None
    kept = act.session.get_one(KeptAnswer, (act.caller.id, operation, key))
    if kept.fingerprint != fingerprint:
        raise KeyReusedError
    if kept.status is None or kept.intake_id is None:
        message = "a kept answer was committed without its body"
        raise RuntimeError(message)
    if kept.body is None:
        raise ErasedError
    act.did(Action.intake_read, act.session.get_one(Intake, kept.intake_id))
    cipher = cipher_of(act.session, act.vault, kept.intake_id)
    body = cipher.open(_place(operation, key), kept.intake_id, kept.body)
    return Answer(kept.status, kept.location, body.decode())


def keep(act: Act, *, operation: str, key: str, answer: Answer, intake_id: UUID) -> None:
    """Keep the answer with the effect it tells of, in the same transaction, sealed."""
    act.session.flush()
    cipher = cipher_of(act.session, act.vault, intake_id)
    act.session.execute(
        sa.update(KeptAnswer)
        .where(
            col(KeptAnswer.caller_id) == act.caller.id,
            col(KeptAnswer.operation) == operation,
            col(KeptAnswer.key) == key,
        )
        .values(
            status=answer.status,
            location=answer.location,
            intake_id=intake_id,
            body=cipher.seal(_place(operation, key), intake_id, answer.body.encode()),
        ),
        execution_options={"synchronize_session": False},
    )


def _place(operation: str, key: str) -> str:
    return f"kept_answer.body {operation} {key}"


def forget_person(session: Session, *intakes: UUID) -> None:
    """Empty the answers kept about persons; their keys stay taken until they expire."""
    session.execute(
        sa.update(KeptAnswer)
        .where(col(KeptAnswer.intake_id).in_(intakes))
        .values(body=None, location=None),
        execution_options={"synchronize_session": False},
    )


def forget_expired(session: Session, *, now: datetime, limit: int = 100) -> bool:
    """Delete answers whose day has passed, a few at a time, waiting for nobody.

    Returns whether there may be more.
    """
    expired = (
        sa.select(col(KeptAnswer.caller_id), col(KeptAnswer.operation), col(KeptAnswer.key))
        .where(col(KeptAnswer.expires_at) <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = session.execute(expired).all()
    if found:
        key = sa.tuple_(col(KeptAnswer.caller_id), col(KeptAnswer.operation), col(KeptAnswer.key))
        session.execute(sa.delete(KeptAnswer).where(key.in_([tuple(row) for row in found])))
    return len(found) == limit
