"""Killed at any moment: what was acknowledged is there, and nothing is half done."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, takewhile
from pathlib import Path
from uuid import uuid4

import pytest

from app.db import Database
from tests.conftest import fill, filled_database
from tests.crash.audit import audit
from tests.crash.books import read_books
from tests.crash.crowd import BUSY, NOTHING, Deed, Desk, Mix, Reader, Worker, in_threads
from tests.crash.processes import ServiceProcess
from tests.crash.staff import HOT
from tests.postgres import Cluster

CLIENTS = 8
KILLS = 30
BETWEEN_KILLS = 8
"""How many things are begun between two kills."""

EVERY_SO_OFTEN = 5
"""On PostgreSQL it is its turn to be killed."""

LONG = 60
Serve = Callable[..., ServiceProcess]
Found = dict[str, list[str]]
ABOUT_PERSONS = {"details": 1, "consent": 2, "withdraw": 1, "erase": 1}
MIX = Mix(
    HOT,
    deeds={
        "intake": 4,
        "book": 3,
        "move": 3,
        "conclude": 2,
        "refer": 2,
        "hold": 1,
        **ABOUT_PERSONS,
    },
)
INTAKES = Mix(HOT, deeds={"intake": 1})


@pytest.fixture(scope="module")
def durable_cluster() -> Iterator[Cluster]:
    """A PostgreSQL that keeps its own promises on a crash."""
    cluster = Cluster.start(durable=True)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def durable_template(durable_cluster: Cluster) -> str:
    """A database in it with schema, catalogue and demo advisers, to copy."""
    fill(durable_cluster.create_database("filled"))
    return "filled"


@pytest.fixture
def database_url(engine_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own where a commit is on disk when it is answered."""
    if engine_kind == "sqlite":
        return filled_database(engine_kind, request, tmp_path)
    cluster: Cluster = request.getfixturevalue("durable_cluster")
    template: str = request.getfixturevalue("durable_template")
    return cluster.create_database(f"kill{uuid4().hex}", template=template)


class Clients:
    """Eight who each mind their own workers, want the same places, and ask until answered."""

    def __init__(self, url: str, mix: Mix = MIX) -> None:
        """Make them; `up` says whether it makes sense to ask again."""
        self.up = threading.Event()
        self.up.set()
        self.stop = threading.Event()
        self.workers = [Worker(url, seed, mix, Desk(), self.up) for seed in range(CLIENTS)]
        self.reader = Reader(url, HOT)

    @property
    def journal(self) -> list[Deed]:
        """All they did."""
        return [deed for worker in self.workers for deed in worker.journal]

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let them work until the block ends, and have their last answer."""
        attempts = [takewhile(lambda _: not self.stop.is_set(), count()) for _ in self.workers]
        tasks = [
            partial(worker.work, share)
            for worker, share in zip(self.workers, attempts, strict=True)
        ]
        answered = threading.Event()
        with in_threads(partial(self.reader.read, answered)):
            try:
                with in_threads(*tasks):
                    try:
                        yield
                    finally:
                        self.stop.set()
                        self.up.set()
            finally:
                answered.set()

    def wait_for(self, more: int) -> None:
        """Wait until they have begun that many more things."""
        goal = self.begun() + more
        tick = threading.Event()
        assert any(self.begun() >= goal or tick.wait(0.01) for _ in range(100 * LONG))

    def begun(self) -> int:
        """Count what they began."""
        return sum(len(worker.journal) for worker in self.workers)


@pytest.fixture
def service(few_places: Database, database_url: str, tmp_path: Path) -> Iterator[Serve]:
    """Start the service, with changes if need be."""
    started: list[ServiceProcess] = []

    def serve(*changes: str) -> ServiceProcess:
        service = ServiceProcess(
            database_url, tmp_path / "log", *changes, GIDS_PLANNING_HORIZON="P42D"
        )
        started.append(service)
        service.start()
        return service

    yield serve
    for one in started:
        one.kill()


def broken(database: Database, service: ServiceProcess, clients: Clients, *excused: int) -> Found:
    service.stop()
    books = read_books(
        database, clients.journal, seen=clients.reader.seen, excused={NOTHING, *excused}
    )
    return audit(books)


def test_thirty_kills_lose_nothing_and_leave_nothing_half_done(
    few_places, service, engine_kind, request
):
    cluster = request.getfixturevalue("durable_cluster") if engine_kind == "postgresql" else None
    serving = service()
    clients = Clients(serving.url)
    with clients.at_work():
        for kill in range(1, KILLS + 1):
            clients.wait_for(BETWEEN_KILLS)
            clients.up.clear()
            if cluster and kill % EVERY_SO_OFTEN == 0:
                cluster.kill()
                cluster.restart()
            else:
                serving.kill()
                serving.start()
            clients.up.set()
    assert broken(few_places, serving, clients, *([BUSY] if cluster else [])) == {}
    unanswered = sum(deed.statuses[0] == NOTHING for deed in clients.journal)
    assert unanswered > KILLS, "nobody was interrupted"
    done = {deed.kind for deed in clients.journal if deed.done}
    assert done >= ABOUT_PERSONS.keys()


def crash(serving: ServiceProcess, clients: Clients, times: int) -> None:
    """Let the service end itself so many times, while clients are at work, and then no more."""
    with clients.at_work():
        for crashes in range(1, times + 1):
            assert serving.died(within=LONG)
            clients.up.clear()
            serving.kill()
            serving.start(unchanged=crashes == times)
            clients.up.set()


def test_a_crash_at_the_worst_moments_loses_nothing(few_places, service):
    serving = service("crash_halfway", "crash_before_the_commit", "crash_after_the_commit")
    clients = Clients(serving.url)
    crash(serving, clients, times=4)
    assert broken(few_places, serving, clients) == {}


@pytest.mark.parametrize(
    ("engine_kind", "moment", "change", "mix", "promise"),
    [
        (
            "postgresql",
            "crash_before_the_commit",
            "answer_before_the_commit",
            MIX,
            "what_was_acknowledged_is_kept",
        ),
        (
            "sqlite",
            "crash_after_the_commit",
            "key_in_a_second_transaction",
            MIX,
            "a_key_has_one_effect",
        ),
        (
            "sqlite",
            "crash_after_the_commit",
            "trail_in_a_second_transaction",
            INTAKES,
            "nothing_is_in_the_trail_that_was_not_done",
        ),
        (
            "postgresql",
            "crash_after_the_commit",
            "trail_in_a_second_transaction",
            INTAKES,
            "nothing_is_in_the_trail_that_was_not_done",
        ),
        ("sqlite", "crash_halfway", "no_transactions", MIX, "the_log_tells_what_happened"),
    ],
    indirect=["engine_kind"],
)
def test_a_service_that_breaks_its_word_in_a_crash_is_caught(
    few_places, service, moment, change, mix, promise
):
    serving = service(moment, change)
    clients = Clients(serving.url, mix)
    crash(serving, clients, times=3)
    assert promise in broken(few_places, serving, clients)
