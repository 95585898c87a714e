"""An adviser's sessions in their own calendar: /v1/calendar-feed, and the feed at /agenda/{token}.

The feed is an app of its own beside /v1: a calendar program sends no token, and takes the address
for one.
"""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from sqlmodel import Session

from app.dependencies import (
    AdviserAct,
    AdviserCaller,
    AdviserSession,
    DatabaseDep,
    Now,
    Turn,
)
from app.domain.access import EVERY_REGION
from app.identify import get_caller
from app.schemas.calendar import CalendarFeedAnswer
from app.services import calendar_feed
from app.vault import Vault

PREFIX = "/agenda"
HEADERS = {"Cache-Control": "private, max-age=300"}

router = APIRouter(prefix="/calendar-feed", tags=["calendar"])


def get_public_url(request: Request) -> str:
    """Say where clients reach the service."""
    public_url: str = request.app.state.public_url
    return public_url.rstrip("/")


def get_vault(request: Request) -> Vault:
    """Give the keys with which addresses are signed."""
    vault: Vault = request.app.state.vault
    return vault


PublicUrlDep = Annotated[str, Depends(get_public_url)]
VaultDep = Annotated[Vault, Depends(get_vault)]


def _answer(public_url: str, token: str | None) -> CalendarFeedAnswer:
    return CalendarFeedAnswer(url=f"{public_url}{PREFIX}/{token}" if token else None)


@router.get("")
def read_calendar_feed(
    session: AdviserSession, vault: VaultDep, caller: AdviserCaller, public_url: PublicUrlDep
) -> CalendarFeedAnswer:
    """Read where your calendar program finds your sessions."""
    return _answer(public_url, calendar_feed.token_of(session, vault, caller.id))


@router.put("")
def renew_calendar_feed(act: AdviserAct, public_url: PublicUrlDep) -> CalendarFeedAnswer:
    """Make a new address for your sessions; the one before leads nowhere from now on."""
    return _answer(public_url, calendar_feed.renew(act))


@router.delete("", status_code=204)
def end_calendar_feed(act: AdviserAct) -> None:
    """Give your sessions no address any longer."""
    calendar_feed.end(act)


def get_address(vault: VaultDep, token: str) -> tuple[UUID, int]:
    """Say whose feed the address is of, and which of their addresses it is."""
    return calendar_feed.read(vault, token)


Address = Annotated[tuple[UUID, int], Depends(get_address)]


def feed_session(database: DatabaseDep, _address: Address, _turn: Turn) -> Iterator[Session]:
    """Give whoever has an address that was made here a session that changes nothing."""
    with database.read(EVERY_REGION) as session:
        yield session


FeedSession = Annotated[Session, Depends(feed_session, scope="function")]


def read_feed(address: Address, session: FeedSession, now: Now) -> Response:
    """Give a calendar program the sessions of one adviser; no worker is in it."""
    content = calendar_feed.write(session, *address, now=now)
    return Response(content, media_type="text/calendar", headers=HEADERS)


def calendar_feeds(telemetry: TelemetryConfig) -> FastAPI:
    """Make the app that is mounted at PREFIX; its state is that of the API."""
    app = FastAPI(openapi_url=None, redirect_slashes=False, telemetry=telemetry)
    app.add_api_route("/{token}", read_feed, dependencies=[Depends(get_caller)])
    return app
