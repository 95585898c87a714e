"""Load on a server, by autocannon: a process of its own, on another core than the server's."""

import json
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryFile
from typing import IO, Self

from bench.processes import OTHER_CORE, Server, on_core
from bench.questions import Request
from tests import npm

AUTOCANNON = Path(__file__).parent / "autocannon"
CONNECTIONS = 16
WARM_UP_SECONDS = 1


class Order(StrEnum):
    """What of the requests a connection asks."""

    SHARES = "shares"
    """Its own share of them, over and over: no two connections ask the same."""
    ONCE = "once"
    """Its own share, once: it ends when all were asked."""
    ANY = "any"
    """All of them, over and over, in an order of its own: two may ask the same at once."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a load generator heard: moment, status and duration of each answer, in milliseconds.

    The moments count from `began`, in seconds since the epoch.
    """

    answers: list[tuple[float, int, float]]
    began: float
    seconds: float
    broken: int
    without_retry_after: int

    @property
    def statuses(self) -> Counter[int]:
        """How often each status was heard."""
        return Counter(status for _, status, _ in self.answers)

    def served(self, *, since: float = 0, until: float = float("inf")) -> list[float]:
        """Return how long what was served took, in milliseconds, of a part of the seconds."""
        return [
            took
            for at, status, took in self.answers
            if _served(status) and since <= at / 1000 < until
        ]


class Load:
    """A load generator that is running."""

    def __init__(self, process: subprocess.Popen[bytes], written: IO[bytes]) -> None:
        """Use `on`."""
        self._process = process
        self._written = written

    @classmethod
    def on(
        cls,
        url: str,
        requests: Sequence[Request],
        *,
        seconds: float,
        order: Order = Order.SHARES,
        connections: int = CONNECTIONS,
        every_second: bool = False,
        once_only: bool = False,
    ) -> Self:
        """Begin to ask for so many seconds, or until all was asked once.

        With `every_second` each connection asks once a second, all of them spread evenly; without,
        as often as it is answered. `once_only` gives each request an Idempotency-Key.
        """
        told = {
            "url": url,
            "connections": connections,
            "seconds": seconds,
            "everySecond": every_second,
            "requests": list(requests),
            "order": order,
            "onceOnly": once_only,
        }
        written = TemporaryFile()  # noqa: SIM115 - `heard` closes it; a pipe would be full too soon
        with on_core(OTHER_CORE), TemporaryFile() as read:
            read.write(json.dumps(told).encode())
            read.seek(0)
            process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
                [npm.NODE, AUTOCANNON / "drive.mjs", _packages() / "package.json"],
                stdin=read,
                stdout=written,
            )
        return cls(process, written)

    def stop(self) -> None:
        """End it before its time, when all that was asked by now is answered."""
        self._process.send_signal(signal.SIGTERM)

    def every(self, seconds: float, look: Callable[[], float]) -> list[float]:
        """Return what is seen each time so many seconds have passed, until it ends."""
        seen = []
        while True:
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                seen.append(look())
            else:
                return seen

    def heard(self) -> Heard:
        """Wait until it ends, and return what it heard.

        Raises:
            RuntimeError: it failed; what it said is on standard error.

        """
        if self._process.wait():
            raise RuntimeError("the load generator failed")
        with self._written:
            self._written.seek(0)
            told = json.load(self._written)
        return Heard(
            [tuple(one) for one in told["heard"]],
            told["began"],
            told["seconds"],
            told["broken"],
            told["withoutRetryAfter"],
        )


class Side:
    """One of two servers that are measured in turns; called, it measures for so many seconds."""

    def __init__(
        self,
        server: Server,
        requests: Iterable[Sequence[Request]],
        seconds: float,
        *,
        order: Order = Order.SHARES,
        status: int = 200,
        once_only: bool = False,
    ) -> None:
        """Send requests, each of which must be answered with this status.

        Those of each measurement are the next of `requests`, after the first for warming up.
        """
        self._server = server
        self._requests = iter(requests)
        self._seconds = seconds
        self._order = order
        self._status = status
        self._once_only = once_only
        self._cpu: list[float] = []
        self._busy: list[float] = []
        self._ask(WARM_UP_SECONDS, Order.ANY if order is Order.ANY else Order.SHARES)

    def __call__(self) -> float:
        """Return how many requests were answered per second.

        Raises:
            RuntimeError: one was answered otherwise, so the figure would mean nothing.

        """
        before = self._server.cpu_seconds
        heard = self._ask(self._seconds, self._order)
        cpu = self._server.cpu_seconds - before
        self._cpu.append(cpu / len(heard.answers))
        self._busy.append(cpu / heard.seconds)
        return len(heard.answers) / heard.seconds

    @property
    def cpu(self) -> float:
        """Seconds of CPU that a request costs the server."""
        return median(self._cpu)

    def told(self) -> str:
        """Say what a request costs, and how busy the server was."""
        return f"CPU {self.cpu * 1e6:.0f} µs a request, busy {median(self._busy):.0%}"

    def beside(self, other: "Side") -> str:
        """Say what it costs here and there: other load on the machine disturbs that less."""
        return f"{self.told()}; the other {other.told()}; ratio by CPU {other.cpu / self.cpu:.2f}"

    def _ask(self, seconds: float, order: Order) -> Heard:
        heard = Load.on(
            self._server.url,
            next(self._requests),
            seconds=seconds,
            order=order,
            once_only=self._once_only,
        ).heard()
        if heard.broken or set(heard.statuses) != {self._status}:
            raise RuntimeError(f"answered {dict(heard.statuses)}, {heard.broken} broken off")
        return heard


def worst(times: list[float]) -> tuple[float, float, float]:
    """Return the median, the 99th percentile and the longest of these."""
    cuts = quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[98], max(times)


def _served(status: int) -> bool:
    return 200 <= status < 400  # noqa: PLR2004 - what HTTP calls successful or not changed


@cache
def _packages() -> Path:
    return npm.installed(AUTOCANNON)
