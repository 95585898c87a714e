"""The README is true: its requests are sent as written, its commands exist."""

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.cli import _parser
from app.domain.access import NO_REGION
from app.services.desks import demo_desks, import_desks
from tests.conftest import MONDAY

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DESKS = (ROOT / "docs" / "desks.md").read_text()
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HOST = "http://127.0.0.1:8000/v1"


def requests_and_answers() -> list[tuple[str, str]]:
    """Each curl of the README, with the answer that is shown after it."""
    blocks = BLOCK.findall(README)
    return [
        (said, blocks[place + 1][1])
        for place, (kind, said) in enumerate(blocks)
        if kind == "sh" and said.startswith("curl")
    ]


def send(curl: str, client: httpx.Client) -> httpx.Response:
    """Send what a curl command would send; anything not understood here fails the test."""
    command = argparse.ArgumentParser(exit_on_error=False)
    command.add_argument("-s", action="store_true")
    command.add_argument("-H", action="append", default=[])
    command.add_argument("-d")
    command.add_argument("-X")
    command.add_argument("url")
    asked = command.parse_args(shlex.split(curl.replace("\\\n", " "))[1:])
    assert asked.url.startswith(HOST)
    return client.request(
        asked.X or ("GET" if asked.d is None else "POST"),
        asked.url.removeprefix(HOST),
        content=asked.d,
        headers=dict(header.split(": ", 1) for header in asked.H),
    )


def differences(shown: Any, real: Any, where: str = "") -> Iterator[str]:
    """What is shown and not so. Shown may be less: keys left out, items of a list left out."""
    if isinstance(shown, dict) and isinstance(real, dict):
        for key, value in shown.items():
            if key not in real:
                yield f"{where}/{key} is not there"
            elif key != "id":
                yield from differences(value, real[key], f"{where}/{key}")
            else:
                UUID(value)
                UUID(real[key])
    elif isinstance(shown, list) and isinstance(real, list) and shown:
        rest = iter(real)
        for place, item in enumerate(shown):
            if not any(not [*differences(item, one)] for one in rest):
                yield f"{where}/{place} is not there, or not in this order"
    elif shown != real:
        yield f"{where} is not {shown!r}"


def test_there_is_a_request_on_the_first_screen():
    first_screen = README[: README.index("## ")]
    assert [curl for curl, _ in requests_and_answers() if curl in first_screen] != []


@pytest.mark.parametrize(("curl", "answer"), requests_and_answers())
def test_a_request_of_the_readme_gets_the_answer_that_is_shown(curl, answer, client):
    real = send(curl, client)
    assert real.is_success, real.text
    assert list(differences(json.loads(answer), real.json())) == []


def test_the_first_request_sent_twice_is_one_intake(client):
    curl, _ = requests_and_answers()[0]
    first, second = send(curl, client), send(curl, client)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["Location"] == second.headers["Location"]
    assert [one["id"] for one in client.get("/intakes").json()["items"]] == [first.json()["id"]]


def test_were_she_self_employed_there_would_be_three_sessions(client):
    curl, _ = requests_and_answers()[0]
    other = curl.replace('"employee"', '"self_employed"')
    assert other != curl
    intake = send(other, client).json()
    assert intake["outcome"] == "guidance"
    assert [one["status"] for one in intake["sessions"]] == ["planned"] * 3


def test_the_path_of_an_adviser_hands_over_to_a_desk(client, database, catalogue):
    with database.write(NO_REGION) as session:
        import_desks(session, demo_desks(catalogue, now=MONDAY))
    curl, _ = requests_and_answers()[0]
    intake = send(curl, client).json()
    (path,) = (said for _, said in BLOCK.findall(DESKS) if said.startswith("curl -s -X PUT"))
    path = path.replace("$INTAKE", intake["id"])
    path = path.replace("$REFERRAL", intake["referrals"][0]["id"])
    answers = [send(each, client) for each in path.split("\n\n")]
    assert [one.status_code for one in answers] == [200, 201, 200]
    referral = answers[-1].json()
    assert (referral["status"], referral["handOver"]) == ("sent", "desk")


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ({"a": 1, "b": [{"c": 3}]}, []),
        ({"b": []}, ["/b is not []"]),
        ({"a": 2}, ["/a is not 2"]),
        ({"d": 1}, ["/d is not there"]),
        ({"b": [{"c": 3}, {"c": 2}]}, ["/b/1 is not there, or not in this order"]),
    ],
)
def test_what_is_shown_and_not_so_is_seen(shown, found):
    real = {"a": 1, "b": [{"c": 2, "e": 5}, {"c": 3}]}
    assert list(differences(shown, real)) == found


def commands(parser: argparse.ArgumentParser, before: str = "gids") -> Iterator[str]:
    choices = [one.choices for one in parser._actions if isinstance(one.choices, dict)]
    if not choices:
        yield before
    for name, below in choices[0].items() if choices else ():
        yield from commands(below, f"{before} {name}")


def test_the_readme_lists_every_command_and_no_other():
    listed = re.findall(r"^\| `(gids [a-z -]+?)(?: \S+\.yaml| [A-Z]+)?` \|", README, re.MULTILINE)
    assert sorted(listed) == sorted(commands(_parser()))


def test_every_command_in_the_readme_is_understood():
    written = re.findall(r"^(gids .+)$|`(gids [a-z .-]+)`", README, re.MULTILINE)
    assert len(written) > 5
    for line, inline in written:
        _parser().parse_args(shlex.split(line or inline)[1:])
