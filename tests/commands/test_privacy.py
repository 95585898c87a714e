"""What an operator does for the rights and terms of workers."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.commands import privacy
from app.config import Settings
from app.db import Database
from app.services import erasure_list
from tests.conftest import MONDAY
from tests.services.cases import store_cases

NOBODY = UUID(int=1 << 100)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def operated(settings: Settings, tmp_path: Path) -> Settings:
    """Settings of an operator with a list of their own."""
    return settings.model_copy(update={"erasure_list": tmp_path / "erasures.log"})


def ids(*numbers: int) -> list[UUID]:
    return [UUID(int=number) for number in numbers]


def store(database: Database, count: int, *, days: int = 0) -> None:
    oldest = MONDAY - timedelta(days=days)
    store_cases(database, count, oldest=oldest, apart=timedelta(minutes=1))


def test_the_list_is_checked_and_replayed(database, operated, said):
    store(database, 5)
    assert privacy.check_erasures(operated, said.append) == 0
    erasure_list.add(operated.erasure_list, [*ids(2, 3, 2), NOBODY], at=MONDAY)
    assert privacy.check_erasures(operated, said.append) == 1
    for _ in range(2):
        assert privacy.replay_erasures(operated, [], said.append, now=MONDAY) == 0
    assert privacy.check_erasures(operated, said.append) == 0
    assert said == [
        "0 erasures on the list, 0 of them are still there",
        "3 erasures on the list, 2 of them are still there",
        "`gids erasures replay` erases them again",
        "2 intakes were erased again",
        "0 intakes were erased again",
        "3 erasures on the list, 0 of them are still there",
    ]


def test_lists_of_other_places_can_be_replayed_and_end_up_on_our_own(
    database, operated, said, tmp_path
):
    store(database, 5)
    one, other = tmp_path / "one.log", tmp_path / "other.log"
    erasure_list.add(one, ids(1), at=MONDAY)
    erasure_list.add(other, ids(1, 4), at=MONDAY)
    assert privacy.replay_erasures(operated, [one, other], said.append, now=MONDAY) == 0
    assert said == ["2 intakes were erased again"]
    assert erasure_list.read(operated.erasure_list).intakes == tuple(ids(1, 4))


def test_a_list_that_is_named_and_not_there_is_an_error(operated, said, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.log does not exist"):
        privacy.replay_erasures(operated, [tmp_path / "gone.log"], said.append, now=MONDAY)


def test_lines_that_say_nothing_are_told_and_the_rest_is_done(database, operated, said):
    store(database, 2)
    erasure_list.add(operated.erasure_list, ids(1), at=MONDAY)
    operated.erasure_list.write_text(f"broken\n{operated.erasure_list.read_text()}")
    assert privacy.replay_erasures(operated, [], said.append, now=MONDAY) == 1
    assert privacy.check_erasures(operated, said.append) == 1
    fault = f"{operated.erasure_list}: line 1 is not an erasure"
    assert said == [
        fault,
        "1 intakes were erased again",
        "1 erasures on the list, 0 of them are still there",
        fault,
    ]


def test_a_dry_run_says_what_a_run_then_does(database, operated, said):
    store(database, 3, days=800)
    now = MONDAY
    assert privacy.run_retention(operated, said.append, now=now, dry_run=True) == 0
    assert not operated.erasure_list.exists()
    assert privacy.run_retention(operated, said.append, now=now, dry_run=False) == 0
    assert said == [
        "contact details: 0 would go",
        "intakes: 3 would go",
        "entries of the processing log: 0 would go",
        "contact details: 0 gone",
        "intakes: 3 gone",
        "entries of the processing log: 0 gone",
    ]
    assert len(erasure_list.read(operated.erasure_list).intakes) == 3
