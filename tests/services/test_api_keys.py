"""Keys of chatbots: shown once, kept as a digest, revoked within seconds, in every process."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, Caller
from app.domain.terms import Role
from app.services import api_keys
from app.services.api_keys import ApiKeyError, ApiKeys
from tests.conftest import MONDAY, TestClock


def create(database: Database, name: str = "Chatbot Anna", now=MONDAY) -> str:
    with database.write(EVERY_REGION) as session:
        return api_keys.create(session, name, now=now)[1]


def revoke(database: Database, name: str = "Chatbot Anna", now=MONDAY) -> None:
    with database.write(EVERY_REGION) as session:
        api_keys.revoke(session, name, now=now)


def rows(database: Database) -> list[tuple[object, ...]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text("SELECT * FROM api_key"))]


@pytest.fixture
def keys(database: Database, clock: TestClock) -> ApiKeys:
    """What one process knows."""
    return ApiKeys(database, clock)


@pytest.fixture
def elsewhere(settings: Settings, clock: TestClock) -> Iterator[ApiKeys]:
    """What another process knows, on the same database."""
    database = Database(settings)
    yield ApiKeys(database, clock)
    database.dispose()


def test_whoever_shows_a_key_is_a_chatbot_with_the_id_of_the_key(database, keys):
    with database.write(EVERY_REGION) as session:
        key, text = api_keys.create(session, "Chatbot Anna", now=MONDAY)
    assert keys.caller(text) == Caller(key.id, "key Chatbot Anna", frozenset({Role.chatbot}))
    assert keys.caller(text) == keys.caller(text)


def test_a_key_is_256_bits_behind_our_own_prefix_and_never_the_same(database):
    made = {create(database, f"Chatbot {number}") for number in range(20)}
    assert len(made) == 20
    assert all(re.fullmatch(r"gids_[A-Za-z0-9_-]{43}", text) for text in made)


def test_the_database_holds_a_digest_and_not_the_key(database):
    text = create(database)
    (row,) = rows(database)
    assert sha256(text.encode()).digest() in [bytes(v) for v in row if isinstance(v, bytes)]
    assert not any(text[5:] in str(value) for value in row)


def test_what_is_no_key_is_nobody(database, keys):
    text = create(database)
    assert keys.caller(text) is not None
    for wrong in (
        "", "gids_", text[:-1], text + "a", text.upper(), text[5:], f" {text}", f"{text}\n",
        text[:-1] + ("a" if text[-1] != "a" else "b"), "gids_" + "a" * 43, "gids_" + "é" * 43,
        "gids_" + "' OR 1=1 --".ljust(43, "-"),
    ):  # fmt: skip
        assert keys.caller(wrong) is None, wrong


def test_a_revoked_key_is_nobody_within_five_seconds_in_every_process(
    database, keys, elsewhere, clock
):
    text = create(database)
    assert keys.caller(text)
    assert elsewhere.caller(text)
    revoke(database)
    clock.forward(seconds=5)
    assert keys.caller(text) is None
    assert elsewhere.caller(text) is None
    clock.forward(days=1)
    assert keys.caller(text) is None


def test_a_clock_that_is_set_back_does_not_make_a_revoked_key_last(database, keys, clock):
    text = create(database)
    assert keys.caller(text)
    revoke(database)
    clock.forward(hours=-1)
    assert keys.caller(text) is None


def test_a_key_works_at_once_although_it_was_unknown_before(database, keys, clock):
    text = create(database)
    revoke(database)
    assert keys.caller(text) is None
    again = create(database)
    assert keys.caller(again)
    assert keys.caller(text) is None


def test_within_five_seconds_the_database_is_not_asked_again(database, keys, clock):
    text = create(database)
    asked: list[str] = []
    sa.event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    for _ in range(50):
        assert keys.caller(text)
        clock.forward(seconds=0.09)
    assert sum("FROM api_key" in statement for statement in asked) == 1
    clock.forward(seconds=1)
    assert keys.caller(text)
    assert sum("FROM api_key" in statement for statement in asked) == 2


def test_keys_that_nobody_has_are_not_remembered(database, keys):
    for number in range(200):
        assert keys.caller(f"gids_{number:043}") is None
    assert keys._known == {}


def test_the_day_of_the_last_use_is_kept_and_written_once_a_day(database, keys, elsewhere, clock):
    text = create(database)
    assert day_of_use(database) is None
    written: list[str] = []
    sa.event.listen(
        database.engine, "before_cursor_execute", lambda *given: written.append(given[2])
    )
    for _ in range(3):
        keys.caller(text)
        clock.forward(seconds=6)
    assert day_of_use(database) == date(2026, 11, 23)
    assert sum(statement.startswith("UPDATE api_key") for statement in written) == 1
    clock.forward(days=1)
    elsewhere.caller(text)
    assert day_of_use(database) == date(2026, 11, 24)


def day_of_use(database: Database) -> date | None:
    with database.read(EVERY_REGION) as session:
        (key,) = api_keys.list_keys(session)
    return key.last_used_on


def test_a_name_is_used_again_only_after_its_key_is_revoked(database, keys):
    first = create(database)
    with pytest.raises(ApiKeyError, match="'Chatbot Anna' is in use"):
        create(database)
    assert len(rows(database)) == 1
    revoke(database)
    second = create(database)
    assert keys.caller(first) is None
    assert keys.caller(second)
    revoke(database)
    with database.read(EVERY_REGION) as session:
        listed = [(key.name, key.revoked_at) for key in api_keys.list_keys(session)]
    assert listed == [("Chatbot Anna", MONDAY)] * 2


def test_only_a_key_in_use_can_be_revoked(database):
    with pytest.raises(ApiKeyError, match="no key with the name 'Chatbot Anna' is in use"):
        revoke(database)
    create(database)
    revoke(database)
    with pytest.raises(ApiKeyError, match="no key with the name"):
        revoke(database)


@pytest.mark.parametrize("name", ["", " ", " a", "a ", "a\nb", "a\x1b[2J", "\u202ea", "a" * 81])
def test_a_name_is_what_can_be_seen_on_one_line(database, name):
    with pytest.raises(ApiKeyError, match="1 to 80 visible characters"):
        create(database, name)
    create(database, "é" * 80)
    assert len(rows(database)) == 1


def test_keys_are_listed_from_the_oldest_on(database):
    for number in (2, 1, 3):
        create(database, f"Chatbot {number}", now=MONDAY + timedelta(days=number))
    with database.read(EVERY_REGION) as session:
        assert [key.name[-1] for key in api_keys.list_keys(session)] == ["1", "2", "3"]
