"""The outbox is caught when it breaks its word: effects lost, made up, doubled, or out of order."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from app.db import Database
from app.domain.terms import EffectKind
from tests.crash.audit import audit
from tests.crash.books import read_books
from tests.crash.clients import INTAKES, Clients, crash
from tests.crash.conftest import Start
from tests.crash.deeds import NOTHING
from tests.crash.desks import open_desks, subscribe
from tests.crash.dispatching import Dispatching, reaching
from tests.crash.outbox_books import audit_post, came_twice, keep_a_ledger, put_so_far, read_post
from tests.crash.outside import Outside, outside
from tests.crash.staff import HOT

DEEDS = 48
CRASHES = 2
ROUNDS = 3
NOWHERE = "http://127.0.0.1:9"

MENTIONED = {
    EffectKind.hand_over,
    EffectKind.invitation,
    EffectKind.session_log_entry,
}
"""Kinds of which there is something to deliver."""


class Delivered(NamedTuple):
    """What was found, what came in more often than once, of which kinds there were, and by whom."""

    found: dict[str, list[str]]
    twice: int
    kinds: set[str]
    by_each: list[int]


Deliver = Callable[..., Delivered]


@pytest.mark.parametrize(
    ("engine_kind", "moment", "change", "promises"),
    [
        (
            "sqlite",
            "crash_after_the_commit",
            "effects_in_a_second_transaction",
            {"a_subscription_is_put_every_entry_in_order"},
        ),
        (
            "postgresql",
            "crash_before_the_commit",
            "effects_ahead_of_the_change",
            {"every_message_is_about_what_is_there", "a_subscription_is_put_every_entry_in_order"},
        ),
    ],
    indirect=["engine_kind"],
)
def test_effects_apart_from_what_they_follow_from_are_caught_in_a_crash(
    few_places, start, moment, change, promises
):
    """What was made up is told twice where the next change takes the number it was to have."""
    (serving,) = start(moment, change)
    subscribe(serving.url, NOWHERE, HOT)
    clients = Clients(serving.url, INTAKES)
    crash(serving, clients, CRASHES)
    serving.stop()
    books = read_books(few_places, clients.journal, seen=clients.reader.seen, excused={NOTHING})
    assert promises & audit(books).keys()


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_positions_in_another_order_than_the_commits_are_caught(few_places, start):
    (serving,) = start("positions_by_the_clock")
    subscribe(serving.url, NOWHERE, HOT)
    for _ in range(ROUNDS):
        clients = Clients(serving.url)
        with clients.at_work():
            clients.wait_for(DEEDS)
        books = read_books(few_places, clients.journal)
        if "a_subscription_is_put_every_entry_in_order" in audit(books):
            return
    pytest.fail("the order of the log was kept")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Outside]:
    """The world outside."""
    with outside(tmp_path) as place:
        yield place


@pytest.fixture
def deliver(
    few_places: Database, database_url: str, start: Start, place: Outside, tmp_path: Path
) -> Deliver:
    """Let a crowd leave something to deliver, and then dispatchers deliver it, spoilt or not."""

    def run(*changes: str, processes: int) -> Delivered:
        (serving,) = start(**reaching(place))
        keep_a_ledger(few_places)
        open_desks(serving.url, place)
        place.secrets |= subscribe(serving.url, place.url, HOT)
        clients = Clients(serving.url)
        dispatching = Dispatching(
            few_places, database_url, tmp_path, place, *changes, processes=processes
        )
        with clients.at_work(dispatching.finish):
            clients.wait_for(DEEDS)
            while not put_so_far(few_places).keys() >= MENTIONED:
                clients.wait_for(1)
        serving.stop()
        log = serving.log.read_text() + dispatching.complaints()
        books = read_books(few_places, clients.journal, seen=clients.reader.seen, log=log)
        post = read_post(few_places, place)
        return Delivered(
            found=audit(books) | audit_post(books, post),
            twice=len(came_twice(post)),
            kinds={one.kind for one in post.put},
            by_each=dispatching.delivered(),
        )

    return run


def test_two_dispatchers_deliver_each_message_once_and_in_order(deliver):
    delivered = deliver(processes=2)
    assert (delivered.found, delivered.twice) == ({}, 0)
    assert delivered.kinds >= MENTIONED
    assert min(delivered.by_each) > 0, delivered.by_each


def test_a_dispatcher_that_dies_before_it_marks_delivers_twice_and_breaks_no_promise(deliver):
    delivered = deliver("crash_before_the_mark", processes=1)
    assert delivered.found == {}
    assert delivered.twice > 0


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_dispatcher_that_marks_first_and_delivers_after_is_caught(deliver):
    delivered = deliver("marked_before_delivered", processes=1)
    assert "what_is_delivered_arrived" in delivered.found


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_dispatchers_that_do_not_lease_what_they_take_are_caught(deliver):
    assert deliver("no_lease", processes=2).twice > 0
