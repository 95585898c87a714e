"""Scores as integers laid on their side add up to what plain sums give."""

from hypothesis import given
from hypothesis import strategies as st

from app.services.search_bits import (
    Planes,
    Postings,
    added,
    at_least,
    best_first,
    halved_outside,
    highest,
    places,
    scored,
)

COUNT = 40
MEMBERS = st.integers(0, 2**COUNT - 1)
LEVELS = st.lists(st.tuples(st.integers(1, 40), MEMBERS), max_size=5)


def plain(levels: list[tuple[int, int]]) -> list[int]:
    return [
        max((score for score, members in levels if members >> place & 1), default=0)
        for place in range(COUNT)
    ]


def read(planes: Planes) -> list[int]:
    return [
        sum((plane >> place & 1) << number for number, plane in enumerate(planes))
        for place in range(COUNT)
    ]


@given(LEVELS, LEVELS, MEMBERS)
def test_scores_are_the_highest_of_a_word_and_the_sum_of_words(one, other, members):
    first, second = plain(one), plain(other)
    together = added(scored(one), scored(other))
    assert read(scored(one)) == first
    assert read(together) == [left + right for left, right in zip(first, second, strict=True)]
    assert read(halved_outside(together, members)) == [
        score if members >> place & 1 else score // 2 for place, score in enumerate(read(together))
    ]


@given(LEVELS, MEMBERS, st.integers(0, 60))
def test_members_come_by_score_and_then_by_place(levels, members, least):
    scores, planes = plain(levels), scored(levels)
    within = [place for place in range(COUNT) if members >> place & 1]
    assert highest(planes, members) == max((scores[place] for place in within), default=0)
    assert places(at_least(planes, members, least), COUNT) == [
        place for place in within if scores[place] >= least
    ]
    groups = [places(group, COUNT) for group in best_first(planes, members)]
    assert [place for group in groups for place in group] == sorted(
        within, key=lambda place: (-scores[place], place)
    )
    assert all(len({scores[place] for place in group}) == 1 for group in groups)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, COUNT - 1))))
def test_postings_give_the_places_of_every_key_asked_for(pairs):
    listed = sorted(pairs, key=lambda pair: pair[1])
    for count in (COUNT, 10**6):
        postings = Postings(listed, count)
        assert set(postings) == {key for key, _ in pairs}
        for keys in ("a", "ab", "cx", ""):
            wanted = sorted({place for key, place in pairs if key in keys})
            assert places(postings.any_of(keys), COUNT) == wanted
