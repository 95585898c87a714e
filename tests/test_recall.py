"""What people say finds what they mean: tests/recall/*.yaml, asked of the real service.

Of each thing said, one of what is listed must be among the first five (`all`: each of it); where
nothing is listed, nothing may be found.
"""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from app.domain.catalogue import Catalogue

FOLDER = Path(__file__).parent / "recall"
FIRST = 5
ENOUGH = 0.95


def sayings() -> list[dict[str, Any]]:
    files = sorted(FOLDER.glob("*.yaml"))
    return [one for file in files for one in yaml.safe_load(file.read_text("utf-8"))["queries"]]


@pytest.fixture(scope="module")
def answers(open_client: httpx.Client) -> list[tuple[dict[str, Any], list[str]]]:
    found = []
    for saying in sayings():
        answer = open_client.get("/provisions", params={"q": saying["say"], "limit": FIRST})
        assert answer.status_code == 200, saying
        found.append((saying, [one["id"] for one in answer.json()["items"]]))
    return found


def is_met(saying: dict[str, Any], found: list[str]) -> bool:
    wanted = set(saying["find"])
    return wanted <= set(found) if saying.get("all") else not wanted.isdisjoint(found)


def test_what_is_meant_is_among_the_first_five(answers):
    meant = [(saying, found) for saying, found in answers if saying.get("find")]
    missed = [(saying["say"], found) for saying, found in meant if not is_met(saying, found)]
    assert len(meant) >= 120
    assert len(missed) <= (1 - ENOUGH) * len(meant), missed


def test_no_answer_is_empty_where_something_is_meant(answers):
    assert [saying["say"] for saying, found in answers if saying.get("find") and not found] == []


def test_what_means_nothing_here_finds_nothing(answers):
    assert [(one["say"], found) for one, found in answers if not one.get("find") and found] == []


def test_the_table_names_what_there_is_and_says_everything_once(catalogue: Catalogue):
    listed = sayings()
    named = {one for saying in listed for one in saying.get("find", ())}
    assert named <= set(catalogue.provisions)
    assert len({saying["say"] for saying in listed}) == len(listed)


def test_a_saying_that_finds_something_else_is_not_met():
    assert not is_met({"find": ["a"]}, ["b"])
    assert is_met({"find": ["a", "c"]}, ["b", "a"])
    assert not is_met({"find": ["a", "c"], "all": True}, ["b", "a"])
