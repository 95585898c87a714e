"""Every state of a referral, by every step, by everybody who can take one; over HTTP.

Who else asks is refused before any of this (test_access_table).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

import httpx
import pytest
from sqlmodel import select

from app.db import Database
from app.domain.access import EVERY_REGION
from app.models import OutboxMessage
from app.services import desk_links
from app.vault import Vault
from tests.conftest import TestClock, filled_database, open_settings
from tests.identity import adviser, token, werkcentrum
from tests.loop import CHECK, REGION, SAID, Case, Loop, made, running_loop
from tests.mailbox_server import MailServer

TO_EMPLOYER = "ziekenhuizen-plb"
CALLED = "dierhouderij-loopbaancheck"
"""What has a desk that is called, and so is handed over by hand."""

REFUSED = {
    "a colleague": (adviser("bram"), 404),
    "adviser of another union": (adviser("carla", "Unie"), 404),
    "catalogue-editor": (token("eva", "catalogue-editor"), 403),
    "werkcentrum": (werkcentrum(REGION), 403),
    "policy": (token("fatma", "policy"), 403),
    "operator": (token("gijs", "operator"), 403),
    "no role": (token("hans"), 403),
}
"""Who can take no step at all, and what they are answered."""

Table = Mapping[str, tuple[str, ...]]

ADVISER: Table = {
    "proposed": ("sent", "withdrawn"),
    "sent": ("received", "accepted", "declined", "withdrawn"),
    "received": ("received", "accepted", "declined", "withdrawn"),
    "accepted": ("in_contact", "declined", "withdrawn"),
    "in_contact": ("completed", "declined", "withdrawn"),
    "completed": (),
    "declined": (),
    "expired": (),
    "withdrawn": (),
}
"""Where an adviser can take a referral, by where it stands."""

THROUGH_EMPLOYER: Table = {
    "proposed": ("in_contact", "declined", "withdrawn"),
    "in_contact": ("completed", "declined", "withdrawn"),
    "completed": (),
    "declined": (),
    "withdrawn": (),
}
"""The same where the worker goes through their own employer."""

DESK: Table = {
    "sent": ("received", "accepted", "declined"),
    "received": ("received", "accepted", "declined"),
    "accepted": ("in_contact", "declined"),
    "in_contact": ("completed", "declined"),
    "completed": (),
    "declined": (),
    "expired": (),
    "withdrawn": (),
}
"""The same for a desk."""

CLOCK: Mapping[str, str] = {"sent": "expired", "received": "expired"}
"""Where it goes when nobody says anything; all else stays."""

WAY_TO: Mapping[str, tuple[str, ...]] = {
    "proposed": (),
    "sent": ("sent",),
    "received": ("sent", "received"),
    "accepted": ("sent", "accepted"),
    "in_contact": ("sent", "accepted", "in_contact"),
    "completed": ("sent", "accepted", "in_contact", "completed"),
    "declined": ("sent", "declined"),
    "expired": ("sent",),
    "withdrawn": ("sent", "withdrawn"),
}

REASONS = {"declined": {"reason": "other"}, "withdrawn": {"reason": "other"}}
BY_ADVISER = ("sent", "received", "accepted", "in_contact", "completed", "declined", "withdrawn")
"""What an adviser may say at all, in the order of a referral's life."""
BY_DESK = ("accepted", "received", "in_contact", "completed", "declined")
"""What a desk may, in the order of its page."""


@pytest.fixture(scope="module")
def loop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loop]:
    """A service that delivers nothing, with a desk.

    On one engine: what they do differently is below the states.
    """
    folder = tmp_path_factory.mktemp("table")
    settings = open_settings(filled_database("sqlite", request, folder)).model_copy(
        update={"mail_folder": folder / "mail"}
    )
    database = Database(settings)
    unused = MailServer("smtp", folder)
    with running_loop(settings, database, TestClock(), unused) as loop:
        loop.desk()
        loop.desk(channel="telephone", provisions=[CALLED], email=None)
        yield loop
    database.dispose()


@dataclass(frozen=True)
class Referral:
    """A referral, as its adviser and its desk have it."""

    loop: Loop
    intake: str
    id: str

    def put(self, status: str, **more: str) -> httpx.Response:
        """Let the adviser say how it goes on, with a reason where there must be one."""
        body = {"status": status, **REASONS.get(status, {}), **more}
        return self.loop.ask("adviser", "PUT", f"/referrals/{self.id}/status", body)

    def post(self, status: str, **more: str) -> httpx.Response:
        """Let the desk say so on its page."""
        return httpx.post(self.link, data={"status": status, **REASONS.get(status, {}), **more})

    def go(self, *statuses: str) -> Self:
        """Let the adviser take it there, step by step."""
        for status in statuses:
            assert made(self.put(status))["status"] == status
        return self

    @property
    def link(self) -> str:
        """The address that a desk gets, or would get."""
        until = self.loop.clock.now + timedelta(days=1)
        token = desk_links.make(Vault.of(self.loop.settings), UUID(self.id), until)
        return f"{self.loop.address}/overdracht/{token}"

    def read(self) -> Any:
        """Read it as it stands now."""
        intake = made(self.loop.ask("adviser", "GET", f"/intakes/{self.intake}"))
        (found,) = (one for one in intake["referrals"] if one["id"] == self.id)
        return found

    def changes(self) -> list[Any]:
        """Read all that ever happened to it."""
        changes: list[Any] = self.read()["changes"]
        return changes


def standing(loop: Loop, status: str, provision: str = CHECK, **said: str) -> Referral:
    """Make one that stands here, and was handed over to a desk on the way, if that can be told."""
    intake = made(loop.ask("adviser", "POST", "/intakes", SAID | said))
    (referral,) = [one for one in intake["referrals"] if one["provisionId"] == provision]
    Case(loop, intake["id"]).consent("name", provision=provision)
    found = Referral(loop, intake["id"], referral["id"]).go(*WAY_TO[status])
    if status == "expired":
        time_passes(loop)
    return found


def through_employer(loop: Loop, status: str) -> Referral:
    """Make one through the worker's own employer that stands here."""
    nurse = SAID | {"originSector": "ziekenhuizen"}
    case = Case(loop, made(loop.ask("adviser", "POST", "/intakes", nurse))["id"])
    made_ = made(case.ask("POST", "/referrals", {"provisionId": TO_EMPLOYER}))
    steps = [one for one in WAY_TO[status] if one in THROUGH_EMPLOYER]
    return Referral(loop, case.id, made_["id"]).go(*steps)


def by_hand(loop: Loop, status: str) -> Referral:
    """Make one that stands here, of which the adviser called the desk."""
    said = {"originSector": "dierhouderij", "purpose": "growth_in_sector"}
    return standing(loop, status, CALLED, **said)


def time_passes(loop: Loop) -> None:
    """Let a reminder, a warning and an end come, if they do."""
    for _ in range(3):
        loop.time_passes(loop.clock.now + timedelta(days=14))


def check_refusals(referral: Referral, status: str, allowed: tuple[str, ...]) -> None:
    """Hold that an adviser is refused what is not allowed, is told what is, and changes nothing."""
    before = referral.changes()
    for wanted in [one for one in BY_ADVISER if one not in allowed]:
        answer = referral.put(wanted)
        if wanted == status:  # said twice is said once
            assert made(answer)["status"] == status
            continue
        problem = answer.json()
        assert problem["type"].endswith("/problems/referral-not-allowed"), wanted
        options = ", ".join(allowed) or "nothing"
        assert problem["detail"] == f"A referral that is {status} allows here: {options}."
        assert (answer.status_code, problem.get("allowed", [])) == (409, list(allowed))
    for wanted in ("proposed", "expired"):
        assert referral.put(wanted).status_code == 400
    assert referral.read()["status"] == status
    assert referral.changes() == before


@pytest.mark.parametrize("status", ADVISER)
def test_an_adviser_takes_a_referral_where_it_can_go_and_nowhere_else(
    loop: Loop, status: str
) -> None:
    check_refusals(standing(loop, status), status, ADVISER[status])
    for wanted in ADVISER[status]:
        standing(loop, status).go(wanted)


@pytest.mark.parametrize("status", ADVISER)
def test_by_hand_it_goes_the_same_way_and_no_desk_is_told(loop: Loop, status: str) -> None:
    referral = by_hand(loop, status)
    known = referral.read()
    by = None if status == "proposed" else "by_hand"
    assert (known["provisionId"], known["handOver"]) == (CALLED, by)
    check_refusals(referral, status, ADVISER[status])
    assert [httpx.get(referral.link).status_code, referral.post("accepted").status_code] == [
        404
    ] * 2
    for wanted in ADVISER[status]:
        by_hand(loop, status).go(wanted)
    with loop.database.read(EVERY_REGION) as session:
        about = select(OutboxMessage).where(OutboxMessage.intake_id == UUID(referral.intake))
        told = [one.recipient for one in session.exec(about)]
    assert [one for one in told if one.startswith("desk:")] == []


@pytest.mark.parametrize("status", ADVISER)
def test_nobody_else_takes_a_referral_anywhere_from_where_it_stands(
    loop: Loop, status: str
) -> None:
    referral = standing(loop, status)
    before = referral.changes()
    body = {"status": "withdrawn", "reason": "other"}
    for wanted in [{"status": one} for one in ADVISER[status] if one not in REASONS] or [body]:
        for who, (shown, answered) in REFUSED.items():
            answer = loop.client.put(
                f"/referrals/{referral.id}/status",
                json=wanted,
                headers={"Authorization": f"Bearer {shown}"},
            )
            assert answer.status_code == answered, who
    assert referral.changes() == before


@pytest.mark.parametrize("status", THROUGH_EMPLOYER)
def test_through_the_employer_it_goes_the_way_of_the_worker_and_no_desk_is_told(
    loop: Loop, status: str
) -> None:
    referral = through_employer(loop, status)
    check_refusals(referral, status, THROUGH_EMPLOYER[status])
    assert [httpx.get(referral.link).status_code, referral.post("accepted").status_code] == [
        404
    ] * 2
    for wanted in THROUGH_EMPLOYER[status]:
        through_employer(loop, status).go(wanted)


@pytest.mark.parametrize("status", DESK)
def test_a_desk_takes_a_referral_where_it_can_go_and_nowhere_else(loop: Loop, status: str) -> None:
    referral = standing(loop, status)
    before = referral.changes()
    offered = re.findall(r'id="status-([^"]*)"', httpx.get(referral.link).text)
    assert sorted(offered) == sorted(DESK[status])
    for wanted in [one for one in BY_DESK if one not in offered]:
        answer = referral.post(wanted)
        if wanted == status:  # said twice is said once
            assert answer.status_code == 303
            continue
        assert answer.status_code == 409, wanted
        assert re.findall(r'id="status-([^"]*)"', answer.text) == offered
        assert "Er is intussen iets veranderd. Hieronder staat hoe het nu is." in answer.text
    assert (referral.read()["status"], referral.changes()) == (status, before)
    for wanted in DESK[status]:
        other = standing(loop, status)
        day = {"answer_by": days_offered(other)[2]} if wanted == "received" else {}
        assert other.post(wanted, **day).status_code == 303
        assert other.read()["status"] == wanted


def days_offered(referral: Referral) -> list[str]:
    """Read until when a desk may ask for time."""
    return re.findall(r'<option value="(\d{4}-\d\d-\d\d)"', httpx.get(referral.link).text)


def test_what_was_not_handed_over_is_at_no_desk(loop: Loop) -> None:
    referral = standing(loop, "proposed")
    assert [httpx.get(referral.link).status_code, referral.post("accepted").status_code] == [
        404
    ] * 2


def test_the_clock_ends_what_nobody_answered_and_nothing_else(loop: Loop) -> None:
    every = {status: standing(loop, status) for status in ADVISER if status != "expired"}
    time_passes(loop)
    now = {status: referral.read() for status, referral in every.items()}
    after = {status: referral["status"] for status, referral in now.items()}
    assert after == {status: CLOCK.get(status, status) for status in every}
    waits = [status for status, referral in now.items() if referral["waitsSince"]]
    assert waits == ["proposed", "accepted", "in_contact"]
