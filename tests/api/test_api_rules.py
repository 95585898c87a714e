import asyncio
import json
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Message

from app.api_rules import DEFAULT_HEADERS
from app.negotiation import negotiate
from app.observability import current_request
from app.openapi import API_VERSION
from tests.api.things import SECRET, asker, assemble, build_api
from tests.server import asked_too_often

JSON = {"Content-Type": "application/json"}
GOOD = {"firstName": "Jo"}


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("GET", "/v1/things", 200),
        ("GET", "/v1/things/nothing", 404),
        ("GET", "/v1/nowhere", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/", 404),
        ("GET", "/v1/things/", 404),
        ("GET", "/v1/things/late/", 404),
        ("DELETE", "/v1/things", 405),
        ("GET", "/v1/things?limit=0", 400),
        ("GET", "/v1/fail", 500),
        ("GET", "/v1/openapi.json", 200),
        ("HEAD", "/v1/things", 200),
        ("OPTIONS", "/v1/things", 405),
    ],
)
def test_every_answer_has_its_status_its_id_and_the_headers(ask, method, url, status):
    answer = ask(method, url)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in DEFAULT_HEADERS} == DEFAULT_HEADERS
    assert answer.headers["API-Version"] == API_VERSION
    UUID(answer.headers["X-Request-Id"])
    if status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert problem["type"].startswith("https://gids.example/problems/")
        assert problem["instance"] == f"urn:uuid:{answer.headers['X-Request-Id']}"
        assert problem["title"]
        assert problem["detail"]


def test_a_route_may_set_its_own_cache_control(ask):
    assert ask("GET", "/v1/cached").headers["Cache-Control"] == "max-age=60"


def test_only_the_api_document_may_be_read_from_any_origin(ask):
    origin = "Access-Control-Allow-Origin"
    assert ask("GET", "/v1/openapi.json").headers[origin] == "*"
    assert origin not in ask("GET", "/v1/things", headers={"Origin": "https://a.example"}).headers


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2f0f4b7e-6f0a-4f5b-9d39-0c8c9c0b1e11", True),
        ("2F0F4B7E-6F0A-4F5B-9D39-0C8C9C0B1E11", True),
        ("not-a-uuid", False),
        ("", False),
    ],
)
def test_a_request_id_that_is_a_uuid_is_kept_and_any_other_is_replaced(ask, said, kept):
    answered = ask("GET", "/v1/things", headers={"X-Request-Id": said}).headers["X-Request-Id"]
    assert (answered == said.lower()) is kept
    UUID(answered)


def test_head_answers_as_get_without_the_body(ask):
    got, head = ask("GET", "/v1/things"), ask("HEAD", "/v1/things")
    assert got.content
    assert head.content == b""
    assert head.headers["Content-Length"] == got.headers["Content-Length"] == str(len(got.content))


@pytest.mark.parametrize(
    ("method", "url", "allow"),
    [
        ("DELETE", "/v1/things", "GET, HEAD, POST"),
        ("POST", "/v1/things/late", "GET, HEAD, PUT"),
        ("POST", "/v1/things/newest", "DELETE, GET, HEAD, PUT"),
        ("PATCH", "/v1/log", "GET, HEAD"),
        ("POST", "/v1/openapi.json", "GET, HEAD"),
    ],
)
def test_a_refused_method_is_told_every_method_there_is(ask, method, url, allow):
    answer = ask(method, url)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json"}, 201),
        ({"Content-Type": "application/json; charset=utf-8"}, 201),
        ({"Content-Type": 'Application/JSON;Charset="UTF-8"'}, 201),
        ({"Content-Type": "application/json; charset=latin-1"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "application/merge-patch+json"}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": ""}, 415),
        ({}, 415),
    ],
)
def test_a_body_is_read_only_as_json_in_utf_8(ask, headers, status):
    answer = ask("POST", "/v1/things", headers=headers, content=json.dumps(GOOD))
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["allowed"] == ["application/json"]


NO_GOOD = {
    "a method that is not there": ("DELETE", "/v1/things", {}),
    "a media type that is not made": ("GET", "/v1/things", {"headers": {"Accept": "text/html"}}),
    "too much": ("POST", "/v1/things", {"headers": JSON, "content": b" " * 5000}),
    "a media type that is not read": ("POST", "/v1/things", {"content": b"{}"}),
    "no JSON": ("POST", "/v1/things", {"headers": JSON, "content": b"{"}),
    "a key that is not there": ("GET", "/v1/things?page=2", {}),
}


@pytest.mark.parametrize(("method", "url", "options"), NO_GOOD.values(), ids=list(NO_GOOD))
def test_what_is_refused_before_any_route_is_counted_for_the_address(api, method, url, options):
    ask = asker(assemble(api, anonymous=2))
    answers = asked_too_often(lambda: ask(method, url, **options), 2)
    assert answers[0].status_code in {400, 405, 406, 413, 415}
    assert answers[-1].status_code == 429
    assert answers[-1].json()["type"].endswith("/too-many-requests")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        ("*/*", 200, "application/json"),
        ("", 200, "application/json"),
        ("text/csv", 200, "text/csv"),
        ("TEXT/CSV", 200, "text/csv"),
        ("text/*;q=0.5, application/x-ndjson", 200, "application/x-ndjson"),
        ("application/json;q=0.1, text/csv;q=0.2", 200, "text/csv"),
        ("*/*, application/json;q=0", 200, "application/x-ndjson"),
        ("text/csv; header=present", 200, "text/csv"),
        ("not a media type", 200, "application/json"),
        ("text/csv;q=2", 200, "application/json"),
        ("text/html", 406, None),
        ("application/problem+json", 406, None),
        ("*/*;q=0", 406, None),
        ("application/*;q=0, text/html", 406, None),
    ],
)
def test_the_media_type_is_the_one_that_is_liked_best(ask, accept, status, media_type):
    answer = ask("GET", "/v1/log", headers={"Accept": accept})
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Type"].partition(";")[0] == media_type
    else:
        assert answer.headers["Content-Type"] == "application/problem+json"
        offers = ["application/json", "application/x-ndjson", "text/csv"]
        assert answer.json()["allowed"] == offers


def test_json_routes_do_not_make_csv(ask):
    assert ask("GET", "/v1/things", headers={"Accept": "text/csv"}).status_code == 406


def test_an_answer_without_content_is_acceptable_to_everyone(ask):
    answer = ask("PUT", "/v1/things/a", headers={"Accept": "text/csv"}, json=GOOD)
    assert (answer.status_code, answer.content) == (204, b"")


def test_of_two_equal_offers_the_first_is_taken():
    assert negotiate("text/csv, application/json", ["application/json", "text/csv"]) == (
        "application/json"
    )


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ("?limit=3&q=a", []),
        ("?tag=a&tag=b", []),
        ("?page=2", [("query/page", "unknown")]),
        ("?limit=3&limit=3", [("query/limit", "repeated")]),
        ("?page=2&limit=3&limit=4&size=1", [
            ("query/page", "unknown"), ("query/limit", "repeated"), ("query/size", "unknown"),
        ]),
        ("?zwanger%20van%20Piet=1", [("query", "unknown")]),
        ("?limit=101", [("query/limit", "out-of-range")]),
        ("?limit=1.0", [("query/limit", "whole-number")]),
        ("?limit=%203", [("query/limit", "whole-number")]),
        ("?limit=1_0", [("query/limit", "whole-number")]),
        ("?limit=", [("query/limit", "whole-number")]),
        ("?limit=x&q=%00", [("query/limit", "whole-number"), ("query/q", "control-character")]),
    ],
)  # fmt: skip
def test_query_keys_are_known_single_and_valid(ask, query, faults):
    answer = ask("GET", f"/v1/things{query}")
    found = [(f["pointer"], f["code"]) for f in answer.json().get("errors", [])]
    assert (answer.status_code, found) == (400 if faults else 200, faults)
    assert "Piet" not in answer.text


def test_a_body_at_the_limit_is_read_and_a_longer_one_is_not(ask):
    padded = json.dumps(GOOD).encode().ljust(4096)
    assert ask("POST", "/v1/things", headers=JSON, content=padded).status_code == 201
    assert ask("POST", "/v1/things", headers=JSON, content=padded + b" ").status_code == 413


def as_the_server_sees_it(
    app: ASGIApp, method: str, path: str, headers: dict[str, str]
) -> list[Message]:
    """Ask without a client in between, which would hide what an answer to HEAD holds."""
    answered: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was read")

    async def send(message: Message) -> None:
        answered.append(message)

    async def call() -> None:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        await app(scope, receive, send)
        assert current_request.get() is None

    asyncio.run(call())
    return answered


def test_an_answer_to_head_holds_no_byte_of_a_body(app):
    start, *rest = as_the_server_sees_it(app, "HEAD", "/v1/cached", {})
    assert start["status"] == 200
    assert dict(start["headers"])[b"content-length"] == b"9"
    assert [message.get("body", b"") for message in rest] == [b""] * len(rest)


@pytest.mark.parametrize("path", ["/v1/things", "/v1/nowhere", "/nowhere"])
def test_a_body_that_says_it_is_too_long_is_refused_unread(app, path):
    headers = {"content-type": "application/json", "content-length": "4097"}
    start, *_ = as_the_server_sees_it(app, "POST", path, headers)
    assert start["status"] == 413


def test_a_long_body_is_refused_while_it_streams_in(app):
    given = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(1000):
            given += 1
            yield b" " * 1024

    answer = asker(app)("POST", "/v1/things", headers=JSON, content=parts())
    assert answer.status_code == 413
    assert given < 10


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = uvicorn.Server(
        uvicorn.Config(assemble(build_api()), log_config=None, access_log=False, lifespan="off")
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        give_up = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < give_up
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_a_real_server_gives_500_as_a_problem_and_keeps_serving(server, caplog):
    answer = httpx.get(f"{server}/v1/fail")
    assert answer.status_code == 500
    assert answer.headers["API-Version"] == API_VERSION
    assert SECRET not in answer.text
    assert httpx.head(f"{server}/v1/things").status_code == 200
    assert "Exception in ASGI application" not in caplog.text


def test_an_answer_that_breaks_off_halfway_closes_the_connection_and_tells_no_value(server, caplog):
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{server}/v1/interrupted")
    by_the_server = [r for r in caplog.records if r.name.startswith("uvicorn")]
    written = [logging.Formatter().format(record) for record in by_the_server]
    assert any("AnswerInterruptedError" in text for text in written)
    assert not any(SECRET in text for text in written)


def test_a_real_server_refuses_a_long_body_and_answers_the_next_request(server):
    with httpx.Client(base_url=server) as client:
        assert client.post("/v1/things", headers=JSON, content=b" " * 100_000).status_code == 413
        assert client.post("/v1/things", json=GOOD).status_code == 201
