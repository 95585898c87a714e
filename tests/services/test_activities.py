"""The processing register: an activity for every action, the same for programs and for people."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from app.config import Settings
from app.domain.terms import OF_NO_PERSON, Action
from app.services import activities
from app.services.activities import ACTIVITIES, VERSION, address_of, place_of

PAGE = (Path(__file__).parents[2] / "docs" / "processing-register.md").read_text()


def rows_of(page: str) -> dict[str, list[str]]:
    """Read the table of activities."""
    section = re.search(r"^## Activities\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    assert section
    rows = re.findall(r"^\| ([a-z-]+) \| (.+) \| (.+) \| (.+) \|$", section[1], re.MULTILINE)
    return {name: cells for name, *cells in rows if name != "activity"}


def test_no_action_has_two_activities_of_which_the_first_is_never_read():
    tree = ast.parse(inspect.getsource(activities))
    (table,) = (one for one in ast.walk(tree) if isinstance(one, ast.Dict))
    keys = [ast.unparse(key) for key in table.keys if key is not None]
    assert len(keys) == len(set(keys)) == len(ACTIVITIES)


def test_every_action_on_a_person_has_an_activity():
    assert set(ACTIVITIES) == set(Action) - OF_NO_PERSON


def test_the_page_of_the_register_says_the_same():
    assert rows_of(PAGE) == {
        place_of(action).removeprefix(f"{VERSION}#"): [
            activity.name,
            activity.purpose,
            activity.legal_basis,
        ]
        for action, activity in ACTIVITIES.items()
    }


def test_the_page_is_of_the_same_version():
    assert f"\nVersion: {VERSION}\n" in PAGE
    unless_told = str(Settings.model_fields["register_url"].default)
    for place in (place_of(Action.intake_created), activities.DATA_SUBJECT):
        assert f"`{address_of(unless_told, place)}`" in PAGE


@pytest.mark.parametrize("published", ["https://bond.example/avg", "https://bond.example/avg/"])
@pytest.mark.parametrize("place", [VERSION, "data-subject", "../elders", "//elders.example/x"])
def test_an_address_is_that_of_the_register_with_the_place_after_it(published, place):
    assert address_of(published, place) == f"https://bond.example/avg/{place}"


@pytest.mark.parametrize("published", ["https://bond.example/avg", "https://bond.example/avg/"])
def test_an_address_begins_where_the_register_is_published_and_an_older_one_stays(published):
    address = f"https://bond.example/avg/{VERSION}#intake-read"
    assert address_of(published, place_of(Action.intake_read)) == address
    assert address_of(published, "https://oud.example/r#intake-read") == (
        "https://oud.example/r#intake-read"
    )


@pytest.mark.parametrize("action", ACTIVITIES)
def test_an_activity_fits_its_column_and_is_one_of_a_kind(action):
    activity = ACTIVITIES[action]
    assert 0 < len(activity.name) <= 80
    assert len(place_of(action)) <= 300
    assert [activity.name for activity in ACTIVITIES.values()].count(activity.name) == 1
    assert "AVG artikel" in activity.legal_basis
