"""What goes past routing is answered as the route would answer it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.config import Settings
from app.db import opened
from app.domain.access import EVERY_REGION
from app.main import create_app
from app.services import api_keys
from tests.conftest import MONDAY, TestClock, filled_database
from tests.server import running

LIMIT = 3

QUERIES: list[dict[str, str]] = [
    {},
    {"q": "omscholen"},
    {"q": "  gratis\u00a0co\u00e4ch & zo? "},
    {"q": "kas", "sector": "bouw", "side": "origin", "status": "current", "limit": "3"},
    {"buildingBlock": "side_entry", "service": "training"},
    {"limit": "2", "after": "competentnl"},
    # What is refused
    {"q": ""},
    {"q": "x" * 121},
    {"q": "nul\u0000"},
    {"q": "123456782"},
    {"sector": "circus"},
    {"side": "both", "limit": "0"},
    {"after": "no-such-thing"},
    {"sector": "bouw", "after": "schoonmaak-loopbaancheck"},
    {"building_block": "side_entry"},
]

BODIES: list[Any] = [
    {"originSector": "schoonmaak"},
    {"originSector": "klompenmakerij", "skills": ["hout", "k\u00e9\u00e9l"], "yearsOfService": 3},
    # What is refused
    {},
    {"originSector": ""},
    {"originSector": "schoonmaak", "originsector": "bouw"},
    {"originSector": "schoonmaak", "region": "AM99"},
    ["schoonmaak"],
    "schoonmaak",
    None,
]

NAMED = {"X-Request-Id": "0f8fad5b-d9cb-469f-a165-70867728950e"}
"""A refusal says which request it was about."""


@pytest.fixture(scope="module")
def stranger(open_client: httpx.Client) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=open_client.base_url, headers=NAMED) as client:
        yield client


def assert_alike(one: httpx.Response, other: httpx.Response) -> None:
    assert one.status_code == other.status_code
    assert one.content == other.content
    first, second = (
        {name: value for name, value in answer.headers.items() if name != "date"}
        for answer in (one, other)
    )
    assert first == second


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_search_is_answered_as_the_route_answers_it(open_client, stranger, query):
    assert_alike(
        stranger.get("/provisions", params=query),
        open_client.get("/provisions", params=query, headers=NAMED),
    )


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_a_check_is_answered_as_the_route_answers_it(open_client, stranger, body):
    assert_alike(
        stranger.post("/provision-checks", json=body),
        open_client.post("/provision-checks", json=body, headers=NAMED),
    )


@pytest.mark.parametrize("query", [{"q": "omscholen"}, {"sector": "circus"}, {"side": "both"}])
def test_who_asks_too_often_is_refused_after_as_many(query, request, tmp_path):
    settings = Settings(
        demo=True,
        database_url=filled_database("sqlite", request, tmp_path),
        rate_anonymous=LIMIT,
    )
    with running(create_app(settings)) as url, httpx.Client(base_url=f"{url}/v1") as client:
        # As the minute may end in between, there are two times as many at the most.
        statuses = [
            client.get("/provisions", params=query).status_code for _ in range(2 * LIMIT + 1)
        ]
    assert 429 not in statuses[:LIMIT]
    assert statuses[-1] == 429


def test_who_shows_a_key_is_answered_alike_counted_by_it_and_no_longer_when_it_is_revoked(
    request, tmp_path
):
    settings = Settings(
        demo=True,
        database_url=filled_database("sqlite", request, tmp_path),
        rate_identified=2 * len(QUERIES),
    )
    clock = TestClock()
    with opened(settings) as database:
        with database.write(EVERY_REGION) as session:
            text = api_keys.create(session, "Chatbot Anna", now=MONDAY)[1]
        key = {"Authorization": f"Bearer {text}"}
        with (
            running(create_app(settings, clock=clock)) as url,
            httpx.Client(base_url=f"{url}/v1", headers=NAMED) as client,
        ):
            asked = client.build_request(
                "GET", "/provisions", params={"q": "omscholen"}, headers=key
            )
            assert client.send(asked).status_code == 200  # from now on the key is believed
            for query in QUERIES:
                assert_alike(
                    client.get("/provisions", params=query, headers=key),
                    client.get("/provisions", params=query),
                )
            statuses = {client.send(asked).status_code for _ in range(2 * 2 * len(QUERIES))}
            assert 429 in statuses
            assert client.get("/provisions", params={"q": "omscholen"}).status_code == 200
            with database.write(EVERY_REGION) as session:
                api_keys.revoke(session, "Chatbot Anna", now=MONDAY)
            clock.forward(seconds=api_keys.BELIEVED.total_seconds())
            assert client.send(asked).status_code == 401
