"""What is counted over HTTP: also what is refused before anybody knows who asks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.config import Issuer, Settings
from app.db import opened
from app.domain.access import EVERY_REGION
from app.main import create_app
from app.services import api_keys
from app.services.issuer_keys import ASK_AGAIN
from tests.conftest import TestClock, filled_database
from tests.identity import AUDIENCE, ISSUER, adviser
from tests.server import asked_too_often, free_port, running

LIMIT = 3
MORE_THAN_MAY = range(2 * LIMIT + 1)
"""So many that one is too many, even where a minute ends in between."""

BROKEN: dict[str, Any] = {"content": b"{", "headers": {"Content-Type": "application/json"}}


@pytest.fixture(scope="module")
def strict(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Give a service that strangers may ask little, and whose issuer does not answer."""
    settings = Settings(
        demo=True,
        database_url=filled_database("sqlite", request, tmp_path_factory.mktemp("strict")),
        oidc_issuers=(
            Issuer.model_validate(
                {
                    "issuer": ISSUER,
                    "audience": AUDIENCE,
                    "jwks_uri": f"http://127.0.0.1:{free_port()}",
                }
            ),
        ),
        rate_anonymous=LIMIT,
    )
    with running(create_app(settings)) as url, httpx.Client(base_url=f"{url}/v1") as client:
        yield client


def test_a_token_nobody_can_look_into_is_counted_for_the_address(strict: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {adviser('anna')}"}
    answers = asked_too_often(lambda: strict.get("/intakes", headers=headers), LIMIT)
    assert answers[0].status_code == 503
    assert answers[0].headers["Retry-After"] == f"{ASK_AGAIN.total_seconds():.0f}"
    problem = answers[0].json()
    assert problem["type"].endswith("/problems/issuer-unreachable")
    assert ISSUER not in answers[0].text
    assert "nothing was done" in problem["detail"]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_a_request_that_is_refused_unread_is_counted_for_the_address(strict: httpx.Client) -> None:
    answers = asked_too_often(lambda: strict.post("/provision-checks", **BROKEN), LIMIT)
    assert {one.status_code for one in answers} <= {400, 429}
    assert answers[-1].status_code == 429


def test_what_is_refused_of_who_shows_a_key_is_counted_for_the_key(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings = Settings(
        demo=True,
        database_url=filled_database("sqlite", request, tmp_path),
        rate_anonymous=LIMIT,
        rate_identified=4 * LIMIT,
    )
    clock = TestClock()
    with opened(settings) as database, database.write(EVERY_REGION) as session:
        text = api_keys.create(session, "Chatbot Anna", now=clock())[1]
    key = {"Authorization": f"Bearer {text}"}
    broken = {**BROKEN, "headers": {**BROKEN["headers"], **key}}
    with (
        running(create_app(settings, clock=clock)) as url,
        httpx.Client(base_url=f"{url}/v1") as client,
    ):
        assert client.get("/regions", headers=key).status_code == 200  # now the key is believed
        answers = asked_too_often(lambda: client.post("/provision-checks", **broken), 4 * LIMIT)
        assert [one.status_code for one in answers[: LIMIT + 1]] == [400] * (LIMIT + 1)
        assert answers[-1].status_code == 429
        assert client.get("/regions", headers=key).status_code == 429
        assert client.get("/regions").status_code == 200  # the address has its own


def test_the_health_of_the_service_is_not_counted(strict: httpx.Client) -> None:
    for _ in MORE_THAN_MAY:
        assert strict.get("/health/ready?verbose=1").status_code == 400
        assert strict.get("/health/ready").status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        BROKEN,
        {"content": b"a=b", "headers": {"Content-Type": "text/plain"}},
        {"content": b" " * 2**20, "headers": {"Content-Type": "application/json"}},
        {"json": {}, "headers": {"Accept": "text/html"}},
        {"json": {}, "params": {"page": "2"}},
    ],
    ids=["no JSON", "no media type", "too much", "another media type", "an unknown key"],
)
def test_a_stranger_at_a_protected_route_is_told_to_show_a_token_and_nothing_else(
    open_client: httpx.Client, options: dict[str, Any]
) -> None:
    with httpx.Client(base_url=open_client.base_url, timeout=30) as stranger:
        answer = stranger.post("/intakes", **options)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="gidsfunctie"'
    assert answer.json()["type"].endswith("/authentication-required")
    assert "errors" not in answer.json()
