"""Answers of the open catalogue over HTTP: ETag, 304, gzip, and never one that no longer holds."""

import asyncio
import gzip
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.answer_cache import ASKED_ONCE, LARGEST_PART, OVERHEAD, PUBLIC, ROOM, AnswerCache
from tests.conftest import TestClock

OPEN = (
    "/sectors",
    "/regions",
    "/municipalities?limit=5",
    "/skills?q=lassen",
    "/provisions?q=omscholen",
    "/provisions/rijk-loopbaanscan",
    "/coverage",
)
DEMO = {"Authorization": "Bearer demo-adviser"}
PLAIN = {"Accept-Encoding": "identity"}


@pytest.mark.parametrize("path", OPEN)
def test_what_is_open_has_a_tag_and_is_not_sent_twice(client: httpx.Client, path: str) -> None:
    first, second = client.get(path), client.get(path)
    assert first.headers["Cache-Control"] == PUBLIC
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.content == second.content
    for tags in (first.headers["ETag"], f'"other", W/{first.headers["ETag"]}', "*"):
        again = client.get(path, headers={"If-None-Match": tags})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == PUBLIC
        assert "Content-Type" not in again.headers
    tag = first.headers["ETag"]
    for tags in ('"other"', '"a,*,b"', f"x{tag}", f'"x" {tag}', f"*{tag}", f'"{tag}"'):
        changed = client.get(path, headers={"If-None-Match": tags})
        assert (changed.status_code, changed.content) == (200, first.content)


def test_an_answer_is_packed_for_who_can_unpack_it_and_has_another_tag(
    client: httpx.Client,
) -> None:
    plain = client.get("/provisions", headers=PLAIN)
    assert "Content-Encoding" not in plain.headers
    for accepted in ("gzip", "br, GZIP;q=0.5", "*", "x-gzip"):
        with client.stream("GET", "/provisions", headers={"Accept-Encoding": accepted}) as packed:
            raw = b"".join(packed.iter_raw())
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert packed.headers["ETag"] != plain.headers["ETag"]
        assert int(packed.headers["Content-Length"]) == len(raw) < len(plain.content) / 2
        assert gzip.decompress(raw) == plain.content
    for refused in ("gzip;q=0", "br", "gzip;q=0, *", "gzip;q=nonsense"):
        answer = client.get("/provisions", headers={"Accept-Encoding": refused})
        assert "Content-Encoding" not in answer.headers


def test_what_is_kept_is_told_like_what_is_not(client: httpx.Client) -> None:
    answers = [client.get("/provisions?q=coach", headers=PLAIN) for _ in range(3)]
    told = [
        {name: value for name, value in one.headers.items() if name not in {"date", "x-request-id"}}
        for one in answers
    ]
    assert told[0] == told[1] == told[2]
    assert len({one.headers["X-Request-Id"] for one in answers}) == len(answers)
    head = client.head("/provisions?q=coach", headers=PLAIN)
    assert (head.content, head.headers["ETag"]) == (b"", told[0]["etag"])
    assert head.headers["Content-Length"] == told[0]["content-length"]


def test_the_tag_of_a_page_is_that_of_its_bytes(client: httpx.Client) -> None:
    asked = ("q=coach", "q=COACH", "q=coach&limit=1", "q=coach&limit=2", "limit=1", "q=zzzzzzz")
    answers = [client.get(f"/provisions?{query}", headers=PLAIN) for query in asked]
    tags = {one.content: one.headers["ETag"] for one in answers}
    assert all(tags[one.content] == one.headers["ETag"] for one in answers)
    assert len(set(tags.values())) == len(tags) == len(asked) - 1


def test_what_is_not_open_is_never_kept_or_packed(client: httpx.Client) -> None:
    for path in ("/intakes", "/health/ready", "/nowhere", "/provisions?page=2", "/provisions/none"):
        answer = client.get(path, headers={**DEMO, "Accept-Encoding": "gzip"})
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
        assert "Content-Encoding" not in answer.headers


def test_a_token_that_does_not_hold_gets_nothing_that_was_kept(client: httpx.Client) -> None:
    assert client.get("/sectors").status_code == 200
    assert client.get("/sectors", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/sectors", headers=DEMO).headers["ETag"]


def test_another_accept_header_is_another_question(client: httpx.Client) -> None:
    assert client.get("/sectors").status_code == 200
    assert client.get("/sectors", headers={"Accept": "text/html"}).status_code == 406
    assert client.post("/sectors").status_code == 405


def test_an_answer_of_yesterday_is_not_given_today(client: httpx.Client, clock: TestClock) -> None:
    before = client.get("/provisions/rijk-loopbaanscan")
    clock.now += timedelta(days=4000)
    after = client.get("/provisions/rijk-loopbaanscan")
    assert before.json()["verifiedRecently"] is True
    assert after.json()["verifiedRecently"] is False
    assert before.headers["ETag"] != after.headers["ETag"]


# The cache by itself

SCOPE = {"type": "http", "method": "GET", "path": "/v1/things", "query_string": b"", "headers": []}
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"cache-control", PUBLIC.encode())],
}


class Holds:
    """What holds: a catalogue, and the day."""

    def __init__(self) -> None:
        self.catalogue, self.day = object(), datetime(2026, 11, 23, tzinfo=UTC).date()

    def __call__(self) -> tuple[object, Any]:
        return self.catalogue, self.day


def answer(
    cache: AnswerCache, body: bytes, query: bytes = b"", *, times: int = 2, meanwhile: Any = None
) -> None:
    """Let an app answer this, with something else happening before it has sent it."""

    async def nowhere(_message: Any) -> None:
        pass

    async def app() -> None:
        asked = cache.asked({**SCOPE, "query_string": query})
        assert asked
        send = cache.keeping(asked, nowhere)
        if meanwhile:
            meanwhile()
        await send(START)
        await send({"type": "http.response.body", "body": body})

    for _ in range(times):
        asyncio.run(app())


def kept(cache: AnswerCache, query: bytes = b"") -> bytes | None:
    asked = cache.asked({**SCOPE, "query_string": query})
    assert asked
    found = cache.find(asked)
    return None if found is None else b"".join(one.get("body", b"") for one in found)


def test_an_answer_is_kept_until_the_catalogue_is_replaced() -> None:
    holds = Holds()
    cache = AnswerCache(holds)
    answer(cache, b"one")
    assert kept(cache) == b"one"
    holds.catalogue = object()
    assert kept(cache) is None


def test_an_answer_that_was_made_while_the_catalogue_was_replaced_is_not_kept() -> None:
    holds = Holds()
    cache = AnswerCache(holds)
    answer(cache, b"old", meanwhile=lambda: setattr(holds, "catalogue", object()))
    assert kept(cache) is None
    answer(cache, b"new")
    assert kept(cache) == b"new"


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    cache = AnswerCache(Holds(), room=8 * (OVERHEAD + 2 * 100))
    for number in range(12):
        answer(cache, bytes(100), b"%d" % number)
        kept(cache, b"0")
    assert [number for number in range(12) if kept(cache, b"%d" % number)] == [0, *range(5, 12)]


def test_what_is_asked_once_is_not_kept_and_pushes_nothing_out() -> None:
    cache = AnswerCache(Holds(), room=8 * (OVERHEAD + 2 * 1000))
    answer(cache, b"popular", b"popular")
    for number in range(3 * ASKED_ONCE):
        answer(cache, bytes(1000), b"%d" % number, times=1)
    assert kept(cache, b"0") is None
    assert kept(cache, b"popular") == b"popular"


def test_what_is_too_long_is_answered_and_not_kept() -> None:
    cache = AnswerCache(Holds())
    answer(cache, bytes(ROOM // LARGEST_PART // 2))
    assert kept(cache) is None
    answer(cache, b"one", b"q" * 2000)
    assert kept(cache, b"q" * 2000) is None
    answer(cache, b"one", b"q" * 1000)
    assert kept(cache, b"q" * 1000) == b"one"
