"""A crowd at work over HTTP: what each of them asks, and what they are answered."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

NOTHING = 0
"""Stands for the status when no answer came."""

BUSY = 503
LONGEST_OUTAGE = 60
"""Seconds the service may stay down before a patient worker asks again all the same."""

PATIENCE = 300
"""Seconds after which a patient worker who was never answered calls it a fault of the service."""

REPEATS = 6
"""How many requests one thread makes before it looks again which places are free."""


@dataclass
class Deed:
    """One thing asked, sent once or, by who is patient, until it was answered."""

    kind: str
    method: str
    path: str
    body: Mapping[str, Any]
    key: str | None = None
    started: float = math.inf
    ended: float = math.inf
    statuses: list[int] = field(default_factory=list)
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether it was acknowledged."""
        return self.statuses[-1] in {200, 201}

    @property
    def outcome(self) -> str:
        """What came of it: the status, and for a refusal its name."""
        problem = self.answer.get("type", "").rpartition("/")[2]
        return f"{self.kind} {self.statuses[-1]} {problem}".rstrip()


@dataclass
class Desk:
    """What one worker, or a crowd that gets in each other's way, has in hand."""

    intakes: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Mix:
    """What is asked how often, in which regions, about how many of the latest intakes."""

    regions: Sequence[str]
    name: str = ""
    without_region: float = 0.1
    deeds: Mapping[str, int] = field(
        default_factory=lambda: {"intake": 2, "book": 4, "move": 4, "conclude": 3}
    )
    close: float = 0.08
    recent: int = 4
    modes: Sequence[str] = ("phone", "video")


class Worker:
    """Asks one thing after another; the seed says what, the answers say with which ids."""

    def __init__(
        self, url: str, seed: int, mix: Mix, desk: Desk, up: threading.Event | None = None
    ) -> None:
        """`up` makes patient: it asks again, with the same key, until it is answered."""
        self.journal: list[Deed] = []
        self._client = httpx.Client(base_url=url, timeout=60)
        self._random = Random(seed)  # noqa: S311 - no secret
        self._seed = seed
        self._mix = mix
        self._desk = desk
        self._up = up
        self._places: list[str] = []

    def work(self, attempts: Iterator[int]) -> None:
        """Do as many things as there are attempts."""
        with self._client:
            for attempt in attempts:
                if attempt % REPEATS == 0:
                    self._look_for_places()
                self._next(attempt)

    def _next(self, attempt: int) -> None:
        kinds, weights = zip(*self._mix.deeds.items(), strict=True)
        kind = self._random.choices(kinds, weights)[0]
        if kind == "book" and self._desk.intakes and self._places:
            self._book()
        elif kind == "move" and self._desk.sessions and self._places:
            self._move()
        elif kind == "conclude" and self._desk.sessions:
            self._conclude()
        else:
            self._intake(attempt)

    def _intake(self, attempt: int) -> None:
        """Ask an intake; a crowd asks the same one with the same key at the same time."""
        key = f"{self._mix.name}-{self._seed}-{attempt}"
        if self._up is None and self._random.random() < 0.5:
            key = f"everyone-{self._mix.name}-{attempt // 4}"
        chance = Random(key)  # noqa: S311 - no secret, and the same for everyone with this key
        body: dict[str, Any] = {"originSector": "bouw", "employment": "self_employed"}
        if chance.random() < 0.2:
            body = {"originSector": "schoonmaak", "employment": "employee"}
        if chance.random() >= self._mix.without_region:
            body["region"] = chance.choice(self._mix.regions)
        body["scheduling"] = {
            "sessions": chance.choice((1, 1, 2, 3)),
            "modes": chance.sample(self._mix.modes, len(self._mix.modes)),
        }
        deed = self._ask("intake", "POST", "/intakes", body, key)
        if deed.done and deed.answer["outcome"] == "guidance":
            self._desk.intakes.append(deed.answer["id"])
            self._desk.sessions += [one["id"] for one in deed.answer["sessions"]]

    def _book(self) -> None:
        intake, place = self._random.choice(self._desk.intakes[-self._mix.recent :]), self._place()
        key = f"{intake} {place}".replace(" ", "/") if self._random.random() < 0.5 else None
        if self._up is not None:
            key = f"{self._seed}-{len(self.journal)}"
        deed = self._ask("book", "POST", f"/intakes/{intake}/sessions", {"slotId": place}, key)
        if deed.done and deed.answer["id"] not in self._desk.sessions:
            self._desk.sessions.append(deed.answer["id"])

    def _move(self) -> None:
        session = self._random.choice(self._desk.sessions[-3 * self._mix.recent :])
        self._ask("move", "PUT", f"/sessions/{session}/slot", {"slotId": self._place()})

    def _conclude(self) -> None:
        session = self._random.choice(self._desk.sessions[-3 * self._mix.recent :])
        outcome = self._random.choice(("held", "missed", "cancelled", "cancelled"))
        step = "close" if self._random.random() < self._mix.close else "continue"
        body = {"outcome": outcome, "nextStep": step}
        self._ask("conclude", "PUT", f"/sessions/{session}/outcome", body)

    def _place(self) -> str:
        """Choose a free place, an early one most often, as everybody does."""
        return self._places[int(len(self._places) * self._random.random() ** 2)]

    def _look_for_places(self) -> None:
        asked = {"region": self._random.choice(self._mix.regions), "limit": "30"}
        try:
            answer = self._client.get("/slots", params=asked)
        except httpx.TransportError:
            return
        if answer.is_success:
            self._places = [slot["id"] for slot in answer.json()["items"]] or self._places

    def _ask(
        self, kind: str, method: str, path: str, body: Mapping[str, Any], key: str | None = None
    ) -> Deed:
        deed = Deed(kind, method, path, body, key, started=time.monotonic())
        self.journal.append(deed)
        headers = {"Idempotency-Key": key} if key else {}
        while True:
            try:
                answer = self._client.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                deed.statuses.append(NOTHING)
            else:
                deed.statuses.append(answer.status_code)
                deed.answer = answer.json()
            if self._up is None or deed.statuses[-1] not in {NOTHING, BUSY}:
                break
            if time.monotonic() > deed.started + PATIENCE:
                raise TimeoutError(f"{method} {path} was never answered: {deed.statuses[-20:]}")
            self._up.wait(LONGEST_OUTAGE)
        deed.ended = time.monotonic()
        return deed


class Reader:
    """Follows the session log of some regions, as a werkcentrum does."""

    def __init__(self, url: str, regions: Sequence[str]) -> None:
        """Begin at the beginning."""
        self.seen: dict[str, list[Any]] = {region: [] for region in regions}
        self._url = url

    def read(self, stop: threading.Event) -> None:
        """Read on until told to stop, and then to the end."""
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not stop.wait(0.1):
                self._read_on(client)
            self._read_on(client)

    def _read_on(self, client: httpx.Client) -> None:
        for region, seen in self.seen.items():
            after = seen[-1]["number"] if seen else 0
            asked = {"after": after, "limit": 1000}
            try:
                answer = client.get(f"/regions/{region}/session-log", params=asked)
            except httpx.TransportError:
                continue
            if answer.is_success:
                seen.extend(answer.json()["items"])


@contextmanager
def in_threads(*tasks: Callable[[], object]) -> Iterator[list[threading.Thread]]:
    """Run each in a thread of its own; at the end wait for all, and raise what one raised."""
    failures: list[BaseException] = []

    def run(task: Callable[[], object]) -> None:
        try:
            task()
        except BaseException as failure:  # noqa: BLE001 - raised again where it is seen
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def tally(journal: Sequence[Deed]) -> Counter[str]:
    """Count what came of what was asked."""
    return Counter(deed.outcome for deed in journal)
