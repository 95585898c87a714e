"""The other ends: receiving desks that answer by their links, and werkcentra that listen."""

import re
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

import httpx

from tests.crash.crowd import LONGEST_OUTAGE, PATIENCE
from tests.crash.deeds import BUSY, NOTHING
from tests.crash.outside import AT_THE_DESK, Outside
from tests.identity import WhoeverMay

BY_CALL = "loket"
"""The place at which a desk's own system is called."""

SEE_OTHER = 303
_CHOICE = re.compile(r'name="status" id="[a-z_-]*" value="([a-z_]+)"')
_DAY = re.compile(r'<option value="(\d{4}-\d\d-\d\d)"')


def open_desks(url: str, outside: Outside) -> None:
    """Let there be a desk that gets mail and one that is called, with a provision in common."""
    channels = (
        ("email", ["schoonmaak-loopbaancheck", "dierhouderij-scholingsvouchers"]),
        ("webhook", ["schoonmaak-loopbaancheck", "dierhouderij-loopbaancheck"]),
    )
    with httpx.Client(base_url=url, timeout=60, auth=WhoeverMay()) as client:
        for channel, provisions in channels:
            desk = {
                "name": f"Loket {channel}",
                "organisation": "Loket",
                "channel": channel,
                "email": f"loket{AT_THE_DESK}",
                "webhookUrl": f"{outside.url}/{BY_CALL}",
                "capacity": 1000,
                "provisions": provisions,
            }
            made = client.post("/desks", json=desk).raise_for_status().json()
            if channel == "webhook":
                outside.secrets[BY_CALL] = made["secret"]


def subscribe(url: str, place: str, regions: Sequence[str]) -> dict[str, str]:
    """Let the werkcentrum of each of these regions be told of its log; return their secrets."""
    with httpx.Client(base_url=url, timeout=60, auth=WhoeverMay()) as client:
        return {
            region: client.post(f"/regions/{region}/webhooks", json={"url": f"{place}/{region}"})
            .raise_for_status()
            .json()["secret"]
            for region in regions
        }


@dataclass
class DeskAnswer:
    """What a desk said of a referral, and what it was answered, each time it said it."""

    referral: UUID
    said: str
    statuses: list[int] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Whether it was acknowledged."""
        return self.statuses[-1] == SEE_OTHER


class Clerk:
    """Opens the links that come in, one or another, and answers something that is allowed."""

    def __init__(self, url: str, seed: int, outside: Outside, up: threading.Event) -> None:
        """Be patient: ask again until answered, when `up` says that it makes sense."""
        self.answers: list[DeskAnswer] = []
        self.met: set[int] = set()
        self._client = httpx.Client(base_url=url.removesuffix("/v1"), timeout=60)
        self._random = Random(seed)  # noqa: S311 - no secret
        self._outside = outside
        self._up = up
        self._ended: set[str] = set()

    def work(self, stop: threading.Event) -> None:
        """Go on until told to stop."""
        with self._client:
            while not stop.wait(0.05):
                waiting = [one for one in self._outside.links() if one not in self._ended]
                if waiting:
                    self._answer(self._random.choice(waiting))

    def _answer(self, link: str) -> None:
        path = f"/overdracht/{link}"
        answered: list[int] = []
        page = self._ask("GET", path, answered)
        choices = _CHOICE.findall(page.text)
        if not choices:
            self._ended.add(link)
            return
        form = {"status": self._random.choice(choices), "note": "Wij bellen morgen."}
        if form["status"] == "received":
            form["answer_by"] = self._random.choice(_DAY.findall(page.text))
        elif form["status"] == "declined":
            form["reason"] = "no_capacity"
        answer = DeskAnswer(UUID(bytes=urlsafe_b64decode(link)[:16]), form["status"])
        self.answers.append(answer)
        self._ask("POST", path, answer.statuses, form)

    def _ask(
        self, method: str, path: str, answered: list[int], form: dict[str, str] | None = None
    ) -> httpx.Response:
        started = time.monotonic()
        while time.monotonic() < started + PATIENCE:
            try:
                answer = self._client.request(method, path, data=form)
            except httpx.TransportError:
                answer = httpx.Response(NOTHING)
            answered.append(answer.status_code)
            self.met.add(answer.status_code)
            if answer.status_code not in {NOTHING, BUSY}:
                return answer
            self._up.wait(LONGEST_OUTAGE)
        raise TimeoutError(f"{method} of a desk was never answered: {answered[-20:]}")
