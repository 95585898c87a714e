import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.schemas.base import Day, Instant, Name, Note, OptionalDay, Page, QueryWhole, Text, Whole
from tests.api.things import Thing, ThingIn


def refused(kind: Any, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        (Name, "  Jo  ", "Jo"),
        (Name, "Andre\u0301", "André"),
        (Name, "王\U0001f600", "王\U0001f600"),
        (Name, "a" * 120, "a" * 120),
        (Note, "een\r\ntwee\rdrie\tvier", "een\ntwee\ndrie\tvier"),
    ],
)
def test_text_is_trimmed_and_normalised(kind, said, kept):
    assert TypeAdapter(kind).validate_python(said) == kept


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Name, ""),
        (Name, " \u2003 "),
        (Name, "a\x00b"),
        (Name, "a\nb"),
        (Name, "a\x7fb"),
        (Name, "a\x85b"),
        (Name, "a\ud800b"),
        (Name, "a" * 121),
        (Name, "\ufb2c" * 120),  # three times as long in NFC
        (Name, 3),
        (Name, b"a"),
        (Name, None),
        (Note, "a\x0bb"),
        (Note, "\n\n"),
        (Note, "a" * 2001),
    ],
)
def test_text_that_an_engine_or_a_reader_could_trip_over_is_refused(kind, said):
    assert refused(kind, said)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2026-11-30T08:00:00Z", datetime(2026, 11, 30, 8, tzinfo=UTC)),
        ("2026-11-30T08:00:00+01:00", datetime(2026, 11, 30, 7, tzinfo=UTC)),
        ("2026-11-30T08:00:00.123456789Z", datetime(2026, 11, 30, 8, 0, 0, 123456, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_has_an_offset_and_is_kept_in_utc(said, kept):
    instant = TypeAdapter(Instant).validate_python(said)
    assert instant == kept
    assert instant.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-30T08:00:00",
        "2026-11-30t08:00:00z",
        "2026-11-30 08:00:00Z",
        "2026-11-30T08:00Z",
        "2026-11-30T08:00:00-00:00",
        "2026-11-30T25:00:00Z",
        "2026-02-30T08:00:00Z",
        "2026-11-30",
        "0001-01-01T00:00:00+14:00",
        "٢٠٢٦-11-30T08:00:00Z",
        "1764489601",
        1764489600,
        1764489600.0,
        True,
    ],
)
def test_what_is_no_rfc_3339_moment_with_an_offset_is_refused(said):
    assert refused(Instant, said)


def test_an_instant_goes_out_in_whole_seconds_with_a_z():
    moment = datetime(2026, 11, 30, 8, 0, 0, 999999, tzinfo=UTC)
    assert TypeAdapter(Instant).dump_json(moment) == b'"2026-11-30T08:00:00Z"'


NOT_DAYS = ["2026-11-30T00:00:00Z", "30-11-2026", "2026-02-30", "20261130", 0]


@pytest.mark.parametrize("said", NOT_DAYS)
def test_what_is_no_calendar_date_is_refused(said):
    assert refused(Day, said)


def test_a_day_is_a_date():
    assert TypeAdapter(Day).validate_python("2026-11-30") == date(2026, 11, 30)
    assert TypeAdapter(OptionalDay).validate_python(None) is None


def test_a_nullable_date_says_its_format_where_the_api_design_rules_look_for_it():
    assert TypeAdapter(OptionalDay).json_schema() == {"type": ["string", "null"], "format": "date"}


@pytest.mark.parametrize("said", ["1.0", " 1", "1_0", "+1", "٣", "", "1" * 16, 1.5])
def test_a_number_in_a_query_is_digits(said):
    assert refused(QueryWhole, said)


@pytest.mark.parametrize("said", ["3", 3.5, True, None, float("inf")])
def test_a_number_in_a_body_is_a_whole_number(said):
    assert refused(Whole, said)


@pytest.mark.parametrize("said", [3, 3.0])
def test_three_is_three_however_json_writes_it(said):
    kept = TypeAdapter(Whole).validate_python(said)
    assert (kept, type(kept)) == (3, int)


def test_the_pattern_of_a_text_refuses_what_the_code_refuses():
    for kind, allowed, forbidden in (
        (Text(5), ["a", " a ", "a b"], [" ", "a\nb", "a\x00"]),
        (Text(5, lines=True), ["a\nb", "a\tb", "\ra"], ["\n", "a\x00", "a\x0b"]),
    ):
        schema = TypeAdapter(Annotated[str, kind]).json_schema()
        assert all(re.search(schema["pattern"], text) for text in allowed)
        assert not any(re.search(schema["pattern"], text) for text in forbidden)


def test_input_is_read_by_its_public_names_and_output_is_built_by_its_own():
    assert ThingIn.model_validate({"firstName": "a"}).first_name == "a"
    assert refused(ThingIn, {"first_name": "a"})
    thing = Thing(first_name="a", how_many=1, at=None, used_on=None)
    page = Page[Thing](items=[thing], next="c")
    assert page.model_dump(by_alias=True) == {
        "items": [{"firstName": "a", "howMany": 1, "at": None, "usedOn": None}],
        "next": "c",
    }


def test_what_was_read_does_not_change():
    with pytest.raises(ValidationError):
        ThingIn.model_validate({"firstName": "a"}).first_name = "b"  # type: ignore[misc]  # the test
