"""What is elsewhere takes as long as what is nowhere: nobody can tell the two by the clock."""

from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from app.main import create_app
from tests.conftest import filled_database, open_settings
from tests.identity import werkcentrum
from tests.operations import Case, open_case, published, with_a_place, with_a_webhook
from tests.server import running
from tests.test_regions_apart import ANNA, CARLA, NO_REGION_AT_ALL, Country, depends

TIMES = 40
ROUNDS = 3
"""How often what seems to differ is looked at: a machine is busy now and then, a leak always."""

Pair = tuple[Callable[[], object], Callable[[], object]]


def ratios(pairs: Mapping[str, Pair], times: int) -> dict[str, float]:
    """Compare how long the two of each pair take.

    All are done in turns, and each pair in either order, so that a busy machine slows both alike.
    """
    took: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in pairs}
    for time in range(times):
        for name, pair in pairs.items():
            for which in (0, 1) if time % 2 else (1, 0):
                started = perf_counter()
                pair[which]()
                took[name][which].append(perf_counter() - started)
    return {name: median(one) / median(other) for name, (one, other) in took.items()}


def telling(pairs: Mapping[str, Pair], times: int = TIMES) -> set[str]:
    """Say by which of these pairs somebody could tell which of the two it was."""
    suspect = dict(pairs)
    for _ in range(ROUNDS):
        found = ratios(suspect, times)
        suspect = {name: pair for name, pair in suspect.items() if not 0.5 < found[name] < 2}
        if not suspect:
            break
    return set(suspect)


def timed(service: Country, operation: str, foreign: Case, who: str) -> Pair:
    """Ask about what is elsewhere, and about what is nowhere."""
    absent = Case(region=NO_REGION_AT_ALL)
    return (
        lambda: service.ask(operation, foreign, who),
        lambda: service.ask(operation, absent, who),
    )


@pytest.fixture
def service(client: httpx.Client) -> Country:
    """A service with a case, and with a webhook of its region."""
    place = with_a_place(client, ANNA, open_case(client, ANNA))
    case = with_a_webhook(client, werkcentrum("AM22"), place)
    return Country(client, published(client), {"AM22": case}, {})


def test_what_is_elsewhere_takes_as_long_as_what_is_nowhere(service: Country) -> None:
    every = service.operations.items()
    reads = {name for name, (method, _) in every if method == "GET" and depends(name)}
    of_regions = {"readSessionLog", "listSlots", "listRegionReferrals"}
    of_regions |= {"listWebhooks", "readWebhook", "listDeliveries"}
    of_intakes = {"readIntake", "readContactDetails", "listConsents", "readPersonalData"}
    of_intakes |= {"listEvents", "readSessions"}
    assert reads == of_regions | of_intakes
    who = dict.fromkeys(of_regions, werkcentrum("AM01"))
    who |= dict.fromkeys(of_intakes | {"changeHolder"}, CARLA)
    foreign = service.cases["AM22"]
    pairs = {name: timed(service, name, foreign, shown) for name, shown in who.items()}
    assert telling(pairs) == set()


class Hesitating:
    """The service as it must not be: it looks longer for what is there than for what is not."""

    def __init__(self, app: ASGIApp, at: str) -> None:
        self._app = app
        self._at = at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._at in scope.get("path", ""):
            until = perf_counter() + 0.05
            while perf_counter() < until:
                pass
        await self._app(scope, receive, send)


def test_a_service_that_hesitates_is_caught(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    app = create_app(open_settings(filled_database("sqlite", request, tmp_path)))
    with (
        running(Hesitating(app, "AM22")) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30) as client,
    ):
        service = Country(client, published(client), {}, {})
        pair = timed(service, "readSessionLog", Case(region="AM22"), werkcentrum("AM01"))
        assert telling({"readSessionLog": pair}, times=8) == {"readSessionLog"}
