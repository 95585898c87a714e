"""One effect per Idempotency-Key, also when the same request comes twice at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlmodel import col, select

from app.db import Database
from app.models import Adviser, KeptAnswer
from app.services.idempotency import (
    KEPT_FOR,
    Answer,
    KeyReusedError,
    claim,
    forget_expired,
    keep,
)
from tests.services.desk import NOW

DAY = timedelta(hours=24)


def request(
    database: Database,
    key: str = "k",
    *,
    body: str = "a",
    now: datetime = NOW,
    operation: str = "POST /things",
) -> Answer:
    """Make a thing once per key; answer with its id."""
    with database.write() as session:
        kept = claim(session, operation=operation, key=key, fingerprint=body, now=now)
        if kept is None:
            thing = Adviser(id=uuid4(), name=f"thing {body}")
            session.add(thing)
            kept = Answer(201, f"/things/{thing.id}", f'{{"id": "{thing.id}"}}')
            keep(session, operation=operation, key=key, answer=kept)
        return kept


def things(database: Database) -> int:
    with database.read() as session:
        return len(session.exec(select(Adviser).where(col(Adviser.demo).is_(False))).all())


def test_the_same_request_again_has_the_same_answer_and_no_effect(database):
    first = request(database)
    assert request(database) == first
    assert request(database, now=NOW + DAY - timedelta(microseconds=1)) == first
    assert things(database) == 1


def test_another_key_or_another_operation_is_another_request(database):
    answers = {
        request(database),
        request(database, "K"),
        request(database, operation="POST /others"),
    }
    assert len(answers) == things(database) == 3


def test_a_key_that_came_with_another_body_is_refused(database):
    request(database)
    with pytest.raises(KeyReusedError):
        request(database, body="b")
    assert things(database) == 1


def test_after_a_day_a_key_is_new_again(database):
    assert KEPT_FOR == DAY
    first = request(database)
    second = request(database, body="b", now=NOW + DAY)
    assert second != first
    assert request(database, body="b", now=NOW + DAY + DAY / 2) == second
    assert things(database) == 2


def test_a_request_that_failed_leaves_its_key_free(database):
    def fail() -> None:
        with database.write() as session:
            assert claim(session, operation="o", key="k", fingerprint="a", now=NOW) is None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert request(database, body="b", operation="o").status == 201


def test_requests_at_the_same_moment_have_one_effect_and_one_answer(database):
    together = threading.Barrier(4)

    def ask(_number: int) -> Answer:
        together.wait()
        return request(database)

    with ThreadPoolExecutor(4) as threads:
        answers = set(threads.map(ask, range(4)))
    assert len(answers) == 1
    assert things(database) == 1


def test_a_duplicate_waits_for_the_first_and_gets_its_answer(database):
    answered = threading.Event()
    found: list[Answer] = []

    def duplicate() -> None:
        found.append(request(database))
        answered.set()

    second = threading.Thread(target=duplicate)
    with database.write() as session:
        assert claim(session, operation="POST /things", key="k", fingerprint="a", now=NOW) is None
        second.start()
        assert not answered.wait(0.3)
        first = Answer(201, None, "{}")
        keep(session, operation="POST /things", key="k", answer=first)
    assert answered.wait(30)
    second.join()
    assert found == [first]
    assert things(database) == 0


def test_a_duplicate_of_a_request_that_fails_takes_its_place(database):
    found: list[Answer] = []
    second = threading.Thread(target=lambda: found.append(request(database)))

    def fail() -> None:
        with database.write() as session:
            claim(session, operation="POST /things", key="k", fingerprint="a", now=NOW)
            second.start()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    second.join()
    assert [one.status for one in found] == [201]
    assert things(database) == 1


def test_only_what_is_older_than_a_day_is_forgotten_and_not_all_at_once(database):
    for number in range(5):
        request(database, str(number), now=NOW + timedelta(minutes=number))
    with database.write() as session:
        forget_expired(session, now=NOW + DAY + timedelta(minutes=2), limit=2)
    assert len(kept_keys(database)) == 3
    with database.write() as session:
        forget_expired(session, now=NOW + DAY + timedelta(minutes=2))
    assert kept_keys(database) == ["3", "4"]


def kept_keys(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.exec(select(KeptAnswer.key)).all())
