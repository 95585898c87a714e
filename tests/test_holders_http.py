"""Who holds an intake: taken over, given back, listed, and told to who held it before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import col

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION, caller_id
from app.domain.terms import Action, HolderReason, Mode
from app.main import create_app
from app.models import AuditEntry
from app.services.advisers import AdviserIn, LoginIn, WindowIn, import_advisers
from tests.conftest import ENGINES, TestClock, filled_database, open_settings
from tests.identity import ISSUER, token
from tests.operations import ABSENT
from tests.server import running


class Desk:
    """What an adviser asks."""

    def __init__(self, client: httpx.Client, subject: str, **claims: str) -> None:
        self._client = client
        self._bearer = {"Authorization": f"Bearer {token(subject, 'adviser', **claims)}"}
        self.subject = subject
        self.id = str(caller_id(ISSUER, subject))
        self.name = {"id": self.id, "name": claims.get("name", "Adviseur")}

    def open(self, **more: Any) -> str:
        """Do an intake; return its id."""
        body = {"originSector": "bouw", "employment": "self_employed", "region": "AM22", **more}
        headers = self._bearer | {"Idempotency-Key": str(uuid4())}
        made = self._client.post("/intakes", json=body, headers=headers)
        assert made.status_code == 201, made.text
        intake: str = made.json()["id"]
        return intake

    def read(self, intake: str) -> httpx.Response:
        return self.get(f"/intakes/{intake}")

    def take(self, intake: str, **said: Any) -> httpx.Response:
        """Take an intake over."""
        return self.put(f"/intakes/{intake}/holder", {"holder": "me", "reason": "absence", **said})

    def give(self, intake: str, **said: Any) -> httpx.Response:
        """Let an intake wait."""
        return self.take(intake, **{"holder": "nobody", **said})

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self._client.get(path, params=query, headers=self._bearer)

    def put(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return self._client.put(path, json=body, headers=self._bearer)

    def listed(self, **query: Any) -> set[str]:
        """Say the ids of the intakes in a list."""
        return {one["id"] for one in self.get("/intakes", **query).json()["items"]}

    def lost(self, **query: Any) -> list[dict[str, Any]]:
        """Say by which changes this adviser lost an intake."""
        items: list[dict[str, Any]] = self.get("/holder-changes", **query).json()["items"]
        return items


@dataclass(frozen=True)
class Service:
    """The app for every test here, and what is behind it."""

    client: httpx.Client
    database: Database
    clock: TestClock
    settings: Settings


@pytest.fixture(scope="module", params=ENGINES)
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    settings = open_settings(
        filled_database(request.param, request, tmp_path_factory.mktemp("holders"))
    )
    clock = TestClock()
    database = Database(settings)
    with (
        running(create_app(settings, clock=clock)) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30) as client,
    ):
        yield Service(client, database, clock, settings)
    database.dispose()


@pytest.fixture
def desks(service: Service) -> dict[str, Desk]:
    """Advisers nobody has seen before, of unions that are new as well."""
    new = uuid4().hex
    bond, unie = {"organisation": f"Bond {new}"}, {"organisation": f"Unie {new}"}
    told: dict[str, dict[str, str]] = {
        "anna": {"name": "Anna", **bond},
        "bram": {"name": "Bram", **bond},
        "carla": {"name": "Carla", **unie},
        "dirk": {"name": "Dirk"},  # of no union
        "esra": bond,  # whose issuer tells no name
    }
    return {who: Desk(service.client, f"{who} {new}", **said) for who, said in told.items()}


@pytest.fixture
def anna(desks: dict[str, Desk]) -> Desk:
    return desks["anna"]


@pytest.fixture
def bram(desks: dict[str, Desk]) -> Desk:
    return desks["bram"]


def refused(answer: httpx.Response, status: int, slug: str) -> bool:
    """Whether this is that refusal."""
    found = answer.status_code, answer.json()["type"].rpartition("/")[2]
    assert found == (status, slug), answer.text
    return True


def test_who_does_an_intake_holds_it(anna: Desk) -> None:
    intake = anna.open()
    assert anna.read(intake).json()["holder"] == anna.name
    listed = anna.get("/intakes").json()["items"]
    assert [(one["id"], one["holder"]) for one in listed] == [(intake, anna.name)]


@pytest.mark.parametrize("reason", HolderReason)
def test_a_colleague_takes_over_with_a_reason_that_the_previous_holder_reads(
    anna: Desk, bram: Desk, service: Service, reason: HolderReason
) -> None:
    intake = anna.open()
    answer = bram.take(intake, reason=reason, note="  Anna is met verlof.\r\nTot maandag.  ")
    assert answer.status_code == 200
    assert {**answer.json(), "id": None} == {
        "id": None,
        "intakeId": intake,
        "at": f"{service.clock.now:%Y-%m-%dT%H:%M:%SZ}",
        "previous": anna.name,
        "holder": bram.name,
        "reason": reason.value,
        "note": "Anna is met verlof.\nTot maandag.",
    }
    assert anna.lost() == [answer.json()]
    assert bram.lost() == []
    assert bram.read(intake).json()["holder"] == bram.name
    assert anna.read(intake).status_code == 404
    by = f"{ISSUER} {bram.subject}"
    assert logged(service, intake) == [(Action.holder_changed, by, reason.value)]


def logged(service: Service, intake: str) -> list[tuple[Action, str, str]]:
    """Read what the audit log tells of who held an intake."""
    told = (col(AuditEntry.action), col(AuditEntry.actor), col(AuditEntry.reason))
    asked = sa.select(*told).where(
        col(AuditEntry.action).in_([Action.holder_changed, Action.intake_given_back]),
        col(AuditEntry.intake_id) == UUID(intake),
    )
    with service.database.read(EVERY_REGION) as session:
        return [tuple(row) for row in session.execute(asked.order_by(col(AuditEntry.number)))]


def test_what_is_given_back_waits_for_whoever_takes_it(
    anna: Desk, bram: Desk, service: Service
) -> None:
    intake = anna.open()
    given = anna.give(intake, reason="workload").json()
    assert (given["previous"], given["holder"], given["note"]) == (anna.name, None, None)
    for colleague in (anna, bram):
        assert colleague.read(intake).json()["holder"] is None
        assert colleague.listed() == {intake}
    taken = bram.take(intake, reason="other").json()
    assert (taken["previous"], taken["holder"]) == (None, bram.name)
    assert logged(service, intake) == [
        (Action.intake_given_back, f"{ISSUER} {anna.subject}", "workload"),
        (Action.holder_changed, f"{ISSUER} {bram.subject}", "other"),
    ]
    assert anna.listed() == set()
    assert anna.lost() == [given]  # of the second change she was no part


def test_a_case_can_come_back(anna: Desk, bram: Desk) -> None:
    intake = anna.open()
    bram.take(intake)
    back = anna.take(intake, reason="worker_asked").json()
    assert (back["previous"], back["holder"]) == (bram.name, anna.name)
    assert bram.lost() == [back]
    assert anna.read(intake).json()["holder"] == anna.name


def test_a_lost_case_is_changed_no_more(anna: Desk, bram: Desk) -> None:
    intake = anna.open()
    session = anna.read(intake).json()["sessions"][0]["id"]
    bram.take(intake)
    ended = {"outcome": "held"}
    assert refused(anna.put(f"/sessions/{session}/outcome", ended), 404, "not-found")
    assert refused(anna.give(intake), 404, "not-found")
    assert bram.put(f"/sessions/{session}/outcome", ended).status_code == 200


def test_whoever_holds_it_already_changes_nothing(anna: Desk, bram: Desk) -> None:
    intake = anna.open()
    assert refused(anna.take(intake), 409, "held-already")
    anna.give(intake)
    for colleague in (anna, bram):
        assert refused(colleague.give(intake), 409, "held-already")
    assert len(anna.lost()) == 1


def test_a_colleague_does_not_give_away_what_they_do_not_hold(anna: Desk, bram: Desk) -> None:
    intake = anna.open()
    assert refused(bram.give(intake), 404, "not-found")
    assert anna.read(intake).json()["holder"] == anna.name


@pytest.mark.parametrize("who", ["carla", "dirk"])
@pytest.mark.parametrize("waits", [False, True], ids=["held", "waiting"])
def test_another_union_finds_nothing(
    anna: Desk, desks: dict[str, Desk], who: str, *, waits: bool
) -> None:
    intake, stranger = anna.open(), desks[who]
    if waits:
        anna.give(intake)
    for ask in (stranger.take, stranger.give, stranger.read):
        assert refused(ask(intake), 404, "not-found")
        assert refused(ask(ABSENT), 404, "not-found")
    assert stranger.listed() == stranger.listed(holder="nobody") == set()


def test_who_is_of_no_union_has_nobody_to_give_it_back_to(desks: dict[str, Desk]) -> None:
    dirk = desks["dirk"]
    intake = dirk.open()
    answer = dirk.give(intake)
    assert refused(answer, 409, "take-it-over-first")
    assert answer.json()["detail"] == (
        "Only who holds an intake, for an organisation, can give it back."
    )
    assert refused(desks["anna"].take(intake), 404, "not-found")


def test_a_waiting_case_is_taken_over_before_it_is_changed(anna: Desk, bram: Desk) -> None:
    intake = anna.open()
    session = anna.read(intake).json()["sessions"][0]["id"]
    anna.give(intake)
    for ask in (anna, bram):
        change = ask.put(f"/sessions/{session}/outcome", {"outcome": "held"})
        assert refused(change, 409, "take-it-over-first")


@pytest.fixture
def talking(bram: Desk, service: Service) -> Desk:
    """Bram is the only one with free places in a region."""
    windows = [
        WindowIn(region="AM35", mode=Mode.phone, weekday=day, starts=time(9), ends=time(17))
        for day in range(1, 6)
    ]
    login = LoginIn(issuer=ISSUER, subject=bram.subject)
    one = AdviserIn(login=login, name="Bram", windows=windows)
    with service.database.write(EVERY_REGION) as session:
        session.execute(sa.text("DELETE FROM availability_window WHERE region = 'AM35'"))
        import_advisers(session, [one])
    assert str(one.id) == bram.id
    return bram


def test_who_holds_a_session_sees_the_case_and_gives_it_to_nobody(
    anna: Desk, talking: Desk, desks: dict[str, Desk]
) -> None:
    intake = anna.open(region="AM35")
    first = anna.read(intake).json()["sessions"][0]
    assert first["adviser"] == talking.name
    assert talking.read(intake).json()["holder"] == anna.name
    assert talking.listed() == {intake}
    assert talking.listed(holder="me") == set()
    assert refused(talking.give(intake), 409, "take-it-over-first")
    ended = talking.put(f"/sessions/{first['id']}/outcome", {"outcome": "cancelled"})
    assert ended.status_code == 200
    assert desks["esra"].read(intake).status_code == 404
    assert talking.take(intake).json()["holder"] == talking.name


def test_a_list_is_of_mine_of_nobodys_or_of_both(anna: Desk, bram: Desk) -> None:
    mine, waiting, brams, given = anna.open(), anna.open(), bram.open(), bram.open()
    anna.give(waiting)
    bram.give(given)
    both = {waiting, given}
    assert anna.listed(holder="me") == {mine}
    assert bram.listed(holder="me") == {brams}
    for colleague, own in ((anna, mine), (bram, brams)):
        assert colleague.listed(holder="nobody") == both
        assert colleague.listed() == {own, *both}
        assert colleague.listed(holder="nobody", region="AM01") == set()
    for wrong in ("anna", "", "ME", anna.id):
        answer = anna.get("/intakes", holder=wrong)
        assert refused(answer, 400, "invalid-input")
        assert [one["pointer"] for one in answer.json()["errors"]] == ["query/holder"]


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"holder": "bram"}, "/holder"),
        ({"holder": None}, "/holder"),
        ({"reason": "because"}, "/reason"),
        ({"reason": None}, "/reason"),
        ({"note": ""}, "/note"),
        ({"note": "x" * 2001}, "/note"),
        ({"note": "nul \0"}, "/note"),
        ({"note": "BSN 111222333"}, "/note"),
        ({"note": 1}, "/note"),
        ({"why": "therefore"}, ""),
    ],
    ids=str,
)
def test_a_change_that_cannot_be_is_refused_in_its_place(
    anna: Desk, bram: Desk, said: dict[str, Any], pointer: str
) -> None:
    intake = anna.open()
    answer = bram.take(intake, **said)
    assert refused(answer, 400, "invalid-input")
    places = [one["pointer"] for one in answer.json()["errors"]]
    assert places == [pointer or "/why"]
    assert anna.read(intake).json()["holder"] == anna.name


def test_a_change_needs_a_holder_and_a_reason(anna: Desk, bram: Desk) -> None:
    answer = bram.put(f"/intakes/{anna.open()}/holder", {})
    faults = {(one["pointer"], one["code"]) for one in answer.json()["errors"]}
    assert faults == {("/holder", "required"), ("/reason", "required")}


def test_changes_are_read_in_pages_newest_first(anna: Desk, bram: Desk, service: Service) -> None:
    for number in range(5):
        intake = anna.open()
        service.clock.forward(minutes=1)
        bram.take(intake, note=f"de {number}e")
    notes = [one["note"] for one in anna.lost()]
    assert notes == ["de 4e", "de 3e", "de 2e", "de 1e", "de 0e"]
    pages: list[list[str]] = []
    after: dict[str, str] = {}
    while True:
        page = anna.get("/holder-changes", limit=2, **after).json()
        pages.append([one["note"] for one in page["items"]])
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert pages == [notes[:2], notes[2:4], notes[4:]]


def test_changes_of_one_moment_are_each_on_one_page(anna: Desk, bram: Desk) -> None:
    for intake in [anna.open() for _ in range(5)]:
        bram.take(intake)
    every = [one["id"] for one in anna.lost()]
    assert every == sorted(every, reverse=True)
    assert [one["id"] for one in anna.lost(limit=3)] == every[:3]
    assert [one["id"] for one in anna.lost(after=every[2])] == every[3:]


def test_a_cursor_of_another_is_no_cursor(anna: Desk, bram: Desk) -> None:
    bram.take(anna.open())
    (change,) = anna.lost()
    assert anna.get("/holder-changes", after=change["id"]).json() == {"items": [], "next": None}
    for after in (change["id"], ABSENT):
        answer = bram.get("/holder-changes", after=after)
        assert refused(answer, 400, "invalid-input")
        faults = [(one["pointer"], one["code"]) for one in answer.json()["errors"]]
        assert faults == [("query/after", "unknown")]


def test_whose_token_tells_no_name_is_called_adviser(anna: Desk, desks: dict[str, Desk]) -> None:
    esra = desks["esra"]
    intake = anna.open()
    assert esra.take(intake).json()["holder"] == esra.name
    assert esra.read(intake).json()["holder"]["name"] == "Adviseur"
    assert anna.lost()[0]["holder"] == esra.name
