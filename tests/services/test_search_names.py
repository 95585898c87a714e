"""Whoever asks by a name finds it: of a provision, a provider, a sector, a job or an employer."""

import gc
from types import FunctionType, ModuleType

import pytest

from app.catalogue import vocabulary
from app.domain.catalogue import Catalogue
from app.domain.terms import ProvisionStatus
from app.services.search import ProvisionFilter, Search
from app.services.search_tokens import silent_words, tokens
from tests.domain.builders import TODAY


@pytest.fixture(scope="module")
def search(knowledge) -> Search:
    return Search(knowledge, vocabulary())


def found(search: Search, query: str, **wanted) -> list[str]:
    answer = search.find(ProvisionFilter(query=query, **wanted), on=TODAY, limit=1000)
    return [one.id for one in answer.provisions]


def names(catalogue: Catalogue) -> set[str]:
    """Return what sectors, jobs and employers are called."""
    sectors = catalogue.sectors.values()
    called = [(one.name, one.aliases) for one in sectors]
    called += [(job.name, job.aliases) for one in sectors for job in one.occupations]
    called += [(one.name, one.aliases) for one in catalogue.organisations.values()]
    return {said for name, aliases in called for said in (name, *aliases)}


def test_a_provision_comes_first_for_its_own_name(search, catalogue):
    wrong = {
        one.name: got[:3]
        for one in catalogue.provisions.values()
        if (got := found(search, one.name))[:1] != [one.id]
    }
    assert wrong == {}


def test_a_provider_finds_what_it_provides(search, catalogue):
    provided = [one for one in catalogue.provisions.values() if one.provider]
    assert [one.id for one in provided if one.id not in found(search, one.provider)] == []


def test_every_name_of_a_sector_a_job_and_an_employer_finds_something_open(search, catalogue):
    def is_open(first: list[str]) -> bool:
        return bool(first) and catalogue.provisions[first[0]].status is ProvisionStatus.current

    called = names(catalogue)
    assert len(called) > 1000
    assert sorted(name for name in called if not is_open(found(search, name)[:1])) == []


def test_no_filler_is_a_name_unless_it_is_listed_as_one(catalogue):
    known = {tokens(name)[0] for name in names(catalogue) if len(tokens(name)) == 1}
    known |= {one.name.casefold() for one in catalogue.provisions.values()}
    assert known & silent_words(vocabulary()) == set(vocabulary().small_names)


@pytest.mark.parametrize(
    ("query", "heard"),
    [
        ("MN", True),
        ("mn", True),
        ("hoeveel budget geeft MN?", True),
        ("mn baan is weg", False),
    ],
)
def test_a_small_word_is_a_name_where_it_is_written_as_one(search, query, heard):
    assert ("mn-individueel-ontwikkelbudget" in found(search, query)[:1]) == heard


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("IT omscholing", "ict omscholing"),
        ("omscholing in de it", "ict omscholing"),
        ("do it for free", "do for free"),
        # Other forms of English and Polish words
        ("cleaners", "cleaner"),
        ("nurses", "nurse"),
        ("kursem", "kurs"),
        ("two phrases of the same words: wat kan ik", "two phrases of the same words: wat ik kan"),
        # A website is one word.
        ("werknl", "werk.nl"),
    ],
)
def test_what_means_the_same_finds_the_same(search, query, same):
    assert found(search, query)[:5] == found(search, same)[:5] != []


def test_a_website_is_no_sector(search):
    assert found(search, "bol.com") == []


def test_two_phrases_of_the_same_words_say_what_either_says(search):
    answer = found(search, "wat kan ik")
    assert answer == found(search, "wat ik kan")
    # What somebody is able to, and what would suit.
    assert {"ervaringscertificaat-generiek", "provincies-talentkompas"} <= set(answer)


def test_who_works_in_a_part_of_a_sector_is_sent_to_the_nearest_first(search):
    # Each is a part of a part of the agrarian sector, which has a test for everyone in it.
    assert found(search, "bollen")[0].startswith("open-teelten")
    assert found(search, "koeienmelker")[0].startswith("dierhouderij")


def test_a_phrase_within_a_longer_one_is_not_heard(search):
    assert "werknl-vacaturebank" not in found(search, "ik zoek geen baan maar een coach")[:5]
    assert "werknl-vacaturebank" in found(search, "ik wil werk vinden")[:5]
    assert "werknl-vacaturebank" not in found(search, "ik vind mijn werk niet leuk")[:5]


def test_of_a_phrase_no_single_word_is_looked_for(search):
    assert "leerambassadeurs-generiek" not in found(search, "mijn baas mag het niet weten")


def held_by(root: object) -> list[object]:
    """Return everything an object holds, in its caches too."""
    held: dict[int, object] = {}
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if id(one) not in held and not isinstance(one, type | ModuleType | FunctionType):
            held[id(one)] = one
            waiting += gc.get_referents(one)
    return list(held.values())


def test_what_was_said_of_a_sector_is_kept_nowhere(search):
    canary = "zeldzame kanarie uit delft in de schoonmaak"
    assert "schoonmaak-loopbaancheck" in found(search, "coach", sector=canary)
    texts = [one for one in held_by(search) if isinstance(one, str)]
    assert [text for text in texts if "kanarie" in text] == []
    # What was looked for is kept word by word, as docs/decisions/0025-search.md says.
    assert found(search, "zeldzame kanarie uit delft") == []
    texts = [one for one in held_by(search) if isinstance(one, str)]
    assert {text for text in texts if "kanarie" in text} == {"kanarie"}
