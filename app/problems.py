"""The only place where errors meet HTTP: every refusal and failure as RFC 9457 problem+json.

No value that was submitted is ever echoed. A fault says where it is with a pointer: a JSON pointer
(RFC 6901) into the body, such as "/scheduling/sessions" or "" for the whole body, and else the
place and the name: "query/limit", "path/region", "header/Idempotency-Key". A field that the
contract does not have is named in it, if what it is called looks like a name.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.db import DatabaseBusyError
from app.domain.access import CrossSite, Forbidden, TooManyRequests, Unauthenticated
from app.domain.errors import (
    Conflict,
    DomainError,
    Fault,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
)
from app.migrate import SchemaError
from app.observability import current_request, log_failure
from app.schemas.base import OWN_FAULT
from app.schemas.problem import MOST_FAULTS, Problem, ProblemFault
from app.services.consents import ConsentGivenError
from app.services.idempotency import KeyReusedError
from app.services.issuer_keys import ASK_AGAIN, IssuerUnreachable
from app.services.referrals import AlreadyReferredError
from app.services.sessions import OverlapError, SlotTakenError, ThreeSessionsError

MEDIA_TYPE = "application/problem+json"
PUBLIC_URL = "https://gidsfunctie.example"
RETRY_AFTER_SECONDS = 2

STATUSES: dict[str, int] = {
    "invalid-input": 400,
    "not-found": 404,
    "conflict": 409,
    PreconditionFailed.slug: 412,
    KeyReusedError.slug: 422,
    PreconditionRequired.slug: 428,
    Unauthenticated.slug: 401,
    Forbidden.slug: 403,
    CrossSite.slug: 403,
    TooManyRequests.slug: 429,
    IssuerUnreachable.slug: 503,
}
"""HTTP status per slug of a DomainError; a child without its own entry has that of its parent."""

CONSTRAINTS: dict[str, type[DomainError]] = {
    "uq_guidance_session_intake_id_number": ThreeSessionsError,
    "guidance_session.intake_id, guidance_session.number": ThreeSessionsError,
    "ck_guidance_session_at_most_three": ThreeSessionsError,
    "ex_guidance_session_adviser_overlap": SlotTakenError,
    "ex_guidance_session_intake_overlap": OverlapError,
    "uq_referral_intake_id_provision_id": AlreadyReferredError,
    "referral.intake_id, referral.provision_id": AlreadyReferredError,
    "uq_consent_intake_id_provision_id": ConsentGivenError,
    "consent.intake_id, consent.provision_id": ConsentGivenError,
    "uq_consent_intake_id_invitations": ConsentGivenError,
    "pk_person_key": PreconditionFailed,
    "person_key.intake_id": PreconditionFailed,
}
"""What a service would have refused, per database constraint; see `constraint_name`."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What there is to say about one refusal or failure."""

    status: int
    slug: str
    title: str
    detail: str
    faults: Sequence[Fault] = ()
    allowed: Sequence[str] = ()


OCCURRENCES = {
    occurrence.status: occurrence
    for occurrence in (
        Occurrence(400, InvalidInput.slug, InvalidInput.title, InvalidInput.detail),
        Occurrence(401, Unauthenticated.slug, Unauthenticated.title, Unauthenticated.detail),
        Occurrence(403, Forbidden.slug, Forbidden.title, Forbidden.detail),
        Occurrence(
            404,
            NotFound.slug,
            NotFound.title,
            "There is nothing at this address. Check it; addresses do not end in a slash.",
        ),
        Occurrence(
            405,
            "method-not-allowed",
            "Method not allowed",
            "This address does not take this method. The header Allow names those it takes.",
        ),
        Occurrence(
            406,
            "not-acceptable",
            "Not acceptable",
            "Nothing the header Accept asks for can be made here. See allowed for what can.",
        ),
        Occurrence(409, Conflict.slug, Conflict.title, Conflict.detail),
        Occurrence(
            412, PreconditionFailed.slug, PreconditionFailed.title, PreconditionFailed.detail
        ),
        Occurrence(
            413,
            "content-too-large",
            "Content too large",
            "The body is too large. Send less at a time.",
        ),
        Occurrence(
            415,
            "unsupported-media-type",
            "Unsupported media type",
            "Send the body as a media type under allowed, in UTF-8 and not compressed.",
        ),
        Occurrence(422, KeyReusedError.slug, KeyReusedError.title, KeyReusedError.detail),
        Occurrence(
            428, PreconditionRequired.slug, PreconditionRequired.title, PreconditionRequired.detail
        ),
        Occurrence(429, TooManyRequests.slug, TooManyRequests.title, TooManyRequests.detail),
        Occurrence(
            500,
            "internal-error",
            "Internal error",
            "Something went wrong on our side. Try again later; quote instance when asking.",
        ),
        Occurrence(
            503,
            "busy",
            "Busy",
            "This could not be done in time; it may or may not have been done. Repeat the request,"
            " with the same Idempotency-Key where one is taken.",
        ),
    )
}
"""What is said of a bare status, for what has no DomainError of its own."""

_WRONG_TYPE = {
    "string_type": "a string",
    "string_unicode": "a string of valid Unicode",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "uuid_type": "a UUID",
    "uuid_parsing": "a UUID",
    "date_from_datetime_parsing": "an existing date",
    "date_parsing": "an existing date",
    "datetime_from_date_parsing": "an existing moment",
    "datetime_parsing": "an existing moment",
    "timezone_aware": "a moment with its offset",
    "url_parsing": "an absolute URL",
}
# The braces are filled from our own schema (a bound, the values of an enum), never from input.
_OTHER_FAULTS = {
    "missing": ("required", "This is required."),
    "extra_forbidden": ("unknown", "This name is not known here. Leave it out or correct it."),
    "string_too_short": ("too-short", "This text must be at least {min_length} characters."),
    "string_too_long": ("too-long", "This text must be at most {max_length} characters."),
    "string_pattern_mismatch": ("pattern", "This text must match {pattern}."),
    "too_short": ("too-short", "This list must have at least {min_length} items."),
    "too_long": ("too-long", "This list must have at most {max_length} items."),
    "greater_than_equal": ("out-of-range", "This must be {ge} or more."),
    "greater_than": ("out-of-range", "This must be more than {gt}."),
    "less_than_equal": ("out-of-range", "This must be {le} or less."),
    "less_than": ("out-of-range", "This must be less than {lt}."),
    "enum": ("not-a-choice", "This must be {expected}."),
    "literal_error": ("not-a-choice", "This must be {expected}."),
}
_ONE = re.compile(r"\b1 (character|item)s\b")
_ENUM = re.compile(r"<\w+\.\w+: ('[^']*')>")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def install(app: FastAPI, public_url: str = PUBLIC_URL) -> None:
    """Answer every error of this app as a problem; do so for a mounted app as well as its root."""

    async def refused(request: Request, error: DomainError) -> Response:
        return from_domain(error, public_url, shown="authorization" in request.headers)

    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        return from_domain(InvalidInput(faults_of(error.errors())), public_url)

    async def answered(_request: Request, error: HTTPException) -> Response:
        return from_status(error.status_code, public_url, headers=error.headers)

    async def clashed(_request: Request, error: IntegrityError) -> Response:
        constraint = constraint_name(error)
        if constraint not in CONSTRAINTS:
            log_failure(error, constraint=constraint)
            return from_status(500, public_url)
        return from_domain(CONSTRAINTS[constraint](), public_url)

    async def unavailable(_request: Request, error: Exception) -> Response:
        log_failure(error)
        if isinstance(error, OperationalError) and not _passes(error):
            return from_status(500, public_url)
        return from_status(503, public_url, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})

    async def failed(_request: Request, _error: Exception) -> Response:
        # Starlette raises the error on after this answer; ApiRules logs it there, once.
        return from_status(500, public_url)

    app.exception_handler(DomainError)(refused)
    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(HTTPException)(answered)
    app.exception_handler(IntegrityError)(clashed)
    for busy in (
        DatabaseBusyError,
        OperationalError,
        PoolTimeoutError,
        SchemaError,
    ):
        app.exception_handler(busy)(unavailable)
    app.exception_handler(Exception)(failed)


def from_domain(
    error: DomainError, public_url: str = PUBLIC_URL, *, shown: bool = False
) -> Response:
    """Return the answer to a refusal of the domain or a service; `shown` is: with a token.

    Raises:
        KeyError: neither the error's slug nor that of a parent has a status.

    """
    return _answer(_occurrence(error), public_url, _advice(error, shown=shown))


def problem_of(error: DomainError, public_url: str = PUBLIC_URL) -> Problem:
    """Return a refusal as it is told where HTTP says nothing of it: in the result of a tool.

    Raises:
        KeyError: neither the error's slug nor that of a parent has a status.

    """
    return _problem(_occurrence(error), public_url)


def from_status(
    status: int,
    public_url: str = PUBLIC_URL,
    *,
    headers: Mapping[str, str] | None = None,
    allowed: Sequence[str] = (),
) -> Response:
    """Return the answer that goes with a bare HTTP status."""
    other = Occurrence(
        status, f"http-{status}", "Refused", "The request was refused; the status says why."
    )
    occurrence = replace(OCCURRENCES.get(status, other), allowed=allowed)
    return _answer(occurrence, public_url, headers)


def faults_of(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Return Pydantic's errors as faults, in our own words and without any submitted value."""
    return [_fault(error) for error in errors]


def constraint_name(error: IntegrityError) -> str:
    """Return which constraint said no.

    On PostgreSQL its name. SQLite gives the name of a CHECK or a trigger's message, but for a
    UNIQUE the columns ("intake.key" or "a.x, a.y"), or the name of an index on an expression.
    """
    name = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if name is not None:
        return str(name)
    return str(error.orig).rpartition("failed: ")[2].removeprefix("index ").strip("'")


def place(kind: str, name: str) -> str:
    """Return the pointer to a named part outside the body; a name that is free text is left out."""
    return f"{kind}/{name}" if _NAME.fullmatch(name) else kind


def _advice(error: DomainError, *, shown: bool) -> dict[str, str]:
    """Say how to identify oneself (RFC 6750, section 3), or how long to wait.

    Nothing of why a token does not hold.
    """
    match error:
        case Unauthenticated():
            challenge = 'Bearer realm="gidsfunctie"'
            return {"WWW-Authenticate": challenge + (', error="invalid_token"' if shown else "")}
        case Forbidden():
            return {"WWW-Authenticate": 'Bearer realm="gidsfunctie", error="insufficient_scope"'}
        case TooManyRequests(seconds=seconds):
            return {"Retry-After": str(seconds)}
        case IssuerUnreachable():
            return {"Retry-After": str(int(ASK_AGAIN.total_seconds()))}
    return {}


def _fault(error: Mapping[str, Any]) -> Fault:
    kind, context = error["type"], error.get("ctx", {})
    if kind.startswith(OWN_FAULT):
        code, detail = kind.removeprefix(OWN_FAULT), error["msg"]
    elif kind in _WRONG_TYPE:
        code, detail = "wrong-type", f"This must be {_WRONG_TYPE[kind]}."
    elif kind in _OTHER_FAULTS:
        code, template = _OTHER_FAULTS[kind]
        detail = _ENUM.sub(r"\1", _ONE.sub(r"1 \1", template.format(**context)))
    else:
        code, detail = "invalid", "This value is not valid here. The API document says what is."
    return Fault(_pointer(error["loc"]), code, detail)


def _pointer(location: Sequence[str | int]) -> str:
    kind, *parts = location
    if kind != "body":
        return place(str(kind), str(parts[0])) if parts else str(kind)
    pointer = ""
    for part in parts:
        if isinstance(part, str) and not _NAME.fullmatch(part):
            break  # a name the caller made up: point at what holds it
        pointer += f"/{part}"
    return pointer


def _passes(error: OperationalError) -> bool:
    """Whether trying again can help: a lock, a timeout, a lost connection; no fault of ours."""
    sqlite = getattr(error.orig, "sqlite_errorname", None)
    if sqlite is not None:
        return str(sqlite).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    # PostgreSQL's operational errors are those of the server and the connection: classes 08, 40,
    # 53, 57 and 55P03 (PostgreSQL documentation, appendix A).
    return True


def _occurrence(error: DomainError) -> Occurrence:
    slugs = (vars(kind).get("slug") for kind in type(error).__mro__)
    status = next(STATUSES[slug] for slug in slugs if slug in STATUSES)
    faults = error.faults if isinstance(error, InvalidInput) else ()
    return Occurrence(status, error.slug, error.title, error.detail, faults, error.allowed)


def _problem(occurrence: Occurrence, public_url: str) -> Problem:
    request = current_request.get()
    if request is not None:
        request.problem = occurrence.slug
    faults = [
        ProblemFault(pointer=fault.pointer, code=fault.code, detail=fault.detail)
        for fault in occurrence.faults[:MOST_FAULTS]
    ]
    return Problem(
        type=f"{public_url.rstrip('/')}/problems/{occurrence.slug}",
        title=occurrence.title,
        status=occurrence.status,
        detail=occurrence.detail,
        instance=f"urn:uuid:{request.request_id}" if request else "about:blank",
        errors=faults or None,
        allowed=list(occurrence.allowed) or None,
    )


def _answer(
    occurrence: Occurrence, public_url: str, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        _problem(occurrence, public_url).model_dump_json(by_alias=True, exclude_none=True),
        status_code=occurrence.status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )
