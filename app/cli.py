"""Operator commands, on the same services as the API."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO
from uuid import UUID

import uvicorn
from sqlalchemy.exc import OperationalError, ProgrammingError

from app import migrate
from app.catalogue import PACKAGE_FOLDER, CatalogueError, read_files
from app.catalogue import load as load_catalogue
from app.commands import advisers, audit, backup, demo, health, keys, outbox, privacy, schema
from app.commands.advisers import UnknownAdviserError
from app.commands.audit import HeadFileError
from app.commands.backup import BackupError
from app.config import (
    PREFIX,
    InvalidSettingError,
    Settings,
    UnknownSettingError,
    load_settings,
)
from app.db import DatabaseBusyError, UnsafeDatabaseError, opened
from app.domain.access import NO_REGION
from app.domain.terms import HolderReason
from app.main import NoIdentityError, create_app, require_servable, utc_now
from app.observability import configure_logging
from app.services.advisers import AvailabilityError
from app.services.api_keys import ApiKeyError
from app.services.audit import AuditHeadError
from app.services.catalogue import NoCatalogueError, import_catalogue, read_knowledge
from app.services.planner import Planning
from app.services.upkeep import fill_regions
from app.vault import KeySettingError, Vault, VaultError, refuse_weak_keys

Add = Callable[..., argparse.ArgumentParser]
Group = Callable[[str, str], object]

INTERRUPTED = 130
"""What shells say of a command that Ctrl-C has ended: 128 and the number of SIGINT."""

STOP_GRACE_SECONDS = 10
WORKER_TIMEOUT_SECONDS = 60
"""A worker that does not answer its parent for so long is replaced. The 5 s of uvicorn are less
than a start can take on a busy machine, and it would then start workers for ever."""

EXPECTED = (
    ApiKeyError,
    AuditHeadError,
    AvailabilityError,
    BackupError,
    CatalogueError,
    DatabaseBusyError,
    HeadFileError,
    ImportError,  # telemetry asked for, but not installed
    InvalidSettingError,
    KeySettingError,
    NoCatalogueError,
    NoIdentityError,
    OSError,
    OperationalError,
    ProgrammingError,  # most likely what the role of the database may not do
    UnknownAdviserError,
    UnknownSettingError,
    UnsafeDatabaseError,
    VaultError,
    migrate.SchemaError,
)
"""What an operator can mend: told in one line, without a traceback."""


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
        # Of what serves it is the way to stop; of the rest, that it was not done.
        return 0 if command.run in (_demo, _serve) else INTERRUPTED
    return code


def _told(error: Exception) -> str:
    """Say what is wrong and where, without what was written there."""
    if isinstance(error, OperationalError | ProgrammingError):
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
    add(
        "health",
        lambda _: health.ask(load_settings(), _say),
        "ask the running service whether it is ready",
    )
    add("worker", _worker, "deliver what is in the outbox")
    add("openapi", _openapi, "print the API document")
    database = group("db", "the schema of the database")
    add("upgrade", _db_upgrade, "bring the schema to the one of this release", database)
    add("check", _db_check, "tell whether the schema is the one of this release", database)
    add(
        "backup",
        lambda it: backup.backup(load_settings(), it.file, _say),
        "copy the SQLite database to a new file, beside the running service",
        database,
    ).add_argument("file", type=Path)
    catalogue = group("catalogue", "the reviewed catalogue")
    for name, run, told in (
        ("check", _catalogue_check, "tell every fault in the catalogue files"),
        ("import", _catalogue_import, "store the catalogue; running processes take it over"),
    ):
        add(name, run, told, catalogue).add_argument(
            "--folder", type=Path, default=PACKAGE_FOLDER, help="where the YAML files are"
        )
    _add_advisers(add, group)
    waiting = group("waiting", "sessions that wait for a place")
    add("fill", _waiting_fill, "give free places to who waits, in order", waiting)
    _add_keys(add, group)
    _add_logs(add, group)
    _add_privacy(add, group)
    _add_outbox(add, group)
    return parser


def _add_advisers(add: Add, group: Group) -> None:
    union = group("advisers", "union advisers, their availability and what they hold")
    add("import", _advisers_import, "take over availability from a YAML file", union).add_argument(
        "file", type=Path
    )
    add("list", lambda _: advisers.list_all(_at_head(), _say), "tell who they are", union)
    release = add(
        "release",
        lambda it: advisers.release(
            _with_keys(), it.id, HolderReason(it.reason), _say, now=utc_now()
        ),
        "let what an absent adviser holds wait for a colleague",
        union,
    )
    release.add_argument("id", type=UUID, help="as `gids advisers list` tells it")
    release.add_argument("--reason", choices=[one.value for one in HolderReason], required=True)


def _add_keys(add: Add, group: Group) -> None:
    key = group("key", "keys of chatbots")
    for name, run, told in (
        ("create", keys.create, "make a key, shown this once"),
        ("revoke", keys.revoke, "make a key useless"),
    ):
        add(
            name, lambda it, run=run: run(_with_keys(), it.name, _say, now=utc_now()), told, key
        ).add_argument("name")
    add("list", lambda _: keys.list_all(_at_head(), _say), "tell which keys there are", key)
    sealing = group("keys", "keys that wrap what is sealed")
    add("generate", lambda _: keys.generate(_say), "make keys for the settings", sealing)
    add(
        "rotate",
        lambda _: keys.rotate(_with_keys(), _say, now=utc_now()),
        "wrap every person's key with the present one",
        sealing,
    )


def _add_logs(add: Add, group: Group) -> None:
    log = group("audit", "the audit log: who did what to whose intake")
    show = add(
        "show",
        lambda it: audit.show(_at_head(), _say, intake=it.intake, since=it.since, until=it.until),
        "print its entries, a line of JSON each",
        log,
    )
    show.add_argument("--intake", type=UUID, help="only those of the intake with this id")
    add(
        "verify",
        lambda it: audit.verify(_with_keys(), _say, heads=it.heads),
        "tell whether it is what was written",
        log,
    ).add_argument("--heads", type=Path, help="file of heads that `gids audit head` wrote")
    add("head", lambda _: audit.head(_at_head(), _say), "print its signed head, to keep", log)
    processing = group("processing-log", "the processing log (Logboek Dataverwerkingen)")
    export = add(
        "export",
        lambda it: audit.export_processing_log(
            _with_keys(), _say, it.since, it.until, now=utc_now()
        ),
        "print it as OTLP/JSON, a line per batch",
        processing,
    )
    for command in (show, export):
        for name in ("--since", "--until"):
            command.add_argument(name, type=_moment, help="a moment, such as 2026-11-30T00:00:00Z")


def _add_privacy(add: Add, group: Group) -> None:
    erasures = group("erasures", "who was erased, and must be again after a backup is restored")
    add(
        "replay",
        lambda it: privacy.replay_erasures(_with_keys(), it.files, _say, now=utc_now()),
        "erase again whom a restored backup brought back",
        erasures,
    ).add_argument("files", type=Path, nargs="*", help="erasure lists (default: the setting's)")
    add(
        "check",
        lambda _: privacy.check_erasures(_at_head(), _say),
        "tell whether somebody on the list is still there",
        erasures,
    )
    retention = group("retention", "letting go what is past its term")
    add(
        "run",
        lambda it: privacy.run_retention(_with_keys(), _say, now=utc_now(), dry_run=it.dry_run),
        "let go what is past its term",
        retention,
    ).add_argument("--dry-run", action="store_true", help="only tell how much that is")


def _add_outbox(add: Add, group: Group) -> None:
    box = group("outbox", "what is to be done outside: mail, and calls to webhooks")
    show = add(
        "list",
        lambda it: outbox.show(_at_head(), _say, dead=it.dead, now=utc_now()),
        "tell how it stands",
        box,
    )
    show.add_argument("--dead", action="store_true", help="also what was given up, and why")
    again = add(
        "replay",
        lambda it: outbox.replay(
            _with_keys(), _say, positions=it.position, recipient=it.recipient, now=utc_now()
        ),
        "send again what was given up",
        box,
    )
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("position", type=int, nargs="*", default=[], help="as the list tells it")
    which.add_argument("--recipient", help="all that was for one, such as subscription:ID")
    which.add_argument("--all", action="store_true")


def _at_head() -> Settings:
    settings = load_settings()
    with opened(settings) as database:
        migrate.require_head(database.engine)
    return settings


def _with_keys() -> Settings:
    """Load settings for what signs, seals or checks a signature: refuse keys as `serve` does."""
    settings = _at_head()
    if not settings.demo:
        refuse_weak_keys(settings)
    return settings


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("a moment needs its offset, such as Z")
    return moment


def _demo(_command: argparse.Namespace) -> None:
    for name in ("DEMO", "DELIVER"):
        os.environ[PREFIX + name] = "1"
    settings = load_settings()
    configure_logging(settings.log_level)
    where = demo.set_up(settings, _say, now=utc_now())
    _say(demo.welcome(settings, where))
    _run(settings, workers=1)


def _serve(command: argparse.Namespace) -> None:
    settings = load_settings()
    configure_logging(settings.log_level)
    create_app(settings)  # refuses here, in words, and not in a server process
    with opened(settings) as database:
        require_servable(settings, database)
        with database.read(NO_REGION) as session:
            read_knowledge(session)
    if settings.demo:
        _say("gids: demo mode: everybody knows its tokens and keys", to=sys.stderr)
    _run(settings, workers=command.workers)


def _worker(_command: argparse.Namespace) -> None:
    settings = load_settings()
    configure_logging(settings.log_level)
    if not settings.demo:
        refuse_weak_keys(settings)
    outbox.work(settings, _say, utc_now)


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


def _openapi(_command: argparse.Namespace) -> None:
    settings = load_settings().model_copy(update={"demo": True})
    _say(json.dumps(create_app(settings).document(), ensure_ascii=False, indent=1))


def _db_upgrade(_command: argparse.Namespace) -> None:
    settings = load_settings()
    schema.upgrade(settings, _say, now=utc_now())
    with opened(settings) as database:
        _say(f"the schema is at {migrate.current(database.engine)}")


def _db_check(_command: argparse.Namespace) -> None:
    with opened(load_settings()) as database:
        migrate.require_head(database.engine)
    _say("the schema is the one of this release")


def _catalogue_check(command: argparse.Namespace) -> None:
    catalogue = load_catalogue(command.folder)
    _say(f"{len(catalogue.provisions)} provisions, {len(catalogue.sectors)} sectors: no faults")


def _catalogue_import(command: argparse.Namespace) -> None:
    with opened(_at_head()) as database, database.write(NO_REGION) as session:
        done = import_catalogue(session, read_files(command.folder), now=utc_now())
    change = "stored" if done.changed else "unchanged"
    _say(f"catalogue version {done.version}, {done.records} records: {change}")


def _advisers_import(command: argparse.Namespace) -> None:
    content = command.file.read_bytes()  # first: a wrong name is told whatever else is wrong
    advisers.bring_in(_with_keys(), command.file, content, _say, now=utc_now())


def _waiting_fill(_command: argparse.Namespace) -> None:
    settings = _with_keys()
    with opened(settings) as database:
        placed = fill_regions(database, Planning.of(settings), Vault.of(settings), now=utc_now())
    _say(f"{placed} waiting sessions have a place now")


def _say(text: str, to: TextIO | None = None) -> None:
    print(text, file=to, flush=True)


if __name__ == "__main__":
    sys.exit(main())
