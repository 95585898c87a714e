"""Drafts: by version, by many at once, sent once, and gone when they are to be gone."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.commands import privacy
from app.db import Database
from app.domain.access import EVERY_REGION
from app.models import Draft, PersonKey
from app.services import erasure_list
from tests.conftest import MONDAY
from tests.identity import adviser

ANNA, BRAM, CARLA = adviser("anna"), adviser("bram"), adviser("carla", "Unie")
SAID = {"originSector": "schoonmaak", "motivation": "liever werk met mensen"}
NEW = {"If-None-Match": "*"}


def bearer(token: str = ANNA, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **more}


@pytest.fixture
def draft(client: httpx.Client) -> str:
    """A draft that Anna began."""
    one = str(uuid4())
    begun = client.put(f"/drafts/{one}", json=SAID, headers=bearer() | NEW)
    assert begun.status_code == 201, begun.text
    return one


def save(
    client: httpx.Client, draft: str, version: int, said: dict[str, Any], token: str = ANNA
) -> httpx.Response:
    headers = bearer(token) | {"If-Match": f'"{version}"'}
    answer: httpx.Response = client.put(f"/drafts/{draft}", json=said, headers=headers)
    return answer


def send(client: httpx.Client, token: str = ANNA, **more: Any) -> httpx.Response:
    return client.post(
        "/intakes",
        json={"originSector": "schoonmaak", **more},
        headers=bearer(token) | {"Idempotency-Key": str(uuid4())},
    )


def test_what_was_written_down_is_there_again(client, draft):
    answer = client.get(f"/drafts/{draft}", headers=bearer())
    assert answer.headers["etag"] == '"1"'
    known = {name: value for name, value in answer.json()["answers"].items() if value is not None}
    assert known == SAID
    assert answer.json()["savedBy"]["name"] == "anna"


def test_what_was_said_in_part_or_to_be_nothing_is_read_back_whole(client):
    said = {
        "motivation": None,
        "skills": None,
        "scheduling": {"sessions": 2},
        "usedProvisions": [{"provisionId": "rijk-loopbaanscan"}],
    }
    path = f"/drafts/{uuid4()}"
    assert client.put(path, json=said, headers=bearer() | NEW).status_code == 201
    answers = client.get(path, headers=bearer()).json()["answers"]
    assert answers["motivation"] is None
    assert answers["scheduling"]["sessions"] == 2
    assert answers["usedProvisions"] == [{"provisionId": "rijk-loopbaanscan", "usedOn": None}]
    nothing = {"scheduling": None}
    again = client.put(path, json=nothing, headers=bearer() | {"If-Match": '"1"'})
    assert again.status_code == 200
    assert client.get(path, headers=bearer()).status_code == 200


def test_a_draft_may_be_empty_and_an_intake_may_not(client):
    one = str(uuid4())
    assert client.put(f"/drafts/{one}", json={}, headers=bearer() | NEW).status_code == 201
    refused = client.post(
        "/intakes", json={"draftId": one}, headers=bearer() | {"Idempotency-Key": "k"}
    )
    assert refused.status_code == 400
    assert client.get(f"/drafts/{one}", headers=bearer()).status_code == 200


def test_each_save_makes_the_next_version(client, draft):
    second = save(client, draft, 1, {"originSector": "bouw"})
    assert (second.status_code, second.headers["etag"]) == (200, '"2"')
    assert second.json()["answers"]["motivation"] is None
    assert save(client, draft, 2, SAID).headers["etag"] == '"3"'


def test_whoever_saw_an_older_version_changes_nothing(client, draft):
    save(client, draft, 1, {"originSector": "bouw"}, BRAM)
    late = save(client, draft, 1, {"originSector": "zorg"})
    assert (late.status_code, late.json()["type"].split("/")[-1]) == (412, "precondition-failed")
    kept = client.get(f"/drafts/{draft}", headers=bearer()).json()
    assert (kept["answers"]["originSector"], kept["savedBy"]["name"]) == ("bouw", "bram")


@pytest.mark.parametrize("tag", ["*", "1", 'W/"1"', '"0"', '"x"', '"1", "2"', ""])
def test_a_tag_that_was_not_given_here_is_of_no_version(client, draft, tag):
    headers = bearer() | {"If-Match": tag}
    assert client.put(f"/drafts/{draft}", json=SAID, headers=headers).status_code == 412


def test_without_a_word_on_the_version_nothing_is_saved(client, draft):
    answer = client.put(f"/drafts/{draft}", json=SAID, headers=bearer())
    assert answer.status_code == 428
    assert client.get(f"/drafts/{draft}", headers=bearer()).headers["etag"] == '"1"'


def test_a_draft_that_is_there_and_is_not_is_neither_begun_nor_saved(client, draft):
    headers = bearer() | NEW | {"If-Match": '"1"'}
    for one in (draft, str(uuid4())):
        assert client.put(f"/drafts/{one}", json=SAID, headers=headers).status_code == 412
    assert client.get(f"/drafts/{draft}", headers=bearer()).headers["etag"] == '"1"'


def test_what_is_there_is_not_begun_again(client, draft):
    for token in (ANNA, CARLA):
        headers = bearer(token) | NEW
        again = client.put(f"/drafts/{draft}", json=SAID, headers=headers)
        assert again.status_code == 412


def test_every_fault_is_told_at_once_and_nothing_is_kept(client):
    one = str(uuid4())
    body = {"originSector": 7, "employment": "boss", "skills": "all", "unknown": 1}
    refused = client.put(f"/drafts/{one}", json=body, headers=bearer() | NEW)
    assert refused.status_code == 400
    found = {fault["pointer"] for fault in refused.json()["errors"]}
    assert found == {"/originSector", "/employment", "/skills", "/unknown"}
    assert client.get(f"/drafts/{one}", headers=bearer()).status_code == 404


def test_a_colleague_with_the_id_goes_on_and_others_find_nothing(client, draft):
    assert save(client, draft, 1, SAID, BRAM).status_code == 200
    assert client.get("/drafts", headers=bearer(BRAM)).json()["items"] == []
    for method in ("GET", "DELETE"):
        answer = client.request(method, f"/drafts/{draft}", headers=bearer(CARLA))
        assert answer.status_code == 404
    assert save(client, draft, 2, SAID, CARLA).status_code == 404
    faults = send(client, CARLA, draftId=draft).json()["errors"]
    assert [(one["pointer"], one["code"]) for one in faults] == [("/draftId", "unknown-draft")]
    faults = send(client, CARLA, draftId=draft, region="AM99").json()["errors"]
    assert {one["pointer"] for one in faults} == {"/draftId", "/region"}


def test_drafts_are_listed_page_by_page_the_last_saved_first(client, clock):
    made = []
    for _ in range(5):
        one = str(uuid4())
        client.put(f"/drafts/{one}", json=SAID, headers=bearer() | NEW)
        made.append(one)
        clock.forward(seconds=1)
    save(client, made[0], 1, SAID)
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = client.get("/drafts", params={"limit": 2, **after}, headers=bearer()).json()
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == [made[0], *reversed(made[1:])]
    assert client.get("/drafts", params={"after": str(uuid4())}, headers=bearer()).is_client_error


# Sending


def test_a_draft_becomes_the_intake_with_its_id(client, draft):
    sent = send(client, draftId=draft, draftVersion=1)
    assert (sent.status_code, sent.json()["id"]) == (201, draft)
    assert client.get(f"/intakes/{draft}", headers=bearer()).status_code == 200
    gone = client.get(f"/drafts/{draft}", headers=bearer())
    assert gone.json()["type"].endswith("/draft-already-sent")
    assert client.get("/drafts", headers=bearer()).json()["items"] == []


def test_one_request_sent_twice_gets_the_same_answer(client, draft):
    body = {"originSector": "schoonmaak", "draftId": draft, "draftVersion": 1}
    headers = bearer() | {"Idempotency-Key": "once"}
    first, second = (client.post("/intakes", json=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())


def test_what_a_colleague_saved_meanwhile_is_not_passed_over(client, draft):
    save(client, draft, 1, {"originSector": "bouw"}, BRAM)
    refused = send(client, draftId=draft, draftVersion=1)
    assert refused.status_code == 412
    assert send(client, draftId=draft, draftVersion=2).status_code == 201


def test_nobody_saves_or_throws_away_what_was_sent(client, draft):
    send(client, draftId=draft)
    for token in (ANNA, BRAM):
        answers = [
            save(client, draft, 1, SAID, token),
            client.put(f"/drafts/{draft}", json=SAID, headers=bearer(token) | NEW),
            client.delete(f"/drafts/{draft}", headers=bearer(token)),
            send(client, token, draftId=draft),
        ]
        assert {one.status_code for one in answers} == {409}
    assert client.get(f"/intakes/{draft}", headers=bearer()).status_code == 200


def test_a_version_is_of_a_draft(client):
    faults = send(client, draftVersion=1).json()["errors"]
    assert [one["code"] for one in faults] == ["needs-draft"]


# Many at once


def at_once(do: Callable[[int], httpx.Response], count: int = 16) -> list[int]:
    with ThreadPoolExecutor(count) as pool:
        return [answer.status_code for answer in pool.map(do, range(count))]


def test_of_many_who_save_the_same_version_one_does(client, draft):
    def one(number: int) -> httpx.Response:
        return save(client, draft, 1, {"originSector": f"bouw {number}"}, (ANNA, BRAM)[number % 2])

    statuses = at_once(one)
    assert sorted(statuses) == [200] + [412] * 15
    assert client.get(f"/drafts/{draft}", headers=bearer()).headers["etag"] == '"2"'


def test_of_many_who_begin_under_one_id_one_does(client):
    draft = str(uuid4())

    def one(number: int) -> httpx.Response:
        headers = bearer((ANNA, BRAM)[number % 2]) | NEW
        answer: httpx.Response = client.put(f"/drafts/{draft}", json=SAID, headers=headers)
        return answer

    assert sorted(at_once(one)) == [201] + [412] * 15


def test_of_many_who_send_a_draft_one_makes_an_intake(client, draft):
    def one(number: int) -> httpx.Response:
        return send(client, (ANNA, BRAM)[number % 2], draftId=draft)

    assert sorted(at_once(one)) == [201] + [409] * 15
    found = [
        item["id"]
        for token in (ANNA, BRAM)
        for item in client.get("/intakes", headers=bearer(token)).json()["items"]
    ]
    assert found == [draft]


# Gone


def stored(database: Database, draft: str) -> list[object]:
    with database.read(EVERY_REGION) as session:
        found = [session.get(Draft, UUID(draft)), session.get(PersonKey, UUID(draft))]
    return [one for one in found if one is not None]


def test_what_is_thrown_away_is_gone_with_its_key_and_on_the_list(
    client, draft, database, settings
):
    assert len(stored(database, draft)) == 2
    assert client.delete(f"/drafts/{draft}", headers=bearer()).status_code == 204
    assert stored(database, draft) == []
    assert f"{draft} draft\n" in settings.erasure_list.read_text()
    assert client.get(f"/drafts/{draft}", headers=bearer()).status_code == 404
    assert client.delete(f"/drafts/{draft}", headers=bearer()).status_code == 404


def test_a_draft_that_a_backup_brought_back_goes_again_and_a_newer_one_stays(
    client, draft, database, settings, clock
):
    client.delete(f"/drafts/{draft}", headers=bearer())
    client.put(f"/drafts/{draft}", json=SAID, headers=bearer() | NEW)
    said: list[str] = []
    # Brought back: begun at the moment that the list tells, and so not after it.
    assert privacy.replay_erasures(settings, [], said.append, now=MONDAY) == 0
    assert "drafts: 1 thrown away again" in said
    assert stored(database, draft) == []
    clock.forward(minutes=1)
    client.put(f"/drafts/{draft}", json=SAID, headers=bearer() | NEW)
    assert privacy.replay_erasures(settings, [], said.append, now=clock.now) == 0
    assert len(stored(database, draft)) == 2


@pytest.mark.parametrize("taken_while_a_draft", [True, False])
def test_who_was_erased_is_not_brought_back_by_the_draft_of_them(
    client, draft, database, settings, clock, taken_while_a_draft
):
    if not taken_while_a_draft:
        send(client, draftId=draft)
        client.delete(f"/intakes/{draft}", headers=bearer())
    else:
        # As a backup from before the draft was sent: the line is there, and so is the draft.
        erasure_list.add(settings.erasure_list, [UUID(draft)], at=clock.now)
    said: list[str] = []
    expected = int(taken_while_a_draft)
    assert privacy.check_erasures(settings, said.append) == expected
    (told,) = (line for line in said if line.startswith("intakes: "))
    assert told.endswith(f" {expected} of them still there")
    assert privacy.replay_erasures(settings, [], said.append, now=MONDAY) == 0
    assert f"intakes: {expected} erased again" in said
    assert stored(database, draft) == []
    assert privacy.check_erasures(settings, said.append) == 0
    clock.forward(minutes=1)
    client.put(f"/drafts/{draft}", json=SAID, headers=bearer() | NEW)
    assert privacy.check_erasures(settings, said.append) == 0
    assert len(stored(database, draft)) == 2


def test_a_draft_nobody_saved_for_a_month_goes(client, draft, database, settings):
    said: list[str] = []
    soon = MONDAY + settings.retention_drafts
    assert privacy.run_retention(settings, said.append, now=soon, dry_run=False) == 0
    assert len(stored(database, draft)) == 2
    later = soon + timedelta(seconds=1)
    assert privacy.run_retention(settings, said.append, now=later, dry_run=False) == 0
    assert stored(database, draft) == []
    assert "drafts: 1 gone" in said


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_nothing_of_it_can_be_read_in_the_database(client, settings):
    canary = "kanarie-in-een-concept"
    one = str(uuid4())
    body = {**SAID, "motivation": canary, "occupation": canary}
    client.put(f"/drafts/{one}", json=body, headers=bearer() | NEW)
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(FULL)")
    found = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
    assert found
    assert not any(canary.encode() in file.read_bytes() for file in found)
