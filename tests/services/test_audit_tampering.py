"""A thousand ways to change the audit log past the service, all of them found."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from app.db import Database
from app.domain.terms import Action
from app.models import AuditEntry, AuditHead
from app.services import audit
from app.services.audit import Broken, Verified
from tests.conftest import ENGINES, MONDAY
from tests.models.rows import put
from tests.services.audit_trail import (
    OTHER_VAULT,
    VAULT,
    empty_database,
    everything,
    lasting,
    take_guards_away,
    write,
)

EDITS = 500
"""Per engine."""

ENTRIES = 40
OUT_OF_THE_WAY = 1_000_000
ENTRY: sa.Table = AuditEntry.__table__  # type: ignore[attr-defined]  # SQLModel sets it on tables
HEAD: sa.Table = AuditHead.__table__  # type: ignore[attr-defined]  # as above
FACTS = ("at", "actor", "roles", "action", "intake_id", "reason")


@dataclass
class Tamperer:
    """Somebody who can write to the database and does not have the signing key."""

    connection: sa.Connection
    random: Random

    def entry(self, *, first: int = 1) -> int:
        """Choose an entry."""
        return self.random.randint(first, ENTRIES)

    def row(self, number: int) -> dict[str, Any]:
        """Read an entry."""
        found = self.connection.execute(sa.select(ENTRY).where(ENTRY.c.number == number)).one()
        return dict(found._mapping)

    def set(self, number: int, /, **values: Any) -> None:
        """Change an entry."""
        statement = sa.update(ENTRY).where(ENTRY.c.number == number).values(values)
        assert self.connection.execute(statement).rowcount == 1

    def head(self) -> Any:
        """Read the head."""
        return self.connection.execute(sa.select(HEAD)).one()

    def set_head(self, **values: Any) -> None:
        """Change the head."""
        assert self.connection.execute(sa.update(HEAD).values(values)).rowcount == 1

    def delete(self, where: sa.ColumnElement[bool]) -> int:
        """Delete entries; return how many."""
        return self.connection.execute(sa.delete(ENTRY).where(where)).rowcount

    def move(self, number: int, to: int) -> None:
        """Give an entry another number."""
        self.set(number, number=to)

    def flipped(self, value: bytes) -> bytes:
        """Change one bit."""
        bit = self.random.randrange(len(value) * 8)
        changed = bytearray(value)
        changed[bit // 8] ^= 1 << bit % 8
        return bytes(changed)

    def other(self, column: str, value: Any) -> Any:
        """Think of another value for a fact."""
        return self.random.choice([one for one in self.values(column, value) if one != value])

    def values(self, column: str, value: Any) -> list[Any]:
        """Think of values for a fact."""
        shift = timedelta(microseconds=self.random.choice([-1, 1, 86_400_000_000]))
        match column:
            case "at":
                return [value + shift]
            case "actor":
                return ["", "anonymous", value + " ", value.upper(), value[:-1]]
            case "roles":
                return ["", "operator", value + ",chatbot"]
            case "action":
                return list(Action)
            case "intake_id":
                return [None, UUID(int=self.random.getrandbits(128))]
            case _:
                return [None, "", "absence", "other"]

    def chain(self, first: int, last: int = ENTRIES) -> bytes:
        """Compute the hashes anew from an entry on: everybody can. Return the last one."""
        previous = bytes(32) if first == 1 else self.row(first - 1)["hash"]
        for number in range(first, last + 1):
            row = self.row(number)
            intake = row["intake_id"]
            previous = audit._chained(
                previous,
                number=number,
                at=audit._text(row["at"]),
                actor=row["actor"],
                roles=row["roles"],
                action=row["action"].value,
                intake_id=intake.hex if intake else None,
                reason=row["reason"],
            )
            self.set(number, hash=previous)
        return previous

    def sign(self, number: int, hash_: bytes) -> dict[str, Any]:
        """Make a head as well as one can without the key."""
        at = self.row(number)["at"] if number else self.head().at
        present = self.head().signature
        signature = self.random.choice(
            [
                present,
                self.flipped(present),
                self.random.randbytes(32),
                audit._signature(OTHER_VAULT, number, hash_, audit._text(at)),
            ]
        )
        return {"number": number, "hash": hash_, "at": at, "signature": signature}


ANYWHERE = -1
"""Where the log is said to be broken is not foretold."""


def edit_a_fact(by: Tamperer) -> int | None:
    number, column = by.entry(), by.random.choice(FACTS)
    by.set(number, **{column: by.other(column, by.row(number)[column])})
    return number


def flip_a_bit_of_a_hash(by: Tamperer) -> int | None:
    number = by.entry()
    by.set(number, hash=by.flipped(by.row(number)["hash"]))
    return number


def flip_a_bit_of_the_head(by: Tamperer) -> int | None:
    column = by.random.choice(["hash", "signature"])
    by.set_head(**{column: by.flipped(by.head()._mapping[column])})
    return None


def edit_the_head(by: Tamperer) -> int | None:
    head = by.head()
    by.set_head(
        **by.random.choice(
            [
                {"number": head.number + by.random.choice([-1, 1])},
                {"at": head.at + timedelta(seconds=by.random.choice([-1, 1]))},
                {"number": 0, "hash": bytes(32), "signature": bytes(32)},
            ]
        )
    )
    return None


def delete_an_entry(by: Tamperer) -> int | None:
    number = by.entry()
    by.delete(ENTRY.c.number == number)
    return number


def delete_an_entry_and_close_the_gap(by: Tamperer) -> int | None:
    number = by.random.randint(1, ENTRIES - 1)
    by.delete(ENTRY.c.number == number)
    for after in range(number + 1, ENTRIES + 1):
        by.move(after, after - 1)
    if by.random.random() < 0.5:
        return number
    by.set_head(**by.sign(ENTRIES - 1, by.chain(number, ENTRIES - 1)))
    return None


def cut_the_tail(by: Tamperer) -> int | None:
    number = by.entry()
    assert by.delete(ENTRY.c.number >= number) == ENTRIES + 1 - number
    return number


def cut_the_tail_under_a_head_without_the_key(by: Tamperer) -> int | None:
    number = by.entry(first=2)
    by.delete(ENTRY.c.number >= number)
    by.set_head(**by.sign(number - 1, by.row(number - 1)["hash"]))
    return None


def swap_two_entries(by: Tamperer) -> int | None:
    one, other = sorted(by.random.sample(range(1, ENTRIES + 1), 2))
    by.move(one, OUT_OF_THE_WAY)
    by.move(other, one)
    by.move(OUT_OF_THE_WAY, other)
    return one


def swap_what_two_entries_say(by: Tamperer) -> int | None:
    one, other = sorted(by.random.sample(range(1, ENTRIES + 1), 2))
    first, second = by.row(one), by.row(other)
    by.set(one, **{name: second[name] for name in FACTS})
    by.set(other, **{name: first[name] for name in FACTS})
    return one


def add_an_entry_at_the_end(by: Tamperer) -> int | None:
    row = by.row(by.entry())
    by.connection.execute(sa.insert(ENTRY).values({**row, "number": ENTRIES + 1}))
    if by.random.random() < 0.5:
        return ENTRIES + 1
    by.chain(ENTRIES + 1, ENTRIES + 1)
    return ENTRIES + 1


def add_an_entry_in_between(by: Tamperer) -> int | None:
    number = by.entry()
    for after in range(ENTRIES, number - 1, -1):
        by.move(after, after + 1)
    # What stood there stands one further now; again in its place it would be no lie.
    others = [one for one in range(1, ENTRIES + 2) if one not in {number, number + 1}]
    row = by.row(by.random.choice(others))
    by.connection.execute(sa.insert(ENTRY).values({**row, "number": number}))
    if by.random.random() < 0.5:
        return number if number > 1 else ANYWHERE
    by.set_head(**by.sign(ENTRIES + 1, by.chain(number, ENTRIES + 1)))
    return None


def renumber(by: Tamperer) -> int | None:
    number = by.entry()
    by.move(number, by.random.choice([ENTRIES + 1, OUT_OF_THE_WAY]))
    return number


def write_history_anew(by: Tamperer) -> int | None:
    number = by.entry()
    column = by.random.choice(FACTS)
    by.set(number, **{column: by.other(column, by.row(number)[column])})
    hash_ = by.chain(number)
    if by.random.random() < 0.5:
        by.set_head(**by.sign(ENTRIES, hash_))
        return None
    by.set_head(hash=hash_)
    return None


def write_history_anew_under_the_same_head(by: Tamperer) -> int | None:
    number = by.entry()
    by.set(number, actor=by.row(number)["actor"] + "!")
    by.chain(number)
    return ENTRIES


def empty_the_log(by: Tamperer) -> int | None:
    assert by.delete(sa.true()) == ENTRIES
    return 1


def empty_the_log_with_its_head(by: Tamperer) -> int | None:
    by.delete(sa.true())
    by.connection.execute(sa.delete(HEAD))
    return None


def let_the_log_begin_anew(by: Tamperer) -> int | None:
    by.delete(sa.true())
    by.set_head(**by.sign(0, audit.NOTHING))
    return None


def put_the_first_head_back(by: Tamperer) -> int | None:
    by.delete(sa.true())
    signature = audit._signature(VAULT, 0, audit.NOTHING, audit._text(MONDAY))
    by.set_head(number=0, hash=audit.NOTHING, at=MONDAY, signature=signature)
    return 1


def delete_the_head(by: Tamperer) -> int | None:
    by.connection.execute(sa.delete(HEAD))
    return None


WAYS: tuple[Callable[[Tamperer], int | None], ...] = (
    edit_a_fact,
    flip_a_bit_of_a_hash,
    flip_a_bit_of_the_head,
    edit_the_head,
    delete_an_entry,
    delete_an_entry_and_close_the_gap,
    cut_the_tail,
    cut_the_tail_under_a_head_without_the_key,
    swap_two_entries,
    swap_what_two_entries_say,
    add_an_entry_at_the_end,
    add_an_entry_in_between,
    renumber,
    write_history_anew,
    write_history_anew_under_the_same_head,
    empty_the_log,
    empty_the_log_with_its_head,
    let_the_log_begin_anew,
    put_the_first_head_back,
    delete_the_head,
)
"""Each returns the entry that should be named: none when it is the head that is wrong."""


@pytest.fixture(scope="module", params=ENGINES)
def log(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A log of some length, beside an entry of the session log: something did happen."""
    with lasting(empty_database(request.param, request, "tampering")) as database:
        for minute in range(ENTRIES // 4):
            write(database, 4, minute=minute)
        with everything(database).begin() as connection:
            put(connection, "session_log_counter")
            put(connection, "session_log_entry")
        yield database


@pytest.fixture
def connection(log: Database) -> Iterator[sa.Connection]:
    """A transaction that no guard watches, rolled back at the end."""
    with everything(log).connect() as connection:
        take_guards_away(connection)
        yield connection


def found_after(
    way: Callable[[Tamperer], int | None], connection: sa.Connection, seed: str
) -> tuple[Verified | Broken, int | None]:
    """Tamper, verify, and undo it; return what is found and what should be named."""
    savepoint = connection.begin_nested()
    expected = way(Tamperer(connection, Random(seed)))  # noqa: S311 - the same every time
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        found = audit.verify(session, VAULT)
    savepoint.rollback()
    return found, expected


def test_every_one_of_five_hundred_changes_is_found_and_the_first_wrong_entry_named(connection):
    tried: Counter[str] = Counter()
    for number in range(EDITS):
        way = WAYS[number % len(WAYS)]
        found, expected = found_after(way, connection, f"{connection.dialect.name} {number}")
        assert isinstance(found, Broken), (way.__name__, number)
        if expected != ANYWHERE:
            assert found.number == expected, (way.__name__, number, found)
        tried[way.__name__] += 1
    assert min(tried.values()) >= EDITS // len(WAYS)
    assert len(tried) == len(WAYS)
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        assert audit.verify(session, VAULT) == Verified(ENTRIES)


def test_without_a_look_at_the_head_a_cut_goes_unseen(connection, monkeypatch):
    monkeypatch.setattr(audit, "_fault_at_the_end", lambda *_: None)
    for seed in ("one", "two", "three"):
        found, _ = found_after(cut_the_tail, connection, seed)
        assert isinstance(found, Verified)
    assert isinstance(found_after(edit_a_fact, connection, "one")[0], Broken)


def test_without_the_signature_a_history_written_anew_goes_unseen(connection, monkeypatch):
    monkeypatch.setattr(audit, "_signature", lambda *_: SAME)
    for seed in ("one", "two", "three"):
        way = signed_the_same(write_history_anew)
        assert isinstance(found_after(way, connection, seed)[0], Verified)
    assert isinstance(found_after(cut_the_tail, connection, "one")[0], Broken)


SAME = bytes(range(32))


def signed_the_same(way: Callable[[Tamperer], int | None]) -> Callable[[Tamperer], int | None]:
    """Tamper, under a signature that is always right."""

    def tamper(by: Tamperer) -> int | None:
        expected = way(by)
        by.set_head(signature=SAME)
        return expected

    return tamper
