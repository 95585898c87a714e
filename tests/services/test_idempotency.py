"""One effect per Idempotency-Key, also when the same request comes twice at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from app.db import Database
from app.domain.access import EVERY_REGION, Caller
from app.domain.terms import Outcome, Purpose
from app.models import Intake, KeptAnswer
from app.services.acts import Act, acting
from app.services.idempotency import (
    KEPT_FOR,
    Answer,
    ErasedError,
    KeyReusedError,
    claim,
    forget_expired,
    forget_person,
    keep,
)
from app.services.processing_log import new_trace
from app.services.sealed import keep_key, new_key
from tests.services.desk import ADVISER, COLLEAGUE, NOW, VAULT

DAY = timedelta(hours=24)


def acting_at(database: Database, now: datetime = NOW, caller: Caller = ADVISER) -> Any:
    """Open an act of this caller."""
    return acting(database, caller, VAULT, new_trace(), now=now)


def new_thing(act: Act) -> UUID:
    """Make a person to answer about, known by their key alone."""
    thing = Intake(
        id=uuid4(),
        log_pseudonym=uuid4(),
        created_at=act.now,
        touched_at=act.now,
        outcome=Outcome.guidance,
        purpose=Purpose.orientation,
        modes=[],
        content=b"",
    )
    act.session.add(thing)
    act.session.flush()
    key, _ = new_key(act.vault, thing.id)
    keep_key(act.session, key)
    return thing.id


def request(
    database: Database,
    key: str = "k",
    *,
    body: str = "a",
    now: datetime = NOW,
    operation: str = "POST /things",
    caller: Caller = ADVISER,
) -> Answer:
    """Make a thing once per key; answer with its id."""
    with acting_at(database, now, caller) as act:
        kept = claim(act, operation=operation, key=key, fingerprint=body)
        if kept is None:
            thing = new_thing(act)
            kept = Answer(201, f"/things/{thing}", f'{{"id": "{thing}"}}')
            keep(act, operation=operation, key=key, answer=kept, intake_id=thing)
        return kept


def things(database: Database) -> int:
    with database.read(EVERY_REGION) as session:
        return len(session.exec(select(Intake)).all())


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


def test_the_keys_of_one_caller_mean_nothing_to_another(database):
    assert request(database) != request(database, body="b", caller=COLLEAGUE)
    assert things(database) == 2


def test_what_was_answered_about_somebody_who_was_erased_is_not_made_again(database):
    request(database)
    with acting_at(database) as act:
        thing = act.session.exec(select(Intake.id)).one()
        forget_person(act.session, thing)
    with pytest.raises(ErasedError):
        request(database)
    assert things(database) == 1


def test_a_kept_answer_is_sealed(database):
    answer = request(database)
    with database.read(EVERY_REGION) as session:
        body = session.exec(select(KeptAnswer.body)).one()
    assert body is not None
    assert answer.body.encode() not in body


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
        with acting_at(database) as act:
            assert claim(act, operation="o", key="k", fingerprint="a") is None
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
    with acting_at(database) as act:
        assert claim(act, operation="POST /things", key="k", fingerprint="a") is None
        second.start()
        assert not answered.wait(0.3)
        first = Answer(201, None, "{}")
        keep(act, operation="POST /things", key="k", answer=first, intake_id=new_thing(act))
    assert answered.wait(30)
    second.join()
    assert found == [first]
    assert things(database) == 1


def test_a_duplicate_of_a_request_that_fails_takes_its_place(database):
    found: list[Answer] = []
    second = threading.Thread(target=lambda: found.append(request(database)))

    def fail() -> None:
        with acting_at(database) as act:
            claim(act, operation="POST /things", key="k", fingerprint="a")
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
    with database.write(EVERY_REGION) as session:
        forget_expired(session, now=NOW + DAY + timedelta(minutes=2), limit=2)
    assert len(kept_keys(database)) == 3
    with database.write(EVERY_REGION) as session:
        forget_expired(session, now=NOW + DAY + timedelta(minutes=2))
    assert kept_keys(database) == ["3", "4"]


def kept_keys(database: Database) -> list[str]:
    with database.read(EVERY_REGION) as session:
        return sorted(session.exec(select(KeptAnswer.key)).all())
