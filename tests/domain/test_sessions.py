"""The life of a guidance session, and the limit of three."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sessions import (
    MAX_SESSIONS,
    NotAllowed,
    guidance_is_over,
    is_change,
    next_number,
)
from app.domain.terms import SessionStatus

WAITING, PLANNED = SessionStatus.waiting, SessionStatus.planned
HELD, MISSED, CANCELLED = SessionStatus.held, SessionStatus.missed, SessionStatus.cancelled

CHANGES = {
    (WAITING, PLANNED): "it gets a place",
    (WAITING, CANCELLED): "the worker no longer wants it",
    (PLANNED, PLANNED): "it is moved",
    (PLANNED, HELD): "it took place",
    (PLANNED, MISSED): "the worker did not come",
    (PLANNED, CANCELLED): "it is called off",
}
REPEATED = {(HELD, HELD), (MISSED, MISSED), (CANCELLED, CANCELLED)}


@pytest.mark.parametrize(("current", "wanted"), CHANGES, ids=CHANGES.values())
def test_a_session_changes_when(current, wanted):
    assert is_change(current, wanted) is True


@pytest.mark.parametrize(("current", "wanted"), sorted(REPEATED))
def test_the_same_outcome_sent_again_changes_nothing(current, wanted):
    assert is_change(current, wanted) is False


@pytest.mark.parametrize(
    ("current", "wanted"),
    sorted(set(product(SessionStatus, repeat=2)) - CHANGES.keys() - REPEATED),
)
def test_a_session_goes_nowhere_else(current, wanted):
    with pytest.raises(NotAllowed) as refused:
        is_change(current, wanted)
    assert refused.value.current == current


@pytest.mark.parametrize(
    ("current", "wanted", "allowed", "sentence"),
    [
        (
            WAITING,
            HELD,
            (PLANNED, CANCELLED),
            "A session that is waiting allows: planned, cancelled.",
        ),
        (
            PLANNED,
            WAITING,
            (PLANNED, HELD, MISSED, CANCELLED),
            "A session that is planned allows: planned, held, missed, cancelled.",
        ),
        (HELD, MISSED, (), "A session that is held allows: nothing."),
        (MISSED, PLANNED, (), "A session that is missed allows: nothing."),
        (CANCELLED, PLANNED, (), "A session that is cancelled allows: nothing."),
    ],
)
def test_a_refusal_says_what_is_allowed_instead(current, wanted, allowed, sentence):
    with pytest.raises(NotAllowed) as refused:
        is_change(current, wanted)
    assert refused.value.allowed == allowed
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("in_use", "expected"),
    [
        ([], 1),
        ([1], 2),
        ([1, 2], 3),
        ([2, 3], 1),
        ([1, 3], 2),
        ({3}, 1),
        ([3, 1, 2], None),
        ((1, 1, 2), 3),
    ],
)
def test_the_lowest_free_number_is_given(in_use, expected):
    assert next_number(in_use) == expected


@given(st.lists(st.sampled_from(["take", "cancel 1", "cancel 2", "cancel 3"]), max_size=30))
def test_never_more_than_three_numbers_are_in_use_whatever_is_cancelled(steps):
    in_use: set[int] = set()
    for step in steps:
        if step != "take":
            in_use.discard(int(step[-1]))
            continue
        number = next_number(in_use)
        assert (number is None) == (in_use == {1, 2, 3})
        if number is not None:
            assert number not in in_use
            in_use.add(number)
    assert len(in_use) <= MAX_SESSIONS


@pytest.mark.parametrize(
    ("statuses", "over"),
    [
        ([], False),
        ([HELD, HELD], False),
        ([HELD, MISSED, PLANNED], False),
        ([HELD, MISSED, WAITING], False),
        ([HELD, CANCELLED, CANCELLED, MISSED], False),
        ([HELD, HELD, HELD], True),
        ([MISSED, MISSED, MISSED], True),
        ([HELD, CANCELLED, MISSED, HELD], True),
    ],
)
def test_guidance_is_over_after_three_sessions_held_or_missed(statuses, over):
    assert guidance_is_over(statuses) is over
