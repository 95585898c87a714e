"""Web pages of other origins, and who asks too often, over HTTP."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.config import InvalidSettingError, Settings, load_settings
from app.main import create_app
from tests.conftest import filled_database
from tests.server import asked_too_often, running

DESK = "https://desk.example"
DEMO = {"Authorization": "Bearer demo-adviser"}
ALLOWED = "Access-Control-Allow-Origin"
OTHERS = [
    "https://desk.example.evil.example",
    "https://evil.example",
    "https://desk.example:8443",
    "http://desk.example",
    "HTTPS://DESK.EXAMPLE",
    "https://desk.example/",
    "null",
    "*",
    "",
]
LIMIT = 3


@pytest.fixture(scope="module")
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return filled_database("sqlite", request, tmp_path_factory.mktemp("doors"))


@contextmanager
def serving(database_url: str, **more: Any) -> Iterator[httpx.Client]:
    settings = Settings(demo=True, database_url=database_url, **more)
    with running(create_app(settings)) as url, httpx.Client(base_url=f"{url}/v1") as client:
        yield client


@pytest.fixture(scope="module")
def service(database_url: str) -> Iterator[httpx.Client]:
    """Give a service that pages of one other origin may read."""
    with serving(database_url, cors_origins=(DESK,)) as client:
        yield client


def test_a_browser_is_told_to_load_nothing_to_guess_nothing_and_to_keep_nothing(
    service: httpx.Client,
) -> None:
    told = service.get("/intakes", headers=DEMO).headers
    assert {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }.items() <= told.items()
    assert "set-cookie" not in told


def test_a_page_of_a_named_origin_may_read_every_answer(service: httpx.Client) -> None:
    for path, status in [("/intakes", 200), ("/nowhere", 404), ("/intakes?page=2", 400)]:
        answer = service.get(path, headers={**DEMO, "Origin": DESK})
        assert (answer.status_code, answer.headers[ALLOWED]) == (status, DESK)
        assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["Vary"] == "Origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("origin", OTHERS)
def test_a_page_of_another_origin_may_read_nothing(service: httpx.Client, origin: str) -> None:
    beforehand = {"Access-Control-Request-Method": "POST", "Origin": origin}
    asked = service.options("/intakes", headers=beforehand)
    answer = service.get("/intakes", headers={**DEMO, "Origin": origin})
    assert (asked.status_code, answer.status_code) == (405, 200)
    for one in (asked, answer):
        assert [name for name in one.headers if name.startswith("access-control")] == []
        assert one.headers["Vary"] == "Origin"


def test_a_browser_that_asks_beforehand_is_told_what_may_be_sent(service: httpx.Client) -> None:
    beforehand = {
        "Origin": DESK,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    answer = service.options("/intakes", headers=beforehand)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers[ALLOWED] == DESK
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_does_not_exist_is_told_to_nobody_beforehand(service: httpx.Client) -> None:
    beforehand = {"Origin": DESK, "Access-Control-Request-Method": "GET"}
    assert service.options("/nowhere", headers=beforehand).status_code == 404
    assert service.options("/intakes", headers={"Origin": DESK}).status_code == 405


def test_the_api_document_stays_open_to_every_page(service: httpx.Client) -> None:
    for origin in (DESK, "https://evil.example"):
        answer = service.get("/openapi.json", headers={"Origin": origin})
        assert answer.headers[ALLOWED] == "*"


def test_who_asks_too_often_is_told_how_long_to_wait(database_url: str) -> None:
    with serving(database_url, rate_anonymous=LIMIT) as client:
        refused = asked_too_often(lambda: client.get("/sectors?limit=1"), LIMIT)[-1]
        assert refused.status_code == 429
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert client.get("/sectors?limit=1", headers=DEMO).status_code == 200


ONE = b"GET /v1/health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HIDDEN = b"0\r\n\r\n" + ONE
LENGTH = b"Content-Length: %d" % len(HIDDEN)


@pytest.mark.parametrize(
    ("headers", "statuses"),
    [
        ([b"Transfer-Encoding: chunked", LENGTH], [400]),
        ([LENGTH, b"Transfer-Encoding: chunked"], [400]),
        ([b"Transfer-Encoding: xchunked", LENGTH], [400]),
        ([b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"], [400]),
        ([LENGTH, b"Content-Length: 5"], [400]),
        ([LENGTH, b"Connection: close"], [415]),
        ([b"Content-Length: 5"], [415, 200]),
    ],
)
def test_no_request_is_hidden_in_another(
    service: httpx.Client, headers: list[bytes], statuses: list[int]
) -> None:
    head = [b"POST /v1/provision-checks HTTP/1.1", b"Host: a", *headers]
    assert raw(service, b"\r\n".join(head) + b"\r\n\r\n" + HIDDEN) == statuses


def test_trace_is_no_method_here(service: httpx.Client) -> None:
    for path, status in (("/sectors", 405), ("/nowhere", 404)):
        mark = str(uuid4())
        answer = service.request("TRACE", path, headers={"X-Mark": mark})
        assert answer.status_code == status
        assert mark not in answer.text


def raw(service: httpx.Client, sent: bytes) -> list[int]:
    """Send bytes on a connection of their own; give the statuses of what is answered."""
    url = service.base_url
    with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
        connection.sendall(sent)
        answered = b"".join(iter(lambda: connection.recv(65536), b""))
    return [int(part.split()[0]) for part in answered.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "http://desk.example",
        "https://desk.example/",
        "https://*.example",
        "https://desk.example:443",
        "https://desk.example:08443",
        "https://desk.example:65536",
        "http://localhost:80",
        "https://desk..example",
        "https://-desk.example",
        "https://desk-.example",
        f"https://{'d' * 64}.desk.example",
        "https://192.0.2.256",
        "https://192.0.2",
    ],
)
def test_what_is_no_origin_of_a_page_is_no_setting(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIDS_CORS_ORIGINS", f'["{DESK}", "{origin}"]')
    with pytest.raises(InvalidSettingError, match=r"^GIDS_CORS_ORIGINS: ") as refused:
        load_settings()
    assert "desk.example" not in str(refused.value)


def test_origins_that_are_no_json_are_told_by_their_own_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GIDS_CORS_ORIGINS", DESK)
    with pytest.raises(InvalidSettingError, match=r"^GIDS_CORS_ORIGINS: this is not JSON$"):
        load_settings()


@pytest.mark.parametrize(
    "origin",
    [
        "https://desk.example",
        "https://desk.example:8443",
        "https://192.0.2.1",
        "https://xn--desk-loa.example",
        "http://localhost",
        "http://localhost:5173",
        "http://127.0.0.1:5173",
    ],
)
def test_an_origin_as_a_browser_writes_it_is_a_setting(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIDS_CORS_ORIGINS", f'["{origin}"]')
    assert load_settings().cors_origins == (origin,)
