"""Read and check the audit log, keep its head elsewhere, and hand out the processing log."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from app.config import Settings
from app.db import opened
from app.domain.access import EVERY_REGION, SYSTEM
from app.domain.terms import Action
from app.services import audit, processing_log
from app.services.acts import acting
from app.services.audit import Head, Verified
from app.services.audit_entries import entries
from app.services.processing_log import new_trace
from app.vault import Vault

Say = Callable[[str], None]


class HeadFileError(Exception):
    """A file of known heads holds something else, or a head that is not ours; names the line."""


def show(
    settings: Settings,
    say: Say,
    *,
    intake: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Say the entries from a moment up to another, of one intake or of all, a line of JSON each.

    What was changed past the service is said as it stands; that it was changed, `verify` says.
    """
    with opened(settings) as database:
        for entry in entries(database, intake_id=intake, since=since, until=until):
            told = {
                "number": entry.number,
                "at": _moment(entry.at),
                "actor": entry.actor,
                "roles": entry.roles.split(",") if isinstance(entry.roles, str) else entry.roles,
                "action": entry.action,
                "intakeId": _id(entry.intake_id),
                "reason": entry.reason,
            }
            say(json.dumps(told, ensure_ascii=False, default=repr))
    return 0


def _moment(stored: object) -> object:
    """Write a moment as the API does; what is none stays as it is."""
    try:
        moment = datetime.strptime(str(stored), audit.AT).replace(tzinfo=UTC)
    except ValueError:
        return stored
    written = moment.strftime(audit.AT) == stored
    return moment.isoformat().replace("+00:00", "Z") if written else stored


def _id(stored: object) -> object:
    """Write an id as the API does; what is none stays as it is."""
    try:
        found = UUID(hex=str(stored))
    except ValueError:
        return stored
    return str(found) if found.hex == stored else stored


def verify(settings: Settings, say: Say, *, heads: Path | None = None) -> int:
    """Say whether the audit log is what was written; 0 when it is, 1 when it is not.

    Raises:
        HeadFileError: the file holds something that `head` does not write, or that was not signed.
        KeySettingError: the signing key is not written as it should be.
        OSError: the file of heads cannot be read.

    """
    vault = Vault.of(settings)
    known = [] if heads is None else read_heads(heads, vault)
    with opened(settings) as database, database.read(EVERY_REGION) as session:
        found = audit.verify(session, vault, known_heads=known)
    if isinstance(found, Verified):
        also = f", with {len(known)} known heads on it" if known else ""
        say(f"audit log: {found.entries} entries, each as it was written{also}")
        return 0
    where = "" if found.number is None else f"entry {found.number} "
    say(f"audit log: BROKEN: {where}{found.what}")
    return 1


def head(settings: Settings, say: Say) -> int:
    """Say which entry is the last, as a line of JSON to keep elsewhere; nothing without a head.

    Hourly, added to a file that the host of the database cannot write, it shows what was put back.
    """
    with opened(settings) as database, database.read(EVERY_REGION) as session:
        found = audit.head(session)
    if found is None:
        return 0
    say(
        json.dumps(
            {
                "number": found.number,
                "hash": found.hash.hex(),
                "at": found.at,
                "signature": found.signature.hex(),
            }
        )
    )
    return 0


def read_heads(path: Path, vault: Vault) -> list[Head]:
    """Read the lines that `head` has written to a file.

    Raises:
        HeadFileError: a line is something else, or was not signed with the signing key.
        OSError: the file cannot be read.

    """
    heads = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            told = json.loads(line)
            hash_, signature = bytes.fromhex(told["hash"]), bytes.fromhex(told["signature"])
            found = Head(int(told["number"]), hash_, str(told["at"]), signature)
        except (KeyError, TypeError, ValueError) as error:
            message = f"{path}: line {number} is not a head as `gids audit head` writes it"
            raise HeadFileError(message) from error
        if not audit.is_signed(vault, found):
            raise HeadFileError(f"{path}: line {number} was not signed with the signing key")
        heads.append(found)
    return heads


def export_processing_log(
    settings: Settings,
    say: Say,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    now: datetime,
) -> int:
    """Say the processing log from a moment up to another, as lines of OTLP/JSON.

    The audit log tells of it before the first line is said: a reader can leave halfway.

    Raises:
        AuditHeadError, DatabaseBusyError, KeySettingError: the audit log cannot tell of it.

    """
    with opened(settings) as database:
        with acting(database, SYSTEM, Vault.of(settings), new_trace(), now=now) as act:
            act.did(Action.processing_log_exported)
        register = str(settings.register_url)
        for traces in processing_log.export(database, register, since=since, until=until):
            say(json.dumps(traces, separators=(",", ":"), ensure_ascii=False))
    return 0
