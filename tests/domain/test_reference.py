"""The number of a case, as people say it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reference import ids_of, reference_of

CASE = UUID("3d1e2f40-0000-4000-8000-000000000007")
NUMBER = reference_of(CASE)


def within(case: UUID, said: str) -> bool:
    found = ids_of(said)
    assert found is not None
    return found[0] <= case <= found[1]


def test_the_first_forty_bits_are_eight_signs_in_two_groups():
    assert reference_of(UUID(int=0)) == "0000-0000"
    assert reference_of(UUID(int=2**128 - 1)) == "ZZZZ-ZZZZ"
    assert reference_of(UUID(int=0b10000 << 123)) == "G000-0000"
    assert NUMBER == "7MF2-YG00"


@pytest.mark.parametrize("said", ["7MF2-YG00", "7mf2yg00", " 7MF2 YGOO ", "7mf2-yg", "7MF2"])
def test_it_is_found_however_it_is_said_and_by_how_it_begins(said):
    assert within(CASE, said)


@pytest.mark.parametrize("said", ["7MF2-YG01", "7MF3", "0000"])
def test_another_number_is_of_another_case(said):
    assert not within(CASE, said)


@pytest.mark.parametrize("said", ["", "7MF", "7-M-F", "7MF2-YG00-1", "7MFU", "7MF2-YG0é"])
def test_what_is_no_number_is_of_no_case(said):
    assert ids_of(said) is None


def test_letters_that_look_like_a_digit_are_that_digit():
    assert ids_of("ILOO") == ids_of("1100")


@given(st.uuids(), st.integers(4, 8))
def test_every_case_is_found_by_its_number(case, signs):
    said = reference_of(case).replace("-", "")
    assert within(case, said[:signs])
