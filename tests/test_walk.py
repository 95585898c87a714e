"""The main job, end to end, over HTTP on both engines."""

from uuid import uuid4

import httpx


def _key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def test_an_intake_without_provisions_is_given_three_sessions(client: httpx.Client) -> None:
    answer = client.post(
        "/intakes",
        json={"originSector": "bouw", "employment": "self_employed", "municipality": "Rotterdam"},
        headers=_key(),
    )
    assert answer.status_code == 201, answer.text
    intake = answer.json()
    assert intake["outcome"] == "guidance"
    assert [one["status"] for one in intake["sessions"]] == ["planned"] * 3
    assert client.get(answer.headers["Location"].removeprefix("/v1")).json() == intake
