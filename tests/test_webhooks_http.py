"""Webhooks of a werkcentrum over HTTP: what is answered, and refused, and what is never told."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.config import Settings
from app.main import create_app
from tests.conftest import TestClock, Written, filled_database, open_settings
from tests.identity import WhoeverMay, werkcentrum
from tests.operations import ABSENT
from tests.server import running
from tests.test_api_lists import walk

REGION, ELSEWHERE = "AM22", "AM01"
HOSTS = {REGION: ("hooks.example", "hooks.example:8443"), ELSEWHERE: ("hooks.example",)}
HOOKS = f"/regions/{REGION}/webhooks"
URL = "https://hooks.example/kanarie?token=kanarie"


def serving(
    settings: Settings, hosts: Mapping[str, tuple[str, ...]] = HOSTS
) -> Iterator[httpx.Client]:
    """Run a service on which these hosts may be called."""
    agreed = settings.model_copy(update={"callback_hosts": hosts})
    with (
        running(create_app(agreed, clock=TestClock())) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30, auth=WhoeverMay()) as client,
    ):
        yield client


@pytest.fixture
def client(settings: Settings) -> Iterator[httpx.Client]:
    """A service of the test's own, on each engine."""
    yield from serving(settings)


@pytest.fixture(scope="module")
def refusing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """One service for what is refused, and so leaves nothing behind."""
    url = filled_database("sqlite", request, tmp_path_factory.mktemp("webhooks"))
    yield from serving(open_settings(url))


def made(client: httpx.Client, region: str = REGION, url: str = URL) -> dict[str, Any]:
    """Make a webhook."""
    answer = client.post(f"/regions/{region}/webhooks", json={"url": url})
    assert answer.status_code == 201, answer.text
    webhook: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/v1/regions/{region}/webhooks/{webhook['id']}"
    return webhook


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return {(one["pointer"], one["code"]) for one in answer.json()["errors"]}


def slug(answer: httpx.Response) -> str:
    assert answer.status_code == 409, answer.text
    return str(answer.json()["type"].rpartition("/")[2])


def test_a_webhook_is_made_paused_resumed_and_deleted_each_as_often_as_asked(
    client: httpx.Client,
) -> None:
    webhook = made(client)
    secret = webhook.pop("secret")
    assert webhook == {
        "id": webhook["id"],
        "region": REGION,
        "url": URL,
        "status": "active",
        "createdAt": "2026-11-23T09:00:00Z",
        "endedAt": None,
    }
    one = f"{HOOKS}/{webhook['id']}"
    assert client.get(one).json() == webhook
    assert client.get(HOOKS).json() == {"items": [webhook], "next": None}
    for paused, status in ((True, "paused"), (False, "active")):
        for _ in range(2):
            put = client.put(one, json={"url": URL, "paused": paused})
            assert put.json() == client.get(one).json() == webhook | {"status": status}
    renewed = [client.post(f"{one}/secret").json() for _ in range(2)]
    assert [set(each) for each in renewed] == [{"secret"}] * 2
    assert len({secret, *(each["secret"] for each in renewed)}) == 3
    assert client.delete(one).status_code == 204
    assert client.delete(one).status_code == client.get(one).status_code == 404
    assert client.get(HOOKS).json()["items"] == []


def test_what_is_logged_is_put_to_send_in_the_order_of_the_log(client: httpx.Client) -> None:
    webhook = made(client)
    elsewhere = made(client, ELSEWHERE)
    intake = {"originSector": "bouw", "employment": "self_employed", "region": REGION}
    key = {"Idempotency-Key": str(uuid4())}
    assert client.post("/intakes", json=intake, headers=key).status_code == 201
    test = client.post(f"{HOOKS}/{webhook['id']}/test")
    assert (test.status_code, set(test.json())) == (202, {"id"})
    assert slug(client.post(f"{HOOKS}/{webhook['id']}/test")) == "test-waits"
    deliveries = f"{HOOKS}/{webhook['id']}/deliveries"
    told = walk(client, deliveries, 2)
    log = client.get(f"/regions/{REGION}/session-log").json()["items"]
    numbers = [one["number"] for one in log]
    assert [one["number"] for one in told] == [None, *reversed(numbers)]
    assert told[0] == {
        "id": test.json()["id"],
        "kind": "webhook_test",
        "number": None,
        "status": "pending",
        "attempts": 0,
        "nextAttemptAt": "2026-11-23T09:00:00Z",
        "fault": None,
        "createdAt": "2026-11-23T09:00:00Z",
        "endedAt": None,
    }
    assert {one["kind"] for one in told[1:]} == {"session_log_entry"}
    empty = client.get(f"/regions/{ELSEWHERE}/webhooks/{elsewhere['id']}/deliveries")
    assert empty.json() == {"items": [], "next": None}

    client.put(f"{HOOKS}/{webhook['id']}", json={"url": URL, "paused": True})
    assert walk(client, deliveries, 3, status="pending") == []
    dropped = walk(client, deliveries, 3, status="dropped")
    expected = {"status": "dropped", "nextAttemptAt": None, "endedAt": "2026-11-23T09:00:00Z"}
    assert dropped == [one | expected for one in told]
    replay = f"{deliveries}/{dropped[0]['id']}/status"
    assert slug(client.put(replay, json={"status": "pending"})) == "delivery-dropped"
    assert slug(client.post(f"{HOOKS}/{webhook['id']}/test")) == "webhook-not-active"
    client.put(f"{HOOKS}/{webhook['id']}", json={"url": URL, "paused": False})
    assert client.post(f"{HOOKS}/{webhook['id']}/test").status_code == 202


def test_webhooks_are_listed_newest_first_in_pages_and_ten_are_enough(client: httpx.Client) -> None:
    ids = {made(client, url=f"{URL}{number}")["id"] for number in range(10)}
    whole = walk(client, HOOKS, 100)
    assert {one["id"] for one in whole} == ids
    assert walk(client, HOOKS, 3) == whole
    assert slug(client.post(HOOKS, json={"url": URL})) == "ten-webhooks"
    same = {"url": f"{URL}1"}
    assert slug(client.post(HOOKS, json=same)) == "webhook-exists"
    other = next(one for one in whole if one["url"] != same["url"])
    put = client.put(f"{HOOKS}/{other['id']}", json=same | {"paused": False})
    assert slug(put) == "webhook-exists"
    assert walk(client, HOOKS, 100) == whole


REFUSED = {
    "nothing": ("", {"pattern"}),
    "a word": ("kanarie", {"no-address"}),
    "a space": ("https://hooks.example/ kanarie", {"pattern"}),
    "a line break": ("https://hooks.example/kanarie\n", {"pattern"}),
    "other letters": ("https://hooks.example/kanarië", {"pattern"}),
    "501 characters": (f"{URL}{'a' * 500}"[:501], {"pattern"}),
    "plain HTTP": ("http://hooks.example/kanarie", {"scheme"}),
    "a name and a password": ("https://kanarie:x@hooks.example/", {"user-info"}),
    "a fragment": (f"{URL}#kanarie", {"fragment"}),
    "another host": ("https://kanarie.example/", {"host"}),
    "this machine": ("https://127.0.0.1/kanarie", {"host"}),
    "another port": ("https://hooks.example:22/kanarie", {"port"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_address_that_is_never_called_is_refused_and_not_repeated(
    refusing: httpx.Client, name: str
) -> None:
    url, codes = REFUSED[name]
    answer = refusing.post(HOOKS, json={"url": url})
    assert faults(answer) == {("/url", code) for code in codes}
    assert "kanarie" not in answer.text
    assert refusing.get(HOOKS).json()["items"] == []


def test_an_address_of_500_characters_at_an_agreed_port_is_taken(client: httpx.Client) -> None:
    url = "https://hooks.example:8443/".ljust(500, "a")
    assert made(client, url=url)["url"] == url
    refused = client.post(f"/regions/{ELSEWHERE}/webhooks", json={"url": url})
    assert faults(refused) == {("/url", "port")}  # agreed with another region


BAD: dict[str, tuple[str, str, Any, set[tuple[str, str]]]] = {
    "an empty body": ("POST", "", {}, {("/url", "required")}),
    "two faults": ("POST", "", {"url": 3, "secret": "x"},
                   {("/url", "wrong-type"), ("/secret", "unknown")}),
    "three faults": ("PUT", f"/{ABSENT}", {"url": None, "paused": "true", "status": "active"},
                     {("/url", "wrong-type"), ("/paused", "wrong-type"), ("/status", "unknown")}),
    "nothing to change": ("PUT", f"/{ABSENT}", {},
                          {("/url", "required"), ("/paused", "required")}),
    "an id that is none": ("PUT", "/1", {"url": URL}, {
        ("path/webhookId", "wrong-type"), ("/paused", "required")}),
    "another status": ("PUT", f"/{ABSENT}/deliveries/{ABSENT}/status", {"status": "dead"},
                       {("/status", "not-a-choice")}),
    "a page that is none": ("GET", f"/{ABSENT}/deliveries?limit=0&after=x&status=lost", None, {
        ("query/limit", "out-of-range"), ("query/after", "wrong-type"),
        ("query/status", "not-a-choice")}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_every_fault_is_told_at_once(refusing: httpx.Client, name: str) -> None:
    method, path, body, expected = BAD[name]
    assert faults(refusing.request(method, HOOKS + path, json=body)) == expected


def test_a_page_begins_after_one_of_the_same_list(client: httpx.Client) -> None:
    first, second = (made(client, url=f"{URL}{number}")["id"] for number in (1, 2))
    test = client.post(f"{HOOKS}/{first}/test").json()["id"]
    lists = {f"{HOOKS}/{second}/deliveries": test, HOOKS: made(client, ELSEWHERE)["id"]}
    for path, after in lists.items():
        for cursor in (after, ABSENT):
            refused = client.get(path, params={"after": cursor})
            assert faults(refused) == {("query/after", "unknown")}


def everything(client: httpx.Client, region: str, webhook: str, message: str) -> dict[str, str]:
    """Ask everything of a webhook as the werkcentrum of one region; say what was answered."""
    hooks = f"/regions/{region}/webhooks"
    one, put = f"{hooks}/{webhook}", {"url": f"{URL}x", "paused": True}
    asked = {
        "list": ("GET", hooks, None),
        "read": ("GET", one, None),
        "deliveries": ("GET", f"{one}/deliveries", None),
        "again": ("PUT", f"{one}/deliveries/{message}/status", {"status": "pending"}),
        "test": ("POST", f"{one}/test", None),
        "secret": ("POST", f"{one}/secret", None),
        "change": ("PUT", one, put),
        "delete": ("DELETE", one, None),
    }
    shown = {"Authorization": f"Bearer {werkcentrum(ELSEWHERE)}"}
    told = {}
    for name, (method, path, body) in asked.items():
        answer = client.request(method, path, json=body, headers=shown)
        text = answer.text.replace(answer.headers["X-Request-Id"], "")
        told[name] = f"{answer.status_code} {text}"
    return told


def test_a_webhook_of_another_region_is_as_absent_as_one_that_never_was(
    client: httpx.Client,
) -> None:
    webhook = made(client)
    message = client.post(f"{HOOKS}/{webhook['id']}/test").json()["id"]
    foreign = everything(client, REGION, webhook["id"], message)
    assert foreign == everything(client, "AM99", ABSENT, ABSENT)
    assert {told[:3] for told in foreign.values()} == {"404"}
    # Asked for as if it were one's own.
    own = everything(client, ELSEWHERE, webhook["id"], message)
    assert own == everything(client, ELSEWHERE, ABSENT, ABSENT)
    assert {name for name, told in own.items() if told[:3] != "404"} == {"list"}
    assert client.get(f"{HOOKS}/{webhook['id']}").json()["status"] == "active"


def test_the_secret_is_told_twice_and_nothing_of_it_or_the_address_is_logged(
    client: httpx.Client, lines: Written, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    webhook = made(client)
    one = f"{HOOKS}/{webhook['id']}"
    renewed = client.post(f"{one}/secret").json()
    client.post(HOOKS, json={"url": URL})
    client.post(HOOKS, json={"url": f"http://{URL}"})
    told = [
        client.get(one),
        client.get(HOOKS),
        client.put(one, json={"url": URL, "paused": False}),
        client.post(f"{one}/test"),
        client.get(f"{one}/deliveries"),
    ]
    assert all(answer.is_success and "whsec" not in answer.text for answer in told)
    assert lines.text.count("webhooks") >= len(told)
    others = (str(vars(record)) for record in caplog.records if record.name != "httpx")
    written = "\n".join((lines.text, *others))
    secrets = [each["secret"].removeprefix("whsec_") for each in (webhook, renewed)]
    assert [word for word in (*secrets, "whsec", "kanarie") if word in written] == []


def test_until_hosts_are_agreed_on_the_demo_calls_this_machine_for_every_region(
    request: pytest.FixtureRequest, tmp_path: Path, refusing: httpx.Client
) -> None:
    here = "http://localhost:9000/gids"
    assert faults(refusing.post(HOOKS, json={"url": here})) == {("/url", "host")}
    settings = open_settings(filled_database("sqlite", request, tmp_path))
    for client in serving(settings, {}):
        for region in (REGION, ELSEWHERE):
            made(client, region, here)
        assert faults(client.post(HOOKS, json={"url": URL})) == {("/url", "host")}
