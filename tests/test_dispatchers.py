"""Four dispatchers on one PostgreSQL: ten thousand effects, each delivered once, in order."""

import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import EffectKind, SubscriptionStatus
from app.egress import Egress
from app.main import utc_now
from app.models import OutboxMessage, Subscription
from app.services import outbox
from app.services.dispatch import Dispatcher
from app.services.messages import Channels
from app.services.outbox import Effect, to_subscription
from app.vault import Vault
from tests.callback_server import NO_CONTENT, CallbackServer, receiving
from tests.server import ROOT

DISPATCHERS = 4
RECIPIENTS = 40
EFFECTS = 10_000
SECONDS = 600
"""Long enough for a machine on which much else runs."""


class Receiver:
    """Takes in what all dispatchers send, for every subscription."""

    def __init__(self, expected: int) -> None:
        receiver = self
        self._changed = threading.Condition()
        self._expected = expected
        self._came = 0
        self.ids: dict[str, list[str]] = defaultdict(list)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                receiver._note(self.path[1:], self.headers["webhook-id"])
                self.send_response_only(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                """Keep the output of the tests clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.request_queue_size = 128
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def _note(self, recipient: str, message: str) -> None:
        with self._changed:
            self.ids[recipient].append(message)
            self._came += 1
            self._changed.notify_all()

    def wait(self) -> bool:
        """Wait until as much has come as is expected."""
        with self._changed:
            return self._changed.wait_for(lambda: self._came >= self._expected, SECONDS)

    @contextmanager
    def running(self) -> Iterator["Receiver"]:
        """Answer."""
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


def fill(database: Database, port: int, effects: int) -> list[UUID]:
    """Put so many effects to send, over all subscriptions in turn."""
    now = utc_now()
    made = [uuid4() for _ in range(RECIPIENTS)]
    with database.write(EVERY_REGION) as session:
        session.execute(
            sa.insert(Subscription),
            [
                {
                    "id": one,
                    "region": "AM22",
                    "url": f"http://localhost:{port}/{one}",
                    "status": SubscriptionStatus.active,
                    "generation": 1,
                    "created_at": now,
                }
                for one in made
            ],
        )
        outbox.put(
            session,
            [
                Effect(
                    recipient=to_subscription(made[number % RECIPIENTS]),
                    kind=EffectKind.webhook_test,
                    region="AM22",
                    facts={},
                )
                for number in range(effects)
            ],
            now=now,
        )
    return made


def worker(url: str) -> subprocess.Popen[bytes]:
    """Start `gids worker`."""
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "GIDS_DEMO": "1",
            "GIDS_DATABASE_URL": url,
            "GIDS_LOG_LEVEL": "ERROR",
            "GIDS_DELIVERY_POLL": "PT0.05S",
        },
        stdout=subprocess.DEVNULL,
    )


def deliver(url: str, receiver: Receiver) -> list[int]:
    """Let the dispatchers deliver until all has come; stop them, and give their exit codes."""
    running = [worker(url) for _ in range(DISPATCHERS)]
    try:
        assert receiver.wait()
        for one in running:
            one.send_signal(signal.SIGTERM)
        return [one.wait(60) for one in running]
    finally:
        for one in running:
            one.kill()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(Settings(demo=True, database_url=database_url))
    yield database
    database.dispose()


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_four_dispatchers_deliver_ten_thousand_effects_once_each_and_in_order(
    database, database_url
):
    with Receiver(EFFECTS).running() as receiver:
        subscriptions = fill(database, receiver.port, EFFECTS)
        assert deliver(database_url, receiver) == [0] * DISPATCHERS
    with database.read(EVERY_REGION) as session:
        rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.position))).all()
    assert {(row.status.value, row.attempts) for row in rows} == {("delivered", 1)}
    for one in subscriptions:
        sent = [str(row.id) for row in rows if row.recipient == to_subscription(one)]
        assert receiver.ids[str(one)] == sent


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_a_worker_that_is_stopped_delivers_what_it_has_in_hand_and_no_more(
    database, database_url, how
):
    came, goes_on = threading.Event(), threading.Event()

    def hold(_server: CallbackServer, connection: Any) -> None:
        came.set()
        assert goes_on.wait(60)
        connection.sendall(NO_CONTENT)

    with receiving(hold) as server:
        fill(database, server.port, 2 * RECIPIENTS)
        running = worker(database_url)
        try:
            assert came.wait(60)
            running.send_signal(how)
            goes_on.set()
            assert running.wait(60) == 0
        finally:
            running.kill()
            running.wait()
    with database.read(EVERY_REGION) as session:
        rows = session.exec(select(OutboxMessage)).all()
    arrived = {request.header("webhook-id")[0] for request in server.requests}
    assert {str(row.id) for row in rows if row.status == "delivered"} == arrived
    left = [row for row in rows if row.status != "delivered"]
    assert {(row.status.value, row.attempts, row.leased_until) for row in left} == {
        ("pending", 0, None)
    }


@pytest.mark.parametrize("engine_kind", ["postgresql"], indirect=True)
def test_without_leases_the_same_effect_is_delivered_more_than_once(database, monkeypatch):
    def look(_self: Dispatcher, session: Session, *_: object, **which: list[int]) -> object:
        position = col(OutboxMessage.position)
        found = select(OutboxMessage).where(position.in_(which.get("firsts", [])))
        return session.exec(found.order_by(position).limit(1)).first()

    monkeypatch.setattr(Dispatcher, "_lease", look)
    settings = Settings(demo=True)
    vault = Vault.of(settings)
    with (
        Receiver(2 * RECIPIENTS).running() as receiver,
        closing(Egress.of(settings, utc_now)) as egress,
    ):
        channels = Channels.of(settings, None, egress)
        dispatchers = [
            Dispatcher(database, vault, channels, settings, clock=utc_now) for _ in range(2)
        ]
        fill(database, receiver.port, 2 * RECIPIENTS)
        try:
            for one in dispatchers:
                one.start()
            assert receiver.wait()
        finally:
            for one in dispatchers:
                one.stop()
    came = [one for ids in receiver.ids.values() for one in ids]
    assert len(set(came)) < len(came)
