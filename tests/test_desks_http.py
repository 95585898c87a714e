"""The directory of receiving desks over HTTP: kept by editors, read by advisers."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import col

from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Action
from app.main import create_app
from app.models import AuditEntry, Desk
from tests.conftest import ENGINES, TestClock, filled_database, open_settings
from tests.identity import ISSUER, adviser, token
from tests.models.rows import put
from tests.operations import ABSENT
from tests.server import running

EDITOR = {"Authorization": f"Bearer {token('eva', 'catalogue-editor')}"}
ADVISER = {"Authorization": f"Bearer {adviser('anna')}"}
HOOK = "https://hooks.loket.example/gids"
LEAST = {"name": "Loket", "organisation": "Fonds", "channel": "email", "email": "l@fonds.example"}
WHOLE = {
    "name": "Loket Techniek",
    "organisation": "Fonds Techniek",
    "channel": "webhook",
    "email": "loket@fonds.example",
    "webhookUrl": HOOK,
    "telephone": "070 123 45 67",
    "opening": "Maandag en dinsdag van 9.00 tot 12.00 uur",
    "capacity": 12,
    "languages": ["nl", "ar"],
    "regions": ["AM22", "AM01"],
    "provisions": ["techniekroute", "soob-zij-instroom"],
    "answerWithin": 3,
    "verifiedOn": "2026-11-20",
    "verifiedBy": "Eva Jansen",
    "active": False,
}
UNSAID: dict[str, Any] = {
    "webhookUrl": None,
    "telephone": None,
    "opening": None,
    "capacity": None,
    "languages": [],
    "regions": [],
    "provisions": [],
    "answerWithin": 5,
    "verifiedOn": None,
    "verifiedBy": None,
    "active": True,
}


@dataclass(frozen=True)
class Directory:
    """What an editor asks, and what is behind it."""

    client: httpx.Client
    database: Database

    def add(self, **said: Any) -> httpx.Response:
        return self.client.post("/desks", json={**LEAST, **said}, headers=EDITOR)

    def added(self, **said: Any) -> dict[str, Any]:
        made = self.add(**said)
        assert made.status_code == 201, made.text
        desk: dict[str, Any] = made.json()
        return desk

    def read(self, desk: dict[str, Any]) -> httpx.Response:
        return self.client.get(f"/desks/{desk['id']}", headers=ADVISER)

    def change(self, desk: dict[str, Any], **said: Any) -> httpx.Response:
        """Say all of it anew, at the version that was read unless another one is said."""
        body = {**LEAST, "version": desk["version"], **said}
        return self.client.put(f"/desks/{desk['id']}", json=body, headers=EDITOR)

    def remove(self, desk: dict[str, Any]) -> httpx.Response:
        return self.client.delete(f"/desks/{desk['id']}", headers=EDITOR)

    def listed(self, **query: Any) -> list[str]:
        """Say the names in a list."""
        answer = self.client.get("/desks", params=query, headers=ADVISER)
        assert answer.status_code == 200, answer.text
        return [one["name"] for one in answer.json()["items"]]

    def told(self) -> list[tuple[str, str, str | None]]:
        """Say what the audit log holds of desks: who, in which role, which desk."""
        entry = AuditEntry
        with self.database.read(EVERY_REGION) as session:
            rows = session.execute(
                sa.select(col(entry.actor), col(entry.roles), col(entry.reason))
                .where(col(entry.action) == Action.desk_changed, col(entry.intake_id).is_(None))
                .order_by(col(entry.number))
            )
            return [(actor, roles, reason) for actor, roles, reason in rows.all()]


@pytest.fixture(scope="module", params=ENGINES)
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Directory]:
    url = filled_database(request.param, request, tmp_path_factory.mktemp("desks"))
    hosts = {"desks": ("hooks.loket.example",), "AM22": ("hooks.werkcentrum.example",)}
    settings = open_settings(url).model_copy(update={"callback_hosts": hosts})
    database = Database(settings)
    with (
        running(create_app(settings, clock=TestClock())) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30) as client,
    ):
        yield Directory(client, database)
    database.dispose()


@pytest.fixture
def directory(service: Directory) -> Directory:
    """An empty directory."""
    with service.database.write(EVERY_REGION) as session:
        session.execute(sa.text("UPDATE referral SET handed = 'by_hand', desk_id = NULL"))
        session.execute(sa.delete(Desk))
    return service


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


def test_a_desk_is_kept_as_it_was_said(directory: Directory) -> None:
    desk = (made := directory.add(**WHOLE)).json()
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/v1/desks/{desk['id']}"
    kept = {"id": desk["id"], "demo": False, "version": 1, "changedAt": "2026-11-23T09:00:00Z"}
    assert directory.read(desk).json() == {**WHOLE, **kept}
    assert desk == {**WHOLE, **kept, "secret": desk["secret"]}


def test_what_is_not_said_of_a_desk_is_open(directory: Directory) -> None:
    desk = directory.added()
    assert {name: desk[name] for name in {*LEAST, *UNSAID}} == {**LEAST, **UNSAID}


def test_a_desk_is_changed_as_a_whole(directory: Directory) -> None:
    desk = directory.added(**WHOLE | {"verifiedOn": None, "verifiedBy": None})
    changed = directory.change(desk, name="Loket anders")
    written = desk | LEAST | UNSAID | {"name": "Loket anders", "version": 2, "secret": None}
    assert changed.json() == written
    assert {**directory.read(desk).json(), "secret": None} == changed.json()


def test_the_secret_of_a_desk_is_shown_to_who_writes_it_alone(directory: Directory) -> None:
    desk = directory.added(**WHOLE)
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", desk["secret"])
    assert directory.change(desk, **WHOLE).json()["secret"] == desk["secret"]
    assert "whsec" not in directory.read(desk).text
    assert directory.added(**WHOLE)["secret"] != desk["secret"]


def test_a_desk_is_verified_by_saying_so_and_not_by_changing_it(directory: Directory) -> None:
    desk = directory.added(**WHOLE)
    before = {"verifiedOn": "2026-11-20", "verifiedBy": "Eva Jansen"}
    desk = directory.change(desk, telephone="070 765 43 21").json()
    assert {name: desk[name] for name in before} == before
    verified = {"verifiedOn": "2026-11-23", "verifiedBy": "Fatma"}
    desk = directory.change(desk, **verified).json()
    assert {name: desk[name] for name in verified} == verified
    desk = directory.change(desk, verifiedOn=None, verifiedBy=None).json()
    assert {name: desk[name] for name in verified} == verified


def test_a_change_of_what_somebody_else_changed_is_refused(directory: Directory) -> None:
    desk = directory.added()
    assert directory.change(desk, name="Eerst").status_code == 200
    refused = directory.change(desk, name="Later")
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/problems/desk-changed")
    assert "Read it again" in refused.json()["detail"]
    assert directory.read(desk).json()["name"] == "Eerst"
    assert directory.change(desk, version=3).status_code == 409


def test_of_two_changes_at_once_one_is_refused(directory: Directory) -> None:
    desk = directory.added()
    with ThreadPoolExecutor(4) as pool:
        said = pool.map(lambda number: directory.change(desk, name=f"Loket {number}"), range(4))
        assert sorted(one.status_code for one in said) == [200, 409, 409, 409]
    assert directory.read(desk).json()["version"] == 2


def test_a_desk_that_is_removed_is_gone(directory: Directory) -> None:
    desk = directory.added()
    assert directory.remove(desk).status_code == 204
    assert directory.read(desk).status_code == 404
    assert directory.remove(desk).status_code == 404
    assert directory.change(desk).status_code == 404
    assert directory.listed() == []


@pytest.mark.parametrize("status", ["sent", "completed"])
def test_a_desk_that_a_referral_points_at_stays(directory: Directory, status: str) -> None:
    desk, intake = directory.added(), uuid4().hex
    with directory.database.write(EVERY_REGION) as session:
        put(session.connection(), "intake", id=intake)
        told = {"handed": "desk", "desk_id": desk["id"].replace("-", ""), "status": status}
        put(session.connection(), "referral", intake_id=intake, **told)
    refused = directory.remove(desk)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/problems/desk-in-use")
    assert "active to false" in refused.json()["detail"]
    assert directory.change(desk, active=False).json()["active"] is False


def test_a_desk_that_is_still_to_hear_of_somebody_who_was_erased_stays_until_it_has(
    directory: Directory,
) -> None:
    desk, other = directory.added(), directory.added()
    with directory.database.write(EVERY_REGION) as session:
        told = {"recipient": f"desk:{desk['id']}", "kind": "hand_over_withdrawn"}
        put(session.connection(), "outbox_message", **told)
    assert directory.remove(desk).json()["type"].endswith("/problems/desk-in-use")
    assert directory.remove(other).status_code == 204
    ended = sa.text("UPDATE outbox_message SET status = :status, ended_at = due_at")
    for status, answer in (("dead", 409), ("delivered", 204)):
        with directory.database.write(EVERY_REGION) as session:
            session.execute(ended, {"status": status})
        assert directory.remove(desk).status_code == answer


def test_every_write_is_in_the_audit_log_and_nothing_else_is(directory: Directory) -> None:
    before = len(directory.told())
    desk = directory.added()
    directory.change(desk, name="Anders")
    directory.change(desk, name="Te laat")
    directory.add(regions=["AM99"])
    directory.read(desk)
    directory.listed()
    directory.remove(desk)
    directory.remove(desk)
    actor = f"{ISSUER} eva"
    assert directory.told()[before:] == [(actor, "catalogue-editor", desk["id"])] * 3


# Lists


@pytest.fixture
def filled(directory: Directory) -> Directory:
    """A directory of four desks."""
    directory.added(name="Anna", provisions=["techniekroute"], regions=["AM22"])
    directory.added(name="Bert", provisions=["techniekroute"])
    directory.added(name="Chris", channel="telephone", telephone="070 123 45 67", regions=["AM01"])
    directory.added(name="Dirk", provisions=["rijk-loopbaanscan"], active=False)
    return directory


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "Anna Bert Chris Dirk"),
        ({"provision": "techniekroute"}, "Anna Bert"),
        ({"provision": "loopbaan-apk-ser"}, ""),
        ({"region": "AM22"}, "Anna Bert Dirk"),
        ({"region": "AM02"}, "Bert Dirk"),
        ({"channel": "telephone"}, "Chris"),
        ({"active": "false"}, "Dirk"),
        ({"active": "true", "region": "AM01"}, "Bert Chris"),
        ({"active": "true", "region": "AM22", "channel": "email", "limit": 1}, "Anna"),
    ],
    ids=str,
)
def test_a_list_holds_the_desks_that_fit_by_name(
    filled: Directory, query: dict[str, Any], names: str
) -> None:
    assert filled.listed(**query) == names.split()


def test_page_after_page_gives_the_whole_list(filled: Directory) -> None:
    names: list[str] = []
    query: dict[str, Any] = {"limit": 1}
    for _ in range(4):
        page = filled.client.get("/desks", params=query, headers=EDITOR).json()
        names += [one["name"] for one in page["items"]]
        query["after"] = page["next"]
    assert (names, query["after"]) == (["Anna", "Bert", "Chris", "Dirk"], None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"active": "yes"}, [("query/active", "not-a-choice")]),
        ({"active": "1"}, [("query/active", "not-a-choice")]),
        ({"channel": "pigeon"}, [("query/channel", "not-a-choice")]),
        ({"after": ABSENT}, [("query/after", "unknown")]),
        (
            {"region": "AM99", "provision": "nothing"},
            [("query/region", "unknown"), ("query/provision", "unknown")],
        ),
    ],
    ids=str,
)
def test_a_list_that_cannot_be_is_refused(
    directory: Directory, query: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert faults(directory.client.get("/desks", params=query, headers=ADVISER)) == expected


# Faults


BSN = "111222333"
REFUSED: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "no address for e-mail": ({"email": None}, [("/email", "required")]),
    "no address for a webhook": ({"channel": "webhook"}, [("/webhookUrl", "required")]),
    "no number for the telephone": ({"channel": "telephone"}, [("/telephone", "required")]),
    "another way to be reached": ({"channel": "fax"}, [("/channel", "not-a-choice")]),
    "no room": ({"capacity": 0}, [("/capacity", "out-of-range")]),
    "too much room": ({"capacity": 1001}, [("/capacity", "out-of-range")]),
    "no time": ({"answerWithin": 0}, [("/answerWithin", "out-of-range")]),
    "too much time": ({"answerWithin": 21}, [("/answerWithin", "out-of-range")]),
    "no such language": ({"languages": ["nl", "zz"]}, [("/languages/1", "language")]),
    "a language twice": ({"languages": ["nl", "nl"]}, [("/languages", "repeated")]),
    "a region twice": ({"regions": ["AM22", "AM22"]}, [("/regions", "repeated")]),
    "a provision twice": ({"provisions": ["x", "x"]}, [("/provisions", "repeated")]),
    "no such region": ({"regions": ["AM22", "AM99"]}, [("/regions/1", "unknown")]),
    "no such provision": ({"provisions": ["no-such"]}, [("/provisions/0", "unknown")]),
    "active in words": ({"active": "true"}, [("/active", "wrong-type")]),
    "verified tomorrow": (
        {"verifiedOn": "2026-11-24", "verifiedBy": "Eva"},
        [("/verifiedOn", "in-the-future")],
    ),
    "verified by nobody": ({"verifiedOn": "2026-11-23"}, [("/verifiedBy", "required")]),
    "verified on no day": ({"verifiedBy": "Eva"}, [("/verifiedOn", "required")]),
    "made up by itself": ({"demo": True}, [("/demo", "unknown")]),
    "a version of its own": ({"version": 1}, [("/version", "unknown")]),
    "an id of its own": ({"id": ABSENT}, [("/id", "unknown")]),
    "no e-mail address": ({"email": "loket"}, [("/email", "email")]),
    "no telephone number": ({"telephone": "12"}, [("/telephone", "telephone")]),
    "a host of a werkcentrum": (
        {"webhookUrl": "https://hooks.werkcentrum.example/"},
        [("/webhookUrl", "host")],
    ),
    "no https": ({"webhookUrl": "http://hooks.loket.example/"}, [("/webhookUrl", "scheme")]),
    "an address of a network": ({"webhookUrl": "https://10.0.0.1/"}, [("/webhookUrl", "host")]),
    **{
        f"a citizen service number in {name}": ({name: f"x {BSN}"}, [(f"/{name}", "bsn")])
        for name in ("name", "organisation", "opening", "verifiedBy")
    },
    "a citizen service number in the address": (
        {"webhookUrl": f"{HOOK}?id={BSN}"},
        [("/webhookUrl", "bsn")],
    ),
    "a citizen service number in the e-mail": (
        {"email": f"{BSN}@fonds.example"},
        [("/email", "bsn")],
    ),
    **{
        f"a provision without a receiver: {name}": (
            {"provisions": [name]},
            [("/provisions/0", "no-receiver")],
        )
        for name in ("leeroverzicht", "gidsfunctie-vakbond", "provincies-pbdi", "rmt")
    },
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_said_of_a_desk_is_refused(directory: Directory, what: str) -> None:
    said, expected = REFUSED[what]
    assert faults(directory.add(**said)) == expected
    assert directory.listed() == []


def test_every_fault_is_named_at_once(directory: Directory) -> None:
    desk = directory.added()
    said = {
        "channel": "telephone",
        "webhookUrl": "https://localhost/",
        "regions": ["AM99"],
        "provisions": ["techniekroute", "leeroverzicht", "no-such"],
        "verifiedOn": "2027-01-01",
    }
    refused = directory.change(desk, **said)
    assert faults(refused) == [
        ("/telephone", "required"),
        ("/webhookUrl", "host"),
        ("/regions/0", "unknown"),
        ("/provisions/1", "no-receiver"),
        ("/provisions/2", "unknown"),
        ("/verifiedBy", "required"),
        ("/verifiedOn", "in-the-future"),
    ]
    assert {**directory.read(desk).json(), "secret": desk["secret"]} == desk
