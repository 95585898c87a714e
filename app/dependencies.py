"""What every request is given: who asks, a transaction, the time, the catalogue, a page.

What waits for nothing is a coroutine all the same: FastAPI sends every other function to a thread,
there and back.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated

from anyio import CapacityLimiter, move_on_after
from fastapi import Depends, Header, Path, Query, Request, Response, Security
from fastapi.security import HTTPBearer
from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from sqlmodel import Session

from app.answer_cache import PUBLIC
from app.db import Database, DatabaseBusyError
from app.domain.access import (
    ANONYMOUS,
    NATIONWIDE,
    NO_REGION,
    Caller,
    Forbidden,
    Unauthenticated,
)
from app.domain.errors import NotFound
from app.domain.intake import Knowledge
from app.domain.terms import Role
from app.egress import Egress
from app.identify import get_caller
from app.models import Desk
from app.schemas.base import QueryWhole, refusal
from app.schemas.intake import RegionCode
from app.services.acts import Act, acting
from app.services.desk_choice import told_from_here
from app.services.planner import Planning
from app.services.processing_log import read_traceparent
from app.services.retention import Terms
from app.services.search import Search

Clock = Callable[[], datetime]

BEARER = HTTPBearer(
    scheme_name="bearer",
    bearerFormat="JWT",
    description="An access token of a configured OpenID Connect issuer, or the key of a chatbot.",
    auto_error=False,
)
"""Says in the API document that a route needs a token; `get_caller` reads it."""

LogRegion = Annotated[
    str,
    StringConstraints(pattern=rf"^(AM[0-9]{{2}}|{NATIONWIDE})$"),
    Path(description=f"CBS code of a region; {NATIONWIDE} for intakes whose region is not known."),
]


def get_database(request: Request) -> Database:
    """Give the database of this app."""
    database: Database = request.app.state.database
    return database


async def database_turn(request: Request) -> AsyncIterator[None]:
    """Let no more requests have a session at once than there are turns, and connections, for them.

    A request goes from thread to thread with its transaction open. Without turns, those who wait
    for that transaction could hold every thread, and it would never be committed.

    Raises:
        DatabaseBusyError: no turn came within the lock timeout.

    """
    turns: CapacityLimiter = request.app.state.turns
    with move_on_after(get_database(request).lock_timeout) as wait:
        await turns.acquire()
    if wait.cancelled_caught:
        raise DatabaseBusyError
    try:
        yield
    finally:
        turns.release()


Turn = Annotated[None, Depends(database_turn, scope="function")]


async def for_everyone(response: Response) -> None:
    """Say that an answer follows from the catalogue, the day and the request line alone."""
    response.headers["Cache-Control"] = PUBLIC


CallerDep = Annotated[Caller, Depends(get_caller)]


def only(*roles: Role) -> Callable[[Caller], Awaitable[Caller]]:
    """Make a dependency that lets callers with one of these roles through.

    It raises Unauthenticated for a stranger and Forbidden for anybody else.
    """

    async def allowed(
        caller: CallerDep, _shown: Annotated[object, Security(BEARER)] = None
    ) -> Caller:
        if caller is ANONYMOUS:
            raise Unauthenticated
        if not caller.roles & set(roles):
            raise Forbidden
        return caller

    return allowed


async def known_caller(
    caller: CallerDep, _shown: Annotated[object, Security(BEARER)] = None
) -> Caller:
    """Let whoever is known through, whatever their role.

    Raises:
        Unauthenticated: it is a stranger.

    """
    if caller is ANONYMOUS:
        raise Unauthenticated
    return caller


KnownCaller = Annotated[Caller, Depends(known_caller)]
AdviserCaller = Annotated[Caller, Depends(only(Role.adviser))]
WerkcentrumCaller = Annotated[Caller, Depends(only(Role.werkcentrum))]
EditorCaller = Annotated[Caller, Depends(only(Role.catalogue_editor))]
DeskReader = Annotated[Caller, Depends(only(Role.adviser, Role.catalogue_editor))]
LogReader = Annotated[Caller, Depends(only(Role.werkcentrum, Role.policy))]


async def get_now(request: Request) -> datetime:
    """Say what time it is, once per request."""
    clock: Clock = request.app.state.clock
    return clock()


Now = Annotated[datetime, Depends(get_now)]


def adviser_act(
    request: Request,
    caller: AdviserCaller,
    _turn: Turn,
    now: Now,
    traceparent: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Iterator[Act]:
    """Give an adviser's act, whose transaction is committed before the answer is sent."""
    state = request.app.state
    trace = read_traceparent(traceparent)
    with acting(state.database, caller, state.vault, trace, now=now) as act:
        yield act


def adviser_session(request: Request, caller: AdviserCaller, _turn: Turn) -> Iterator[Session]:
    """Give an adviser a session that changes nothing and shows nobody's data."""
    with get_database(request).read(caller.sees) as session:
        yield session


def editor_act(
    request: Request,
    caller: EditorCaller,
    _turn: Turn,
    now: Now,
    traceparent: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Iterator[Act]:
    """Give a catalogue editor's act, committed before the answer is sent."""
    state = request.app.state
    trace = read_traceparent(traceparent)
    with acting(state.database, caller, state.vault, trace, now=now) as act:
        yield act


def desk_session(request: Request, _caller: DeskReader, _turn: Turn) -> Iterator[Session]:
    """Give who may read the directory of desks a session that changes nothing."""
    with get_database(request).read(NO_REGION) as session:
        yield session


def log_session(
    request: Request, region: LogRegion, caller: LogReader, _turn: Turn
) -> Iterator[Session]:
    """Give a session that sees this region, when its log is the caller's to read.

    Raises:
        NotFound: it is another's, which nobody can tell from one that does not exist.

    """
    if region not in caller.logs:
        raise NotFound
    with get_database(request).read(region) as session:
        yield session


async def get_search(request: Request) -> Search:
    """Give the search in the catalogue that holds now; the request keeps it to its end."""
    search: Search = request.app.state.catalogue.search
    return search


SearchDep = Annotated[Search, Depends(get_search)]


async def get_knowledge(search: SearchDep) -> Knowledge:
    """Give the catalogue that holds now; the request keeps it to its end."""
    return search.knowledge


KnowledgeDep = Annotated[Knowledge, Depends(get_knowledge)]


async def own_region(
    region: Annotated[RegionCode, Path(description="CBS code of your region.")],
    caller: WerkcentrumCaller,
    knowledge: KnowledgeDep,
) -> str:
    """Give the region asked for, when it is that of the werkcentrum that asks.

    Raises:
        NotFound: it is another's, which nobody can tell from one that does not exist.

    """
    if region != caller.region or region not in knowledge.catalogue.regions:
        raise NotFound
    return region


OwnRegion = Annotated[str, Depends(own_region)]


def region_act(
    request: Request,
    region: OwnRegion,
    caller: WerkcentrumCaller,
    _turn: Turn,
    now: Now,
    traceparent: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Iterator[Act]:
    """Give a werkcentrum's act in its own region, committed before the answer is sent."""
    state = request.app.state
    trace = read_traceparent(traceparent)
    with acting(state.database, caller, state.vault, trace, now=now, region=region) as act:
        yield act


def region_session(request: Request, region: OwnRegion, _turn: Turn) -> Iterator[Session]:
    """Give a werkcentrum a session that sees its own region, and changes nothing."""
    with get_database(request).read(region) as session:
        yield session


def open_session(request: Request, _turn: Turn) -> Iterator[Session]:
    """Give a session in which there is nothing of any region: for what everybody may read."""
    with get_database(request).read(NO_REGION) as session:
        yield session


async def get_egress(request: Request) -> Egress:
    """Give what calls the addresses of others."""
    egress: Egress = request.app.state.egress
    return egress


async def get_told(request: Request) -> Callable[[Desk], bool]:
    """Give what says whether a desk can be told something from here."""
    state = request.app.state
    return told_from_here(
        by_mail=state.mail is not None, check=partial(state.egress.check, "desks")
    )


async def get_planning(request: Request) -> Planning:
    """Give the planner's settings."""
    planning: Planning = request.app.state.planning
    return planning


async def get_terms(request: Request) -> Terms:
    """Give how long each class of data is kept."""
    terms: Terms = request.app.state.terms
    return terms


async def get_register_url(request: Request) -> str:
    """Say where the processing register is published."""
    register_url: str = request.app.state.register_url
    return register_url


async def get_erasure_list(request: Request) -> FilePath:
    """Give the file in which erasures are kept."""
    path: FilePath = request.app.state.erasure_list
    return path


def swept(request: Request) -> Iterator[None]:
    """Take what the request deleted out of the write-ahead log as well, once it is committed.

    Comes before the act among the dependencies of a route, so that it ends after it.
    """
    yield
    get_database(request).sweep()


DatabaseDep = Annotated[Database, Depends(get_database)]
AdviserAct = Annotated[Act, Depends(adviser_act, scope="function")]
AdviserSession = Annotated[Session, Depends(adviser_session, scope="function")]
LogSession = Annotated[Session, Depends(log_session, scope="function")]
EditorAct = Annotated[Act, Depends(editor_act, scope="function")]
DeskSession = Annotated[Session, Depends(desk_session, scope="function")]
RegionAct = Annotated[Act, Depends(region_act, scope="function")]
OpenSession = Annotated[Session, Depends(open_session, scope="function")]
RegionSession = Annotated[Session, Depends(region_session, scope="function")]
EgressDep = Annotated[Egress, Depends(get_egress)]
ToldDep = Annotated[Callable[[Desk], bool], Depends(get_told)]
PlanningDep = Annotated[Planning, Depends(get_planning)]
TermsDep = Annotated[Terms, Depends(get_terms)]
RegisterUrlDep = Annotated[str, Depends(get_register_url)]
ErasureListDep = Annotated[FilePath, Depends(get_erasure_list)]

Limit = Annotated[
    Annotated[QueryWhole, Field(ge=1, le=1000)],
    Query(description="How many items at most."),
]
After = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,120}$")] | None,
    Query(description="The `next` of the page before."),
]


def _unquoted(value: object) -> object:
    """Take the key out of its quotes; the draft writes it as a structured header string."""
    if not isinstance(value, str):
        return value
    key = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    if not key or not all(" " < character <= "~" for character in key) or '"' in key:
        raise refusal("idempotency-key", "This must be 1 to 255 visible ASCII characters.")
    return key


Key = Annotated[
    str,
    Field(max_length=255),
    BeforeValidator(_unquoted),
    WithJsonSchema({"type": "string", "pattern": '^([!#-~]{1,255}|"[!#-~]{1,255}")$'}),
]

IdempotencyKey = Annotated[
    Key,
    Header(
        alias="Idempotency-Key",
        description="A new value for each new request, such as a UUID. The same request sent"
        " again with the same key within 24 hours gets the same answer and has no second effect.",
    ),
]
OptionalIdempotencyKey = Annotated[
    Key | None,
    Header(
        alias="Idempotency-Key",
        description="As with POST /v1/intakes; may be left out here.",
    ),
]
