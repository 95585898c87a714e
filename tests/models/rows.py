"""Rows as any program could write them, past our own: the guards must hold for those too."""

from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from app.models import metadata

REGION = "AM01"
ADVISER = UUID("0b6f4a52-6a0c-4f0e-9a57-5b8a4f7f0a01")
OTHER_ADVISER = UUID("c2a7e1f0-1111-4222-8333-444455556666")
MOMENT = "2026-11-30 09:00:00.000000"

ROWS: dict[str, dict[str, Any]] = {
    "adviser": {"name": "Anna", "demo": False},
    "availability_window": {
        "adviser_id": ADVISER.hex,
        "region": REGION,
        "mode": "phone",
        "weekday": 1,
        "starts": "09:00:00.000000",
        "ends": "17:00:00.000000",
    },
    "availability_exception": {
        "adviser_id": ADVISER.hex,
        "on_date": "2026-11-30",
        "available": False,
    },
    "intake": {
        "created_at": MOMENT,
        "touched_at": MOMENT,
        "outcome": "guidance",
        "purpose": "orientation",
        "modes": "[]",
        "content": b"",
    },
    "referral": {
        "provision_id": "rijk-loopbaanscan",
        "rank": 0,
        "name": "Loopbaanscan",
        "via_employer": False,
        "services": "[]",
        "verdict": "available",
        "content": b"",
        "status": "proposed",
        "created_at": MOMENT,
    },
    "guidance_session": {"number": 1, "status": "waiting", "created_at": MOMENT},
    "audit_entry": {
        "number": 1,
        "at": MOMENT,
        "actor": "https://login.example someone",
        "roles": "adviser",
        "action": "intake_read",
        "hash": bytes(32),
    },
    "processing_entry": {
        "span_id": "0" * 16,
        "trace_id": "0" * 32,
        "name": "intake_read",
        "started_at": MOMENT,
        "ended_at": MOMENT,
        "status": "Ok",
        "activity": "https://gidsfunctie.example/activities/intake_read",
    },
    "holder_change": {"at": MOMENT, "reason": "absence"},
    "contact_details": {"content": b"", "changed_at": MOMENT},
    "consent": {
        "provision_id": "rijk-loopbaanscan",
        "recipient": "A desk",
        "data": "[]",
        "purpose": "hand_over",
        "text_version": "2026-11",
        "given_at": MOMENT,
    },
    "session_log_entry": {"region": REGION, "number": 1, "at": MOMENT, "type": "session_held"},
    "session_log_counter": {"region": REGION, "last_number": 0},
    "catalogue_state": {"id": 1, "version": 1, "digest": "0", "imported_at": MOMENT},
}
"""The least that each table takes; what points at another row is given by the test."""


def put(connection: sa.Connection, name: str, **values: Any) -> None:
    """Insert a row: the least that the table takes, with these values."""
    own: dict[str, Any] = {**ROWS[name], **values}
    for column in ("id", "log_pseudonym", "intake_pseudonym"):
        if column in metadata.tables[name].columns and column not in own:
            own[column] = uuid4().hex
    table = sa.table(name, *(sa.column(column) for column in own))
    connection.execute(sa.insert(table).values(own))


def planned(starts: str, ends: str, *, adviser: UUID = ADVISER, **values: Any) -> dict[str, Any]:
    """Describe a session at a place, on one day."""
    return {
        "status": "planned",
        "adviser_id": adviser.hex,
        "region": REGION,
        "mode": "phone",
        "starts_at": f"2026-11-30 {starts}:00.000000",
        "ends_at": f"2026-11-30 {ends}:00.000000",
        **values,
    }
