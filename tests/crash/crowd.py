"""A crowd at work over HTTP: what each of them asks, and what they are answered."""

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self
from uuid import UUID

import httpx

from app.domain.access import caller_id
from app.services.tokens import DEMO_CALLERS
from tests import identity
from tests.identity import WhoeverMay

NOTHING = 0
"""Stands for the status when no answer came."""

BUSY = 503
LONGEST_OUTAGE = 60
"""Seconds the service may stay down before a patient worker asks again all the same."""

PATIENCE = 300
"""Seconds after which a patient worker who was never answered calls it a fault of the service."""

REPEATS = 6
"""How many requests one thread makes before it looks again which places are free."""


@dataclass(frozen=True)
class Adviser:
    """Somebody who asks: with which token, and how the service knows them."""

    token: str
    id: UUID
    actor: str

    @classmethod
    def of_demo(cls, token: str) -> Self:
        """Be one of the demo."""
        known = DEMO_CALLERS[token]
        return cls(token, known.id, known.actor)

    @classmethod
    def named(cls, name: str) -> Self:
        """Be one of the tests' own issuer."""
        who = caller_id(identity.ISSUER, name)
        return cls(identity.adviser(name), who, f"{identity.ISSUER} {name}")


COLLEAGUES = (Adviser.of_demo("demo-adviser"), Adviser.of_demo("demo-adviser-2"))
"""Who does the work, and who takes it over now and then."""


@dataclass
class Deed:
    """One thing asked, sent once or, by who is patient, until it was answered."""

    kind: str
    method: str
    path: str
    body: Mapping[str, Any]
    by: Adviser
    key: str | None = None
    started: float = math.inf
    ended: float = math.inf
    statuses: list[int] = field(default_factory=list)
    answer: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        """Whether it was acknowledged."""
        return self.statuses[-1] in {200, 201, 204}

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
    openings: list[tuple[str, str]] = field(default_factory=list)
    """Intakes, and a provision that is open to each besides."""
    referred: list[tuple[str, str]] = field(default_factory=list)
    """Intakes, and a provision that each was referred to."""
    consents: list[tuple[str, str]] = field(default_factory=list)
    """Intakes, and a consent given for each."""


@dataclass(frozen=True)
class Mix:
    """What is asked how often, in which regions, about how many of the latest intakes."""

    regions: Sequence[str]
    name: str = ""
    without_region: float = 0.1
    deeds: Mapping[str, int] = field(
        default_factory=lambda: {
            "intake": 4,
            "book": 8,
            "move": 8,
            "conclude": 6,
            "refer": 2,
            "hold": 2,
            "details": 1,
            "consent": 2,
            "withdraw": 1,
            "erase": 1,
        }
    )
    close: float = 0.08
    recent: int = 4
    early: float = 2
    """How much more than a late place an early one is wanted; 1 is not at all."""
    modes: Sequence[str] = ("phone", "video")


class Worker:
    """Asks one thing after another; the seed says what, the answers say with which ids."""

    def __init__(
        self,
        url: str,
        seed: int,
        mix: Mix,
        desk: Desk,
        up: threading.Event | None = None,
        callers: tuple[Adviser, Adviser] = COLLEAGUES,
    ) -> None:
        """`up` makes patient: it asks again, with the same key, until it is answered.

        The second of the callers only takes over what the first one holds, and gives it back.
        """
        self.journal: list[Deed] = []
        self._client = httpx.Client(base_url=url, timeout=60)
        self._random = Random(seed)  # noqa: S311 - no secret
        self._seed = seed
        self._mix = mix
        self._desk = desk
        self._up = up
        self._self, self._colleague = callers
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
        elif kind == "refer" and self._desk.openings:
            self._refer()
        elif kind == "hold" and self._desk.intakes:
            self._hold()
        elif kind in {"details", "erase"} and self._desk.intakes:
            self._about_a_person(kind)
        elif kind == "consent" and self._desk.referred:
            self._consent()
        elif kind == "withdraw" and self._desk.consents:
            self._withdraw()
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
        elif chance.random() < 0.4:
            body = {"originSector": "ziekenhuizen", "employment": "employee"}
            body["purpose"] = "orientation"
        if chance.random() >= self._mix.without_region:
            body["region"] = chance.choice(self._mix.regions)
        body["scheduling"] = {
            "sessions": chance.choice((1, 1, 2, 3)),
            "modes": chance.sample(self._mix.modes, len(self._mix.modes)),
        }
        deed = self._ask("intake", "POST", "/intakes", body, key)
        if deed.done:
            self._desk.openings += [
                (deed.answer["id"], one["provisionId"]) for one in deed.answer["alsoAvailable"]
            ]
            self._desk.referred += [
                (deed.answer["id"], one["provisionId"]) for one in deed.answer["referrals"]
            ]
        if deed.done and deed.answer["outcome"] == "guidance":
            self._desk.intakes.append(deed.answer["id"])
            self._desk.sessions += [one["id"] for one in deed.answer["sessions"]]

    def _book(self) -> None:
        intake, place = self._random.choice(self._desk.intakes[-self._mix.recent :]), self._place()
        key = self._key(f"{intake}/{place}")
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

    def _refer(self) -> None:
        intake, provision = self._random.choice(self._desk.openings[-2 * self._mix.recent :])
        key, body = self._key(f"{intake}/{provision}"), {"provisionId": provision}
        self._ask("refer", "POST", f"/intakes/{intake}/referrals", body, key)

    def _hold(self) -> None:
        """Let the colleague take an intake over or give it back, or take it over again."""
        intake = self._random.choice(self._desk.intakes[-self._mix.recent :])
        by, holder = self._random.choice(
            [(self._colleague, "me"), (self._colleague, "nobody"), *[(self._self, "me")] * 2]
        )
        body = {"holder": holder, "reason": self._random.choice(("absence", "workload"))}
        self._ask("hold", "PUT", f"/intakes/{intake}/holder", body, by=by)

    def _about_a_person(self, kind: str) -> None:
        """Keep how a worker can be reached, or erase one: of any time, and seldom a recent one."""
        path = f"/intakes/{self._random.choice(self._desk.intakes)}"
        if kind == "erase":
            self._ask("erase", "DELETE", path, {})
        else:
            name = f"Noor van {self._seed}-{len(self.journal)}"
            body = {"name": name, "telephone": None, "email": "noor@voorbeeld.nl"}
            self._ask("details", "PUT", f"{path}/contact-details", body)

    def _consent(self) -> None:
        intake, provision = self._random.choice(self._desk.referred[-2 * self._mix.recent :])
        body = {"provisionId": provision, "data": ["name"], "textVersion": "2026-11"}
        key = self._key(f"{intake}/{provision}")
        deed = self._ask("consent", "POST", f"/intakes/{intake}/consents", body, key)
        if deed.done:
            self._desk.consents.append((intake, deed.answer["id"]))

    def _withdraw(self) -> None:
        intake, consent = self._random.choice(self._desk.consents[-2 * self._mix.recent :])
        self._ask("withdraw", "PUT", f"/intakes/{intake}/consents/{consent}/withdrawal", {})

    def _key(self, everyones: str) -> str | None:
        """Choose a key: who is patient has one always, the crowd half of the time the same one."""
        if self._up is not None:
            return f"{self._seed}-{len(self.journal)}"
        return everyones if self._random.random() < 0.5 else None

    def _place(self) -> str:
        """Choose a free place, an early one most often, as everybody does."""
        return self._places[int(len(self._places) * self._random.random() ** self._mix.early)]

    def _look_for_places(self) -> None:
        asked = {"region": self._random.choice(self._mix.regions), "limit": "30"}
        try:
            answer = self._client.get("/slots", params=asked, headers=_shown_by(self._self))
        except httpx.TransportError:
            return
        if answer.is_success:
            self._places = [slot["id"] for slot in answer.json()["items"]] or self._places

    def _ask(
        self,
        kind: str,
        method: str,
        path: str,
        body: Mapping[str, Any],
        key: str | None = None,
        by: Adviser | None = None,
    ) -> Deed:
        deed = Deed(kind, method, path, body, by or self._self, key, started=time.monotonic())
        self.journal.append(deed)
        headers = _shown_by(deed.by) | ({"Idempotency-Key": key} if key else {})
        while True:
            try:
                answer = self._client.request(method, path, json=body or None, headers=headers)
            except httpx.TransportError:
                deed.statuses.append(NOTHING)
            else:
                deed.statuses.append(answer.status_code)
                deed.answer = answer.json() if answer.content else {}
            if self._up is None or deed.statuses[-1] not in {NOTHING, BUSY}:
                break
            if time.monotonic() > deed.started + PATIENCE:
                raise TimeoutError(f"{method} {path} was never answered: {deed.statuses[-20:]}")
            self._up.wait(LONGEST_OUTAGE)
        deed.ended = time.monotonic()
        return deed


def _shown_by(adviser: Adviser) -> dict[str, str]:
    return {"Authorization": f"Bearer {adviser.token}"}


class Reader:
    """Follows the session log of some regions, as a werkcentrum does."""

    def __init__(self, url: str, regions: Sequence[str]) -> None:
        """Begin at the beginning."""
        self.seen: dict[str, list[Any]] = {region: [] for region in regions}
        self._url = url

    def read(self, stop: threading.Event) -> None:
        """Read on until told to stop, and then to the end."""
        with httpx.Client(base_url=self._url, timeout=60, auth=WhoeverMay()) as client:
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
