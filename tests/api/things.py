"""A small app, put together as the real one is, with the rules of every request around it."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, partial
from typing import Annotated, Any, Literal

import httpx
from fastapi import APIRouter, FastAPI, Header, Query, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp

from app import openapi, problems
from app.answer_cache import AnswerCache
from app.api_rules import ApiRules
from app.callers import Callers, Cookies
from app.domain.errors import Conflict, Fault, InvalidInput, NotFound
from app.observability import WithoutAddress, telemetry
from app.openapi import Whereabouts
from app.openapi import problems as may_give
from app.rate_limit import RateLimits
from app.schemas.base import (
    Answer,
    Contract,
    Name,
    Note,
    OptionalDay,
    OptionalInstant,
    Page,
    QueryWhole,
    Whole,
)

PUBLIC_URL = "https://gids.example/"
HERE = Whereabouts(PUBLIC_URL, "https://gids.example/wie", "wie@gids.example")
SECRET = "zwanger-van-Piet"  # noqa: S105 - stands for what somebody says, and must never come back


class ThingBox(Contract):
    modes: Annotated[list[Literal["phone", "video"]], Field(min_length=1, max_length=2)] | None = (
        None
    )
    at: OptionalInstant = None


class ThingIn(Contract):
    first_name: Name
    story: Note | None = None
    used_on: OptionalDay = None
    how_many: Annotated[Whole, Field(ge=0, le=50)] = 1
    sure: Annotated[bool, Field(strict=True)] = False
    box: ThingBox | None = None


class Thing(Answer):
    first_name: str
    how_many: int
    at: OptionalInstant
    used_on: OptionalDay


class TooLateForThis(Conflict):
    slug = "too-late"
    title = "Too late"
    detail = "This thing is closed. Open another one."


router = APIRouter()


@router.get("/things")
def list_things(
    limit: Annotated[QueryWhole, Query(ge=1, le=100)] = 20,
    q: Annotated[Name | None, Query()] = None,
    tag: Annotated[list[str] | None, Query()] = None,
    since: Annotated[OptionalInstant, Query(alias="from")] = None,
) -> Page[Thing]:
    things = [Thing(first_name=q or "a", how_many=limit + len(tag or ()), at=since, used_on=None)]
    return Page[Thing](items=things, next=None)


@router.post("/things", status_code=201, responses=may_give(409))
def create_thing(
    thing: ThingIn,
    idempotency_key: Annotated[str | None, Header(max_length=8)] = None,
) -> Thing:
    return Thing(
        first_name=thing.first_name,
        how_many=thing.how_many,
        at=thing.box.at if thing.box else None,
        used_on=thing.used_on,
    )


@router.delete("/things/newest", status_code=204)
def delete_newest() -> None:
    return None


@router.get("/things/{thing_id}", responses=may_give(409))
def read_thing(
    thing_id: Annotated[str, StringConstraints(pattern="^[a-z-]{1,20}$")],
) -> Thing:
    if thing_id == "late":
        raise TooLateForThis
    if thing_id == "faulty":
        raise InvalidInput([Fault("/usedProvisions/0", "unknown-provision", "No such one.")])
    if thing_id == "cached":
        return Thing(first_name="c", how_many=1, at=None, used_on=None)
    raise NotFound(allowed=["late", "faulty"])


@router.put("/things/{thing_id}", status_code=204)
def replace_thing(thing_id: str, thing: ThingIn) -> None:
    assert len(thing_id + thing.first_name) > 1


@router.get("/cached")
def cached(response: Response) -> dict[str, str]:
    response.headers["Cache-Control"] = "max-age=60"
    return {"a": "b"}


@router.get(
    "/log",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}, "application/x-ndjson": {}, "text/csv": {}}}
    },
)
def log(request: Request) -> Response:
    return Response(b"1,2", media_type=request.state.media_type)


@router.get("/fail")
def fail() -> dict[str, str]:
    raise ValueError(SECRET)


@router.get("/interrupted")
def interrupted() -> StreamingResponse:
    def parts() -> Iterator[bytes]:
        yield b"first part"
        raise ValueError(SECRET)

    return StreamingResponse(parts(), media_type="text/plain")


def build_api() -> FastAPI:
    api = FastAPI(
        title="Things",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        root_path_in_servers=False,
        telemetry=telemetry(enabled=False),
    )
    api.include_router(router)
    return api


def assemble(api: FastAPI, *, body_limit: int = 4096, anonymous: int = 1_000_000) -> ASGIApp:
    root = FastAPI(openapi_url=None, redirect_slashes=False, telemetry=telemetry(enabled=False))
    root.add_middleware(WithoutAddress)
    root.mount("/v1", api)
    for app in (root, api):
        problems.install(app, PUBLIC_URL)
    api.openapi = cache(partial(openapi.document, api, HERE))  # type: ignore[method-assign]  # the way FastAPI documents
    limits = RateLimits(anonymous=anonymous, identified=1)
    return ApiRules(
        root,
        api=api,
        limits=limits,
        answers=AnswerCache(lambda: (api, date.min)),
        callers=Callers(
            lambda _token: None,
            lambda _cookie: None,
            Cookies(secure=True, origin="http://gids", seconds=60),
        ),
        public_url=PUBLIC_URL,
        body_limit=body_limit,
    )


Ask = Callable[..., httpx.Response]


def asker(app: ASGIApp) -> Ask:
    async def asked(method: str, url: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gids") as client:
            return await client.request(method, url, **options)

    def ask(method: str, url: str, **options: Any) -> httpx.Response:
        return asyncio.run(asked(method, url, **options))

    return ask
