"""Those who go on through crashes: they ask again until they are answered."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, takewhile

from tests.crash.crowd import Reader, Worker, in_threads
from tests.crash.deeds import Deed, InHand, Mix
from tests.crash.desks import Clerk
from tests.crash.outside import Outside
from tests.crash.processes import ServiceProcess
from tests.crash.staff import HOT

CLIENTS = 8
CLERKS = 2
LONG = 60
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
        "status": 4,
        "outcome": 1,
        **ABOUT_PERSONS,
    },
)
INTAKES = Mix(HOT, deeds={"intake": 1})


class Clients:
    """Eight who each mind their own workers, want the same places, and ask until answered.

    With an outside, desks answer what they are sent.
    """

    def __init__(self, url: str, mix: Mix = MIX, outside: Outside | None = None) -> None:
        """Make them; `up` says whether it makes sense to ask again."""
        self.up = threading.Event()
        self.up.set()
        self.stop = threading.Event()
        self.workers = [Worker(url, seed, mix, InHand(), self.up) for seed in range(CLIENTS)]
        self.reader = Reader(url, HOT)
        self._threads: list[threading.Thread] = []
        self.clerks = [
            Clerk(url, seed, outside, self.up) for seed in range(CLERKS) if outside is not None
        ]

    @property
    def journal(self) -> list[Deed]:
        """All they did."""
        return [deed for worker in self.workers for deed in worker.journal]

    @contextmanager
    def at_work(self, settle: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Let them work until the block ends, and have their last answer; then `settle`."""
        attempts = [takewhile(lambda _: not self.stop.is_set(), count()) for _ in self.workers]
        tasks = [
            partial(worker.work, share)
            for worker, share in zip(self.workers, attempts, strict=True)
        ]
        tasks += [partial(clerk.work, self.stop) for clerk in self.clerks]
        answered = threading.Event()
        with in_threads(partial(self.reader.read, answered)):
            try:
                with in_threads(*tasks) as self._threads:
                    try:
                        yield
                    finally:
                        self.stop.set()
                        self.up.set()
                settle()
            finally:
                answered.set()

    def wait_for(self, more: int) -> None:
        """Wait until they have begun that many more things."""
        goal = self.begun() + more
        tick = threading.Event()
        for _ in range(100 * LONG):
            assert all(one.is_alive() for one in self._threads), "somebody gave up"
            if self.begun() >= goal:
                return
            tick.wait(0.01)
        raise TimeoutError(f"{more} more things were not begun in {LONG} seconds")

    def done(self) -> set[str]:
        """Name the kinds of which something was done; of desks, that one answered."""
        answered = any(one.statuses and one.done for each in self.clerks for one in each.answers)
        kinds = {deed.kind for deed in self.journal if deed.statuses and deed.done}
        return kinds | ({"answer"} if answered else set())

    def begun(self) -> int:
        """Count what they began."""
        return sum(len(worker.journal) for worker in self.workers)


def crash(serving: ServiceProcess, clients: Clients, times: int) -> None:
    """Let the service end itself so many times, while clients are at work, and then no more."""
    with clients.at_work():
        for crashes in range(1, times + 1):
            assert serving.died(within=LONG)
            clients.up.clear()
            serving.kill()
            serving.start(unchanged=crashes == times)
            clients.up.set()
