"""What waits for an adviser: cases to look at, the sessions of a day, and what happened."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import icalendar
import pytest
import sqlalchemy as sa

from app.db import Database
from app.domain.access import EVERY_REGION
from app.models import GuidanceSession
from tests.identity import adviser
from tests.test_api_lists import walk

ANNA, BRAM, CARLA = adviser("anna"), adviser("bram"), adviser("carla", "Unie")
CLEANER = {"originSector": "schoonmaak", "employment": "employee", "region": "AM22"}
BUILDER = {"originSector": "bouw", "employment": "self_employed", "region": "AM22"}
CHECK = "schoonmaak-loopbaancheck"
ALL = {"to_hand_over", "referral_waiting", "referral_declined", "no_next_step"}

Do = Callable[..., Any]


@pytest.fixture
def do(client: httpx.Client) -> Do:
    """Ask something that must go well, as Anna unless told otherwise; gives what is answered."""

    def send(method: str, path: str, body: object = None, who: str = ANNA, **query: str) -> Any:
        headers = {"Authorization": f"Bearer {who}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        answer = client.request(method, path, json=body, headers=headers, params=query)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    return send


def listed(do: Do, who: str = ANNA, **query: str) -> list[str]:
    return [one["id"] for one in do("GET", "/intakes", who=who, **query)["items"]]


def asked_for(do: Do, case: str) -> set[str]:
    """Say what waits of a case, and see that each list agrees with the case itself."""
    lists = {one for one in ALL if case in listed(do, attention=one)}
    (shown,) = (one for one in do("GET", "/intakes")["items"] if one["id"] == case)
    assert set(shown["attention"]) == lists
    return lists


def handed_over(do: Do) -> tuple[str, str]:
    """Hand a cleaner over; gives the case and the referral."""
    case = do("POST", "/intakes", CLEANER)
    person = {"name": "Noor", "telephone": "06 12345678"}
    do("PUT", f"/intakes/{case['id']}/contact-details", person)
    consent = {"provisionId": CHECK, "data": ["name", "telephone"], "textVersion": "2026-11"}
    do("POST", f"/intakes/{case['id']}/consents", consent)
    (referral,) = (one["id"] for one in case["referrals"] if one["provisionId"] == CHECK)
    do("PUT", f"/referrals/{referral}/status", {"status": "sent"})
    return case["id"], referral


def test_a_referral_is_to_hand_over_then_waits_and_then_was_declined(do):
    case = do("POST", "/intakes", CLEANER)["id"]
    assert asked_for(do, case) == {"to_hand_over"}
    case, referral = handed_over(do)
    assert asked_for(do, case) == {"referral_waiting"}
    declined = {"status": "declined", "reason": "no_capacity"}
    do("PUT", f"/referrals/{referral}/status", declined)
    assert asked_for(do, case) == {"referral_declined"}
    session = do("GET", f"/intakes/{case}/sessions")["items"][0]["id"]
    do("PUT", f"/sessions/{session}/outcome", {"outcome": "held"})
    assert asked_for(do, case) == set()


def test_a_case_of_which_nothing_goes_on_has_no_next_step_until_it_has_one(do):
    case = do("POST", "/intakes", {**BUILDER, "scheduling": {"sessions": 2}})
    assert asked_for(do, case["id"]) == set()
    for one in case["sessions"]:
        do("PUT", f"/sessions/{one['id']}/outcome", {"outcome": "cancelled"})
    assert asked_for(do, case["id"]) == {"no_next_step"}
    place = do("GET", "/slots", region="AM22")["items"][0]["id"]
    session = do("POST", f"/intakes/{case['id']}/sessions", {"slotId": place})["id"]
    assert asked_for(do, case["id"]) == set()
    do("PUT", f"/sessions/{session}/outcome", {"outcome": "held", "nextStep": "close"})
    assert asked_for(do, case["id"]) == set()


def test_who_was_helped_by_a_desk_waits_for_nothing(do):
    case, referral = handed_over(do)
    for status in ("accepted", "in_contact", "completed"):
        do("PUT", f"/referrals/{referral}/status", {"status": status})
        assert asked_for(do, case) == set()


def test_attention_goes_together_with_the_other_filters_and_shows_nobody_elses(do, client):
    mine = do("POST", "/intakes", CLEANER)["id"]
    elsewhere = do("POST", "/intakes", {**CLEANER, "region": "AM05"})["id"]
    do("POST", "/intakes", CLEANER, who=BRAM)
    do("POST", "/intakes", CLEANER, who=CARLA)
    query = {"attention": "to_hand_over"}
    assert set(listed(do, **query)) == {mine, elsewhere}
    assert listed(do, **query, region="AM05") == [elsewhere]
    assert listed(do, **query, outcome="guidance") == []
    assert listed(do, **query, holder="nobody") == []
    wrong = client.get("/intakes", params={"attention": "soon"}, headers=bearer())
    (fault,) = wrong.json()["errors"]
    assert (wrong.status_code, fault["pointer"]) == (400, "query/attention")
    assert "soon" not in wrong.text


def bearer(who: str = ANNA) -> dict[str, str]:
    return {"Authorization": f"Bearer {who}"}


def test_a_case_is_found_by_its_number_however_it_is_typed(do, client):
    case = do("POST", "/intakes", CLEANER)
    do("POST", "/intakes", CLEANER)
    number = case["reference"]
    forms = (number, number.lower(), number.replace("-", ""), f" {number[:4]} {number[5:]}")
    for said in (*forms, number[:6]):
        assert listed(do, reference=said) == [case["id"]]
    assert listed(do, who=BRAM, reference=number) == []
    for wrong in ("7K3", "7K3M-9QX2-1", "UUUU", "Pietje Puk"):
        answer = client.get("/intakes", params={"reference": wrong}, headers=bearer())
        assert [one["pointer"] for one in answer.json()["errors"]] == ["query/reference"]
        assert wrong not in answer.text.replace("7K3M-9QX2", "")


def test_the_sessions_are_those_of_ones_cases_the_soonest_first_who_waits_last(do, client):
    one, other = (do("POST", "/intakes", BUILDER) for _ in range(2))
    do("POST", "/intakes", BUILDER, who=CARLA)
    nowhere = do("POST", "/intakes", {**BUILDER, "region": "AM01"})
    waiting = {row["id"] for row in nowhere["sessions"] if row["status"] == "waiting"}
    whole = walk_as(client, 100)
    assert {row["id"] for row in whole} == {
        row["id"] for case in (one, other, nowhere) for row in case["sessions"]
    }
    moments = [row["startsAt"] for row in whole]
    placed = [moment for moment in moments if moment]
    assert moments == sorted(placed) + [None] * len(waiting)
    for size in (1, 2, 5):
        assert walk_as(client, size) == whole
    assert {row["reference"] for row in whole} >= {one["reference"]}
    assert walk_as(client, 3, status="waiting") == [r for r in whole if r["id"] in waiting]
    first, last = placed[0], placed[-1]
    assert walk_as(client, 3, **{"from": first, "until": last}) == [
        row for row in whole if row["startsAt"] and row["startsAt"] < last
    ]
    unknown = client.get("/sessions", params={"after": str(uuid4())}, headers=bearer())
    assert [fault["pointer"] for fault in unknown.json()["errors"]] == ["query/after"]


def walk_as(client: httpx.Client, size: int, **query: str) -> list[Any]:
    with httpx.Client(base_url=client.base_url, headers=bearer(), timeout=30) as anna:
        return walk(anna, "/sessions", size, **query)


def test_who_holds_a_session_of_a_case_of_somebody_else_has_it_in_their_list(do, database):
    case = do("POST", "/intakes", BUILDER)
    assert do("GET", "/sessions", who=BRAM)["items"] == []
    bram = UUID(do("GET", "/caller", who=BRAM)["id"])
    do("POST", "/intakes", CLEANER, who=BRAM)
    give_session(database, case["sessions"][0]["id"], bram)
    assert [one["id"] for one in do("GET", "/sessions", who=BRAM)["items"]] == [
        case["sessions"][0]["id"]
    ]


def give_session(database: Database, session: str, to: UUID) -> None:
    with database.write(EVERY_REGION) as open_session:
        row = open_session.get_one(GuidanceSession, UUID(session))
        row.adviser_id = to
        open_session.add(row)


def test_the_time_line_tells_what_happened_newest_first_and_nothing_that_was_said(do, clock):
    case, referral = handed_over(do)
    for minutes, (method, path, body) in enumerate(
        [
            ("PUT", f"/referrals/{referral}/status", {"status": "declined", "reason": "other"}),
            ("PUT", f"/intakes/{case}/holder", {"holder": "nobody", "reason": "absence"}),
        ],
        start=1,
    ):
        clock.forward(minutes=minutes)
        do(method, path, body)
    do("PUT", f"/intakes/{case}/holder", {"holder": "me", "reason": "absence"}, who=BRAM)
    page = do("GET", f"/intakes/{case}/events", who=BRAM, limit="100")
    events = page["items"]
    moments = [datetime.fromisoformat(one["at"]) for one in events]
    assert moments == sorted(moments, reverse=True)
    told = [(one["type"], one["code"]) for one in reversed(events)]
    assert told[0] == ("intake_created", None)
    assert told.count(("session_planned", None)) == 3
    for one in (
        ("consent_given", "hand_over"),
        ("referral_status", "sent"),
        ("referral_status", "declined"),
        ("holder_changed", "absence"),
    ):
        assert one in told
    assert "Noor" not in str(page)
    again: list[Any] = []
    after: dict[str, str] = {}
    while len(again) < len(events):
        part = do("GET", f"/intakes/{case}/events", who=BRAM, limit="2", **after)
        again += part["items"]
        after = {"after": part["next"]}
    assert again == events


def test_the_worker_takes_home_what_is_planned_and_nobody_is_named_in_it(do, client):
    case = do("POST", "/intakes", {**BUILDER, "motivation": "Klaproos"})
    first, second, third = case["sessions"]
    do("PUT", f"/sessions/{first['id']}/outcome", {"outcome": "held", "note": "Zonnebloem"})
    path = f"/intakes/{case['id']}/sessions"
    answer = client.get(path, headers=bearer() | {"Accept": "text/calendar"})
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.content)
    events = calendar.walk("VEVENT")
    assert [one.decoded("DTSTART") for one in events] == [
        datetime.fromisoformat(one["startsAt"]) for one in (second, third)
    ]
    assert all(one.decoded("DTSTART").utcoffset() in WINTER_OR_SUMMER for one in events)
    for word in ("Klaproos", "Zonnebloem", "anna", "bouw"):
        assert word not in answer.text
    assert client.get(path, headers=bearer(CARLA)).status_code == 404
    listed = client.get(path, headers=bearer()).json()["items"]
    assert [one["id"] for one in listed] == [one["id"] for one in case["sessions"]]


WINTER_OR_SUMMER = {timedelta(hours=1), timedelta(hours=2)}


@pytest.mark.parametrize("path", ["/intakes", "/sessions", "/intakes/{case}/events", "/drafts"])
def test_a_longer_list_takes_no_more_questions_to_the_database(client, do, database, path):
    case = do("POST", "/intakes", CLEANER)["id"]
    do("POST", "/intakes", BUILDER)

    def begin() -> None:
        new = bearer() | {"If-None-Match": "*"}
        assert client.put(f"/drafts/{uuid4()}", json=BUILDER, headers=new).status_code == 201

    begin()
    asked: list[str] = []
    note = lambda *given: asked.append(given[2])  # noqa: E731 - to be taken off again

    def questions() -> int:
        """Ask some times: the service has work of its own beside it, and an engine of its own."""
        found = []
        for _ in range(5):
            asked.clear()
            do("GET", path.format(case=case))
            found.append(len(asked))
        return min(found)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        before = questions()
        for _ in range(6):
            do("POST", "/intakes", BUILDER)
            begin()
            do("PUT", f"/intakes/{case}/holder", {"holder": "nobody", "reason": "absence"})
            do("PUT", f"/intakes/{case}/holder", {"holder": "me", "reason": "absence"})
        after = questions()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert before > 0
    assert before == after
