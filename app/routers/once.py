"""Writing once: the answer kept under an Idempotency-Key, made in the same transaction."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from fastapi import Response
from sqlmodel import Session

from app.schemas.base import Answer, Contract
from app.services import idempotency


def created(
    session: Session,
    make: Callable[[], tuple[Answer, str | None]],
    *,
    operation: str,
    subject: str,
    body: Contract,
    key: str | None,
    now: datetime,
) -> Response:
    """Answer 201 with what `make` makes (an answer and its location), once per key.

    `subject` and `body` are what the request is about: the same key for something else is an
    error. Without a key, every request is a new one.

    Raises:
        app.services.idempotency.KeyReusedError: the key came with another request.

    """
    if key is None:
        return _response(_make(make))
    about = f"{subject}\n{body.model_dump_json()}"
    fingerprint = sha256(about.encode()).hexdigest()
    kept = idempotency.claim(
        session, operation=operation, key=key, fingerprint=fingerprint, now=now
    )
    if kept is None:
        kept = _make(make)
        idempotency.keep(session, operation=operation, key=key, answer=kept)
        idempotency.forget_expired(session, now=now)
    return _response(kept)


def _make(make: Callable[[], tuple[Answer, str | None]]) -> idempotency.Answer:
    answer, location = make()
    return idempotency.Answer(201, location, answer.model_dump_json(by_alias=True))


def _response(answer: idempotency.Answer) -> Response:
    headers = {"Location": answer.location} if answer.location else {}
    return Response(
        answer.body, status_code=answer.status, media_type="application/json", headers=headers
    )
