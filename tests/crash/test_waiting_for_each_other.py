"""Many who need the same: they wait for each other in one order, and everybody gets a turn."""

import threading
from functools import partial
from itertools import pairwise
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.db import Database
from app.domain.access import EVERY_REGION
from app.services.advisers import import_advisers
from tests.crash.audit import audit
from tests.crash.books import read_books
from tests.crash.crowd import Worker, in_threads, tally
from tests.crash.deeds import Adviser, InHand, Mix
from tests.crash.staff import ACHTERHOEK, MIDDEN_GELDERLAND, TWENTE, replace_staff, staff
from tests.identity import WhoeverMay

POSTGRESQL_ONLY = pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
SERVED = {
    1: (MIDDEN_GELDERLAND, ACHTERHOEK),
    2: (TWENTE,),
    3: (TWENTE, MIDDEN_GELDERLAND),
    4: (ACHTERHOEK, TWENTE),
}
"""Advisers with each two regions, so that no region's lock protects the adviser."""

ASKING = {number: Adviser.named(f"adviser {number}") for number in SERVED}
"""The same advisers ask as well: who holds an intake can be who is to be booked."""

THREADS = 16
ATTEMPTS = 25
MIX = Mix(
    (TWENTE, MIDDEN_GELDERLAND, ACHTERHOEK),
    without_region=0.4,
    deeds={"intake": 3, "book": 3, "move": 5, "conclude": 3, "hold": 1},
    close=0.4,
    recent=6,
)


def who(number: int) -> UUID:
    return ASKING[number].id


def bring_in_again(database: Database, done: threading.Event) -> None:
    """Import the same advisers, changed a little, as an operator does while people work."""
    until = 11
    while not done.wait(0.2):
        with database.write(EVERY_REGION) as session:
            import_advisers(session, reversed(staff(SERVED, until=until, who=who)))
        until = 23 - until


@POSTGRESQL_ONLY
def test_advisers_of_several_regions_and_people_without_one_cause_no_deadlock(database, start):
    replace_staff(database, staff(SERVED, until=12, who=who))
    services = start(processes=2, GIDS_PLANNING_HORIZON="P14D")
    colleagues = list(pairwise([*ASKING.values(), ASKING[1]]))
    hands = [InHand() for _ in colleagues]
    workers = [
        Worker(services[seed % 2].url, seed, MIX, hands[seed // 4], callers=colleagues[seed // 4])
        for seed in range(THREADS)
    ]
    done = threading.Event()
    with in_threads(partial(bring_in_again, database, done)):
        try:
            with in_threads(*(partial(worker.work, iter(range(ATTEMPTS))) for worker in workers)):
                pass
        finally:
            done.set()
    for service in services:
        service.stop()
    journal = [deed for worker in workers for deed in worker.journal]
    assert audit(read_books(database, journal)) == {}
    met = tally(journal)
    told = [
        one
        for deed in journal
        if deed.kind == "intake" and deed.done
        for one in deed.answer["sessions"]
    ]
    assert "waiting" in {one["status"] for one in told}
    assert met["move 200"] > 10
    assert met["conclude 200"] > 25
    with database.engine.connect() as connection:
        asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.execute(sa.text(asked)).scalar_one() == 0


CLIENTS = 64
"""More than the threads of the service."""


def say_it_was_held(
    address: str, session: str, all_there: threading.Barrier, answers: list[int]
) -> None:
    """Say so a few times, beginning when everybody does."""
    with httpx.Client(base_url=address, timeout=60, auth=WhoeverMay()) as client:
        all_there.wait(60)
        for _ in range(3):
            answer = client.put(f"/sessions/{session}/outcome", json={"outcome": "held"})
            answers.append(answer.status_code)


def rush(address: str) -> list[int]:
    """Let far more clients than there are connections be at the same session at once."""
    body = {"originSector": "bouw", "employment": "self_employed", "region": TWENTE}
    key = {"Idempotency-Key": "one"}
    made = httpx.post(
        f"{address}/intakes", json=body, headers=key, timeout=60, auth=WhoeverMay()
    ).json()
    answers: list[int] = []
    all_there = threading.Barrier(CLIENTS)
    one = partial(say_it_was_held, address, made["sessions"][0]["id"], all_there, answers)
    with in_threads(*[one] * CLIENTS):
        pass
    return answers


def test_far_more_clients_than_connections_are_all_served(few_places, start):
    (service,) = start(GIDS_DATABASE_POOL="2", GIDS_LOCK_TIMEOUT="PT30S")
    assert set(rush(service.url)) == {200}


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_without_turns_those_who_wait_hold_every_thread(few_places, start):
    (service,) = start("no_turns", GIDS_DATABASE_POOL="2", GIDS_LOCK_TIMEOUT="PT2S")
    assert 503 in rush(service.url)
