"""The page at which a receiving desk answers: /overdracht/{token}, without an account or a script.

An app of its own beside /v1, because what goes wrong here is read by people. Opening a link
changes nothing: mail scanners open links too.
"""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.telemetry import TelemetryConfig
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app import problems
from app.db import DatabaseBusyError
from app.dependencies import Now, PlanningDep, Turn
from app.domain.access import DESK, TooManyRequests
from app.domain.errors import DomainError, NotFound
from app.domain.referrals import ReferralNotAllowed
from app.identify import get_caller
from app.observability import log_failure
from app.routers.desk_form import FaultyFormError, Fields, OvertakenError, read_fields, read_form
from app.routers.desk_rendering import (
    LINK_EXPIRED,
    STYLE,
    message_of,
    page,
    render_message,
    render_page,
)
from app.services import desk_links
from app.services.acts import Act, acting
from app.services.desk_links import LinkExpiredError
from app.services.hand_over import answer_hand_over, read_hand_over
from app.services.processing_log import read_traceparent

PREFIX = "/overdracht"
FORM = "application/x-www-form-urlencoded"
FORM_LIMIT = 16 * 1024
"""In bytes: a note of the longest kind takes 6,000, written in four per character."""

STYLE_HEADERS = {"Cache-Control": "public, max-age=86400"}
"""Its address changes with what is in it."""

router = APIRouter()


def get_referral(request: Request, token: str, now: Now) -> UUID:
    """Say which referral the link is for.

    Raises:
        NotFound: it was not made here.
        LinkExpiredError: its time has passed.

    """
    referral = desk_links.read(request.app.state.vault, token, now)
    if referral is None:
        raise NotFound
    return referral


async def get_fields(request: Request) -> Fields:
    """Read what was filled in.

    Raises:
        HTTPException: it is too much, no form, or not written as one.

    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise HTTPException(415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT:
            raise HTTPException(413)
    try:
        return read_fields(body)
    except ValueError:
        raise HTTPException(400) from None  # its cause holds what was filled in


ReferralId = Annotated[UUID, Depends(get_referral)]
FieldsDep = Annotated[Fields, Depends(get_fields)]


def desk_act(request: Request, _referral: ReferralId, _turn: Turn, now: Now) -> Iterator[Act]:
    """Give the act of whoever holds a link that was made here."""
    state = request.app.state
    trace = read_traceparent(request.headers.get("traceparent"))
    with acting(state.database, DESK, state.vault, trace, now=now) as act:
        yield act


DeskAct = Annotated[Act, Depends(desk_act, scope="function")]


@router.get("/style.css")
async def show_style() -> Response:
    """Give the style sheet of the pages; uncounted, so that who asks too often reads why."""
    return Response(STYLE, media_type="text/css", headers=STYLE_HEADERS)


@router.get("/{token}", dependencies=[Depends(get_caller)])
def show_hand_over(referral: ReferralId, act: DeskAct) -> Response:
    """Show a hand-over as it stands."""
    return page(render_page(read_hand_over(act, referral)))


@router.post("/{token}", dependencies=[Depends(get_caller)])
def take_answer(
    token: str, referral: ReferralId, fields: FieldsDep, act: DeskAct, planning: PlanningDep
) -> Response:
    """Take the desk's answer, and send the browser on to the page that shows it."""
    view = read_hand_over(act, referral)
    try:
        answer = read_form(fields, view)
    except FaultyFormError as faulty:
        return page(render_page(view, faulty.faults, fields), 400)
    except OvertakenError:
        return page(render_page(view, filled=fields, overtaken=True), 409)
    try:
        answer_hand_over(
            act,
            referral,
            answer.status,
            planning,
            reason=answer.reason,
            answer_by=answer.answer_by,
            note=answer.note,
        )
    except ReferralNotAllowed:
        # Somebody answered otherwise, meanwhile or before.
        view = read_hand_over(act, referral)
        return page(render_page(view, filled=fields, overtaken=True), 409)
    # Relative to this address, whatever a proxy put before it.
    return Response(status_code=303, headers={"Location": token})


def desk_pages(telemetry: TelemetryConfig) -> FastAPI:
    """Make the app that is mounted at PREFIX; its state is that of the API."""
    app = FastAPI(openapi_url=None, redirect_slashes=False, telemetry=telemetry)
    app.include_router(router)

    async def refused(_request: Request, error: DomainError) -> Response:
        status = problems.from_domain(error).status_code
        wait = {"Retry-After": str(error.seconds)} if isinstance(error, TooManyRequests) else {}
        return page(render_message(message_of(status)), status, wait)

    async def expired(_request: Request, _error: LinkExpiredError) -> Response:
        return page(render_message(LINK_EXPIRED), 410)

    async def answered(_request: Request, error: HTTPException) -> Response:
        return page(render_message(message_of(error.status_code)), error.status_code)

    async def unavailable(_request: Request, error: Exception) -> Response:
        log_failure(error)
        return page(render_message(message_of(503)), 503)

    async def failed(_request: Request, _error: Exception) -> Response:
        # Starlette raises the error on after this answer; ApiRules logs it there, once.
        return page(render_message(message_of(500)), 500)

    app.exception_handler(DomainError)(refused)
    app.exception_handler(LinkExpiredError)(expired)
    app.exception_handler(HTTPException)(answered)
    for busy in (DatabaseBusyError, OperationalError, PoolTimeoutError):
        app.exception_handler(busy)(unavailable)
    app.exception_handler(Exception)(failed)
    return app
