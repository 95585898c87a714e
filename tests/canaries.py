"""Persons whose every word is one that nobody else would use, and the walk they make."""

import email
import os
import random
import re
import string
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import IO
from uuid import uuid4

import httpx

from tests.identity import adviser
from tests.server import ROOT

PATIENCE_SECONDS = 60
LINK = re.compile(r"/overdracht/(\S+)")
PIECES, PIECE = 5, 24
"""How many pieces of what is sealed are looked for, of how many bytes: a part that is left over
must be found as well."""

Needles = dict[str, bytes]
Haystack = Iterator[tuple[str, bytes]]
HOLDER = {"Authorization": f"Bearer {adviser('holder')}"}
COLLEAGUE = {"Authorization": f"Bearer {adviser('colleague')}"}


def found(needles: Needles, haystack: Haystack) -> set[str]:
    return {
        f"{name} in {place}"
        for place, content in haystack
        for name, needle in needles.items()
        if needle in content
    }


def pieces(sealed: dict[str, bytes]) -> Needles:
    """Take a few pieces of what is sealed, from its begin to its end."""
    return {
        f"{name}[{begin}]": content[begin : begin + PIECE]
        for name, content in sealed.items()
        for begin in {(len(content) - PIECE) * number // (PIECES - 1) for number in range(PIECES)}
    }


@dataclass
class Person:
    """Somebody whose every word is one that nobody else would use."""

    words: dict[str, str] = field(default_factory=dict)
    id: str = ""
    links: list[str] = field(default_factory=list)
    """What leads a desk to them."""

    def word(self, place: str) -> str:
        letters = "".join(random.choices(string.ascii_lowercase, k=14))  # noqa: S311 - no secret
        return self.words.setdefault(place, f"Kanarie{letters}")

    def telephone(self) -> str:
        digits = "".join(random.choices(string.digits, k=8))  # noqa: S311 - likewise
        return self.words.setdefault("telephone", f"06-{digits}")

    @property
    def needles(self) -> Needles:
        return {place: word.encode() for place, word in self.words.items()}


def tell(client: httpx.Client, **fixed: str) -> Person:
    """Keep an intake of somebody, with all that can be kept about them."""
    person = Person()
    said = {
        "originSector": person.word("origin"),
        "targetSector": person.word("target"),
        "organisation": person.word("organisation"),
        "occupation": person.word("occupation"),
        "skills": [person.word("skill")],
        "motivation": f"Ik zei: {person.word('motivation')}",
        "municipality": person.word("municipality"),
        "region": "AM22",
        "employment": "employee",
        **fixed,
    }
    answer = client.post("/intakes", json=said, headers={**HOLDER, "Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201, answer.text
    person.id = answer.json()["id"]
    for name, shown in fixed.items():
        person.words.pop(name.removesuffix("Sector"))
        assert shown
    details = {
        "name": person.word("name"),
        "telephone": person.telephone(),
        "email": f"{person.word('email')}@voorbeeld.example",
    }
    answers = [
        client.put(f"/intakes/{person.id}/contact-details", json=details, headers=HOLDER),
        *(
            client.put(
                f"/intakes/{person.id}/holder",
                json={
                    "holder": holder, "reason": "absence",
                    "note": person.word(f"note of {number}"),
                },
                headers=who,
            )
            for number, (holder, who) in enumerate(
                [("nobody", HOLDER), ("me", COLLEAGUE), ("nobody", COLLEAGUE), ("me", HOLDER)]
            )
        ),
    ]  # fmt: skip
    referrals = client.get(f"/intakes/{person.id}", headers=HOLDER).json()["referrals"]
    consents = [
        {"provisionId": one["provisionId"], "data": ["name", "telephone", "email", "question"]}
        for one in referrals
    ] or [{"purpose": "invitations", "data": ["email"]}]
    for consent in consents:
        body = consent | {"textVersion": "2026-11"}
        key = {"Idempotency-Key": str(uuid4())}
        answers.append(
            client.post(f"/intakes/{person.id}/consents", json=body, headers={**HOLDER, **key})
        )
    assert all(answer.is_success for answer in answers), [one.text for one in answers]
    return person


def receive(client: httpx.Client, provision: str) -> None:
    """Let a desk receive people for a provision, by mail."""
    desk = {
        "name": "Loket van de kanaries",
        "organisation": "Fonds",
        "channel": "email",
        "email": "loket@fonds.example",
        "provisions": [provision],
    }
    made = client.post("/desks", json=desk, headers={"Authorization": "Bearer demo-editor"})
    assert made.status_code == 201, made.text


def hand_over(client: httpx.Client, person: Person, post: "Post") -> None:
    """Hand somebody over to a desk that declines, decide otherwise, and hand them over again."""
    for note in ("note of the first hand-over", "note of the second hand-over"):
        (referral,) = (
            one
            for one in client.get(f"/intakes/{person.id}", headers=HOLDER).json()["referrals"]
            if one["status"] == "proposed"
        )
        sent = client.put(
            f"/referrals/{referral['id']}/status",
            json={"status": "sent", "note": person.word(note)},
            headers=HOLDER,
        )
        assert sent.json()["handOver"] == "desk", sent.text
        letter = post.letter_about(referral["id"])
        assert {one for one in ("name", "motivation") if person.words[one] not in letter} == set()
        person.links.append(LINK.search(letter)[1])  # type: ignore[index]  # it is there, or fails
        if note == "note of the second hand-over":
            return
        answers = [
            client.post(
                str(client.base_url).replace("/v1/", f"/overdracht/{person.links[-1]}"),
                data={"status": "declined", "reason": "other", "note": person.word("of the desk")},
            ),
            client.put(
                f"/intakes/{person.id}/outcome",
                json={
                    "outcome": "warm_referral", "reason": "other",
                    "provisionId": referral["provisionId"], "note": person.word("of the outcome"),
                },
                headers=HOLDER,
            ),
        ]  # fmt: skip
        assert [one.status_code for one in answers] == [303, 200], [one.text for one in answers]


class Post:
    """`gids worker`, and the folder in which it puts what it sends."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self._folder = folder / "mail"
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "GIDS_DEMO": "1",
            "GIDS_LOG_LEVEL": "DEBUG",
            "GIDS_MAIL_FOLDER": str(self._folder),
            "GIDS_DELIVERY_POLL": "PT0.1S",
            **environment,
        }

    @contextmanager
    def delivering(self, log: IO[bytes]) -> Iterator[None]:
        """Deliver as long as this lasts."""
        worker = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "worker"],
            env=self._environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            worker.terminate()
            worker.wait(30)

    def letters(self) -> list[str]:
        """Read what was sent until now."""
        folder = self._folder / "new"
        found = (email.message_from_bytes(one.read_bytes()) for one in folder.glob("*"))
        return [f"{one['Subject']}\n{text_of(one)}" for one in found]

    def letter_about(self, referral: str) -> str:
        """Wait for the hand-over of a referral."""
        tick = threading.Event()
        for _ in range(PATIENCE_SECONDS * 20):
            for letter in self.letters():
                if letter.startswith(f"Aanvraag {referral[:8]}") and LINK.search(letter):
                    return letter
            tick.wait(0.05)
        message = "the hand-over did not arrive"
        raise AssertionError(message)


def text_of(letter: Message) -> str:
    """Read the text of a letter."""
    (part,) = (one for one in letter.walk() if one.get_content_type() == "text/plain")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()
