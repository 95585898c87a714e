"""What an adviser keeps of a session: sealed, corrected, and gone with the case."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from app.db import Database
from app.domain.access import EVERY_REGION
from app.models import GuidanceSession, metadata
from tests.identity import adviser

ANNA, BRAM, CARLA = adviser("anna"), adviser("bram"), adviser("carla", "Unie")
BUILDER = {"originSector": "bouw", "employment": "self_employed", "region": "AM22"}
SAID = "Vlierbloesem wil eerst een cursus"


def bearer(who: str = ANNA) -> dict[str, str]:
    return {"Authorization": f"Bearer {who}"}


@pytest.fixture
def case(client: httpx.Client) -> dict[str, Any]:
    """A case of Anna's with three sessions."""
    headers = bearer() | {"Idempotency-Key": str(uuid4())}
    found: dict[str, Any] = client.post("/intakes", json=BUILDER, headers=headers).json()
    return found


@pytest.fixture
def session(case: dict[str, Any]) -> str:
    """The first of them."""
    return str(case["sessions"][0]["id"])


def conclude(client: httpx.Client, session: str, who: str = ANNA, **said: object) -> Any:
    body = {"outcome": "held", **said}
    return client.put(f"/sessions/{session}/outcome", json=body, headers=bearer(who))


def change(client: httpx.Client, session: str, note: object, who: str = ANNA) -> Any:
    return client.put(f"/sessions/{session}/note", json={"note": note}, headers=bearer(who))


def kept(client: httpx.Client, session: str) -> tuple[str | None, str | None]:
    cases = client.get("/sessions", headers=bearer()).json()["items"]
    (of_case,) = {one["intakeId"] for one in cases}
    found = client.get(f"/intakes/{of_case}/sessions", headers=bearer()).json()["items"]
    (one,) = (one for one in found if one["id"] == session)
    return one["note"], one["reason"]


def test_a_note_is_read_again_corrected_and_taken_away(client, session):
    assert conclude(client, session, note=SAID).json()["note"] == SAID
    assert kept(client, session) == (SAID, None)
    assert change(client, session, "Iets anders").json()["note"] == "Iets anders"
    assert kept(client, session) == ("Iets anders", None)
    assert change(client, session, None).status_code == 200
    assert kept(client, session) == (None, None)


def test_why_it_was_called_off_stays_when_the_note_is_changed(client, session):
    conclude(client, session, outcome="cancelled", reason="found_work", note=SAID)
    change(client, session, None)
    assert kept(client, session) == (None, "found_work")


def test_a_reason_is_for_what_was_called_off_and_a_note_is_no_novel(client, session):
    refused = conclude(client, session, reason="found_work")
    assert [one["code"] for one in refused.json()["errors"]] == ["not-cancelled"]
    novel = conclude(client, session, note="a" * 5000)
    assert [(one["pointer"], one["code"]) for one in novel.json()["errors"]] == [
        ("/note", "too-long")
    ]
    bsn = conclude(client, session, note="bsn 111222333")
    assert [(one["pointer"], one["code"]) for one in bsn.json()["errors"]] == [("/note", "bsn")]
    assert kept(client, session) == (None, None)


def test_nothing_of_it_stands_in_the_database_in_the_clear(client, session, database):
    conclude(client, session, note=SAID)
    conclude(client, session, outcome="held", note=SAID)
    word = SAID.split(maxsplit=1)[0].encode()
    with database.read(EVERY_REGION) as open_session:
        report = open_session.get_one(GuidanceSession, UUID(session)).report
        assert report is not None
        assert word not in report
        for table in metadata.sorted_tables:
            for row in open_session.execute(sa.text(f'SELECT * FROM "{table.name}"')):  # noqa: S608 - our own names
                assert not any(word in bytes(one) for one in row if isinstance(one, bytes))
                assert word.decode() not in str(row)


def test_a_note_of_one_session_does_not_open_as_that_of_another(client, case, session, database):
    other = case["sessions"][1]["id"]
    conclude(client, session, note=SAID)
    with database.write(EVERY_REGION) as open_session:
        rows = [open_session.get_one(GuidanceSession, UUID(one)) for one in (session, other)]
        rows[1].report = rows[0].report
        open_session.add(rows[1])
    answer = client.get(f"/intakes/{case['id']}/sessions", headers=bearer())
    assert answer.status_code == 500
    assert SAID not in answer.text


def test_who_does_not_see_the_case_finds_no_session_of_it(client, session):
    assert conclude(client, session, who=CARLA, note=SAID).status_code == 404
    assert change(client, session, SAID, who=CARLA).status_code == 404
    assert kept(client, session) == (None, None)


def test_a_colleague_takes_the_case_over_before_they_change_a_note(client, case, session):
    conclude(client, session, note=SAID)
    holder = f"/intakes/{case['id']}/holder"
    taken = {"holder": "me", "reason": "absence"}
    client.put(holder, json=taken, headers=bearer(BRAM)).raise_for_status()
    assert change(client, session, "Van Bram", who=BRAM).json()["note"] == "Van Bram"
    assert change(client, session, "Van Anna").status_code == 404


def test_it_goes_with_the_person(client, case, session, database):
    conclude(client, session, note=SAID)
    path = f"/intakes/{case['id']}"
    told = client.get(f"{path}/personal-data", headers=bearer()).text
    assert SAID in told
    assert client.delete(path, headers=bearer()).status_code == 204
    with database.read(EVERY_REGION) as open_session:
        assert open_session.get(GuidanceSession, UUID(session)) is None
    assert change(client, session, "x").status_code == 404


def rows_of(database: Database) -> int:
    with database.read(EVERY_REGION) as open_session:
        return int(open_session.scalar(sa.text("SELECT count(*) FROM audit_entry")) or 0)


def test_saying_the_same_again_leaves_no_trail(client, session, database):
    conclude(client, session, note=SAID)
    before = rows_of(database)
    assert change(client, session, SAID).status_code == 200
    assert rows_of(database) == before
    change(client, session, "Iets anders")
    assert rows_of(database) == before + 1
