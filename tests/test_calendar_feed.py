"""An adviser's sessions in their own calendar, as a calendar program and a stranger meet them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import col, select

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, caller_id
from app.domain.terms import Action
from app.main import create_app
from app.models import AuditEntry
from app.services.advisers import AdviserIn
from tests.calendar_parsers import Event, read_with_python
from tests.conftest import TestClock, Written, open_settings
from tests.crash.staff import replace_staff, staff
from tests.identity import ISSUER, adviser
from tests.server import asked_too_often, running

REGION = "AM22"
NURSE = {
    "originSector": "ziekenhuizen",
    "targetSector": "onderwijs",
    "employment": "employee",
    "purpose": "orientation",
    "region": REGION,
    "motivation": "Klaproos",
    "scheduling": {"modes": ["phone"], "sessions": 1},
}


@dataclass
class Agenda:
    """A service in which Anna holds every session, and who asks it as her or as a calendar."""

    root: httpx.Client
    database: Database
    clock: TestClock

    def ask(self, method: str, path: str, who: str = "anna", body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {adviser(who)}", "Idempotency-Key": str(uuid4())}
        answer = self.root.request(method, f"/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer

    def renew(self, who: str = "anna") -> str:
        """Get a new address, and return where the test finds it."""
        url: str = self.ask("PUT", "/calendar-feed", who).json()["url"]
        assert url.startswith("https://gidsfunctie.example/agenda/")
        assert self.ask("GET", "/calendar-feed", who).json() == {"url": url}
        return urlsplit(url).path

    def events(self, path: str) -> list[Event]:
        answer = self.root.get(path)
        assert answer.status_code == 200, answer.text
        return read_with_python(answer.content).events

    def intake(self) -> dict[str, Any]:
        made: dict[str, Any] = self.ask("POST", "/intakes", body=NURSE).json()
        return made

    def gone(self, path: str) -> bool:
        answer = self.root.get(path)
        return answer.status_code == 404 and answer.json()["type"].endswith("/not-found")


def anna() -> list[AdviserIn]:
    return staff({1: [REGION]}, until=11, who=lambda _: caller_id(ISSUER, "anna"))


@pytest.fixture
def agenda(settings: Settings, database: Database, clock: TestClock) -> Iterator[Agenda]:
    replace_staff(database, anna())
    with (
        running(create_app(settings, clock=clock)) as address,
        httpx.Client(base_url=address, timeout=30) as root,
    ):
        yield Agenda(root, database, clock)


def test_the_feed_shows_every_session_of_the_adviser_and_nobody_else(agenda: Agenda) -> None:
    assert agenda.ask("GET", "/calendar-feed").json() == {"url": None}
    path = agenda.renew()
    empty = agenda.root.get(path)
    assert empty.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert empty.headers["Cache-Control"] == "private, max-age=300"
    assert read_with_python(empty.content).events == []
    intake = agenda.intake()
    (session,) = intake["sessions"]
    assert session["startsAt"] == "2026-11-24T09:00:00Z"
    (event,) = agenda.events(path)
    assert (event.uid, event.sequence) == (f"{session['id']}@gidsfunctie", 0)
    assert (event.clock, event.summary) == ("2026-11-24T10:00:00", "Gidsgesprek 1 (telefoon)")
    assert (event.organizer, event.attendee) == (None, None)
    text = agenda.root.get(path).text
    assert not any(one in text for one in ("Klaproos", intake["id"], REGION, "anna"))
    assert agenda.events(agenda.renew("bram")) == []
    assert agenda.root.head(path).headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert agenda.root.post(path).status_code == 405


def test_it_moves_and_goes_with_the_session_and_stays_a_month(agenda: Agenda) -> None:
    path = agenda.renew()
    moved, cancelled, held = (agenda.intake()["sessions"][0] for _ in range(3))
    slots = agenda.ask("GET", f"/slots?region={REGION}&mode=video&limit=1").json()["items"]
    made = agenda.clock.now
    agenda.clock.forward(minutes=5)
    agenda.ask("PUT", f"/sessions/{moved['id']}/slot", body={"slotId": slots[0]["id"]})
    agenda.ask("PUT", f"/sessions/{cancelled['id']}/outcome", body={"outcome": "cancelled"})
    agenda.ask("PUT", f"/sessions/{held['id']}/outcome", body={"outcome": "held"})
    shown = {UUID(one.uid.partition("@")[0]): one for one in agenda.events(path)}
    assert set(shown) == {UUID(moved["id"]), UUID(held["id"])}
    assert shown[UUID(moved["id"])].sequence == 1
    assert shown[UUID(held["id"])].changed_at == made
    assert shown[UUID(moved["id"])].changed_at == made + timedelta(minutes=5)
    assert shown[UUID(moved["id"])].summary == "Gidsgesprek 1 (videobellen)"
    last = max(one.starts_at for one in shown.values())
    agenda.clock.now = last
    agenda.clock.forward(days=30, seconds=-1)
    assert [one.starts_at for one in agenda.events(path)] == [last]
    agenda.clock.forward(seconds=1)
    assert agenda.events(path) == []


def test_an_address_that_ended_never_comes_back(agenda: Agenda) -> None:
    agenda.ask("DELETE", "/calendar-feed")
    assert agenda.ask("GET", "/calendar-feed").json() == {"url": None}
    first, second = agenda.renew(), agenda.renew()
    assert agenda.gone(first)
    assert agenda.events(second) == []
    for _ in range(2):
        agenda.ask("DELETE", "/calendar-feed")
        assert agenda.ask("GET", "/calendar-feed").json() == {"url": None}
    assert agenda.gone(second)
    third = agenda.renew()
    replace_staff(agenda.database, anna())
    assert len({first, second, third}) == 3
    assert [agenda.gone(one) for one in (first, second, third)] == [True, True, False]
    with agenda.database.read(EVERY_REGION) as session:
        log = session.exec(select(AuditEntry).order_by(col(AuditEntry.number))).all()
    assert {one.action for one in log} == {Action.calendar_feed_changed}
    assert [one.reason for one in log] == ["renewed", "renewed", "ended", "renewed"]
    assert {(one.actor, one.intake_id) for one in log} == {(f"{ISSUER} anna", None)}


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_asking_for_the_address_waits_for_nobody_who_writes(agenda: Agenda) -> None:
    agenda.renew()
    with agenda.database.write(EVERY_REGION) as session:
        session.exec(select(AuditEntry.number)).all()
        assert agenda.ask("GET", "/calendar-feed").json()["url"]


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_who_makes_up_or_changes_an_address_finds_nothing_and_no_log_holds_one(
    agenda: Agenda, lines: Written
) -> None:
    path = agenda.renew()
    prefix, _, token = path.rpartition("/")
    for place in (0, 20, 24, 30, 51):
        other = "A" if token[place] != "A" else "B"
        assert agenda.gone(f"{prefix}/{token[:place]}{other}{token[place + 1 :]}")
    for made_up in ("x", token[:-1], f"{token}A", f"{token}=", "A" * 52, "%00", "..%2f"):
        assert agenda.gone(f"{prefix}/{made_up}")
    assert agenda.events(path) == []
    assert len(list(lines)) > 10
    assert token not in lines.text


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_requests_are_counted_for_the_address_they_come_from(database_url: str) -> None:
    settings = open_settings(database_url).model_copy(update={"rate_anonymous": 3})
    with (
        running(create_app(settings)) as address,
        httpx.Client(base_url=address, timeout=30) as root,
    ):
        answers = asked_too_often(lambda: root.get(f"/agenda/{'A' * 52}"), 3)
    assert answers[0].status_code == 404
    assert answers[-1].status_code == 429
