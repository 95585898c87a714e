"""The processing register: an activity for every action, the same for programs and for people."""

import re
from pathlib import Path

import pytest

from app.domain.terms import OF_NO_PERSON, Action
from app.services import activities
from app.services.activities import ACTIVITIES, REGISTER, VERSION, activity_uri

PAGE = (Path(__file__).parents[2] / "docs" / "processing-register.md").read_text()


def rows_of(page: str) -> dict[str, list[str]]:
    """Read the table of activities."""
    section = re.search(r"^## Activities\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    assert section
    rows = re.findall(r"^\| ([a-z-]+) \| (.+) \| (.+) \| (.+) \|$", section[1], re.MULTILINE)
    return {name: cells for name, *cells in rows if name != "activity"}


def test_every_action_on_a_person_has_an_activity():
    assert set(ACTIVITIES) == set(Action) - OF_NO_PERSON


def test_the_page_of_the_register_says_the_same():
    assert rows_of(PAGE) == {
        activity_uri(action).removeprefix(f"{REGISTER}#"): [
            activity.name,
            activity.purpose,
            activity.legal_basis,
        ]
        for action, activity in ACTIVITIES.items()
    }


def test_the_page_is_of_the_same_version():
    assert f"\nVersion: {VERSION}\n" in PAGE
    assert f"`{REGISTER}#intake-created`" in PAGE
    assert f"`{activities.DATA_SUBJECT}`" in PAGE


@pytest.mark.parametrize("action", ACTIVITIES)
def test_an_activity_fits_its_column_and_is_one_of_a_kind(action):
    activity = ACTIVITIES[action]
    assert 0 < len(activity.name) <= 80
    assert len(activity_uri(action)) <= 300
    assert [activity.name for activity in ACTIVITIES.values()].count(activity.name) == 1
    assert "AVG artikel" in activity.legal_basis
