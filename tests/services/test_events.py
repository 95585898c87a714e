"""What a werkcentrum's webhook gets, held against CloudEvents 1.0 and the NL GOV profile 1.1."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event

from app.domain.terms import LogEntryType
from app.services import events
from tests.receiver import PAGE

MESSAGE = UUID("3f6c1b3e-7d0a-4f43-9d55-2f1f6a0a8a01")
SOURCE = "urn:nld:kvknr:12345678:systeem:gidsfunctie"
LOGGED = datetime(2026, 11, 23, 10, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
KIBIBYTE = 1024

Event = dict[str, Any]


def log_event(entry_type: LogEntryType = LogEntryType.session_planned, **changed: Any) -> bytes:
    told = {
        "message_id": MESSAGE,
        "source": SOURCE,
        "public_url": "https://gidsfunctie.example/",
        "region": "AM22",
        "number": 17,
        "entry_type": entry_type,
        "at": LOGGED,
        **changed,
    }
    return events.log_event(**told)


TEST = events.test_event(message_id=MESSAGE, source=SOURCE, region="AM22", at=LOGGED)
LARGEST = log_event(
    max(LogEntryType, key=len), number=2**31 - 1, public_url=f"https://{'a' * 200}.example/"
)
BODIES = {"log": log_event(), "largest": LARGEST, "test": TEST}
ALWAYS = {"specversion", "id", "source", "type", "time", "datacontenttype", "data"}
OF_THE_LOG = re.compile(r"nl\.vanwerknaarwerk\.session-log\.[a-z]+(-[a-z]+)*\.v1")
NOT_A_DATA_SOURCE = re.compile(r"fnv|cnv|vcp|uwv|werkcentrum|stichting|gemeente|kvk")

RULES: list[tuple[str, Callable[[Event], bool], Event]] = [
    ("MUST have an id", lambda e: e["id"] != "", {"id": ""}),
    ("MUST use the id that is there", lambda e: e["id"] == str(MESSAGE), {"id": "17"}),
    ("MUST have a source", lambda e: e["source"] != "", {"source": ""}),
    ("MUST be of CloudEvents 1.0", lambda e: e["specversion"] == "1.0", {"specversion": "1.1"}),
    ("MUST have a type", lambda e: e["type"] != "", {"type": ""}),
    (
        "MUST name attributes with a-z and 0-9, SHOULD with 20 characters or fewer",
        lambda e: all(re.fullmatch("[a-z0-9]{1,20}", name) for name in e),
        {"data_ref": "x"},
    ),
    ("MUST hold its data as JSON", lambda e: isinstance(e["data"], dict), {"data": "<a/>"}),
    (
        "SHOULD say that its data are JSON",
        lambda e: e["datacontenttype"] == "application/json",
        {"datacontenttype": "text/xml"},
    ),
    (
        "MUST have a type in reverse-domain notation",
        lambda e: re.fullmatch(r"nl(\.[a-z0-9]+(-[a-z0-9]+)*){2,}", e["type"]) is not None,
        {"type": "session_planned"},
    ),
    (
        "MUST have one version part at most",
        lambda e: len(re.findall(r"\.v[0-9]+\b", e["type"])) <= 1,
        {"type": "nl.vanwerknaarwerk.v1.session-log.v2"},
    ),
    (
        "SHOULD name a data source in its type, and no organisation",
        lambda e: (
            e["type"].startswith("nl.vanwerknaarwerk.") and not NOT_A_DATA_SOURCE.search(e["type"])
        ),
        {"type": "nl.fnv.session-log.session-planned.v1"},
    ),
    (
        "MUST NOT point at data with its source",
        lambda e: urlsplit(e["source"]).scheme == "urn",
        {"source": "https://gidsfunctie.example/v1/regions/AM22/session-log"},
    ),
    (
        "SHOULD have a URN of organisation and system as its source",
        lambda e: re.fullmatch(r"urn:nld:(oin|kvknr):\d+:systeem:[\w-]+", e["source"]) is not None,
        {"source": "urn:uuid:3f6c1b3e-7d0a-4f43-9d55-2f1f6a0a8a01"},
    ),
    (
        "SHOULD tell as its time when it was logged, as RFC 3339 has it",
        lambda e: e["time"] == "2026-11-23T09:00:00Z",
        {"time": "2026-11-23T10:00:00"},
    ),
    (
        "SHOULD have nothing sensitive in its attributes: no attribute but these, and no subject",
        lambda e: set(e) <= {*ALWAYS, "dataref"} and set(e) >= ALWAYS,
        {"subject": "999990342"},
    ),
    (
        "is thin: region, number and type",
        lambda e: set(e["data"]) in ({"region", "number", "type"}, {"region"}),
        {"data": {"region": "AM22", "number": 17, "intake": "x"}},
    ),
    (
        "SHOULD be small: the profile says 64 kB, Standard Webhooks 20",
        lambda e: len(json.dumps(e)) < 20 * KIBIBYTE,
        {"dataref": "x" * 20 * KIBIBYTE},
    ),
]


@pytest.mark.parametrize(("rule", "holds", "offence"), RULES, ids=[rule[0] for rule in RULES])
def test_an_event_keeps_to_the_profile_and_an_offence_is_seen(rule, holds, offence):
    for name, body in BODIES.items():
        event = json.loads(body)
        assert holds(event), f"{name}: {rule}"
        assert not holds(event | offence), f"an offence against {rule} is not seen"


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_library_of_cloudevents_reads_the_same(body):
    read = from_structured_event(HTTPMessage({"content-type": events.MEDIA_TYPE}, body))
    said = json.loads(body)
    assert read.get_specversion() == "1.0"
    assert read.get_id() == said["id"]
    assert read.get_source() == SOURCE
    assert read.get_type() == said["type"]
    assert read.get_time() == LOGGED.replace(microsecond=0)
    assert read.get_subject() is None
    assert read.get_extension("dataref") == said.get("dataref")
    assert read.get_data() == said["data"]


def test_another_message_is_another_event_and_the_same_one_is_byte_for_byte_the_same():
    assert log_event() == log_event(at=LOGGED.astimezone(UTC))
    other = UUID(int=1)
    assert json.loads(log_event(message_id=other)) == json.loads(log_event()) | {"id": str(other)}


def test_the_data_of_an_event_are_the_key_of_its_entry():
    event = json.loads(log_event())
    assert event["data"] == {"region": "AM22", "number": 17, "type": "session_planned"}
    log = "https://gidsfunctie.example/v1/regions/AM22/session-log"
    assert event["dataref"] == f"{log}?after=16&limit=1"
    first = json.loads(log_event(number=1, public_url="https://gidsfunctie.example/gids"))
    assert first["dataref"].endswith("example/gids/v1/regions/AM22/session-log?after=0&limit=1")


def test_a_test_event_tells_of_nothing_that_happened():
    event = json.loads(TEST)
    assert (event["type"], event["data"]) == (
        "nl.vanwerknaarwerk.webhook-test.v1",
        {"region": "AM22"},
    )
    assert "dataref" not in event


@pytest.mark.parametrize("entry_type", LogEntryType)
def test_every_kind_of_entry_has_a_type_that_is_explained(entry_type):
    event = json.loads(log_event(entry_type))
    assert OF_THE_LOG.fullmatch(event["type"])
    assert event["data"]["type"] == entry_type
    row = rf"^\| `{re.escape(event['type'])}` \| `{entry_type}` \| \w.+ \|$"
    assert len(re.findall(row, PAGE.read_text(), re.MULTILINE)) == 1


def test_no_type_is_explained_that_is_never_sent():
    told = set(re.findall(r"^\| `(nl\.[a-z.0-9-]+)`", PAGE.read_text(), re.MULTILINE))
    sent = {json.loads(log_event(entry_type))["type"] for entry_type in LogEntryType}
    assert told == sent | {json.loads(TEST)["type"]}


def test_the_meaning_of_each_attribute_is_documented_and_the_example_is_true():
    page = PAGE.read_text()
    (example,) = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert json.loads(example) == json.loads(log_event())
    for name in (ALWAYS | {"dataref"}) - {"specversion", "datacontenttype"}:
        assert re.search(rf"^\| `{name}` \| \w.+ \|$", page, re.MULTILINE), name
