"""A dispatcher at work beside the service, to be killed, and at last to deliver all there is."""

import threading
from pathlib import Path

from app.db import Database
from tests.crash.outbox_books import pending
from tests.crash.outside import Outside
from tests.crash.processes import DispatcherProcess

SECONDS_TO_FINISH = 60
LATER = "an_hour_later"


def reaching(place: Outside) -> dict[str, str]:
    """Give the settings by which the outside is reached; a lease lasts four seconds."""
    return {
        "GIDS_SMTP_URL": place.mail.url,
        "GIDS_DELIVERY_TIMEOUT": "PT2S",
        "GIDS_DELIVERY_POLL": "PT0.2S",
        "GIDS_DELIVERY_THREADS": "2",
    }


class Dispatching:
    """One or more dispatchers of a database, spoilt if told so."""

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
        self._spoilt, self._later = (
            [
                DispatcherProcess(
                    database_url, folder / f"dispatcher{number}", *some, **reaching(place)
                )
                for number in range(processes)
            ]
            for some in (changes, (*changes, LATER))
        )
        self._running: list[DispatcherProcess] = []

    def start(self) -> None:
        """Begin."""
        self._running = self._spoilt
        for one in self._running:
            one.start()

    def kill(self) -> None:
        """End it as a power cut would."""
        for one in self._running:
            one.kill()
        self._running = []

    def died(self) -> bool:
        """Tell whether one of them has ended by itself."""
        return any(one.died(within=0) for one in self._running)

    def finish(self) -> None:
        """Deliver all there is, an hour later, when every lease has ended and nothing waits.

        What ends by itself is started again.
        """
        self.kill()
        self._running = self._later
        for one in self._running:
            one.start()
        tick = threading.Event()
        for _ in range(20 * SECONDS_TO_FINISH):
            if pending(self._database) == 0:
                break
            for one in self._running:
                if one.died(within=0):
                    one.kill()
                    one.start()
            tick.wait(0.05)
        for one in self._running:
            one.stop()
        self._running = []
