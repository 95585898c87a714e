"""A slot id says which slot it is, and nothing else is one."""

import base64
import re
from datetime import UTC
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.planning import (
    Slot,
    SlotKey,
    parse_slot_id,
    slot_id,
)
from app.domain.terms import Mode
from tests.domain.availability import (
    ANNA,
    BRAM,
    HOUR,
    slot,
    utc,
)


def test_a_slot_id_is_forty_characters_that_are_safe_in_a_url():
    assert re.fullmatch(r"[A-Za-z0-9_-]{40}", slot_id(slot("2026-12-01T09:00")))


# Ids are in the hands of clients: a release that reads this one differently breaks what they hold.
GOOD = "AQtvSlJqDE8Omldbik9_CgEABmGOwFBEAHBBTTAx"


def test_a_slot_id_stays_the_same_between_releases():
    assert slot_id(slot("2026-12-01T09:00")) == GOOD
    assert parse_slot_id(GOOD) == SlotKey(ANNA, utc("2026-12-01T09:00"), Mode.phone, "AM01")


def test_slots_that_differ_in_anything_have_different_ids():
    start = utc("2026-12-01T09:00")
    different = [
        Slot(start, start + HOUR, ANNA, "AM01", Mode.phone),
        Slot(start, start + HOUR, ANNA, "AM01", Mode.video),
        Slot(start, start + HOUR, ANNA, "AM01", Mode.in_person),
        Slot(start, start + HOUR, ANNA, "AM02", Mode.phone),
        Slot(start, start + HOUR, BRAM, "AM01", Mode.phone),
        Slot(start + HOUR, start + 2 * HOUR, ANNA, "AM01", Mode.phone),
    ]
    assert len({slot_id(one) for one in different}) == len(different)


@pytest.mark.parametrize(
    ("adviser", "region"), [("anna", "AM01"), (ANNA, "GM0599"), (ANNA, "AM1"), (ANNA, "")]
)
def test_an_adviser_or_region_of_another_form_has_no_slot_id(adviser, region):
    start = utc("2026-12-01T09:00")
    with pytest.raises(ValueError, match=r"UUID|AMnn"):
        slot_id(Slot(start, start + HOUR, adviser, region, Mode.phone))


def encoded(
    version: int = 1, microseconds: int = 0, mode: bytes = b"p", region: bytes = b"AM01"
) -> str:
    start = microseconds.to_bytes(8, "big", signed=True)
    whole = bytes([version]) + UUID(ANNA).bytes + start + mode + region
    return base64.urlsafe_b64encode(whole).decode()


def test_a_slot_id_put_together_by_hand_is_read():
    assert parse_slot_id(encoded()) == SlotKey(ANNA, utc("1970-01-01"), Mode.phone, "AM01")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(GOOD[:-1], id="too short"),
        pytest.param(GOOD + "A", id="too long"),
        pytest.param(GOOD + "\n", id="a line end after it"),
        pytest.param(GOOD[:-1] + "=", id="padding"),
        pytest.param(GOOD.replace("_", "/"), id="the other base64 alphabet"),
        pytest.param(" " + GOOD[1:], id="a space in it"),
        pytest.param("é" * 40, id="not ASCII"),
        pytest.param("\ud800" * 40, id="lone surrogates"),
        pytest.param("\x00" * 40, id="NUL"),
        pytest.param("A" * 40, id="zeros"),
        pytest.param("_" * 40, id="ones"),
        pytest.param(encoded(version=2), id="another version"),
        pytest.param(encoded(mode=b"x"), id="no mode"),
        pytest.param(encoded(region=b"GM01"), id="no region"),
        pytest.param(encoded(region=b"AM\xb2\xb3"), id="digits of another kind"),
        pytest.param(encoded(microseconds=2**63 - 1), id="a start after the year 9999"),
        pytest.param(encoded(microseconds=-(2**63)), id="a start before the year 1"),
    ],
)
def test_what_is_no_slot_id_is_none(text):
    assert parse_slot_id(text) is None


@given(
    st.uuids().map(str),
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from(Mode),
    st.integers(0, 99).map("AM{:02}".format),
)
@settings(deadline=None)
def test_every_slot_id_is_read_back_as_its_slot(adviser, starts_at, mode, region):
    text = slot_id(Slot(starts_at, starts_at, adviser, region, mode))
    assert parse_slot_id(text) == SlotKey(adviser, starts_at, mode, region)


URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
changed_ids = st.tuples(st.integers(0, 39), st.sampled_from(URL_SAFE)).map(
    lambda change: GOOD[: change[0]] + change[1] + GOOD[change[0] + 1 :]
)


@given(
    st.text()
    | st.text(st.characters(codec=None), min_size=40, max_size=40)
    | st.text(URL_SAFE, min_size=40, max_size=40)
    | st.text(URL_SAFE, min_size=38, max_size=38).map("AQ{}".format)
    | changed_ids
)
@settings(deadline=None, max_examples=500)
def test_any_text_is_read_as_a_slot_with_exactly_that_id_or_as_none(text):
    key = parse_slot_id(text)
    if key is not None:
        assert str(UUID(key.adviser)) == key.adviser
        found = Slot(key.starts_at, key.starts_at, key.adviser, key.region, key.mode)
        assert slot_id(found) == text
