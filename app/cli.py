"""Operator commands, on the same services as the API."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import httpx
import uvicorn
from sqlalchemy.exc import OperationalError

from app import migrate
from app.catalogue import PACKAGE_FOLDER, CatalogueError, read_files
from app.catalogue import load as load_catalogue
from app.config import (
    PREFIX,
    InvalidSettingError,
    Settings,
    UnknownSettingError,
    load_settings,
)
from app.db import Database, DatabaseBusyError
from app.main import NoIdentityError, create_app, utc_now
from app.observability import configure_logging
from app.services.advisers import (
    AvailabilityError,
    demo_advisers,
    import_advisers,
    read_availability,
)
from app.services.catalogue import NoCatalogueError, import_catalogue, read_knowledge
from app.services.planner import Planning
from app.services.upkeep import fill_regions

STOP_GRACE_SECONDS = 10
HEALTH_TIMEOUT_SECONDS = 10
WORKER_TIMEOUT_SECONDS = 60
"""A worker that does not answer its parent for so long is replaced. The 5 s of uvicorn are less
than a start can take on a busy machine, and it would then start workers for ever."""

EXPECTED = (
    AvailabilityError,
    CatalogueError,
    DatabaseBusyError,
    ImportError,  # telemetry asked for, but not installed
    InvalidSettingError,
    NoCatalogueError,
    NoIdentityError,
    OSError,
    OperationalError,
    UnknownSettingError,
    migrate.SchemaError,
)
"""What an operator can mend: told in one line, without a traceback."""

WELCOME = """
Gidsfunctie, demo mode: everything is open and the advisers do not exist.

  API document   http://{host}:{port}/v1/openapi.json
  A first check  curl -s http://{host}:{port}/v1/provision-checks \\
                   -H 'Content-Type: application/json' \\
                   -d '{{"originSector": "schoonmaak", "employment": "employee"}}'

State is in {database}. Ctrl-C stops.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what an operator can mend is one line on standard error and exit code 2."""
    command = _parser().parse_args(arguments)
    try:
        code: int = command.run(command) or 0
    except BrokenPipeError:
        # Whoever read along has left, as `head` does. Python would still write what is left over.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except EXPECTED as error:
        _say(f"gids: {_told(error)}", to=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return code


def _told(error: Exception) -> str:
    """Say what is wrong and where, without what was written there."""
    if isinstance(error, OperationalError):
        return f"the database says: {str(error.orig).strip()}"
    return str(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gids", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, run: object, told: str, parent: object = commands
    ) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = parent.add_parser(name, help=told, description=told)  # type: ignore[attr-defined]  # argparse keeps the type private
        made.set_defaults(run=run)
        return made

    def group(name: str, told: str) -> object:
        made = commands.add_parser(name, help=told, description=told)
        return made.add_subparsers(required=True, metavar="COMMAND")

    add("demo", _demo, "set everything up under var/ with demo advisers, and serve")
    serve = add("serve", _serve, "serve the API")
    serve.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    add("health", _health, "ask the running service whether it is ready")
    add("openapi", _openapi, "print the API document")
    database = group("db", "the schema of the database")
    add("upgrade", _db_upgrade, "bring the schema to the one of this release", database)
    add("check", _db_check, "tell whether the schema is the one of this release", database)
    catalogue = group("catalogue", "the reviewed catalogue")
    for name, run, told in (
        ("check", _catalogue_check, "tell every fault in the catalogue files"),
        ("import", _catalogue_import, "store the catalogue; running processes take it over"),
    ):
        add(name, run, told, catalogue).add_argument(
            "--folder", type=Path, default=PACKAGE_FOLDER, help="where the YAML files are"
        )
    advisers = group("advisers", "union advisers and their availability")
    add(
        "import", _advisers_import, "take over availability from a YAML file", advisers
    ).add_argument("file", type=Path)
    waiting = group("waiting", "sessions that wait for a place")
    add("fill", _waiting_fill, "give free places to who waits, in order", waiting)
    return parser


def _demo(_command: argparse.Namespace) -> None:
    os.environ[f"{PREFIX}DEMO"] = "1"
    settings = load_settings()
    configure_logging(settings.log_level)
    with _database(settings) as database:
        migrate.upgrade(database.engine)
        now = utc_now()
        with database.write() as session:
            import_catalogue(session, read_files(), now=now)
            regions = read_knowledge(session).catalogue.regions.values()
            import_advisers(session, demo_advisers(regions), demo=True)
        where = database.engine.url.render_as_string(hide_password=True)
    _say(WELCOME.format(host=settings.host, port=settings.port, database=where))
    _run(settings, workers=1)


def _serve(command: argparse.Namespace) -> None:
    settings = load_settings()
    configure_logging(settings.log_level)
    create_app(settings)  # refuses here, in words, and not in a server process
    with _database(settings) as database:
        migrate.require_head(database.engine)
        with database.read() as session:
            read_knowledge(session)
    _run(settings, workers=command.workers)


def _run(settings: Settings, *, workers: int) -> None:
    uvicorn.run(
        "app.main:from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=STOP_GRACE_SECONDS,
        timeout_worker_healthcheck=WORKER_TIMEOUT_SECONDS,
    )


def _health(_command: argparse.Namespace) -> int:
    settings = load_settings()
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
    host = everywhere.get(settings.host, settings.host)
    # httpx puts the host of IPv6 between brackets.
    address = httpx.URL(scheme="http", host=host, port=settings.port, path="/v1/health/ready")
    try:
        answer = httpx.get(address, timeout=HEALTH_TIMEOUT_SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        raise ConnectionError(f"{address} does not answer: {error}") from error
    _say(answer.text)
    return 0 if answer.is_success else 1


def _openapi(_command: argparse.Namespace) -> None:
    settings = load_settings().model_copy(update={"demo": True})
    _say(json.dumps(create_app(settings).document(), ensure_ascii=False, indent=1))


def _db_upgrade(_command: argparse.Namespace) -> None:
    with _database(load_settings()) as database:
        migrate.upgrade(database.engine)
        _say(f"the schema is at {migrate.current(database.engine)}")


def _db_check(_command: argparse.Namespace) -> None:
    with _database(load_settings()) as database:
        migrate.require_head(database.engine)
    _say("the schema is the one of this release")


def _catalogue_check(command: argparse.Namespace) -> None:
    catalogue = load_catalogue(command.folder)
    _say(f"{len(catalogue.provisions)} provisions, {len(catalogue.sectors)} sectors: no faults")


def _catalogue_import(command: argparse.Namespace) -> None:
    with _database(load_settings()) as database:
        migrate.require_head(database.engine)
        with database.write() as session:
            done = import_catalogue(session, read_files(command.folder), now=utc_now())
    change = "stored" if done.changed else "unchanged"
    _say(f"catalogue version {done.version}, {done.records} records: {change}")


def _advisers_import(command: argparse.Namespace) -> None:
    settings = load_settings()
    content = command.file.read_bytes()
    with _database(settings) as database:
        migrate.require_head(database.engine)
        with database.read() as session:
            known = read_knowledge(session).catalogue.regions
        try:
            advisers = read_availability(content, known)
        except AvailabilityError as error:
            raise AvailabilityError(f"{command.file}: {error}") from error
        with database.write() as session:
            import_advisers(session, advisers)
        placed = fill_regions(database, Planning.of(settings), now=utc_now())
    _say(f"{len(advisers)} advisers; {placed} waiting sessions have a place now")


def _waiting_fill(_command: argparse.Namespace) -> None:
    settings = load_settings()
    with _database(settings) as database:
        migrate.require_head(database.engine)
        placed = fill_regions(database, Planning.of(settings), now=utc_now())
    _say(f"{placed} waiting sessions have a place now")


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    database = Database(settings)
    try:
        yield database
    finally:
        database.dispose()


def _say(text: str, to: TextIO | None = None) -> None:
    print(text, file=to, flush=True)


if __name__ == "__main__":
    sys.exit(main())
