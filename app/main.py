"""The app: wires what the other modules make, and nothing else."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from pydantic import AnyHttpUrl
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import observability, openapi, problems
from app.answer_cache import ROOM, AnswerCache
from app.api_rules import ApiRules
from app.callers import Callers, Cookies
from app.config import InvalidSettingError, Settings, load_settings
from app.db import Database, require_row_security
from app.dependencies import Clock
from app.domain.access import NO_REGION, Caller
from app.egress import Egress
from app.identify import get_caller
from app.mail import mail_of
from app.migrate import require_head
from app.openapi import Whereabouts
from app.rate_limit import RateLimits
from app.routers import (
    calendar,
    callers,
    catalogue,
    catalogue_changes,
    coverage,
    desk_page,
    desks,
    drafts,
    health,
    holders,
    intakes,
    mcp_door,
    persons,
    referrals,
    session_log,
    sessions,
    sign_in,
    webhooks,
    workbench,
)
from app.routers.intakes import checked
from app.routers.provision_pages import found_page
from app.schemas.examples import exchanges
from app.schemas.intake import IntakeIn
from app.schemas.provision_query import ProvisionQuery
from app.services import audit, erasure_list
from app.services.advisers import have_hours
from app.services.api_keys import ApiKeys
from app.services.catalogue import CatalogueWatch
from app.services.dispatch import Dispatcher
from app.services.erasure import anything_still_there
from app.services.messages import Channels
from app.services.planner import Planning, today
from app.services.repeating import Repeating
from app.services.retention import Terms
from app.services.sealed import require_wrapping_keys, try_keys
from app.services.sign_in import SignIns
from app.services.tokens import Tokens
from app.services.upkeep import upkeep
from app.shortcuts import Shortcut, Shortcuts
from app.vault import Vault, refuse_weak_keys

_log = logging.getLogger(__name__)

API_ROUTERS = (
    catalogue,
    catalogue_changes,
    coverage,
    desks,
    drafts,
    intakes,
    referrals,
    holders,
    persons,
    sessions,
    calendar,
    session_log,
    webhooks,
    callers,
)
"""In the order of the API document."""

IN_WHAT_IS_DELIVERED = ("GIDS_PUBLIC_URL", "GIDS_MAIL_FROM", "GIDS_EVENT_SOURCE")
"""What says where this is in mail and events, which cannot be mended once they are out."""

OTHER_THREADS = 40
"""For what waits for nobody: however many requests wait for the database, the rest go on."""


class NoIdentityError(Exception):
    """Nobody could be known, so the service does not start for real people's data."""


def utc_now() -> datetime:
    """Say what time it is."""
    return datetime.now(UTC)


@cache
def document(where: Whereabouts) -> dict[str, Any]:
    """Return the API document; the rest follows from the code, so a process makes it once.

    Not at the start, which it would make a fifth longer: when somebody asks for it.
    """
    return openapi.document(_api(observability.telemetry(enabled=False)), where, exchanges())


def _api(telemetry: TelemetryConfig) -> FastAPI:
    api = FastAPI(
        title="Gidsfunctie",
        summary="Intake, provision check, warm referral or up to three guidance sessions.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        root_path_in_servers=False,
        generate_unique_id_function=openapi.operation_id,
        telemetry=telemetry,
    )
    api.include_router(health.router)
    for module in API_ROUTERS:
        api.include_router(module.router, dependencies=[Depends(get_caller)])

    def published(_request: Request) -> Response:  # in a thread: to make it takes a while
        return JSONResponse(api.openapi())

    api.add_route(openapi.DOCUMENT_PATH, published, include_in_schema=False)
    return api


def require_servable(settings: Settings, database: Database) -> None:
    """Refuse a database that this release, with these settings, cannot serve as it promises.

    Raises:
        SchemaError: the schema is older or newer.
        UnsafeDatabaseError: row security does not hold, outside demo mode.
        AuditHeadError: the audit log was signed with another key, or its head is gone.
        KeySettingError: a key that persons were sealed with is missing, or the present one is
            another one.

    """
    require_head(database.engine)
    if not settings.demo:
        require_row_security(database.engine)
    vault = Vault.of(settings)
    audit.require_signed_head(database, vault)
    require_wrapping_keys(database, vault)


def require_deliverable(settings: Settings) -> None:
    """Refuse to send people to an example, or in its name.

    Raises:
        InvalidSettingError: an address in what is delivered leads nowhere, outside demo mode.

    """
    unset = [name for name in settings.still_examples if name in IN_WHAT_IS_DELIVERED]
    if unset and not settings.demo:
        message = "what is delivered would name an example, so nothing is: set"
        raise InvalidSettingError(f"{message} {', '.join(unset)}")


def warn_of_letters(settings: Settings) -> None:
    """Log that letters go nowhere, outside demo mode, before the first is given up."""
    if settings.smtp_url is None and not settings.demo:
        told = "there is no mail server, so letters wait and are given up after three days:"
        told += " set GIDS_SMTP_URL"
        _log.warning(told)


def warn(settings: Settings, database: Database) -> None:
    """Log what an operator must mend soon, and what is no reason not to serve.

    A restored backup and a crash right before a commit look the same from here: something on the
    erasure list is there. After a crash the service must come back by itself.
    """
    try:
        if anything_still_there(database, erasure_list.read(settings.erasure_list)):
            _log.error("what was erased or let go is in the database: run `gids erasures replay`")
    except OSError:
        _log.exception("the erasure list cannot be read, so nothing can be erased or let go")
    for one in try_keys(database, Vault.of(settings)):
        if one.closed:
            told = "keys of persons under %r that do not open: %d of %d that were tried;"
            told += " `gids keys rotate` names them"
            _log.error(told, one.key_id, one.closed, one.tried)
    if settings.still_examples and not settings.demo:
        _log.warning("people are sent to an example: set %s", ", ".join(settings.still_examples))
    warn_of_letters(settings)
    with database.read(NO_REGION) as session:
        if not have_hours(session):
            _log.warning("no adviser has hours, so every session waits: run `gids advisers import`")


def create_app(settings: Settings, *, clock: Clock = utc_now) -> ApiRules:
    """Make the app. Nothing is opened until it starts.

    Raises:
        NoIdentityError: no issuer of tokens is configured, outside demo mode.
        KeySettingError: a key is missing or weak, or everybody knows it, outside demo mode.
        InvalidSettingError: it is to deliver, and what it delivers would name an example.

    """
    if not settings.demo:
        if not settings.oidc_issuers:
            message = "GIDS_OIDC_ISSUERS names no issuer of tokens, so nobody could be known"
            raise NoIdentityError(f"{message}; only demo mode (GIDS_DEMO=1) goes without")
        refuse_weak_keys(settings)
    if settings.deliver:
        require_deliverable(settings)
    public_url = str(settings.public_url)
    telemetry = observability.telemetry(enabled=settings.otel)
    api = _api(telemetry)
    api.openapi = partial(document, Whereabouts.of(settings))  # type: ignore[method-assign]  # the way FastAPI documents
    _equip(api, settings, clock)
    database: Database = api.state.database

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            require_servable(settings, database)
            warn(settings, database)
            api.state.turns = CapacityLimiter(min(settings.database_turns, settings.database_pool))
            current_default_thread_limiter().total_tokens = settings.database_pool + OTHER_THREADS
            watch = api.state.catalogue = CatalogueWatch(database)
            beside: list[Repeating | Dispatcher] = [
                Repeating(
                    "catalogue", watch.refresh, seconds=settings.catalogue_poll.total_seconds()
                ),
                Repeating(
                    "upkeep",
                    partial(upkeep, database, api.state.planning, api.state.vault, clock),
                    seconds=settings.waiting_poll.total_seconds(),
                ),
            ]
            if settings.deliver:
                beside.append(_dispatcher(settings, api, clock))
            for work in beside:
                work.start()
            try:
                yield
            finally:
                for work in beside:
                    work.stop()
        finally:
            await api.state.sign_ins.aclose()
            await api.state.tokens.aclose()
            api.state.egress.close()
            database.dispose()

    root = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=lifespan, telemetry=telemetry)
    root.mount(openapi.API_PREFIX, api)
    pages = desk_page.desk_pages(telemetry)
    feeds = calendar.calendar_feeds(telemetry)
    root.state = pages.state = feeds.state = api.state
    root.include_router(mcp_door.router)
    root.mount(desk_page.PREFIX, pages)
    root.mount(calendar.PREFIX, feeds)
    root.include_router(sign_in.router)
    root.router.routes.extend(workbench.routes())
    root.router.default = workbench.or_else(root.router.default)
    if settings.otel:
        root.add_middleware(observability.WithoutAddress)
    for app in (root, api, feeds):
        problems.install(app, public_url)
    return ApiRules(
        root if settings.otel else _shortened(root, api, public_url, clock),
        api=api,
        limits=api.state.rate_limits,
        # With telemetry nothing is kept, for FastAPI makes the spans.
        answers=AnswerCache(
            lambda: (api.state.catalogue.knowledge, today(clock())),
            room=0 if settings.otel else ROOM,
        ),
        callers=_callers(api),
        public_url=public_url,
        body_limit=settings.body_limit,
        origins=settings.cors_origins,
        beside=(mcp_door.DOOR,),
    )


def _shortened(root: FastAPI, api: FastAPI, public_url: str, clock: Clock) -> Shortcuts:
    """Answer what is asked most past FastAPI: not with telemetry, for FastAPI makes the spans."""

    def check(body: IntakeIn) -> Response:
        return checked(body, api.state.catalogue.knowledge, clock())

    def find(query: ProvisionQuery) -> Response:
        return found_page(query, api.state.catalogue.search, clock())

    return Shortcuts(
        root,
        limits=api.state.rate_limits,
        public_url=public_url,
        paths={
            f"{openapi.API_PREFIX}/provisions": Shortcut(ProvisionQuery, find),
            f"{openapi.API_PREFIX}/provision-checks": Shortcut(IntakeIn, check, "POST"),
        },
    )


def _equip(api: FastAPI, settings: Settings, clock: Clock) -> None:
    """Give the API what its dependencies hand out (app/dependencies.py)."""
    database = Database(settings)
    api.state.database = database
    api.state.planning = Planning.of(settings)
    api.state.terms = Terms.of(settings)
    api.state.register_url = str(settings.register_url)
    api.state.public_url = str(settings.public_url)
    api.state.cors_origins = settings.cors_origins
    api.state.erasure_list = settings.erasure_list
    api.state.clock = clock
    api.state.vault = Vault.of(settings)
    api.state.tokens = Tokens(
        settings.oidc_issuers,
        fresh=settings.oidc_keys_fresh,
        stale=settings.oidc_keys_stale,
        clock=clock,
        demo=settings.demo,
    )
    api.state.sign_ins = SignIns(
        settings.oidc_issuers,
        tokens=api.state.tokens,
        vault=api.state.vault,
        clock=clock,
        longest=settings.signed_in,
        redirect_uri=f"{str(settings.public_url).rstrip('/')}{sign_in.CALLBACK}",
        demo=settings.demo,
    )
    api.state.cookies = Cookies(
        secure=not settings.demo,
        origin=_origin(settings.public_url),
        seconds=int(settings.signed_in.total_seconds()),
    )
    api.state.api_keys = ApiKeys(database, clock)
    api.state.mail = mail_of(settings)
    api.state.egress = Egress.of(settings, clock)
    api.state.rate_limits = RateLimits(
        anonymous=settings.rate_anonymous, identified=settings.rate_identified
    )


def _origin(address: AnyHttpUrl) -> str:
    """Say the origin of an address as a browser writes it: without a port that goes without."""
    port = "" if address.port in {None, 80, 443} else f":{address.port}"
    return f"{address.scheme}://{address.host}{port}"


def _callers(api: FastAPI) -> Callers:
    """Make what says at once who asks."""

    def signed_in(shown: str) -> Caller | None:
        known = api.state.sign_ins.believed(shown)
        return known.caller if known else None

    return Callers(api.state.api_keys.believed, signed_in, api.state.cookies)


def _dispatcher(settings: Settings, api: FastAPI, clock: Clock) -> Dispatcher:
    """Make what delivers beside the requests."""
    state = api.state
    channels = Channels.of(settings, state.mail, state.egress)
    return Dispatcher(state.database, state.vault, channels, settings, clock=clock)


def from_environment() -> ApiRules:
    """Make the app from the environment; what a server process calls."""
    settings = load_settings()
    observability.configure_logging(settings.log_level)
    return create_app(settings)
