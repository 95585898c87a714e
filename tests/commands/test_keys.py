"""What an operator does with keys: those of chatbots, and those that wrap what is sealed."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlmodel import col, select

from app.commands import keys, privacy
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Outcome, Purpose
from app.main import require_servable, warn
from app.models import ApiKey, AuditEntry, Intake, PersonKey, ProcessingEntry
from app.services.api_keys import ApiKeyError, ApiKeys
from app.vault import (
    KeySettingError,
    Vault,
    VaultError,
    WrappedKey,
    read_keys,
    refuse_weak_keys,
)
from tests.conftest import MONDAY

PLACE = "contact_details.content"
OLD, NEW = (
    "old:OUN1aFp0WUJTdEV2aldhYmxFRHdxY3lVQ1l0Y3RzSFE=",
    "new:Rkt5bG9SUk5yUkR4c1pRYkVmbGpQd2xGQ1VRQ0tvR2E=",
)


class Screen:
    """Takes what a command says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def with_keys(settings: Settings) -> Callable[[str], Settings]:
    """The settings of an operator with these wrapping keys."""
    return lambda text: settings.model_copy(update={"encryption_keys": SecretStr(text)})


def seal(database: Database, vault: Vault, numbers: range) -> dict[UUID, bytes]:
    """Store so many persons with a key each; return what is sealed with them."""
    sealed: dict[UUID, bytes] = {}
    with database.write(EVERY_REGION) as session:
        for number in numbers:
            intake = UUID(int=number)
            session.add(
                Intake(
                    id=intake,
                    log_pseudonym=UUID(int=number + 2**64),
                    created_at=MONDAY,
                    touched_at=MONDAY,
                    outcome=Outcome.guidance,
                    purpose=Purpose.orientation,
                    modes=[],
                    content=b"",
                )
            )
            key = vault.new_key(intake)
            sealed[intake] = vault.cipher(intake, key).seal(PLACE, intake, b"Klaproos")
            session.flush()
            session.add(PersonKey(intake_id=intake, key_id=key.key_id, wrapped=key.wrapped))
    return sealed


def kept(database: Database) -> dict[UUID, WrappedKey]:
    with database.read(EVERY_REGION) as session:
        return {
            key.intake_id: WrappedKey(key.key_id, key.wrapped)
            for key in session.exec(select(PersonKey).order_by(col(PersonKey.intake_id)))
        }


def opened(vault: Vault, database: Database, sealed: dict[UUID, bytes]) -> set[bytes]:
    return {
        vault.cipher(intake, key).open(PLACE, intake, sealed[intake])
        for intake, key in kept(database).items()
    }


def trail(database: Database) -> list[tuple[str, str | None]]:
    """Read from the audit log what the operator did, without persons."""
    with database.read(EVERY_REGION) as session:
        found = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
        assert session.exec(select(ProcessingEntry)).all() == []
    assert {(one.actor, one.roles, one.intake_id) for one in found} <= {
        ("system", "operator", None)
    }
    return [(one.action.value, one.reason) for one in found]


def test_a_key_is_made_shown_once_listed_and_revoked(settings, database, clock, screen):
    assert keys.create(settings, "Chatbot Anna", screen, now=MONDAY) == 0
    text = screen.lines[0]
    assert ApiKeys(database, clock).caller(text)
    screen.lines.clear()
    keys.list_all(settings, screen)
    assert keys.revoke(settings, "Chatbot Anna", screen, now=MONDAY) == 0
    keys.list_all(settings, screen)
    assert screen.lines == [
        "Chatbot Anna: in use, made 2026-11-23, last used 2026-11-23",
        "revoked; no process believes it for more than 5 seconds from now",
        "Chatbot Anna: revoked 2026-11-23, made 2026-11-23, last used 2026-11-23",
    ]
    assert ApiKeys(database, clock).caller(text) is None
    with database.read(EVERY_REGION) as session:
        key = session.exec(select(ApiKey)).one()
    assert trail(database) == [("key_created", str(key.id)), ("key_revoked", str(key.id))]


def test_a_key_that_is_not_there_is_told(settings, database, screen):
    with pytest.raises(ApiKeyError):
        keys.revoke(settings, "Chatbot Anna", screen, now=MONDAY)
    assert screen.lines == []
    assert trail(database) == []


def test_what_is_generated_is_accepted_as_settings(screen):
    for _ in range(2):
        assert keys.generate(screen) == 0
    assert len(set(screen.lines)) == 4
    told = dict(line.split("=", 1) for line in screen.lines[:2])
    assert list(told) == ["GIDS_ENCRYPTION_KEYS", "GIDS_SIGNING_KEY"]
    encryption, signing = map(SecretStr, told.values())
    refuse_weak_keys(Settings(encryption_keys=encryption, signing_key=signing))
    both = f"{told['GIDS_ENCRYPTION_KEYS']} {screen.lines[2].partition('=')[2]}"
    assert len(read_keys(both)) == 2


def test_after_rotation_everything_opens_without_the_old_key(
    database, with_keys, screen, monkeypatch
):
    monkeypatch.setattr(keys, "BATCH", 10)
    sealed = seal(database, Vault.of(with_keys(OLD)), range(1, 26))
    sealed |= seal(database, Vault.of(with_keys(f"{NEW} {OLD}")), range(26, 29))
    assert keys.rotate(with_keys(f"{NEW} {OLD}"), screen, now=MONDAY) == 0
    assert screen.lines == [
        "25 keys are wrapped anew, with new; 0 are left",
        "Older keys are needed only for backups made before now.",
    ]
    assert opened(Vault.of(with_keys(NEW)), database, sealed) == {b"Klaproos"}
    assert len(kept(database)) == 28
    screen.lines.clear()
    keys.rotate(with_keys(NEW), screen, now=MONDAY)
    assert screen.lines[0] == "0 keys are wrapped anew, with new; 0 are left"
    assert trail(database) == [("keys_rotated", "new")] * 3


on_postgresql = pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
"""Where two can write at once; on SQLite they take turns, a batch each."""


@contextmanager
def at_batch(number: int, do: Callable[[], object]) -> Iterator[None]:
    """Do something, once, before this batch is looked for."""
    looks = iter(range(1, number + 1))

    def look(*given: object) -> None:
        statement = str(given[2])
        if "FOR UPDATE SKIP LOCKED" in statement and next(looks, None) == number:
            do()

    sa.event.listen(sa.Engine, "before_cursor_execute", look)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", look)


@on_postgresql
def test_keys_made_meanwhile_with_the_older_settings_are_wrapped_as_well(
    database, with_keys, screen, monkeypatch
):
    monkeypatch.setattr(keys, "BATCH", 10)
    old = Vault.of(with_keys(OLD))
    sealed = seal(database, old, range(100, 115))
    with at_batch(2, lambda: sealed.update(seal(database, old, range(1, 4)))):
        assert keys.rotate(with_keys(f"{NEW} {OLD}"), screen, now=MONDAY) == 0
    assert screen.lines[0] == "18 keys are wrapped anew, with new; 0 are left"
    assert opened(Vault.of(with_keys(NEW)), database, sealed) == {b"Klaproos"}


@on_postgresql
def test_a_key_in_use_is_waited_for_by_nobody_and_told_to_be_left(database, with_keys, screen):
    sealed = seal(database, Vault.of(with_keys(OLD)), range(1, 6))
    both = with_keys(f"{NEW} {OLD}")
    with database.write(EVERY_REGION) as other:
        other.exec(
            select(PersonKey).where(col(PersonKey.intake_id) == UUID(int=3)).with_for_update()
        ).one()
        assert keys.rotate(both, screen, now=MONDAY) == 1
    assert screen.lines == [
        "4 keys are wrapped anew, with new; 1 are left",
        "Older keys are still needed: run this again.",
    ]
    assert keys.rotate(both, screen, now=MONDAY) == 0
    assert opened(Vault.of(with_keys(NEW)), database, sealed) == {b"Klaproos"}


class StoppedError(Exception):
    """The operator had enough."""


@contextmanager
def stopped_at(batch: int) -> Iterator[None]:
    """Let the process be stopped while this batch is written, in whatever database."""
    times = iter(range(1, batch))

    def stop(*given: object) -> None:
        if str(given[2]).startswith("UPDATE person_key") and next(times, None) is None:
            raise StoppedError

    sa.event.listen(sa.Engine, "after_cursor_execute", stop)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", stop)


def test_a_rotation_that_is_stopped_goes_on_where_it_was(database, with_keys, screen, monkeypatch):
    monkeypatch.setattr(keys, "BATCH", 10)
    sealed = seal(database, Vault.of(with_keys(OLD)), range(1, 26))
    with stopped_at(batch=2), pytest.raises(StoppedError):
        keys.rotate(with_keys(f"{NEW} {OLD}"), screen, now=MONDAY)
    assert [key.key_id for key in kept(database).values()] == ["new"] * 10 + ["old"] * 15
    assert opened(Vault.of(with_keys(f"{NEW} {OLD}")), database, sealed) == {b"Klaproos"}
    keys.rotate(with_keys(f"{NEW} {OLD}"), screen, now=MONDAY)
    assert screen.lines[0] == "15 keys are wrapped anew, with new; 0 are left"
    assert opened(Vault.of(with_keys(NEW)), database, sealed) == {b"Klaproos"}


def test_keys_that_do_not_open_stay_as_they_were_and_stop_no_other(
    database, with_keys, screen, monkeypatch
):
    monkeypatch.setattr(keys, "BATCH", 2)
    both = with_keys(f"{NEW} {OLD}")
    seal(database, Vault.of(with_keys(OLD)), range(1, 8))
    seal(database, Vault.of(both), range(8, 10))
    damage(database, 2, 3, 9)
    before = kept(database)
    with pytest.raises(VaultError, match=r"^keys of persons that do not open, and stay .*: 3$"):
        keys.rotate(both, screen, now=MONDAY)
    assert screen.lines[0] == "5 keys are wrapped anew, with new; 2 are left"
    named = [line.rpartition(": ")[0] for line in screen.lines[1:]]
    assert named == [f"does not open: {UUID(int=number)}" for number in (2, 3, 9)]
    after = kept(database)
    assert {one.int for one in after if after[one] == before[one]} == {2, 3, 8, 9}


def damage(database: Database, *numbers: int) -> None:
    """Let something happen to the keys of these persons."""
    with database.write(EVERY_REGION) as session:
        session.execute(
            sa.update(PersonKey)
            .where(col(PersonKey.intake_id).in_([UUID(int=number) for number in numbers]))
            .values(wrapped=bytes(61))
        )


def test_nothing_is_served_when_a_key_that_persons_were_sealed_with_is_missing_or_another_one(
    database, with_keys
):
    for text, numbers in ((OLD, range(1, 4)), (NEW, range(4, 7))):
        seal(database, Vault.of(with_keys(text)), numbers)
    require_servable(with_keys(f"{NEW} {OLD}"), database)
    old, new = (text.partition(":")[2] for text in (OLD, NEW))
    for text, told in (
        (NEW, "lacks key 'old', which persons"),
        (OLD, "lacks key 'new', which persons"),
        (f"new:{old} {OLD}", "key 'new' opens none of the keys of persons"),
    ):
        with pytest.raises(KeySettingError, match=told) as refused:
            require_servable(with_keys(text), database)
        assert [key for key in (old, new) if key[:12] in str(refused.value)] == []


def test_a_key_that_does_not_open_is_told_at_the_start_and_stops_nothing_while_others_do(
    database, with_keys, screen, caplog
):
    both = with_keys(f"{NEW} {OLD}")
    seal(database, Vault.of(with_keys(OLD)), range(1, 4))
    seal(database, Vault.of(both), range(4, 7))
    damage(database, 1, 4)

    def told() -> list[str]:
        caplog.clear()
        require_servable(both, database)
        warn(both, database)
        found = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
        assert not [one for one in found for number in (1, 4) if str(UUID(int=number)) in one]
        return [one.partition(";")[0] for one in found]

    said = "keys of persons under '{}' that do not open: 1 of {} that were tried"
    assert told() == [said.format("new", 3), said.format("old", 3)]
    with pytest.raises(VaultError):
        keys.rotate(both, screen, now=MONDAY)
    assert told() == [said.format("new", 5), said.format("old", 1)]


def test_without_a_key_that_is_lost_it_serves_again_when_its_persons_are_let_go(
    database, with_keys, screen, tmp_path: Path
):
    new = with_keys(NEW).model_copy(update={"erasure_list": tmp_path / "own"})
    seal(database, Vault.of(with_keys(OLD)), range(1, 4))
    seal(database, Vault.of(new), range(4, 6))
    with pytest.raises(KeySettingError, match="lacks key 'old'"):
        require_servable(new, database)
    with pytest.raises(VaultError):
        keys.rotate(new, screen, now=MONDAY)
    lost = tmp_path / "lost"
    closed = [line.split()[3].rstrip(":") for line in screen.lines if "does not open" in line]
    lost.write_text("".join(f"2026-11-23T09:00:00Z {intake}\n" for intake in closed))
    assert privacy.replay_erasures(new, [lost], screen, now=MONDAY) == 0
    assert "intakes: 3 erased again" in screen.lines
    require_servable(new, database)
    assert [intake.int for intake in kept(database)] == [4, 5]


def test_without_the_old_key_nothing_is_changed(database, with_keys, screen):
    seal(database, Vault.of(with_keys(OLD)), range(1, 4))
    before = kept(database)
    with pytest.raises(VaultError, match="do not open, and stay as they were: 3") as caught:
        keys.rotate(with_keys(NEW), screen, now=MONDAY)
    assert kept(database) == before
    told = "\n".join([*screen.lines, str(caught.value)])
    assert told.count("GIDS_ENCRYPTION_KEYS lacks a key") == 3
    assert not re.search("Klaproos|UN1aFp0", told)
