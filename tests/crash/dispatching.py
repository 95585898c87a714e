"""A dispatcher at work beside the service, to be killed, and at last to deliver all there is."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from app.db import Database
from tests.crash.outbox_books import still_to_deliver
from tests.crash.outbox_mutants import HOURS_LATER
from tests.crash.outside import Outside
from tests.crash.processes import SECONDS_TO_START, DispatcherProcess

SECONDS_TO_FINISH = 180
SECONDS_WITHOUT_ANYTHING = 10
LATER = "hours_later"
BEGINS = "the worker delivers"


def reaching(place: Outside) -> dict[str, str]:
    """Give the settings by which the outside is reached; a lease lasts four seconds.

    Service and dispatchers wait long for each other: on SQLite they share one turn to write.
    """
    return {
        "GIDS_SMTP_URL": place.mail.url,
        "GIDS_DELIVERY_TIMEOUT": "PT2S",
        "GIDS_DELIVERY_POLL": "PT0.2S",
        "GIDS_DELIVERY_THREADS": "2",
        "GIDS_LOCK_TIMEOUT": "PT60S",
    }


class Dispatching:
    """One or more dispatchers of a database, spoilt if told so.

    Each time they start it is an hour later for them: what was in hand when they were killed is
    leased no more, and waits no longer, however often that happened to it.
    """

    def __init__(
        self,
        database: Database,
        database_url: str,
        folder: Path,
        place: Outside,
        *changes: str,
        processes: int = 1,
    ) -> None:
        """Do nothing yet."""
        self._database = database
        self._database_url = database_url
        self._logs = [folder / f"dispatcher{number}" for number in range(processes)]
        for log in self._logs:
            log.touch()
        self._settings = {**reaching(place), "GIDS_LOG_LEVEL": "INFO"}
        self._changes = (*changes, LATER)
        self._hours = 0
        self._running: list[DispatcherProcess] = []
        self._told_before: dict[Path, int] = {}

    def start(self) -> None:
        """Begin."""
        self._start()

    def _start(self, **settings: str) -> None:
        self._hours += 1
        told = {**self._settings, HOURS_LATER: str(self._hours), **settings}
        for log in self._logs:
            self._told_before[log] = len(log.read_text())
            self._running.append(DispatcherProcess(self._database_url, log, *self._changes, **told))
            self._running[-1].start()

    def wait_until_it_delivers(self) -> None:
        """Wait until each that runs has begun, for which it needs its database."""
        deadline = monotonic() + SECONDS_TO_START
        while not all(
            BEGINS in log.read_text()[start:] for log, start in self._told_before.items()
        ):
            assert not self.died(), "it did not start"
            assert monotonic() < deadline, "it takes too long to start"
            threading.Event().wait(0.02)

    def kill(self) -> None:
        """End it as a power cut would."""
        for one in self._running:
            one.kill()
        self._running = []

    def died(self) -> bool:
        """Tell whether one of them has ended by itself."""
        return any(one.died(within=0) for one in self._running)

    def finish(self) -> None:
        """Deliver all there is; when one ends by itself or nothing moves, all of them start anew.

        Raises:
            TimeoutError: not all of it could be delivered.

        """
        self.kill()
        ends = monotonic() + SECONDS_TO_FINISH
        while still_to_deliver(self._database):
            if monotonic() > ends:
                raise TimeoutError(self._what_is_left())
            # On a busy machine nothing is delivered twice that only took long.
            self._start(GIDS_DELIVERY_TIMEOUT="PT15S")
            try:
                self._watch(ends)
            finally:
                for one in self._running:
                    one.stop()
                self._running = []

    def _what_is_left(self) -> str:
        left = "\n".join(still_to_deliver(self._database))
        logs = "\n".join(log.read_text()[-2000:] for log in self._logs)
        return f"still to deliver:\n{left}\nwhat was told last:\n{logs}"

    def _watch(self, ends: float) -> None:
        """Wait until all is delivered, one of them is gone, or nothing moves any more."""
        tick, before, moved = threading.Event(), None, monotonic()
        while left := still_to_deliver(self._database):
            if left != before:
                before, moved = left, monotonic()
            if self.died() or monotonic() > min(moved + SECONDS_WITHOUT_ANYTHING, ends):
                return
            tick.wait(0.05)

    def delivered(self) -> list[int]:
        """Say how many messages each of them delivered."""
        return [
            sum(one.get("status") == "delivered" for one in _told(log) if isinstance(one, dict))
            for log in self._logs
        ]

    def complaints(self) -> str:
        """Say what they told besides what they delivered or let go."""
        lines = [one for log in self._logs for one in _told(log)]
        return "\n".join(
            str(one)
            for one in lines
            if one != BEGINS and not (isinstance(one, dict) and one["level"] == "INFO")
        )


def _told(log: Path) -> Iterator[dict[str, Any] | str]:
    for line in log.read_text().splitlines():
        yield json.loads(line) if line.startswith("{") else line
