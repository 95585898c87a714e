"""Every list is a page, and page after page gives the whole list once."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.catalogue import Catalogue, Provision
from app.domain.conditions import ForEmployers
from app.domain.terms import ProvisionStatus

REGION = "AM22"


def walk(client: httpx.Client, url: str, limit: int, **query: str) -> list[Any]:
    """Read a list to its end, in pages that are full but for the last one."""
    items: list[Any] = []
    after: dict[str, str] = {}
    while True:
        answer = client.get(url, params={**query, **after, "limit": limit})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert set(page) - {"facets"} == {"items", "next"}
        items += page["items"]
        if page["next"] is None:
            assert len(page["items"]) <= limit
            return items
        assert len(page["items"]) == limit
        after = {"after": page["next"]}


LISTS = {
    "/sectors": {},
    "/sectors?q": {"q": "zorg"},
    "/regions": {},
    "/municipalities": {},
    "/municipalities?q": {"q": "den"},
    "/skills": {},
    "/skills?q": {"q": "rijden"},
    "/provisions": {},
    "/provisions?sector": {"sector": "bouw", "status": "current"},
    "/provisions?q": {"q": "scholing of ander werk"},
    "/slots": {"region": REGION, "mode": "video", "until": "2026-12-02T00:00:00Z"},
}


@pytest.mark.parametrize("name", LISTS)
def test_pages_of_any_size_give_the_same_list_once(open_client: httpx.Client, name: str) -> None:
    url, query = name.partition("?")[0], LISTS[name]
    whole = walk(open_client, url, 1000, **query)
    assert len(whole) > 1
    identities = [one.get("id") or one["code"] for one in whole]
    assert len(set(identities)) == len(identities)
    for limit in {1, 2, 7, len(whole) - 1, len(whole), len(whole) + 1} - {0}:
        if len(whole) / limit <= 40:
            assert walk(open_client, url, limit, **query) == whole


def best_first(catalogue: Catalogue) -> list[str]:
    """Return the ids of provisions in the order of an unasked list (docs/decisions/0025)."""
    standing = list(ProvisionStatus)

    def order(one: Provision) -> tuple[bool, int, int, str]:
        for_employers = any(isinstance(condition, ForEmployers) for condition in one.conditions)
        is_open = one.status is ProvisionStatus.current and not for_employers
        return not is_open, standing.index(one.status), -one.verified_on.toordinal(), one.id

    return [one.id for one in sorted(catalogue.provisions.values(), key=order)]


def test_the_whole_catalogue_can_be_read(open_client: httpx.Client, catalogue: Catalogue) -> None:
    for url, known in (
        ("/sectors", catalogue.sectors),
        ("/regions", catalogue.regions),
        ("/municipalities", catalogue.municipalities),
        ("/skills", catalogue.skills),
        ("/provisions", catalogue.provisions),
    ):
        read = [one.get("id") or one["code"] for one in walk(open_client, url, 100)]
        assert read == (list(known) if url != "/provisions" else best_first(catalogue))


@pytest.mark.parametrize("name", [*LISTS, "/intakes"])
@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": "0"}, "query/limit"),
        ({"limit": "-1"}, "query/limit"),
        ({"limit": "1001"}, "query/limit"),
        ({"limit": "1000000"}, "query/limit"),
        ({"limit": "ten"}, "query/limit"),
        ({"limit": "1.0"}, "query/limit"),
        ({"limit": "9" * 400}, "query/limit"),
        ({"after": "no-such-thing"}, "query/after"),
        ({"after": "../../etc/passwd"}, "query/after"),
        ({"after": ""}, "query/after"),
        ({"after": "A" * 40}, "query/after"),
        ({"after": str(uuid4())}, "query/after"),
    ],
)
def test_a_page_that_cannot_be_is_refused(
    open_client: httpx.Client, name: str, query: dict[str, str], pointer: str
) -> None:
    url, rest = name.partition("?")[0], LISTS.get(name, {})
    answer = open_client.get(url, params={**rest, **query})
    assert answer.status_code == 400
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("url", "query", "pointer", "code"),
    [
        ("/slots", {"region": "AM99"}, "query/region", "unknown"),
        ("/slots", {"region": "AM00"}, "query/region", "unknown"),
        ("/intakes", {"region": "AM99"}, "query/region", "unknown"),
        (
            "/slots",
            {"region": REGION, "from": "2026-12-02T09:00:00Z", "until": "2026-12-02T09:00:00Z"},
            "query/until",
            "contradiction",
        ),
        (
            "/slots",
            {"region": REGION, "from": "2026-12-02T09:00:00Z", "until": "2026-12-01T09:00:00Z"},
            "query/until",
            "contradiction",
        ),
    ],
)
def test_what_could_never_have_an_item_is_refused_and_not_an_empty_list(
    open_client: httpx.Client, url: str, query: dict[str, str], pointer: str, code: str
) -> None:
    answer = open_client.get(url, params=query)
    assert answer.status_code == 400
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)]


def intake(client: httpx.Client, origin: str, **said: object) -> dict[str, Any]:
    answer = client.post(
        "/intakes",
        json={"originSector": origin, "region": REGION, "employment": "self_employed", **said},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_list_of_intakes_shows_no_more_than_a_case_is_recognised_by(client: httpx.Client) -> None:
    intake(client, "klompenmakerij", motivation="liever met mensen", skills=["hout"])
    answer = client.get("/intakes")
    (one,) = answer.json()["items"]
    assert set(one) == {
        "id", "createdAt", "outcome", "purpose", "region",
        "originSectorId", "targetSectorId", "holder", "closedAt", "reference", "attention",
    }  # fmt: skip
    assert [word for word in ("klompen", "mensen", "hout") if word in answer.text] == []


def test_intakes_are_listed_newest_first_also_while_new_ones_come(
    client: httpx.Client, clock: Any
) -> None:
    made = []
    for minutes in (0, 1, 0, 2, 0):  # several of one moment
        clock.forward(minutes=minutes)
        made.append(intake(client, "bouw")["id"])
    whole = walk(client, "/intakes", 100)
    assert {one["id"] for one in whole} == set(made)
    moments = [one["createdAt"] for one in whole]
    assert moments == sorted(moments, reverse=True)
    first = client.get("/intakes", params={"limit": 2}).json()
    clock.forward(minutes=1)
    intake(client, "bouw")
    rest = walk(client, "/intakes", 2, after=first["next"])
    assert first["items"] + rest == whole


def test_intakes_can_be_listed_by_region_and_by_outcome(client: httpx.Client) -> None:
    bouw = intake(client, "bouw")
    for query, found in (
        ({"region": REGION, "outcome": bouw["outcome"]}, [bouw["id"]]),
        ({"region": "AM01"}, []),
        ({"outcome": "warm_referral"}, []),
    ):
        assert [one["id"] for one in walk(client, "/intakes", 10, **query)] == found


def test_the_session_log_can_be_read_page_by_page(client: httpx.Client, database: Database) -> None:
    for _ in range(3):
        intake(client, "bouw")
    url = f"/regions/{REGION}/session-log"
    whole = walk(client, url, 1000)
    with database.read(EVERY_REGION) as session:
        kept = session.execute(text("SELECT count(*) FROM session_log_entry")).scalar_one()
    assert [one["number"] for one in whole] == list(range(1, kept + 1))
    assert kept == 12  # an intake and its three sessions, three times
    for limit in (1, 5, 11, 12, 13):
        assert walk(client, url, limit) == whole
    assert walk(client, url, 5, after="12") == []
    assert walk(client, "/regions/AM01/session-log", 5) == []


@pytest.mark.parametrize("region", ["AM00", "AM99", "NL02", "am22", "AM2", "Rijnmond"])
def test_a_region_that_does_not_exist_has_no_log(open_client: httpx.Client, region: str) -> None:
    status = open_client.get(f"/regions/{region}/session-log").status_code
    assert status == (404 if region in {"AM00", "AM99"} else 400)
