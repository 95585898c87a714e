"""The load generator of the bench asks as it was told, and hears all of it."""

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain

import pytest

from bench.load import Load, Order

PATHS = {f"/{number}" for number in range(8)}
ASKED = [{"path": path} for path in sorted(PATHS)]


class Listener(ThreadingHTTPServer):
    """Keeps what each connection asked; every answer waits while `held` is not set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: dict[int, list[str]] = {}
        self.some = threading.Event()
        self.held = threading.Event()
        self.held.set()
        self.status = 200

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def let_go(self) -> float:
        """Answer; return on how many connections something was asked."""
        self.held.set()
        return len(self.asked)

    @property
    def shares(self) -> list[list[str]]:
        """What each connection asked, in its order."""
        return list(self.asked.values())


class Answering(BaseHTTPRequestHandler):
    """Answers all alike."""

    protocol_version = "HTTP/1.1"
    server: Listener

    def do_GET(self) -> None:
        """Answer."""
        self.server.asked.setdefault(self.client_address[1], []).append(self.path)
        self.server.some.set()
        self.server.held.wait(60)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        yield listener
        listener.shutdown()
        thread.join()


def test_each_connection_asks_a_share_of_its_own(listener):
    Load.on(listener.url, ASKED, seconds=1, connections=2).heard()
    one, other = map(set, listener.shares)
    assert one.isdisjoint(other)
    assert one | other == PATHS


def test_asked_once_each_and_then_it_ends(listener):
    heard = Load.on(listener.url, ASKED, seconds=60, order=Order.ONCE, connections=2).heard()
    assert Counter(chain.from_iterable(listener.shares)) == Counter(PATHS)
    assert len(heard.answers) == len(ASKED)
    assert heard.seconds == max(at for at, _, _ in heard.answers) / 1000


def test_connections_that_ask_all_do_so_in_an_order_of_their_own(listener):
    Load.on(listener.url, ASKED, seconds=1, order=Order.ANY, connections=4).heard()
    orders = [tuple(share[: len(ASKED)]) for share in listener.shares]
    assert all(set(order) == PATHS for order in orders)
    assert len(set(orders)) > 1


def test_what_is_asked_every_second_is_spread_over_it(listener):
    load = Load.on(listener.url, ASKED, seconds=2, connections=4, every_second=True)
    moments = sorted(at for at, _, _ in load.heard().answers)
    assert all(moment > 250 * place - 5 for place, moment in enumerate(moments[:4]))
    assert len(listener.shares) == 4


def test_stopped_it_waits_for_the_answer_to_what_was_asked(listener):
    listener.held.clear()
    load = Load.on(listener.url, ASKED, seconds=60, connections=1)
    assert listener.some.wait(60)
    load.stop()
    seen = load.every(2, listener.let_go)
    assert seen[0] == 1
    assert load.heard().answers


def test_who_is_told_to_wait_and_not_how_long_is_counted(listener):
    listener.status = 429
    heard = Load.on(listener.url, ASKED, seconds=60, order=Order.ONCE, connections=2).heard()
    assert heard.statuses == {429: len(ASKED)}
    assert heard.without_retry_after == len(ASKED)
    assert heard.served() == []
