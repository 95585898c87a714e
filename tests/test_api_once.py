"""One effect per Idempotency-Key, over HTTP (draft-ietf-httpapi-idempotency-key-header-07)."""

from typing import Any

import httpx
import pytest

from app.db import Database

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
BUILDER = {"originSector": "bouw", "employment": "self_employed", "region": "AM22"}


def post(client: httpx.Client, body: Any, key: str | None = KEY, url: str = "/intakes") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(url, json=body, headers=headers)


def kept(client: httpx.Client) -> int:
    return len(client.get("/intakes").json()["items"])


def test_the_same_request_gets_the_same_answer_to_the_byte(client: httpx.Client) -> None:
    first, second = post(client, BUILDER), post(client, BUILDER)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    same = ("Location", "Content-Type", "Content-Length", "API-Version")
    assert [second.headers[name] for name in same] == [first.headers[name] for name in same]
    assert second.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert kept(client) == 1


def test_a_key_with_and_without_its_quotes_is_one_key(client: httpx.Client) -> None:
    first, second = post(client, BUILDER), post(client, BUILDER, f'"{KEY}"')
    assert second.content == first.content
    assert kept(client) == 1


def test_a_body_that_says_the_same_in_other_words_is_the_same_request(
    client: httpx.Client,
) -> None:
    first = post(client, BUILDER)
    spelled = {
        "region": " AM22"[1:], "targetSector": None, "employment": "self_employed",
        "originSector": "  bouw ", "scheduling": {"sessions": 3.0},
    }  # fmt: skip
    second = post(client, spelled)
    assert (second.status_code, second.content) == (201, first.content)


def test_the_same_key_for_another_request_is_refused(client: httpx.Client) -> None:
    post(client, BUILDER)
    answer = post(client, {**BUILDER, "employment": "employee"})
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/idempotency-key-reused")
    assert kept(client) == 1


def test_another_key_is_another_request(client: httpx.Client) -> None:
    first, second = post(client, BUILDER), post(client, BUILDER, "other")
    assert first.json()["id"] != second.json()["id"]
    assert kept(client) == 2


def test_a_refused_request_uses_up_no_key(client: httpx.Client) -> None:
    assert post(client, {**BUILDER, "region": "AM00"}).status_code == 400
    assert post(client, BUILDER).status_code == 201


def test_after_a_day_the_key_is_free_again(client: httpx.Client, clock: Any) -> None:
    first = post(client, BUILDER)
    clock.forward(hours=23, minutes=59)
    assert post(client, BUILDER).json() == first.json()
    clock.forward(minutes=1)
    assert post(client, BUILDER).json()["id"] != first.json()["id"]


@pytest.mark.parametrize(
    "key",
    [
        None, "", '""', '"', "two words", 'a"b', "a\tb", b"caf\xe9", "a" * 256, f'"{"a" * 256}"',
    ],
)  # fmt: skip
def test_a_new_intake_needs_a_key_that_can_be_one(open_client: httpx.Client, key: Any) -> None:
    answer = post(open_client, BUILDER, key)
    assert answer.status_code == 400
    assert [one["pointer"] for one in answer.json()["errors"]] == ["header/Idempotency-Key"]


def test_a_key_may_be_any_visible_word_of_255_characters(client: httpx.Client) -> None:
    for key in ("~", "a" * 255, f'"{"b" * 255}"', "it's;a=key"):
        assert post(client, BUILDER, key).status_code == 201
    assert kept(client) == 4


def test_referrals_and_sessions_take_a_key_as_well_and_each_its_own(
    client: httpx.Client, database: Database
) -> None:
    nurse = {"originSector": "ziekenhuizen", "employment": "employee", "purpose": "orientation"}
    intake = post(client, {**nurse, "region": "AM22", "scheduling": {"sessions": 1}}).json()
    query: dict[str, str | int] = {"region": "AM22", "from": "2026-12-10T08:00:00Z", "limit": 2}
    slots = [one["id"] for one in client.get("/slots", params=query).json()["items"]]
    for part, body, other in (
        ("sessions", {"slotId": slots[0]}, {"slotId": slots[1]}),
        ("referrals", {"provisionId": "ziekenhuizen-plb"}, {"provisionId": "leeroverzicht"}),
    ):
        url = f"/intakes/{intake['id']}/{part}"
        first, second = post(client, body, url=url), post(client, body, url=url)
        assert (first.status_code, second.status_code) == (201, 201), first.text
        assert second.content == first.content
        assert post(client, other, url=url).status_code == 422
        assert post(client, body, None, url).status_code == 409
    now = client.get(f"/intakes/{intake['id']}").json()
    assert [one["number"] for one in now["sessions"]] == [1, 2]
    assert [one["provisionId"] for one in now["referrals"]] == ["ziekenhuizen-plb"]


def test_the_same_key_and_body_for_another_intake_is_another_request(client: httpx.Client) -> None:
    nurse = {"originSector": "ziekenhuizen", "employment": "employee", "purpose": "orientation"}
    first, second = (post(client, nurse, key).json()["id"] for key in ("one", "two"))
    body = {"provisionId": "ziekenhuizen-plb"}
    assert post(client, body, url=f"/intakes/{first}/referrals").status_code == 201
    assert post(client, body, url=f"/intakes/{second}/referrals").status_code == 422
