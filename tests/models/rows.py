"""Rows as any program could write them, past our own: the guards must hold for those too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.models import metadata
from app.problems import constraint_name

REGION = "AM01"
ADVISER = UUID("0b6f4a52-6a0c-4f0e-9a57-5b8a4f7f0a01")
OTHER_ADVISER = UUID("c2a7e1f0-1111-4222-8333-444455556666")
INTAKE = uuid4()
OTHER_INTAKE = uuid4()
REFERRAL = uuid4()
"""Of the other intake; it has ended."""
MOMENT = "2026-11-30 09:00:00.000000"

ROWS: dict[str, dict[str, Any]] = {
    "adviser": {"name": "Anna", "demo": False, "feed_generation": 0},
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
        "answers": True,
        "handed": "by_hand",
        "created_at": MOMENT,
    },
    "referral_change": {
        "at": MOMENT,
        "previous": "proposed",
        "status": "sent",
        "party": "adviser",
    },
    "outcome_change": {"at": MOMENT, "outcome": "guidance", "reason": "worker_prefers"},
    "desk": {
        "name": "A desk",
        "organisation": "A fund",
        "channel": "telephone",
        "telephone": "070 123 45 67",
        "languages": "[]",
        "regions": "[]",
        "provisions": "[]",
        "answer_within": 5,
        "active": True,
        "demo": True,
        "version": 1,
        "changed_at": MOMENT,
    },
    "outbox_message": {
        "position": 1,
        "recipient": "desk:1",
        "kind": "hand_over",
        "facts": "{}",
        "status": "pending",
        "attempts": 0,
        "due_at": MOMENT,
        "give_up_at": MOMENT,
        "created_at": MOMENT,
    },
    "subscription": {
        "region": REGION,
        "url": "https://hooks.example/gids",
        "status": "active",
        "generation": 1,
        "created_at": MOMENT,
    },
    "guidance_session": {
        "number": 1,
        "status": "waiting",
        "sequence": 0,
        "created_at": MOMENT,
    },
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
    "catalogue_change": {
        "number": 1_000_000,
        "at": MOMENT,
        "version": 1,
        "type": "added",
        "kind": "provision",
        "record_id": "rijk-loopbaanscan",
    },
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


ON_SQLITE = {
    "uq_guidance_session_intake_id_number": "guidance_session.intake_id, guidance_session.number",
    "uq_referral_intake_id_provision_id": "referral.intake_id, referral.provision_id",
    "uq_intake_log_pseudonym": "intake.log_pseudonym",
    "pk_catalogue_state": "catalogue_state.id",
    "uq_consent_intake_id_invitations": "consent.intake_id",
    "uq_outbox_message_id": "outbox_message.id",
    "pk_outbox_message": "outbox_message.position",
    "fk_guidance_session_intake_id": "FOREIGN KEY constraint",
    "fk_session_log_entry_region": "FOREIGN KEY constraint",
}
"""What SQLite says where it does not name the constraint."""


@contextmanager
def refused(connection: sa.Connection, by: str) -> Iterator[None]:
    """Expect that this one constraint says no, and go on as before."""
    with pytest.raises(IntegrityError) as caught, connection.begin_nested():
        yield
    said = constraint_name(caught.value)
    if connection.dialect.name == "sqlite":
        assert said.startswith(ON_SQLITE.get(by, by))
    else:
        assert said == by
