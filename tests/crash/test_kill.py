"""Killed at any moment: what was acknowledged is there, nothing is half done, all is delivered."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from app.db import Database
from tests.conftest import fill, filled_database
from tests.crash.audit import audit
from tests.crash.books import Books, read_books
from tests.crash.clients import ABOUT_PERSONS, INTAKES, MIX, Clients, crash
from tests.crash.deeds import BUSY, NOTHING
from tests.crash.desks import open_desks, subscribe
from tests.crash.dispatching import Dispatching, reaching
from tests.crash.outbox_books import audit_post, keep_a_ledger, read_post
from tests.crash.outside import Outside, outside
from tests.crash.processes import ServiceProcess
from tests.crash.staff import HOT
from tests.postgres import Cluster

KILLS = 30
BETWEEN_KILLS = 8
"""How many things are begun between two kills of the service."""

EVERY_SO_OFTEN = 3
"""On PostgreSQL it is its turn to be killed, or to be restarted."""

WANTED = {*ABOUT_PERSONS, "status", "outcome", "answer"}
"""What must have been done by somebody before it ends."""

Serve = Callable[..., ServiceProcess]
Found = dict[str, list[str]]


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


@pytest.fixture
def service(few_places: Database, database_url: str, tmp_path: Path) -> Iterator[Serve]:
    """Start the service, with changes if need be."""
    started: list[ServiceProcess] = []

    def serve(*changes: str, **settings: str) -> ServiceProcess:
        service = ServiceProcess(
            database_url, tmp_path / "log", *changes, GIDS_PLANNING_HORIZON="P42D", **settings
        )
        started.append(service)
        service.start()
        return service

    yield serve
    for one in started:
        one.kill()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Outside]:
    """The world outside."""
    with outside(tmp_path) as place:
        yield place


@pytest.fixture
def dispatching(
    few_places: Database, database_url: str, tmp_path: Path, place: Outside
) -> Iterator[Dispatching]:
    """A dispatcher, not started yet."""
    dispatching = Dispatching(few_places, database_url, tmp_path, place)
    yield dispatching
    dispatching.kill()


def books_of(database: Database, service: ServiceProcess, clients: Clients, *excused: int) -> Books:
    service.stop()
    return read_books(
        database, clients.journal, seen=clients.reader.seen, excused={NOTHING, *excused}
    )


def broken(database: Database, service: ServiceProcess, clients: Clients) -> Found:
    return audit(books_of(database, service, clients))


def interrupt(kill: int, serving: ServiceProcess, cluster: Cluster | None) -> None:
    """Kill the service; or PostgreSQL, or let that end everybody and start again."""
    if cluster is None or kill % EVERY_SO_OFTEN:
        serving.kill()
        serving.start()
        return
    if kill % (2 * EVERY_SO_OFTEN):
        cluster.kill()
    cluster.restart()


def test_thirty_kills_lose_nothing_and_leave_nothing_half_done(
    few_places, service, dispatching, place, engine_kind, request
):
    """Of the service and of the dispatcher each; of the thirty, ten are of PostgreSQL itself."""
    cluster = request.getfixturevalue("durable_cluster") if engine_kind == "postgresql" else None
    serving = service(**reaching(place))
    keep_a_ledger(few_places)
    open_desks(serving.url, place)
    place.secrets |= subscribe(serving.url, place.url, HOT)
    dispatching.start()
    clients = Clients(serving.url, MIX, place)
    moments = Random(KILLS)  # noqa: S311 - no secret
    with clients.at_work(dispatching.finish):
        for kill in range(1, KILLS + 1):
            before = moments.randrange(BETWEEN_KILLS)
            clients.wait_for(before)
            if kill % 2:
                dispatching.kill()
                dispatching.start()
            clients.wait_for(BETWEEN_KILLS - before)
            clients.up.clear()
            interrupt(kill, serving, cluster)
            clients.up.set()
        assert not dispatching.died(), "a dispatcher must outlive its database"
        while not clients.done() >= WANTED:
            clients.wait_for(1)
    books = books_of(few_places, serving, clients, *([BUSY] if cluster else []))
    post = read_post(few_places, place, clients.clerks)
    assert audit(books) == {}
    assert audit_post(books, post) == {}
    unanswered = sum(deed.statuses[0] == NOTHING for deed in clients.journal)
    assert unanswered > KILLS, "nobody was interrupted"


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
