"""The words of app/catalogue/search.yaml can be heard, and each stands where it belongs."""

from collections import Counter

import pytest
from pydantic import ValidationError

from app.catalogue import Vocabulary, vocabulary
from app.services.search_tokens import tokens


def fillers() -> list[str]:
    listed = vocabulary().fillers
    return [*listed.nl, *listed.en, *listed.pl]


def single(said: str) -> bool:
    return " " not in said


def test_every_need_says_what_it_is_in_three_languages():
    needs = vocabulary().needs
    assert len(needs) >= 20
    assert [need.id for need in needs if not (need.find and need.say and need.en and need.pl)] == []
    assert len({need.id for need in needs}) == len(needs)


def test_no_word_of_a_need_is_a_filler_which_nobody_would_hear():
    silent = {word for filler in fillers() for word in tokens(filler)}
    for need in vocabulary().needs:
        heard = [said for said in (*need.find, *need.say, *need.en, *need.pl) if single(said)]
        assert [said for said in heard if tokens(said)[-1] in silent] == [], need.id


def test_what_is_looked_for_has_a_word_with_a_meaning():
    silent = set(fillers())
    for need in vocabulary().needs:
        assert [said for said in need.find if silent >= set(tokens(said))] == [], need.id


def test_a_word_stands_in_a_list_once():
    for need in vocabulary().needs:
        said = Counter((*need.find, *need.say))
        assert [word for word, count in said.items() if count > 1] == [], need.id


def test_words_are_written_as_they_are_looked_up():
    for listed in (fillers(), vocabulary().vague, vocabulary().parts):
        assert [word for word in listed if tokens(word) != [word]] == []


def test_a_key_that_is_none_is_refused():
    document = vocabulary().model_dump() | {"synonyms": {}}
    with pytest.raises(ValidationError, match="synonyms"):
        Vocabulary.model_validate(document)
