"""Guidance sessions as an adviser's system meets them: places, booking, moving, ending."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.domain.planning import AMSTERDAM

REGION = "AM01"
GUIDANCE = {"originSector": "circus", "region": REGION}


def new_intake(client: httpx.Client, **changes: Any) -> Any:
    answer = client.post(
        "/intakes", json={**GUIDANCE, **changes}, headers={"Idempotency-Key": str(uuid4())}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def slots(client: httpx.Client, **wanted: str) -> list[dict[str, Any]]:
    answer = client.get("/slots", params={"region": REGION, **wanted})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def book(client: httpx.Client, intake: dict[str, Any], slot: str) -> httpx.Response:
    return client.post(f"/intakes/{intake['id']}/sessions", json={"slotId": slot})


def read(client: httpx.Client, intake: dict[str, Any]) -> Any:
    return client.get(f"/intakes/{intake['id']}").json()


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def log(client: httpx.Client) -> list[tuple[int, str, int | None]]:
    entries = client.get(f"/regions/{REGION}/session-log").json()["items"]
    return [(one["number"], one["type"], one["sessionNumber"]) for one in entries]


def test_a_guidance_from_the_first_session_to_the_last(client, clock):
    intake = new_intake(client, scheduling={"sessions": 2})
    first, second = intake["sessions"]
    assert [first["number"], second["number"]] == [1, 2]

    free = slots(client, mode="video")[0]
    moved = client.put(f"/sessions/{first['id']}/slot", json={"slotId": free["id"]})
    assert moved.status_code == 200, moved.text
    assert moved.json() == {
        **first,
        "mode": "video",
        "startsAt": free["startsAt"],
        "endsAt": free["endsAt"],
        "adviser": free["adviser"],
    }

    later = slots(client, mode="in_person", **{"from": "2026-12-14T00:00:00Z"})[0]
    booked = book(client, intake, later["id"])
    assert booked.status_code == 201, booked.text
    assert (booked.json()["number"], booked.json()["startsAt"]) == (3, later["startsAt"])
    assert later["id"] not in [one["id"] for one in slots(client, **{"from": later["startsAt"]})]

    clock.forward(days=40)
    for session, outcome in ((first, "held"), (second, "missed"), (booked.json(), "held")):
        ended = client.put(f"/sessions/{session['id']}/outcome", json={"outcome": outcome})
        assert ended.status_code == 200, ended.text
        assert ended.json()["status"] == outcome
    closed = read(client, intake)
    assert closed["closedAt"] == f"{clock.now:%Y-%m-%dT%H:%M:%SZ}"
    assert [one["status"] for one in closed["sessions"]] == ["held", "missed", "held"]
    assert log(client) == [
        (1, "intake_completed", None),
        (2, "session_planned", 1),
        (3, "session_planned", 2),
        (4, "session_moved", 1),
        (5, "session_planned", 3),
        (6, "session_held", 1),
        (7, "session_missed", 2),
        (8, "session_held", 3),
        (9, "guidance_closed", None),
    ]


def test_closing_early_gives_the_later_places_back(client):
    intake = new_intake(client)
    first, *later = intake["sessions"]
    taken = {(one["startsAt"], one["adviser"]["id"]) for one in later}

    def offered() -> set[tuple[str, str]]:
        return {
            (one["startsAt"], one["adviser"]["id"])
            for start, _ in taken
            for one in slots(client, **{"from": start, "until": later_by_an_hour(start)})
        }

    assert not taken & offered()
    body = {"outcome": "held", "nextStep": "close"}
    assert client.put(f"/sessions/{first['id']}/outcome", json=body).status_code == 200
    assert taken <= offered()
    statuses = [one["status"] for one in read(client, intake)["sessions"]]
    assert statuses == ["held", "cancelled", "cancelled"]


def later_by_an_hour(moment: str) -> str:
    return (datetime.fromisoformat(moment) + timedelta(hours=1)).isoformat().replace("+00:00", "Z")


def test_what_cannot_be_done_is_refused_by_name_and_changes_nothing(client):
    intake = new_intake(client)
    first = intake["sessions"][0]
    free = slots(client)[-1]["id"]
    referred = new_intake(client, originSector="schoonmaak", employment="employee")
    ended = new_intake(client)
    path = f"/sessions/{ended['sessions'][0]['id']}"
    client.put(f"{path}/outcome", json={"outcome": "held", "nextStep": "close"})
    before = [read(client, one) for one in (intake, referred, ended)], log(client)

    assert problem(book(client, intake, free)) == (409, "three-sessions")
    assert problem(book(client, referred, free)) == (409, "warm-referral-has-no-sessions")
    assert problem(book(client, ended, free)) == (409, "guidance-closed")
    assert problem(book(client, {"id": uuid4()}, free)) == (404, "not-found")
    elsewhere = slots(client, region="AM02")[0]["id"]
    move = {"slotId": elsewhere}
    assert problem(client.put(f"/sessions/{first['id']}/slot", json=move)) == (
        409,
        "slot-not-free",
    )
    answer = client.put(f"{path}/slot", json={"slotId": free})
    assert problem(answer) == (409, "guidance-closed")
    answer = client.put(f"{path}/outcome", json={"outcome": "missed"})
    assert problem(answer) == (409, "session-not-allowed")
    after = [read(client, one) for one in (intake, referred, ended)], log(client)
    assert after == before


def test_saying_an_outcome_twice_is_saying_it_once(client):
    first = new_intake(client)["sessions"][0]
    body = {"outcome": "held"}
    answers = [client.put(f"/sessions/{first['id']}/outcome", json=body) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert log(client)[-1] == (5, "session_held", 1)


def test_without_a_known_region_sessions_are_at_a_distance_and_told_of_the_country(client):
    intake = new_intake(client, region=None, municipality="Nergenshuizen")
    assert intake["region"] is None
    assert {one["mode"] for one in intake["sessions"]} <= {"phone", "video"}
    told = client.get("/regions/NL01/session-log").json()["items"]
    assert len(told) == 4


@pytest.mark.parametrize(
    ("friday", "friday_nine", "monday_nine"),
    [
        ("2027-03-26", None, "2027-03-30T07:00:00Z"),
        ("2026-03-27", "2026-03-27T08:00:00Z", "2026-03-30T07:00:00Z"),
        ("2026-10-23", "2026-10-23T07:00:00Z", "2026-10-26T08:00:00Z"),
    ],
    ids=["at Easter", "in spring", "in autumn"],
)
def test_nine_o_clock_stays_nine_o_clock_when_the_clock_changes(
    friday, friday_nine, monday_nine, client, clock
):
    day = datetime.fromisoformat(friday).replace(tzinfo=UTC)
    clock.now = day - timedelta(days=3)
    until = (day + timedelta(days=5)).strftime("%Y-%m-%dT00:00:00Z")
    found = slots(
        client, mode="phone", limit="1000", **{"from": f"{friday}T00:00:00Z"}, until=until
    )
    by_day: dict[str, str] = {}
    for one in found:
        by_day.setdefault(one["startsAt"][:10], one["startsAt"])
    assert by_day.get(friday) == friday_nine
    assert by_day[monday_nine[:10]] == monday_nine


@pytest.mark.parametrize(
    "today", ["2026-03-23T08:00:00Z", "2026-10-19T08:00:00Z"], ids=["spring", "autumn"]
)
def test_sessions_over_a_change_of_the_clock_are_in_office_hours_and_a_week_apart(
    today, client, clock
):
    clock.now = datetime.fromisoformat(today)
    starts = [datetime.fromisoformat(one["startsAt"]) for one in new_intake(client)["sessions"]]
    assert len(starts) == 3
    on_the_clock = [start.astimezone(AMSTERDAM).replace(tzinfo=None) for start in starts]
    assert all(b - a == timedelta(days=7) for a, b in pairwise(on_the_clock))
    offered = {one["startsAt"] for start in starts for one in slots(client, **around(start))}
    assert {f"{start:%Y-%m-%dT%H:%M:%SZ}" for start in starts} <= offered


def around(start: datetime) -> dict[str, str]:
    return {
        "from": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
    }
