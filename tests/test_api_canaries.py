"""What somebody says never comes back in a refusal, and never stands in a log line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from tests.identity import WhoeverMay
from tests.server import ServerProcess
from tests.story import Request, Story

CANARY = "Zwanger-van-Piet"
NAME = "zwanger van Piet"
"""A name nobody gave to anything; one that could be a name, such as `page`, is named in a fault."""
SPOILED = {
    "as it is": CANARY,
    "with a NUL": f"{CANARY}\0{CANARY}",
    "endless": CANARY * 20,
    "in an object": {NAME: CANARY},
}


def bodies(body: Any, spoiled: Any) -> Iterator[Any]:
    """Yield the body with each part of it replaced in turn, and with an unknown name added."""
    yield spoiled
    if isinstance(body, dict):
        yield {**body, NAME: spoiled}
        yield {**body, "story": spoiled}
        for name, value in body.items():
            for below in bodies(value, spoiled):
                yield {**body, name: below}
    elif isinstance(body, list):
        for place, value in enumerate(body):
            for below in bodies(value, spoiled):
                yield [*body[:place], below, *body[place + 1 :]]


def spoil(request: Request) -> Iterator[Request]:
    """Yield the request with each of its parts replaced in turn by what somebody says."""
    for spoiled in SPOILED.values():
        text = spoiled if isinstance(spoiled, str) else json.dumps(spoiled)
        for part in ("path", "query", "headers"):
            for name in getattr(request, part):
                other = request.copy()
                getattr(other, part)[name] = _written(text, part)
                yield other
        for name, part in (
            ("story", "query"), (NAME, "query"), ("X-Request-Id", "headers"),
            ("Content-Type", "headers"), ("Story", "headers"),
        ):  # fmt: skip
            other = request.copy()
            getattr(other, part)[name] = _written(text, part)
            yield other
        for body in bodies(request.body, spoiled) if request.body is not None else ():
            other = request.copy()
            other.body = body
            yield other


def _written(text: str, part: str) -> str:
    """Write a text as this part of a request can hold it."""
    if part == "path":
        return quote(text.encode("utf-8", "surrogatepass"), safe="")
    if part == "headers":
        return text.encode("ascii", "ignore").decode().replace("\0", " ")
    return text.encode("utf-8", "replace").decode()


def test_what_somebody_says_comes_back_in_no_refusal_and_stands_in_no_log(
    database_url: str, tmp_path: Path
) -> None:
    service = ServerProcess(database_url, GIDS_LOG_LEVEL="DEBUG")
    log = tmp_path / "log"
    sent, refused = 0, 0
    with (
        log.open("wb") as written,
        httpx.Client(base_url=service.url, timeout=30, auth=WhoeverMay()) as client,
    ):
        service.start(written)
        story = list(Story(client).tell())
        good = {asked.operation: asked for _, asked, answer in story if answer.is_success}
        for request in [spoiled for asked in good.values() for spoiled in spoil(asked)]:
            answer = request.send(client)
            sent += 1
            assert answer.status_code < 500, f"{answer.request.method} {answer.request.url}"
            if answer.status_code >= 400:
                refused += 1
                assert "zwanger" not in f"{answer.headers} {answer.text}".lower(), answer.text
        service.stop()
    lines = log.read_text()
    assert lines.count('"message":"request"') >= sent > 400
    assert refused > sent / 2
    assert "zwanger" not in lines.lower()
