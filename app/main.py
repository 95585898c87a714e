"""The app: wires what the other modules make, and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from anyio import CapacityLimiter
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

from app import observability, openapi, problems
from app.api_rules import ApiRules
from app.config import Settings, load_settings
from app.db import Database
from app.dependencies import Clock
from app.migrate import require_head
from app.routers import catalogue, health, intakes, session_log, sessions
from app.schemas.examples import exchanges
from app.services.catalogue import CatalogueWatch
from app.services.planner import Planning
from app.services.repeating import Repeating
from app.services.upkeep import upkeep

OTHER_THREADS = 40
"""For what waits for nobody: however many requests wait for the database, the rest go on."""


class NoIdentityError(Exception):
    """There is no identity yet, so the service does not start for real people's data."""


def utc_now() -> datetime:
    """Say what time it is."""
    return datetime.now(UTC)


def create_app(settings: Settings, *, clock: Clock = utc_now) -> ApiRules:
    """Make the app. Nothing is opened until it starts.

    Raises:
        NoIdentityError: demo mode is off; until identity exists it is the only mode.

    """
    if not settings.demo:
        message = "identity does not exist yet: the service starts in demo mode only (GIDS_DEMO=1)"
        raise NoIdentityError(message)
    public_url = str(settings.public_url)
    telemetry = observability.telemetry(enabled=settings.otel)
    api = FastAPI(
        title="Gidsfunctie",
        summary="Intake, provision check, warm referral or up to three guidance sessions.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        root_path_in_servers=False,
        generate_unique_id_function=openapi.operation_id,
        telemetry=telemetry,
    )
    for module in (health, catalogue, intakes, sessions, session_log):
        api.include_router(module.router)
    database = Database(settings)
    planning = Planning.of(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        try:
            require_head(database.engine)
            api.state.turns = CapacityLimiter(settings.database_pool)
            current_default_thread_limiter().total_tokens = settings.database_pool + OTHER_THREADS
            watch = api.state.catalogue = CatalogueWatch(database)
            beside = [
                Repeating(
                    "catalogue", watch.refresh, seconds=settings.catalogue_poll.total_seconds()
                ),
                Repeating(
                    "upkeep",
                    partial(upkeep, database, planning, clock),
                    seconds=settings.waiting_poll.total_seconds(),
                ),
            ]
            for work in beside:
                work.start()
            try:
                yield
            finally:
                for work in beside:
                    work.stop()
        finally:
            database.dispose()

    root = FastAPI(openapi_url=None, redirect_slashes=False, lifespan=lifespan, telemetry=telemetry)
    root.mount(openapi.API_PREFIX, api)
    if settings.otel:
        root.add_middleware(observability.WithoutAddress)
    for app in (root, api):
        problems.install(app, public_url)
    openapi.install(api, public_url, exchanges())
    api.state.database = database
    api.state.planning = planning
    api.state.clock = clock
    return ApiRules(root, api=api, public_url=public_url, body_limit=settings.body_limit)


def from_environment() -> ApiRules:
    """Make the app from the environment; what a server process calls."""
    settings = load_settings()
    observability.configure_logging(settings.log_level)
    return create_app(settings)
