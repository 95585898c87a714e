"""What every request is given: a transaction, the time, the catalogue, a page."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import Annotated

from anyio import CapacityLimiter, move_on_after
from fastapi import Depends, Header, Query, Request
from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from sqlmodel import Session

from app.db import Database, DatabaseBusyError
from app.domain.intake import Knowledge
from app.schemas.base import QueryWhole, refusal
from app.services.planner import Planning

Clock = Callable[[], datetime]


def get_database(request: Request) -> Database:
    """Give the database of this app."""
    database: Database = request.app.state.database
    return database


async def database_turn(request: Request) -> AsyncIterator[None]:
    """Let no more requests have a session at once than there are connections for them.

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


def read_session(request: Request, _turn: Turn) -> Iterator[Session]:
    """Give a session that changes nothing."""
    with get_database(request).read() as session:
        yield session


def write_session(request: Request, _turn: Turn) -> Iterator[Session]:
    """Give a session whose transaction is committed before the answer is sent."""
    with get_database(request).write() as session:
        yield session


def get_knowledge(request: Request) -> Knowledge:
    """Give the catalogue that holds now; the request keeps it to its end."""
    knowledge: Knowledge = request.app.state.catalogue.knowledge
    return knowledge


def get_planning(request: Request) -> Planning:
    """Give the planner's settings."""
    planning: Planning = request.app.state.planning
    return planning


def get_now(request: Request) -> datetime:
    """Say what time it is, once per request."""
    clock: Clock = request.app.state.clock
    return clock()


DatabaseDep = Annotated[Database, Depends(get_database)]
ReadSession = Annotated[Session, Depends(read_session, scope="function")]
WriteSession = Annotated[Session, Depends(write_session, scope="function")]
KnowledgeDep = Annotated[Knowledge, Depends(get_knowledge)]
PlanningDep = Annotated[Planning, Depends(get_planning)]
Now = Annotated[datetime, Depends(get_now)]

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
