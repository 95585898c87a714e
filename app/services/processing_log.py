"""The processing log: what was done to the data of which person, and under which activity.

Logboek Dataverwerkingen 1.0.0 at detail level 1: an entry refers to the processing register, names
the person by a pseudonym, and says nothing of who did it (2.3.4); that is in the audit log.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.db import Database
from app.domain.access import EVERY_REGION
from app.models import ProcessingEntry, ProcessingStatus
from app.services.activities import ACTIVITIES, DATA_SUBJECT, address_of, place_of
from app.services.deeds import Deed
from app.vault import Vault

PURPOSE = "processing-log"
BATCH = 500
SERVICE = "gidsfunctie"

_TRACEPARENT = re.compile(
    r"(?P<version>[0-9a-f]{2})-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-[0-9a-f]{2}"
    r"(?P<more>-.*)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATUS_CODES = {
    ProcessingStatus.unset: 0,
    ProcessingStatus.ok: 1,
    ProcessingStatus.error: 2,
}
"""Status.StatusCode of OTLP."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What an action is part of, and the action of another system that led to it."""

    trace_id: str
    parent_span_id: str | None = None


def new_trace() -> Trace:
    """Begin a trace: nobody asked with one."""
    return Trace(secrets.token_hex(16))


def read_traceparent(header: str | None) -> Trace:
    """Go on with the trace of whoever asks, or begin one when it is not well formed.

    W3C Trace Context, 3.2.2 and 4.3: version ff and ids of zeros are invalid; a version that is
    not known yet is read as far as version 00 goes.
    """
    found = _TRACEPARENT.fullmatch(header or "")
    if (
        found is None
        or found["version"] == "ff"
        or (found["version"] == "00" and found["more"] is not None)
        or not found["trace"].strip("0")
        or not found["span"].strip("0")
    ):
        return new_trace()
    return Trace(found["trace"], found["span"])


def append(
    session: Session, vault: Vault, trace: Trace, deeds: Sequence[Deed], *, now: datetime
) -> None:
    """Write an entry per action and person, in one statement; a list of nobody leaves none.

    An action begins and ends at the moment that everything else it wrote bears.
    """
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    rows = [
        {
            "span_id": secrets.token_hex(8),
            "trace_id": trace.trace_id,
            "parent_span_id": trace.parent_span_id,
            "name": ACTIVITIES[deed.action].name,
            "started_at": at,
            "ended_at": at,
            "status": ProcessingStatus.ok,
            "activity": place_of(deed.action),
            "data_subject_id": _pseudonym(vault, person),
            "data_subject_id_type": DATA_SUBJECT,
        }
        for deed in deeds
        for person in deed.persons
    ]
    if rows:
        session.connection().execute(sa.insert(ProcessingEntry), rows)


def entries_about(session: Session, vault: Vault, intake_id: UUID) -> list[ProcessingEntry]:
    """List what was done to the data of one person, oldest first."""
    entry = ProcessingEntry
    statement = (
        select(entry)
        .where(col(entry.data_subject_id) == _pseudonym(vault, intake_id))
        .order_by(col(entry.started_at), col(entry.name), col(entry.span_id))
    )
    return list(session.exec(statement))


def export(
    database: Database,
    register_url: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the entries from a moment up to another, some hundreds per TracesData of OTLP/JSON.

    Activities are named by their address in the register that is published at `register_url`.
    One per line is what the OTLP file format asks. Only what is being yielded is in memory, and no
    transaction is open meanwhile: a reader may take as long as they like.
    """
    started_at, span_id = col(ProcessingEntry.started_at), col(ProcessingEntry.span_id)
    statement = select(ProcessingEntry).order_by(started_at, span_id).limit(BATCH)
    if since is not None:
        statement = statement.where(started_at >= since)
    if until is not None:
        statement = statement.where(started_at < until)
    following = statement
    while True:
        with database.read(EVERY_REGION) as session:
            found = session.exec(following).all()
        if found:
            yield _traces_data(found, register_url)
        if len(found) < BATCH:
            return
        last = found[-1]
        following = statement.where(
            sa.tuple_(started_at, span_id) > (last.started_at, last.span_id)
        )


def forget_before(session: Session, moment: datetime, limit: int) -> int:
    """Delete some of the entries from before a moment, oldest first; return how many."""
    old = (
        sa.select(col(ProcessingEntry.span_id))
        .where(col(ProcessingEntry.started_at) < moment)
        .order_by(col(ProcessingEntry.started_at))
        .limit(limit)
    )
    deleted = session.execute(
        sa.delete(ProcessingEntry)
        .where(col(ProcessingEntry.span_id).in_(old))
        .returning(col(ProcessingEntry.span_id)),
        execution_options={"synchronize_session": False},
    )
    return len(deleted.all())


def _pseudonym(vault: Vault, intake_id: UUID) -> str:
    return vault.pseudonym(PURPOSE, str(intake_id))


def _traces_data(entries: Sequence[ProcessingEntry], register_url: str) -> dict[str, Any]:
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes({"service.name": SERVICE})},
                "scopeSpans": [
                    {
                        "scope": {"name": "logboek-dataverwerkingen", "version": "1.0.0"},
                        "spans": [_span(entry, register_url) for entry in entries],
                    }
                ],
            }
        ]
    }


def _span(entry: ProcessingEntry, register_url: str) -> dict[str, Any]:
    kind = entry.data_subject_id_type
    span: dict[str, Any] = {
        "traceId": entry.trace_id,
        "spanId": entry.span_id,
        "name": entry.name,
        "startTimeUnixNano": _nanoseconds(entry.started_at),
        "endTimeUnixNano": _nanoseconds(entry.ended_at),
        "attributes": _attributes(
            {
                "dpl.core.processing_activity_id": address_of(register_url, entry.activity),
                "dpl.core.data_subject_id": entry.data_subject_id,
                "dpl.core.data_subject_id_type": kind and address_of(register_url, kind),
            }
        ),
        "status": {"code": _STATUS_CODES[entry.status]},
    }
    if entry.parent_span_id is not None:
        span["parentSpanId"] = entry.parent_span_id
    return span


def _attributes(values: dict[str, str | None]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"stringValue": value}}
        for key, value in values.items()
        if value is not None
    ]


def _nanoseconds(moment: datetime) -> str:
    """Count as OTLP does; 64 bits are a string in its JSON."""
    return str((moment - _EPOCH) // timedelta(microseconds=1) * 1000)
