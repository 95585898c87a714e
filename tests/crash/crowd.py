"""A crowd at work over HTTP: what each of them asks, and what they are answered."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any

import httpx

from tests.crash.deeds import BUSY, COLLEAGUES, NOTHING, Adviser, Deed, InHand, Mix, Referred
from tests.identity import WhoeverMay

LONGEST_OUTAGE = 60
"""Seconds the service may stay down before a patient worker asks again all the same."""

PATIENCE = 300
"""Seconds after which a patient worker who was never answered calls it a fault of the service."""

TO_THE_END = 60
"""Seconds in which a reader must be told all that is left of the session log."""

PAGE = 1000
CONSENT = {"textVersion": "2026-11"}
STEPS: Sequence[Mapping[str, str]] = (
    {"status": "received"},
    {"status": "accepted"},
    {"status": "in_contact"},
    {"status": "completed"},
    {"status": "declined", "reason": "no_capacity"},
    {"status": "withdrawn", "reason": "mistake"},
)
"""What an adviser says of a referral besides handing it over."""

REPEATS = 6
"""How many requests one thread makes before it looks again which places are free."""


class Worker:
    """Asks one thing after another; the seed says what, the answers say with which ids."""

    def __init__(
        self,
        url: str,
        seed: int,
        mix: Mix,
        hand: InHand,
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
        self._hand = hand
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
        if kind == "book" and self._hand.intakes and self._places:
            self._book()
        elif kind == "move" and self._hand.sessions and self._places:
            self._move()
        elif kind == "conclude" and self._hand.sessions:
            self._conclude()
        elif kind == "refer" and self._hand.openings:
            self._refer()
        elif kind == "hold" and self._hand.intakes:
            self._hold()
        elif kind in {"details", "erase"} and self._hand.intakes:
            self._about_a_person(kind)
        elif kind in _OF_REFERRALS and self._hand.referred:
            _OF_REFERRALS[kind](self)
        elif kind == "withdraw" and self._hand.consents:
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
        elif chance.random() < 0.1:
            body = {"originSector": "dierhouderij", "employment": "employee"}
            body["purpose"] = "growth_in_sector"
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
            self._hand.openings += [
                (deed.answer["id"], one["provisionId"]) for one in deed.answer["alsoAvailable"]
            ]
            self._note_outcome(deed.answer["id"], deed)

    def _note_outcome(self, intake: str, deed: Deed) -> None:
        hand = self._hand
        referred = [
            Referred(intake, one["provisionId"], one["id"]) for one in deed.answer["referrals"]
        ]
        hand.referred += [one for one in referred if one not in hand.referred]
        if deed.answer["outcome"] == "guidance":
            hand.intakes += [] if intake in hand.intakes else [intake]
            sessions = [one["id"] for one in deed.answer["sessions"]]
            hand.sessions += [one for one in sessions if one not in hand.sessions]

    def _book(self) -> None:
        intake, place = self._random.choice(self._hand.intakes[-self._mix.recent :]), self._place()
        key = self._key(f"{intake}/{place}")
        deed = self._ask("book", "POST", f"/intakes/{intake}/sessions", {"slotId": place}, key)
        if deed.done and deed.answer["id"] not in self._hand.sessions:
            self._hand.sessions.append(deed.answer["id"])

    def _move(self) -> None:
        session = self._random.choice(self._hand.sessions[-3 * self._mix.recent :])
        self._ask("move", "PUT", f"/sessions/{session}/slot", {"slotId": self._place()})

    def _conclude(self) -> None:
        session = self._random.choice(self._hand.sessions[-3 * self._mix.recent :])
        outcome = self._random.choice(("held", "missed", "cancelled", "cancelled"))
        step = "close" if self._random.random() < self._mix.close else "continue"
        body = {"outcome": outcome, "nextStep": step}
        self._ask("conclude", "PUT", f"/sessions/{session}/outcome", body)

    def _refer(self) -> None:
        intake, provision = self._random.choice(self._hand.openings[-2 * self._mix.recent :])
        key, body = self._key(f"{intake}/{provision}"), {"provisionId": provision}
        deed = self._ask("refer", "POST", f"/intakes/{intake}/referrals", body, key)
        if deed.done:
            self._hand.referred.append(Referred(intake, provision, deed.answer["id"]))

    def _hold(self) -> None:
        """Let the colleague take an intake over or give it back, or take it over again."""
        intake = self._random.choice(self._hand.intakes[-self._mix.recent :])
        by, holder = self._random.choice(
            [(self._colleague, "me"), (self._colleague, "nobody"), *[(self._self, "me")] * 2]
        )
        body = {"holder": holder, "reason": self._random.choice(("absence", "workload"))}
        self._ask("hold", "PUT", f"/intakes/{intake}/holder", body, by=by)

    def _about_a_person(self, kind: str) -> None:
        """Keep how a worker can be reached, or erase one: of any time, and seldom a recent one."""
        path = f"/intakes/{self._random.choice(self._hand.intakes)}"
        if kind == "erase":
            self._ask("erase", "DELETE", path, {})
        else:
            name = f"Noor van {self._seed}-{len(self.journal)}"
            body = {"name": name, "telephone": None, "email": "noor@voorbeeld.nl"}
            self._ask("details", "PUT", f"{path}/contact-details", body)

    def _consent(self) -> None:
        """Let a worker consent to be handed over, or to be written to about sessions."""
        if self._hand.intakes and self._random.random() < 0.4:
            intake = self._random.choice(self._hand.intakes[-self._mix.recent :])
            body = {"purpose": "invitations", "data": ["email"]}
        else:
            intake, provision, _ = self._random.choice(self._recently_referred())
            body = {"provisionId": provision, "data": ["name"]}
        self._agree(intake, body)

    def _agree(self, intake: str, body: Mapping[str, Any]) -> None:
        key = self._key(f"{intake}/{body.get('provisionId')}")
        deed = self._ask("consent", "POST", f"/intakes/{intake}/consents", {**body, **CONSENT}, key)
        if deed.done:
            self._hand.consents.append((intake, deed.answer["id"]))

    def _go_on(self) -> None:
        """Hand somebody over, with their consent; or say something else of a referral."""
        intake, provision, referral = self._random.choice(self._recently_referred())
        body = self._random.choice(STEPS)
        if self._random.random() < 0.6:
            self._agree(intake, {"provisionId": provision, "data": ["name"]})
            body = {"status": "sent"}
        self._ask("status", "PUT", f"/referrals/{referral}/status", body)

    def _decide(self) -> None:
        """Let there be guidance in the place of a referral, or the other way round."""
        if not self._hand.intakes or self._random.random() < 0.6:
            intake, _, _ = self._random.choice(self._recently_referred())
            body = {"outcome": "guidance", "reason": "worker_prefers"}
        else:
            intake = self._random.choice(self._hand.intakes[-self._mix.recent :])
            body = {"outcome": "warm_referral", "reason": "provision_found"}
            body["provisionId"] = "schoonmaak-loopbaancheck"
        deed = self._ask("outcome", "PUT", f"/intakes/{intake}/outcome", body)
        if deed.done:
            self._note_outcome(intake, deed)

    def _recently_referred(self) -> list[Referred]:
        return self._hand.referred[-2 * self._mix.recent :]

    def _withdraw(self) -> None:
        intake, consent = self._random.choice(self._hand.consents[-2 * self._mix.recent :])
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


_OF_REFERRALS: Mapping[str, Callable[[Worker], None]] = {
    "consent": Worker._consent,
    "status": Worker._go_on,
    "outcome": Worker._decide,
}


def _shown_by(adviser: Adviser) -> dict[str, str]:
    return {"Authorization": f"Bearer {adviser.token}"}


class Reader:
    """Follows the session log of some regions, as a werkcentrum does."""

    def __init__(self, url: str, regions: Sequence[str]) -> None:
        """Begin at the beginning."""
        self.seen: dict[str, list[Any]] = {region: [] for region in regions}
        self._url = url

    def read(self, stop: threading.Event) -> None:
        """Read on until told to stop, and then to the end, however often that must be asked.

        Raises:
            TimeoutError: the end was not told in time.

        """
        with httpx.Client(base_url=self._url, timeout=60, auth=WhoeverMay()) as client:
            while not stop.wait(0.1):
                self._read_on(client)
            tick, ends = threading.Event(), time.monotonic() + TO_THE_END
            while not self._read_on(client):
                if time.monotonic() > ends:
                    raise TimeoutError(f"the session log was not told to its end in {TO_THE_END} s")
                tick.wait(0.1)

    def _read_on(self, client: httpx.Client) -> bool:
        """Read a page of each region; tell whether each was told to its end."""
        ends = []
        for region, seen in self.seen.items():
            after = seen[-1]["number"] if seen else 0
            asked = {"after": after, "limit": PAGE}
            try:
                answer = client.get(f"/regions/{region}/session-log", params=asked)
            except httpx.TransportError:
                ends.append(False)
                continue
            items = answer.json()["items"] if answer.is_success else []
            seen.extend(items)
            ends.append(answer.is_success and len(items) < PAGE)
        return all(ends)


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
