"""Work that a process does again and again beside its requests."""

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)


class Repeating:
    """Does one piece of work every so many seconds in a thread of its own, until it is stopped.

    Whatever fails now may succeed next time: a failure is told once, and so is its end.
    """

    def __init__(self, name: str, work: Callable[[], object], *, seconds: float) -> None:
        """Do nothing yet."""
        self._work = work
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; the first time comes after the first wait."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait until it has ended."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        failing = False
        while not self._stopping.wait(self._seconds):
            try:
                self._work()
            except Exception:
                if not failing:
                    logger.exception("repeated work fails", extra={"work": self._thread.name})
                failing = True
            else:
                if failing:
                    logger.info("repeated work goes on", extra={"work": self._thread.name})
                failing = False
