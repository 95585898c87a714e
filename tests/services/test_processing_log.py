"""The processing log: a line per action and person, that tells who it was about to nobody."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import select

from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import OF_NO_PERSON, Action
from app.models import Intake, ProcessingEntry, ProcessingStatus
from app.services import processing_log
from app.services.activities import ACTIVITIES
from app.services.deeds import Deed
from app.services.processing_log import Trace, new_trace, read_traceparent
from tests.conftest import MONDAY
from tests.services.audit_trail import OTHER_VAULT, VAULT, empty_database, lasting, person

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN_ID = "00f067aa0ba902b7"
TRACE = Trace(TRACE_ID, SPAN_ID)
REGISTER = "https://bond.example/register"


# W3C Trace Context


@pytest.mark.parametrize(
    "header",
    [
        f"00-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-00",
        f"00-{TRACE_ID}-{SPAN_ID}-ff",
        f"01-{TRACE_ID}-{SPAN_ID}-01",
        f"cc-{TRACE_ID}-{SPAN_ID}-01-what-the-future-will-be-like",
        f"fe-{TRACE_ID}-{SPAN_ID}-01-",
    ],
)
def test_a_trace_is_gone_on_with(header):
    assert read_traceparent(header) == TRACE


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00",
        f"ff-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{'0' * 32}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{'0' * 16}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-01-more",
        f"00-{TRACE_ID}-{SPAN_ID}-01-",
        f"00-{TRACE_ID}-{SPAN_ID}",
        f"00-{TRACE_ID}-{SPAN_ID}-1",
        f"cc-{TRACE_ID}-{SPAN_ID}-01.more",
        f"0-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{TRACE_ID.upper()}-{SPAN_ID}-01",
        f"00-{TRACE_ID[:-1]}-{SPAN_ID}-01",
        f"00-{TRACE_ID}a-{SPAN_ID}-01",
        f"00-{TRACE_ID[:-1]}g-{SPAN_ID}-01",
        f"00-{TRACE_ID[:-1]}٣-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-01\n",
        f" 00-{TRACE_ID}-{SPAN_ID}-01",
        f"00-{TRACE_ID}-{SPAN_ID}-01,00-{TRACE_ID}-{SPAN_ID}-01",
    ],
)
def test_what_is_no_trace_begins_a_new_one(header):
    first, second = read_traceparent(header), read_traceparent(header)
    assert first.parent_span_id is None
    assert re.fullmatch("[0-9a-f]{32}", first.trace_id)
    assert first.trace_id not in {second.trace_id, TRACE_ID}


# Writing


@pytest.fixture
def log(engine_kind: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    with lasting(empty_database(engine_kind, request, "processing")) as database:
        yield database


def write(
    database: Database, *deeds: Deed, minute: int = 0, trace: Trace | None = None
) -> list[ProcessingEntry]:
    """Write deeds; return all that the log then holds."""
    now = MONDAY + timedelta(minutes=minute, microseconds=123987)
    with database.write(EVERY_REGION) as session:
        processing_log.append(session, VAULT, trace or new_trace(), deeds, now=now)
    return entries(database)


def entries(database: Database) -> list[ProcessingEntry]:
    with database.read(EVERY_REGION) as session:
        return list(session.exec(select(ProcessingEntry)))


def read(*intakes: Intake) -> Deed:
    return Deed(Action.intake_read, intakes)


def test_an_entry_has_what_the_standard_asks(log):
    one = person()
    (entry,) = write(log, read(one), trace=TRACE)
    assert (entry.trace_id, entry.parent_span_id) == (TRACE_ID, SPAN_ID)
    assert re.fullmatch("[0-9a-f]{16}", entry.span_id)
    assert entry.span_id != SPAN_ID
    assert entry.name == "Intake lezen"
    assert entry.started_at == entry.ended_at == MONDAY + timedelta(milliseconds=123)
    assert entry.status is ProcessingStatus.ok
    assert re.fullmatch(r"\d{4}-\d\d-\d\d#intake-read", entry.activity)
    assert re.fullmatch("[0-9a-f]{64}", entry.data_subject_id or "")
    assert entry.data_subject_id_type == "data-subject"
    assert one.id.hex not in (entry.data_subject_id or "")


def test_a_list_of_fifty_is_fifty_entries_in_one_statement(log):
    statements = []
    event.listen(log.engine, "before_cursor_execute", lambda *it: statements.append((it[2], it[5])))
    people = [person() for _ in range(50)]
    found = write(log, Deed(Action.intakes_listed, tuple(people)), trace=TRACE)
    inserts = [each for each in statements if each[0].startswith("INSERT")]
    assert len(inserts) == 1
    assert len({one.span_id for one in found}) == 50
    assert len({one.data_subject_id for one in found}) == 50
    assert {(one.trace_id, one.parent_span_id) for one in found} == {(TRACE_ID, SPAN_ID)}


def test_every_action_on_a_person_can_be_written(log):
    found = write(log, *(Deed(action, (person(),)) for action in ACTIVITIES))
    assert len(found) == len(ACTIVITIES)
    assert len({one.activity for one in found}) == len(ACTIVITIES)


def test_a_deed_of_no_person_leaves_nothing(log):
    assert write(log, *(Deed(action, ()) for action in OF_NO_PERSON)) == []


def test_a_list_of_nobody_leaves_nothing(log):
    assert write(log, Deed(Action.intakes_listed, ()), read()) == []


def test_an_entry_holds_no_column_for_who_did_it(log):
    names = {column["name"] for column in sa.inspect(log.engine).get_columns("processing_entry")}
    assert names == {
        "span_id",
        "trace_id",
        "parent_span_id",
        "name",
        "started_at",
        "ended_at",
        "status",
        "activity",
        "data_subject_id",
        "data_subject_id_type",
    }


# Reading


def test_a_person_can_be_shown_what_was_done_to_their_data_and_nobody_elses(log):
    one, other = person(), person()
    write(log, read(one, other), minute=2)
    write(log, Deed(Action.intake_created, (one,)), minute=1)
    write(log, read(other), minute=3)
    with log.read(EVERY_REGION) as session:
        about = processing_log.entries_about(session, VAULT, one.id)
        assert [it.name for it in about] == ["Intake vastleggen", "Intake lezen"]
        assert len(processing_log.entries_about(session, VAULT, other.id)) == 2
        assert processing_log.entries_about(session, VAULT, person().id) == []
        assert processing_log.entries_about(session, OTHER_VAULT, one.id) == []


def export(database: Database, **between: Any) -> list[dict[str, Any]]:
    return list(processing_log.export(database, REGISTER, **between))


def spans(exported: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        span
        for traces in exported
        for resource in traces["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


def test_the_export_is_otlp(log):
    (entry,) = write(log, read(person()), trace=TRACE)
    (traces,) = json.loads(json.dumps(export(log)))
    (resource,) = traces["resourceSpans"]
    assert resource["resource"]["attributes"] == [
        {"key": "service.name", "value": {"stringValue": "gidsfunctie"}}
    ]
    nanoseconds = str(int(MONDAY.timestamp()) * 10**9 + 123 * 10**6)
    attributes = {
        "dpl.core.processing_activity_id": f"{REGISTER}/{entry.activity}",
        "dpl.core.data_subject_id": entry.data_subject_id,
        "dpl.core.data_subject_id_type": f"{REGISTER}/data-subject",
    }
    assert spans([traces]) == [
        {
            "traceId": TRACE_ID,
            "spanId": entry.span_id,
            "parentSpanId": SPAN_ID,
            "name": "Intake lezen",
            "startTimeUnixNano": nanoseconds,
            "endTimeUnixNano": nanoseconds,
            "attributes": [
                {"key": key, "value": {"stringValue": value}} for key, value in attributes.items()
            ],
            "status": {"code": 1},
        }
    ]


def test_a_trace_that_begins_here_has_no_parent_in_the_export(log):
    write(log, read(person()))
    (span,) = spans(export(log))
    assert "parentSpanId" not in span


def test_the_export_goes_from_a_moment_up_to_another(log):
    for minute in range(5):
        write(log, read(person()), minute=minute)
    at = [it.started_at for it in sorted(entries(log), key=lambda it: it.started_at)]
    told = [span["startTimeUnixNano"] for span in spans(export(log))]
    assert len(told) == 5
    assert told == sorted(told)
    for since, until, expected in [(1, 3, told[1:3]), (2, None, told[2:]), (None, 4, told[:4])]:
        between = {
            "since": None if since is None else at[since],
            "until": None if until is None else at[until],
        }
        assert [it["startTimeUnixNano"] for it in spans(export(log, **between))] == expected
    assert export(log, since=at[3], until=at[3]) == []


def test_the_export_comes_in_batches(log, monkeypatch):
    monkeypatch.setattr(processing_log, "BATCH", 3)
    for minute, count in ((1, 4), (0, 4)):
        write(log, read(*(person() for _ in range(count))), minute=minute)
    batches = export(log)
    assert [len(spans([each])) for each in batches] == [3, 3, 2]
    ordered = sorted(entries(log), key=lambda it: (it.started_at, it.span_id))
    assert [span["spanId"] for span in spans(batches)] == [it.span_id for it in ordered]


# Retention


def test_what_is_old_is_forgotten_oldest_first_and_some_at_a_time(log):
    for minute in range(6):
        write(log, read(person()), minute=minute)
    moments = sorted(it.started_at for it in entries(log))

    def forget() -> int:
        with log.write(EVERY_REGION) as session:
            return processing_log.forget_before(session, moments[5], 3)

    assert forget() == 3
    assert sorted(it.started_at for it in entries(log)) == moments[3:]
    assert [forget(), forget()] == [2, 0]
    assert [it.started_at for it in entries(log)] == moments[5:]
