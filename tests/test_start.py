"""What the service does not start on, and does not touch."""

import subprocess
import sys
from collections.abc import MutableMapping
from typing import Any

import anyio
import pytest

from app import migrate
from app.commands import schema
from app.config import Settings
from app.main import NoIdentityError, create_app
from app.services.catalogue import NoCatalogueError
from tests.conftest import MONDAY
from tests.server import ROOT


def test_without_demo_mode_there_is_no_app():
    with pytest.raises(NoIdentityError, match="GIDS_DEMO=1"):
        create_app(Settings(demo=False))


def test_the_start_does_not_wait_for_what_only_chatbots_and_calendars_need():
    program = "import sys, app.main; sys.exit(not {'mcp', 'icalendar'}.isdisjoint(sys.modules))"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)  # noqa: S603  # no shell


def start(url: str) -> None:
    """Do what a server does first."""
    app = create_app(Settings(demo=True, database_url=url))

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.startup"}

    async def send(message: MutableMapping[str, Any]) -> None:
        assert message["type"] == "lifespan.startup.failed"

    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    anyio.run(app, scope, receive, send)


def test_the_service_does_not_start_on_an_empty_database(empty_database_url):
    with pytest.raises(migrate.SchemaError, match="gids db upgrade"):
        start(empty_database_url)


def test_the_service_does_not_start_on_the_schema_of_another_release(database, database_url):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '20990101_0000'")
    with pytest.raises(migrate.SchemaError, match="20990101_0000"):
        start(database_url)


def test_the_service_does_not_start_without_a_catalogue(empty_database_url):
    settings = Settings(demo=True, database_url=empty_database_url)
    schema.upgrade(settings, lambda _: None, now=MONDAY)
    with pytest.raises(NoCatalogueError, match="gids catalogue import"):
        start(empty_database_url)
