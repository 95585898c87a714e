"""The whole loop from outside: what adviser, desk, worker and werkcentrum do and get, for real.

Everything goes over HTTP and SMTP to one running service, which delivers from its own outbox. Only
the clock is the test's.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import EffectStatus
from app.main import create_app
from app.models import OutboxMessage
from app.services.planner import Planning
from app.services.upkeep import upkeep
from app.vault import Vault
from tests.calendar_parsers import Agenda, read_with_python
from tests.conftest import TestClock
from tests.identity import token, werkcentrum
from tests.mailbox_server import MailServer, mail_server
from tests.server import running

REGION = "AM22"
LOG = f"/regions/{REGION}/session-log"
CHECK = "schoonmaak-loopbaancheck"

ANNA = "anna@bond.example"
DESK = "loket@fonds.example"
NOOR = "noor@kanarie.example"

TOKENS = {
    "adviser": token("anna", "adviser", name="Anna de Vries", organisation="Bond", email=ANNA),
    "editor": token("eva", "catalogue-editor"),
    "werkcentrum": werkcentrum(REGION),
}

DETAILS = {"name": "Noor Kanarie", "telephone": "06 12345678", "email": NOOR}
QUESTION = "Ik droom van een bakkerij"
SAID = {
    "originSector": "schoonmaak",
    "employment": "employee",
    "purpose": "orientation",
    "region": REGION,
    "motivation": QUESTION,
    "occupation": "glazenwasser",
    "organisation": "Blinkend Raam",
}
PERSONAL = (*DETAILS.values(), QUESTION, "glazenwasser", "Blinkend Raam")
"""What nobody reads who has no need of it."""

SECONDS_TO_HAPPEN = 20


def until(happened: Callable[[], bool], missing: Callable[[], object]) -> None:
    """Wait until something has happened; `missing` says what stands in its place."""
    deadline = time.monotonic() + SECONDS_TO_HAPPEN
    while not happened():
        assert time.monotonic() < deadline, missing()
        threading.Event().wait(0.02)


def body_of(message: EmailMessage) -> str:
    """Read the text of a letter."""
    text = message.get_body(("plain",))
    assert text is not None
    return str(text.get_content())


def readable(message: EmailMessage) -> str:
    """Read all that a message holds: its headers, its text, its files."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    texts = [part.get_payload(decode=True) for part in parts]
    held = [text.decode() for text in texts if isinstance(text, bytes)]
    return "\n".join([*map(str, message.values()), *held])


def link_in(text: str) -> str:
    """Find the link by which a desk answers."""
    (link,) = re.findall(r"https://gidsfunctie\.example/overdracht/\S+", text)
    return str(link)


def made(answer: httpx.Response) -> Any:
    """Read an answer that must be a good one."""
    assert answer.is_success, answer.text
    return answer.json()


@dataclass(frozen=True)
class Loop:
    """One running service with its mail server, and who have to do with it."""

    address: str
    client: httpx.Client
    mail: MailServer
    database: Database
    settings: Settings
    clock: TestClock

    def ask(
        self, who: str, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Let somebody ask something."""
        shown = {"Authorization": f"Bearer {TOKENS[who]}", **headers}
        if method == "POST" and who == "adviser":
            shown["Idempotency-Key"] = str(uuid4())
        return self.client.request(method, path, json=body, headers=shown)

    def desk(self, **changes: Any) -> str:
        """Let an editor add a desk; return its id."""
        given = {
            "name": "Loket Schoonmaak",
            "organisation": "Ontwikkelingsfonds",
            "channel": "email",
            "email": DESK,
            "telephone": "070 123 45 67",
            "provisions": [CHECK],
            **changes,
        }
        return str(made(self.ask("editor", "POST", "/desks", given))["id"])

    def intake(self, **changes: Any) -> "Case":
        """Let the adviser take somebody in, with their contact details."""
        intake = made(self.ask("adviser", "POST", "/intakes", SAID | changes))
        case = Case(self, intake["id"])
        made(self.ask("adviser", "PUT", f"{case.path}/contact-details", DETAILS))
        return case

    def handed_over(self, *data: str) -> "Case":
        """Let the adviser take somebody in who consents, and hand them over."""
        case = self.intake()
        case.consent(*(data or ("name", "telephone")))
        case.say("sent")
        return case

    def settle(self) -> None:
        """Wait until nothing is left to deliver now."""
        rows: list[OutboxMessage] = []

        def nothing_waits() -> bool:
            due = select(OutboxMessage).where(
                col(OutboxMessage.status) == EffectStatus.pending,
                (col(OutboxMessage.due_at) <= self.clock.now)
                | col(OutboxMessage.leased_until).is_not(None),  # it is being tried just now
            )
            with self.database.read(EVERY_REGION) as session:
                # What waits behind something that is to be tried later is not due yet either.
                later = select(OutboxMessage.recipient).where(
                    col(OutboxMessage.status) == EffectStatus.pending,
                    col(OutboxMessage.due_at) > self.clock.now,
                    col(OutboxMessage.leased_until).is_(None),
                )
                held = set(session.exec(later))
                rows[:] = [one for one in session.exec(due) if one.recipient not in held]
            return not rows

        until(nothing_waits, lambda: [(row.kind, row.fault) for row in rows])

    def letters(self, to: str) -> list[EmailMessage]:
        """Read all mail that came in for somebody, once nothing is on its way."""
        self.settle()
        return [one for one in self.mail.messages if one["To"] == to]

    def letter(self, to: str) -> tuple[str, str]:
        """Read the last letter somebody got: its subject, and its text on one line."""
        last = self.letters(to)[-1]
        return str(last["Subject"]), " ".join(body_of(last).split())

    def page(self, link: str) -> str:
        """Turn a link as it was sent into one that leads to this service, as a proxy does."""
        return link.replace("https://gidsfunctie.example", self.address)

    def link(self, to: str = DESK) -> str:
        """Find where a desk answers by the last letter it got."""
        return self.page(link_in(body_of(self.letters(to)[-1])))

    def log(self) -> list[Any]:
        """Read the session log of the region."""
        items: list[Any] = made(self.ask("werkcentrum", "GET", f"{LOG}?limit=100"))["items"]
        return items

    def told(self) -> list[str]:
        """Say what the session log tells, briefly."""
        return [
            " ".join(str(one[name]) for name in ("type", "reason", "outcome") if one[name])
            for one in self.log()
        ]

    def time_passes(self, to: datetime) -> None:
        """Let it be later, and the service do what is then due."""
        if self.settings.deliver:
            self.settle()  # or a letter that is on its way would seem to have been so for days
        self.clock.now = to
        vault, planning = Vault.of(self.settings), Planning.of(self.settings)
        upkeep(self.database, planning, vault, self.clock)


@dataclass(frozen=True)
class Case:
    """One worker, as their adviser has them."""

    loop: Loop
    id: str

    @property
    def path(self) -> str:
        return f"/intakes/{self.id}"

    @property
    def reference(self) -> str:
        """What letters call it."""
        return self.id[:8]

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Let the adviser ask something about it."""
        return self.loop.ask("adviser", method, f"{self.path}{path}", body)

    def read(self) -> Any:
        """Read it as it stands now."""
        return made(self.ask("GET", ""))

    @property
    def referral(self) -> Any:
        """Read its last referral to the career check."""
        return self.read()["referrals"][-1]

    def consent(self, *data: str, provision: str | None = CHECK) -> str:
        """Let the worker consent; without a provision, to invitations. Return its id."""
        purpose = "hand_over" if provision else "invitations"
        given = {"purpose": purpose, "data": list(data), "textVersion": "2026-11"}
        named = {"provisionId": provision} if provision else {}
        return str(made(self.ask("POST", "/consents", given | named))["id"])

    def put(self, status: str, **more: Any) -> httpx.Response:
        """Let the adviser say how the referral goes on; give the answer."""
        path = f"/referrals/{self.referral['id']}/status"
        return self.loop.ask("adviser", "PUT", path, {"status": status, **more})

    def say(self, status: str, **more: Any) -> Any:
        """Let the adviser say how the referral goes on."""
        return made(self.put(status, **more))

    def stands(self) -> tuple[str, str | None, str | None, bool]:
        """Say where the referral stands: status, how handed over, until when, whether it waits."""
        now = self.referral
        return now["status"], now["handOver"], now["answerBy"], now["waitsSince"] is not None


@contextmanager
def running_loop(
    settings: Settings, database: Database, clock: TestClock, mail: MailServer
) -> Iterator[Loop]:
    """Run a service with these settings."""
    with (
        running(create_app(settings, clock=clock)) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30) as client,
    ):
        yield Loop(address, client, mail, database, settings, clock)


@pytest.fixture
def loop(
    settings: Settings,
    database: Database,
    clock: TestClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Loop]:
    """A service that mails over TLS and calls this machine."""
    with mail_server(tmp_path) as mail:
        monkeypatch.setenv("SSL_CERT_FILE", str(mail.authority))
        reaching = settings.model_copy(
            update={
                "smtp_url": SecretStr(mail.url),
                "callback_hosts": {REGION: ("127.0.0.1",), "desks": ("localhost",)},
                "deliver": True,
                "delivery_poll": timedelta(milliseconds=50),
                "delivery_threads": 2,
            }
        )
        with running_loop(reaching, database, clock, mail) as loop:
            yield loop


def says(link: str, **form: str) -> str:
    """Let the desk answer on its page, as a browser does; return what it then reads."""
    answer = httpx.post(link, data=form, follow_redirects=True)
    assert answer.is_success, answer.text
    assert [one.status_code for one in answer.history] == [303]
    return answer.text


def leaked(loop: Loop, *allowed: str) -> list[str]:
    """Name what letters, but for the worker's own, or the log tell of the worker besides this."""
    told = [readable(one) for one in loop.mail.messages if one["To"] != NOOR]
    told.append(json.dumps(loop.log()))
    return [part for part in PERSONAL if part not in allowed and part in "".join(told)]


def calendar_of(letters: list[EmailMessage], agenda: Agenda | None = None) -> Agenda:
    """Put the invitations that came with these letters in a calendar."""
    agenda = agenda or Agenda()
    for letter in letters:
        reading = read_with_python(file_in(letter))
        assert [event.attendee for event in reading.events] == [f"mailto:{letter['To']}"]
        agenda.receive(reading)
    return agenda


def file_in(letter: EmailMessage) -> bytes:
    """Take out the file that somebody can open by hand; a calendar gets the same one."""
    files = {
        part.get_payload(decode=True)
        for part in letter.walk()
        if part.get_content_type() in {"text/calendar", "application/ics"}
    }
    (file,) = files
    assert isinstance(file, bytes)
    return file
