"""Killed at any moment: what was acknowledged is there, nothing is half done, all is delivered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from app.db import Database
from app.domain.terms import EffectKind
from tests.conftest import fill, filled_database
from tests.crash.audit import audit
from tests.crash.books import Books, read_books
from tests.crash.clients import ABOUT_PERSONS, INTAKES, MIX, Clients, crash
from tests.crash.deeds import BUSY, NOTHING
from tests.crash.desks import open_desks, subscribe
from tests.crash.dispatching import Dispatching, reaching
from tests.crash.outbox_books import audit_post, keep_a_ledger, put_so_far, read_post
from tests.crash.outside import Outside, outside
from tests.crash.processes import ServiceProcess
from tests.crash.staff import HOT
from tests.postgres import Cluster

KILLS = 30
BETWEEN_KILLS = 8
"""How many things are begun between two kills of the service."""

EVERY_SO_OFTEN = 3
"""PostgreSQL is killed, or restarted, as well."""

HANDING_OVER = replace(MIX, deeds={**MIX.deeds, "status": 12, "consent": 4, "book": 2, "move": 2})
HAND_OVERS = 10
"""How many must have been put in the outbox before it ends."""

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
    """A database of the test's own that keeps its promises when it crashes."""
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
        one.close()


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


def books_of(
    database: Database, service: ServiceProcess, clients: Clients, *excused: int, log: str = ""
) -> Books:
    service.stop()
    seen = clients.reader.seen
    return read_books(database, clients.journal, seen=seen, log=log, excused={NOTHING, *excused})


def broken(database: Database, service: ServiceProcess, clients: Clients) -> Found:
    return audit(books_of(database, service, clients))


@contextmanager
def away(clients: Clients) -> Iterator[None]:
    """Let nobody ask again until the block ends; what is under way goes on."""
    clients.up.clear()
    yield
    clients.up.set()


def test_thirty_kills_lose_nothing_and_leave_nothing_half_done(
    few_places, service, dispatching, place, engine_kind, request
):
    """Of the service and of the dispatcher each; and PostgreSQL ends ten times, half of them so."""
    cluster: Cluster | None = (
        request.getfixturevalue("durable_cluster") if engine_kind == "postgresql" else None
    )
    serving = service(**reaching(place))
    keep_a_ledger(few_places)
    open_desks(serving.url, place)
    place.secrets |= subscribe(serving.url, place.url, HOT)
    dispatching.start()
    clients = Clients(serving.url, HANDING_OVER, place)
    moments = Random(KILLS)  # noqa: S311 - no secret
    with clients.at_work(dispatching.finish):
        for kill in range(1, KILLS + 1):
            before = moments.randrange(BETWEEN_KILLS)
            if cluster is not None and kill % EVERY_SO_OFTEN == 0:
                dispatching.wait_until_it_delivers()
                with away(clients):
                    if kill % (2 * EVERY_SO_OFTEN):
                        cluster.kill()
                    cluster.restart()
            clients.wait_for(before)
            assert not dispatching.died(), "a dispatcher must outlive its database"
            dispatching.kill()
            dispatching.start()
            clients.wait_for(BETWEEN_KILLS - before)
            with away(clients):
                serving.kill()
                serving.start()
        while not clients.done() >= WANTED:
            clients.wait_for(1)
        while put_so_far(few_places)[EffectKind.hand_over] < HAND_OVERS:
            clients.wait_for(1)
    # A dispatcher complains of a database that is away.
    log = dispatching.complaints() if cluster is None else ""
    books = books_of(few_places, serving, clients, *([BUSY] if cluster else []), log=log)
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
