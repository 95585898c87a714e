"""What people say finds what they mean: tests/recall, asked of the real service.

Of each thing said, one of what is listed must be among the first five (`all`: each of it); where
nothing is listed, nothing may be found. The sayings of tests/recall/*.yaml were made together with
the words of the search; those of tests/recall/unseen were written before anybody looked at the
answers, and prove more. Figures: docs/decisions/0025-search.md.
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
FIRST_ENOUGH = 0.83
ENOUGH_UNSEEN = 0.95
FIRST_ENOUGH_UNSEEN = 0.82
CONSTANT = 0.40
"""What one answer, always the same, may meet of it: where it meets more, the table is too loose."""

Answers = list[tuple[dict[str, Any], list[str]]]


def sayings(folder: Path = FOLDER) -> list[dict[str, Any]]:
    files = sorted(folder.glob("*.yaml"))
    return [one for file in files for one in yaml.safe_load(file.read_text("utf-8"))["queries"]]


@pytest.fixture(scope="module")
def answers(open_client: httpx.Client) -> Answers:
    return asked(open_client, sayings())


@pytest.fixture(scope="module")
def unseen(open_client: httpx.Client) -> Answers:
    return asked(open_client, sayings(FOLDER / "unseen"))


def asked(client: httpx.Client, said: list[dict[str, Any]]) -> Answers:
    found = []
    for saying in said:
        answer = client.get("/provisions", params={"q": saying["say"], "limit": FIRST})
        assert answer.status_code == 200, saying
        found.append((saying, [one["id"] for one in answer.json()["items"]]))
    return found


def is_met(saying: dict[str, Any], found: list[str]) -> bool:
    wanted = set(saying["find"])
    return wanted <= set(found) if saying.get("all") else not wanted.isdisjoint(found)


def is_first(saying: dict[str, Any], found: list[str]) -> bool:
    return not set(saying["find"]).isdisjoint(found[:1])


def test_what_is_meant_is_among_the_first_five(answers):
    meant = [(saying, found) for saying, found in answers if saying.get("find")]
    missed = [(saying["say"], found) for saying, found in meant if not is_met(saying, found)]
    assert len(meant) >= 120
    assert len(missed) <= (1 - ENOUGH) * len(meant), missed


def test_what_is_meant_is_mostly_the_first(answers):
    meant = [(saying, found) for saying, found in answers if saying.get("find")]
    missed = [(saying["say"], found[:1]) for saying, found in meant if not is_first(saying, found)]
    assert len(missed) <= (1 - FIRST_ENOUGH) * len(meant), missed


def test_what_nobody_had_looked_at_is_found_as_well(unseen):
    missed = [(saying["say"], found) for saying, found in unseen if not is_met(saying, found)]
    later = [(saying["say"], found) for saying, found in unseen if not is_first(saying, found)]
    assert len(unseen) >= 60
    assert len(missed) <= (1 - ENOUGH_UNSEEN) * len(unseen), missed
    assert len(later) <= (1 - FIRST_ENOUGH_UNSEEN) * len(unseen), later


def test_one_answer_to_everything_meets_little(catalogue: Catalogue):
    for listed in (sayings(), sayings(FOLDER / "unseen")):
        meant = [saying for saying in listed if saying.get("find")]
        constant: list[str] = []
        for _ in range(FIRST):
            constant.append(
                max(
                    sorted(catalogue.provisions),
                    key=lambda one: sum(is_met(saying, [*constant, one]) for saying in meant),
                )
            )
        assert sum(is_met(saying, constant) for saying in meant) <= CONSTANT * len(meant), constant


def test_no_answer_is_empty_where_something_is_meant(answers):
    assert [saying["say"] for saying, found in answers if saying.get("find") and not found] == []


def test_what_means_nothing_here_finds_nothing(answers):
    assert [(one["say"], found) for one, found in answers if not one.get("find") and found] == []


def test_the_table_names_what_there_is_and_says_everything_once(catalogue: Catalogue):
    listed = [*sayings(), *sayings(FOLDER / "unseen")]
    named = {one for saying in listed for one in saying.get("find", ())}
    assert named <= set(catalogue.provisions)
    assert len({saying["say"] for saying in listed}) == len(listed)


def test_a_saying_that_finds_something_else_is_not_met():
    assert not is_met({"find": ["a"]}, ["b"])
    assert is_met({"find": ["a", "c"]}, ["b", "a"])
    assert not is_met({"find": ["a", "c"], "all": True}, ["b", "a"])
