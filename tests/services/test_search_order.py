"""In which order provisions are found, in a small catalogue made for it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.catalogue import vocabulary
from app.domain.catalogue import Catalogue, Provision
from app.domain.conditions import ForEmployers, WorksIn
from app.domain.intake import Knowledge
from app.domain.resolve import Lexicon
from app.domain.skills import SkillIndex
from app.domain.terms import ProvisionStatus
from app.services.search import ProvisionFilter, Search
from tests.domain.builders import SECTORS, TODAY, provision

WORD = "klompenfonds"


def search_in(*provisions: Provision) -> Search:
    catalogue = Catalogue(
        sectors={one.id: one for one in SECTORS},
        provisions={one.id: one for one in provisions},
    )
    lexicon, skills = Lexicon.of(catalogue), SkillIndex.of(catalogue)
    return Search(Knowledge(1, catalogue, lexicon, skills), vocabulary())


def order(search: Search, on: date = TODAY, **wanted) -> list[str]:
    found = search.find(ProvisionFilter(**wanted), on=on, limit=100)
    return [one.id for one in found.provisions]


def holding(name: str, **changes) -> Provision:
    return replace(provision(name), summary=f"Het {WORD} helpt.", **changes)


def test_a_name_goes_before_a_provider_and_a_provider_before_a_text():
    search = search_in(
        holding("a"),
        replace(provision("b"), provider=WORD),
        replace(provision("c"), name=f"Het {WORD}"),
        provision("d"),
    )
    assert order(search, query=WORD) == ["c", "b", "a"]


def test_the_name_of_a_sector_counts_for_its_provisions():
    search = search_in(provision("a"), provision("b", WorksIn(sectors=("rozen",))))
    assert order(search, query="rozen")[0] == "b"


@pytest.mark.parametrize("query", [None, WORD])
def test_what_is_open_goes_before_what_is_not_then_what_was_verified_last_then_the_id(query):
    search = search_in(
        holding("a", status=ProvisionStatus.ended),
        holding("b", status=ProvisionStatus.planned),
        holding("c", verified_on=TODAY - timedelta(days=300)),
        holding("e"),
        holding("d"),
        replace(holding("f"), conditions=(ForEmployers(),)),
    )
    assert order(search, query=query) == ["d", "e", "c", "f", "b", "a"]


def test_what_ended_counts_half_so_what_is_open_and_says_less_goes_first():
    search = search_in(
        replace(provision("a", status=ProvisionStatus.ended), name=WORD),
        replace(provision("b"), provider=WORD),
    )
    assert order(search, query=WORD) == ["b", "a"]


def test_a_provision_is_open_from_the_day_it_begins_until_the_day_it_ends():
    begins, ends = TODAY + timedelta(days=10), TODAY + timedelta(days=20)
    search = search_in(holding("a", valid_from=begins, ends_on=ends), holding("b"))
    days = [begins - timedelta(days=1), begins, ends - timedelta(days=1), ends]
    assert [order(search, on=day, query=WORD)[0] for day in days] == ["b", "a", "a", "b"]


def test_what_is_surely_for_the_sector_asked_for_goes_before_what_may_be():
    search = search_in(
        provision("a", WorksIn(sectors=("groen",))), provision("b", WorksIn(sectors=("loonwerk",)))
    )
    assert order(search, sector="loonwerk") == ["b", "a"]
    assert order(search, sector="groen") == ["a"]


def test_who_names_a_sector_is_not_sent_to_another_one_first():
    search = search_in(
        holding("a", conditions=(WorksIn(sectors=("opslag",)),)),
        holding("b", verified_on=TODAY - timedelta(days=300)),
    )
    assert order(search, query=WORD) == ["a", "b"]
    assert order(search, query=f"rozen {WORD}")[0] == "b"


def test_what_holds_hardly_any_of_the_question_is_left_out():
    search = search_in(
        replace(provision("a"), name=f"Het {WORD} voor klederdracht"),
        replace(provision("b"), name=WORD),
        *(replace(provision(f"c{one}"), summary="Allerlei opleiding.") for one in range(50)),
    )
    assert order(search, query=f"{WORD} klederdracht opleiding") == ["a", "b"]
