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
    listed = (
        provision("a", status=ProvisionStatus.ended),
        provision("b", status=ProvisionStatus.planned),
        replace(provision("c"), verified_on=TODAY - timedelta(days=300)),
        provision("e"),
        provision("d"),
        replace(provision("f"), conditions=(ForEmployers(),)),
    )
    search = search_in(*(replace(one, provider=WORD) for one in listed))
    assert order(search, query=query) == ["d", "e", "c", "f", "b", "a"]


def test_what_is_closed_follows_all_that_is_open_however_well_its_words_fit():
    search = search_in(
        replace(
            provision("a", status=ProvisionStatus.ended), name=f"Het {WORD} en de klederdracht"
        ),
        holding("b"),
    )
    assert order(search, query=WORD) == ["b", "a"]
    assert order(search, query=f"{WORD} klederdracht opleiding") == ["b", "a"]


def test_what_is_closed_goes_first_when_it_is_asked_for_by_its_name():
    ended = provision("a", status=ProvisionStatus.ended)
    search = search_in(
        replace(ended, name=f"Het {WORD} voor klederdracht in Zeeland"),
        replace(provision("b"), name=f"Zeeuws {WORD}"),
    )
    # What was said stands in its name, and some of that in nothing that is open.
    assert order(search, query=f"{WORD} klederdracht")[0] == "a"
    assert order(search, query=f"{WORD} klederdracht kleding")[0] == "b"
    assert order(search, query=WORD)[0] == "b"


def test_what_is_closed_goes_first_when_its_whole_name_was_said():
    ended = replace(provision("a", status=ProvisionStatus.ended), name=f"Het {WORD}")
    search = search_in(ended, replace(provision("b"), name=f"Zeeuws {WORD}", provider=WORD))
    assert order(search, query=f"een {WORD}") == ["a", "b"]


def test_the_name_of_a_sector_is_not_the_name_of_what_ended_there():
    ended = provision("a", WorksIn(sectors=("rozen",)), status=ProvisionStatus.ended)
    search = search_in(replace(ended, name="Sectorplan Rozen"), provision("b"))
    assert order(search, query="rozen") == ["b", "a"]


def test_of_what_has_ended_no_text_is_heard_but_its_name_is():
    ended = replace(holding("a"), status=ProvisionStatus.ended)
    assert order(search_in(ended), query=WORD) == []
    assert order(search_in(replace(ended, name=WORD)), query=WORD) == ["a"]


def test_the_exact_name_goes_before_a_name_that_says_more_of_it():
    search = search_in(
        replace(provision("a"), name=f"{WORD} {WORD} overal", summary=WORD, provider=WORD),
        replace(holding("b", verified_on=TODAY - timedelta(days=300)), name=f"Het {WORD}"),
    )
    assert order(search, query=WORD) == ["b", "a"]


def test_what_is_for_employers_goes_first_for_who_speaks_as_one():
    search = search_in(
        holding("a", conditions=(ForEmployers(),)),
        holding("b", verified_on=TODAY - timedelta(days=300)),
    )
    assert order(search, query=WORD) == ["b", "a"]
    assert order(search, query=f"{WORD} voor mijn personeel") == ["a", "b"]


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


def test_on_an_equal_score_what_is_for_everyone_goes_before_what_is_tied_to_a_sector():
    search = search_in(
        holding("a", conditions=(WorksIn(sectors=("opslag",)),)),
        holding("b", verified_on=TODAY - timedelta(days=300)),
    )
    assert order(search, query=WORD) == ["b", "a"]


def test_who_names_a_sector_is_not_sent_to_another_one_first():
    opslag = holding("a", conditions=(WorksIn(sectors=("opslag",)),))
    rozen = holding("b", conditions=(WorksIn(sectors=("groen",)),))
    search = search_in(replace(opslag, name=f"{WORD} en klederdracht"), rozen)
    assert order(search, query=f"{WORD} klederdracht") == ["a"]
    assert order(search, query=f"rozen {WORD} klederdracht") == ["b", "a"]


def test_a_word_with_a_typing_error_counts_less_than_the_word_itself():
    search = search_in(
        replace(provision("a"), provider="klompenbond"),
        replace(provision("b"), provider="klederdracht"),
    )
    assert order(search, query="klompenbondt klederdracht") == ["b", "a"]
    assert order(search, query="klompenbond klederdracht") == ["a", "b"]


def test_what_stands_in_texts_alone_counts_half():
    search = search_in(
        replace(provision("a"), summary="Over ezeltjes en tafellakens."),
        replace(provision("b"), provider="klederdracht"),
    )
    assert order(search, query="ezeltjes tafellakens klederdracht") == ["b", "a"]


def test_a_vague_word_counts_only_where_nothing_else_was_said():
    search = search_in(holding("a"), replace(provision("b"), name="Werk in een bedrijf"))
    assert order(search, query="werk") == ["b"]
    assert order(search, query=f"werk {WORD}") == ["a"]
    assert order(search, query="werk xqzvwk") == ["b"]


def test_what_holds_hardly_any_of_the_question_is_left_out():
    search = search_in(
        replace(provision("a"), name=f"Het {WORD} voor klederdracht"),
        replace(provision("b"), name=WORD),
        *(replace(provision(f"c{one}"), summary="Allerlei opleiding.") for one in range(50)),
    )
    assert order(search, query=f"{WORD} klederdracht opleiding") == ["a", "b"]
