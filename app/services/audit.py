"""The audit log: written with the deed, and checked so that no change of it goes unseen.

Every entry holds a hash of itself and of the entry before it; the head, signed with a key that is
not in the database, says which entry is the last. One chain for all regions: the head is locked
until the transaction ends, so a use case writes its entries last of all. It then waits for nobody
while others wait for it: no two can wait for each other, and the wait is one commit long.

The first head is signed as well, when the schema is made and never after (app/migrate.py): a log
that was emptied, head and all, does not begin anew.

Who can write to the database and lacks the key can still put back an older state of the whole log,
with its head of then. Heads exported in time, and kept elsewhere, show that too.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.db import Database
from app.domain.access import EVERY_REGION, Caller
from app.models import AuditEntry, AuditHead, Intake, ProcessingEntry, SessionLogEntry
from app.models.audit import HASH_BYTES
from app.services.deeds import Deed
from app.vault import Vault

PURPOSE = "audit"
NOTHING = bytes(HASH_BYTES)
"""What the first entry follows."""

BATCH = 1000
AT = "%Y-%m-%d %H:%M:%S.%f"
"""How a moment is hashed: as SQLite stores it, so that it is compared as it is stored."""

# As text, and past the types of the columns: a value that does not fit its type is found, and not
# a reason to stop. The era tells a year before Christ from one after it.
_POSTGRESQL_AT = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US AD')"
_FACTS = ("number", "at", "actor", "roles", "action", "intake_id", "reason", "hash")
_AS_TEXT = {
    "postgresql": {
        "at": f"coalesce(replace({_POSTGRESQL_AT}, ' AD', ''), CAST(at AS text))",
        "intake_id": "replace(CAST(intake_id AS text), '-', '')",
    },
    "sqlite": {},
}
ENTRIES: dict[str, sa.Select[*tuple[Any, ...]]] = {
    dialect: sa.select(*(sa.literal_column(as_text.get(name, name)).label(name) for name in _FACTS))
    .select_from(AuditEntry)
    .order_by(col(AuditEntry.number))
    for dialect, as_text in _AS_TEXT.items()
}
"""All entries as they stand there, in their order."""

_HEADS = {
    "postgresql": sa.text(
        f"SELECT id, number, hash, replace({_POSTGRESQL_AT}, ' AD', '') AS at, signature"  # noqa: S608 - constants
        " FROM audit_head"
    ),
    "sqlite": sa.text("SELECT id, number, hash, at, signature FROM audit_head"),
}


class AuditHeadError(Exception):
    """There is no head that was signed with the present key, so there is nothing to build on.

    Either the head was changed or taken away past the service, or the signing key was changed.
    """

    def __init__(self) -> None:
        super().__init__(
            "the head of the audit log is gone, was changed, or was signed with another signing"
            " key; see `gids audit verify`"
        )


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a moment, 0 before there was any; `at` is UTC."""

    number: int
    hash: bytes
    at: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """The log is whole: as many entries as this, each as it was written."""

    entries: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The log is not what was written: the first entry that is wrong, or none when it is the head.

    Every entry before it is as it was written, as far as a head bears witness.
    """

    number: int | None
    what: str


def begin(connection: sa.Connection, vault: Vault, *, now: datetime) -> bool:
    """Sign the first head of a log in which nothing is written yet; return whether that was so.

    A log that is there stays as it is: entries without a head are not made good.
    """
    there = (sa.select(col(AuditHead.id)), sa.select(col(AuditEntry.number)).limit(1))
    if any(connection.execute(one).first() for one in there):
        return False
    signature = _signature(vault, 0, NOTHING, _text(now))
    first = {"id": 1, "number": 0, "hash": NOTHING, "at": now, "signature": signature}
    connection.execute(sa.insert(AuditHead), first)
    return True


def append(
    session: Session, vault: Vault, caller: Caller, deeds: Sequence[Deed], *, now: datetime
) -> None:
    """Write what was done, as the last thing of a transaction that sees every region.

    An entry per deed and intake: of a list, who was on it. A list of nobody is an entry as well.

    Raises:
        AuditHeadError: the head is gone or not ours; to go on would sign what somebody else made
            of the log.

    """
    if not deeds:
        return
    head = _lock_head(session)
    if head is None or not is_signed(vault, head):
        raise AuditHeadError
    previous, rows = head.hash, []
    roles = ",".join(sorted(caller.roles))
    each = ((deed, intake) for deed in deeds for intake in _whose(deed))
    for number, (deed, intake) in enumerate(each, start=head.number + 1):
        reason = None if deed.reason is None else str(deed.reason)
        previous = _chained(
            previous,
            number=number,
            at=_text(now),
            actor=caller.actor,
            roles=roles,
            action=deed.action.value,
            intake_id=intake.hex if intake else None,
            reason=reason,
        )
        rows.append(
            {
                "number": number,
                "at": now,
                "actor": caller.actor,
                "roles": roles,
                "action": deed.action,
                "intake_id": intake,
                "reason": reason,
                "hash": previous,
            }
        )
    connection = session.connection()
    connection.execute(sa.insert(AuditEntry), rows)
    last = head.number + len(rows)
    signature = _signature(vault, last, previous, _text(now))
    connection.execute(
        sa.update(AuditHead).values(number=last, hash=previous, at=now, signature=signature)
    )


def wait_for_turn(session: Session) -> None:
    """Hold the head until the transaction ends, so that transactions that do this are in order."""
    _lock_head(session)


def _whose(deed: Deed) -> Sequence[UUID | None]:
    return deed.persons or [None]


def head(session: Session) -> Head | None:
    """Read the present head, to keep it outside the database; none when it was taken away."""
    found = session.execute(_HEADS[_dialect(session)]).one_or_none()
    return None if found is None else Head(found.number, found.hash, found.at, found.signature)


def verify(
    session: Session, vault: Vault, *, known_heads: Iterable[Head] = ()
) -> Verified | Broken:
    """Read the whole log and say whether it is what was written, in memory that stays flat.

    The session must see every region, and one state of the database (app.db.Database.read).
    Heads that were exported earlier, and are signed (`is_signed`), must lie on the chain. One from
    before the first entry lies on any; it tells when the log began, which is once.
    """
    known: dict[int, list[bytes]] = {}
    begun = set()
    for one in known_heads:
        if one.number == 0:
            begun.add(one.at)
        else:
            known.setdefault(one.number, []).append(one.hash)
    last, previous = 0, NOTHING
    rows = session.execute(ENTRIES[_dialect(session)], execution_options={"yield_per": BATCH})
    with rows:
        for row in rows:
            number, previous = last + 1, _chained_row(previous, row)
            fault = _fault_of(row, number, previous, known.pop(number, []))
            if fault is not None:
                return fault
            last = number
    fault = _fault_at_the_end(session, vault, last, previous, begun)
    if fault is None and known:
        return Broken(last + 1, f"is missing: a known head tells of entry {max(known)}")
    return fault or Verified(last)


def _fault_of(row: sa.Row[Any], number: int, expected: bytes, known: list[bytes]) -> Broken | None:
    if row.number > number:
        return Broken(number, "is missing")
    if row.number < number:
        return Broken(row.number, "has no place in the log")
    if row.hash != expected:
        return Broken(number, "is not what was written there")
    if any(hash_ != expected for hash_ in known):
        return Broken(number, "is not the entry that a known head tells of")
    return None


def require_signed_head(database: Database, vault: Vault) -> None:
    """Refuse a database in which no deed could be told of, before anybody does one.

    Raises:
        AuditHeadError: the head is gone or not ours.

    """
    with database.read(EVERY_REGION) as session:
        found = head(session)
    if found is None or not is_signed(vault, found):
        raise AuditHeadError


def is_signed(vault: Vault, head: Head | sa.Row[Any]) -> bool:
    """Tell whether a head is as it was signed with the signing key."""
    signed: bool = head.signature == _signature(vault, head.number, head.hash, head.at)
    return signed


def _fault_at_the_end(
    session: Session, vault: Vault, last: int, previous: bytes, begun: set[str]
) -> Broken | None:
    heads = session.execute(_HEADS[_dialect(session)]).all()
    if [one.id for one in heads] != [1]:
        return Broken(None, "there must be one head")
    (head,) = heads
    fault = _fault_of_head(head, vault, last, previous)
    if fault is None and last == 0:
        begun = begun | {head.at}
        if _have_left_something(session, since=datetime.strptime(head.at, AT).replace(tzinfo=UTC)):
            return Broken(1, "is missing: the log is empty, and there is what deeds have left")
    if fault is None and len(begun) > 1:
        return Broken(None, "known heads tell that it began more than once")
    return fault


def _fault_of_head(head: sa.Row[Any], vault: Vault, last: int, previous: bytes) -> Broken | None:
    # The signature first: what is signed is sure to be of the right types.
    if not is_signed(vault, head):
        return Broken(None, "the head was not signed with the signing key")
    if head.number > last:
        return Broken(last + 1, f"is missing: the head tells of entry {head.number}")
    if head.number < last:
        return Broken(head.number + 1, "lies beyond the head")
    if head.hash != previous:
        return Broken(last, "is not the entry that the head tells of")
    return None


def _have_left_something(session: Session, *, since: datetime) -> bool:
    """Look where nothing is written without an entry; the session log is older than this log."""
    places = (
        sa.select(col(Intake.id)),
        sa.select(col(ProcessingEntry.span_id)),
        sa.select(col(SessionLogEntry.number)).where(col(SessionLogEntry.at) >= since),
    )
    return any(session.execute(place.limit(1)).first() for place in places)


def _lock_head(session: Session) -> Head | None:
    """Wait for the turn to write, and hold it until the transaction ends."""
    columns = (col(AuditHead.number), col(AuditHead.hash), col(AuditHead.at))
    found = session.execute(
        sa.select(*columns, col(AuditHead.signature)).with_for_update()
    ).one_or_none()
    if found is None:
        return None
    number, hash_, at, signature = found
    return Head(number, hash_, _text(at), signature)


def _signature(vault: Vault, number: int, hash_: bytes, at: str) -> bytes:
    return vault.sign(PURPOSE, _canonical({"number": number, "hash": hash_, "at": at}))


def _chained_row(previous: bytes, row: sa.Row[Any]) -> bytes:
    return _chained(
        previous,
        number=row.number,
        at=row.at,
        actor=row.actor,
        roles=row.roles,
        action=row.action,
        intake_id=row.intake_id,
        reason=row.reason,
    )


def _chained(previous: bytes, **facts: object) -> bytes:
    return hashlib.sha256(previous + _canonical(facts)).digest()


def _canonical(facts: dict[str, object]) -> bytes:
    """Write facts in one way only; what is no JSON was never written by us, and differs."""
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), default=repr).encode()


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(AT)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
