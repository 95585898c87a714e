"""Writing once: the answer kept under an Idempotency-Key, made in the same transaction."""

from collections.abc import Callable

from fastapi import Response

from app.models import Intake
from app.schemas.base import Answer, Contract
from app.services import idempotency
from app.services.acts import Act

Made = tuple[Answer, str | None, Intake]
"""An answer, its location, and whom it is about."""


def created(
    act: Act,
    make: Callable[[], Made],
    *,
    operation: str,
    subject: str,
    body: Contract,
    key: str | None,
) -> Response:
    """Answer 201 with what `make` makes, once per key.

    `subject` and `body` are what the request is about: the same key for something else is an
    error. Without a key, every request is a new one.

    Raises:
        app.services.idempotency.KeyReusedError: the key came with another request.

    """
    if key is None:
        return _response(_answered(*make()[:2]))
    # Keyed: of a body with little in it, a plain digest would tell what it was.
    fingerprint = act.vault.pseudonym("idempotency", f"{subject}\n{body.model_dump_json()}")
    kept = idempotency.claim(act, operation=operation, key=key, fingerprint=fingerprint)
    if kept is None:
        answer, location, intake = make()
        kept = _answered(answer, location)
        idempotency.keep(act, operation=operation, key=key, answer=kept, intake_id=intake.id)
    return _response(kept)


def _answered(answer: Answer, location: str | None) -> idempotency.Answer:
    return idempotency.Answer(201, location, answer.model_dump_json(by_alias=True))


def _response(answer: idempotency.Answer) -> Response:
    headers = {"Location": answer.location} if answer.location else {}
    return Response(
        answer.body, status_code=answer.status, media_type="application/json", headers=headers
    )
