"""The processing log, as Logboek Dataverwerkingen 1.0.0 has it: what was done to whose data.

Not the audit log (who did it) and not the session log (what a werkcentrum reads).
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import secured


class ProcessingStatus(StrEnum):
    """How an action ended; the standard's own words (Logboek Dataverwerkingen, Interface)."""

    unset = "Unset"
    ok = "Ok"
    error = "Error"


class ProcessingEntry(SQLModel, table=True):
    """One action on the data of one person. Who did it stands elsewhere (2.3.4)."""

    __tablename__ = "processing_entry"
    __table_args__ = (
        sa.CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        sa.Index("ix_processing_entry_started_at", "started_at"),
        sa.Index("ix_processing_entry_data_subject_id", "data_subject_id"),
    )

    span_id: str = Field(sa_column=sa.Column(sa.String(16), primary_key=True))
    trace_id: str = Field(max_length=32)
    parent_span_id: str | None = Field(default=None, max_length=16)
    name: str = Field(max_length=80)
    started_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    ended_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    status: ProcessingStatus = Field(sa_column=enum_column(ProcessingStatus, "status"))
    activity: str = Field(max_length=300)
    data_subject_id: str | None = Field(default=None, max_length=64)
    data_subject_id_type: str | None = Field(default=None, max_length=200)


UNCHANGED = "ck_processing_entry_unchanged"

POSTGRESQL = (
    *secured("processing_entry"),
    (
        "CREATE FUNCTION processing_entry_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION '{UNCHANGED}'"
        f" USING ERRCODE = '23514', CONSTRAINT = '{UNCHANGED}'; END $$"
    ),
    (
        f"CREATE TRIGGER {UNCHANGED} BEFORE UPDATE ON processing_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION processing_entry_unchanged()"
    ),
)
SQLITE = (
    (
        f"CREATE TRIGGER {UNCHANGED} BEFORE UPDATE ON processing_entry"
        f" BEGIN SELECT RAISE(ABORT, '{UNCHANGED}'); END"
    ),
)
"""What is old may go (retention), but nothing is ever told otherwise."""

guard(ProcessingEntry, postgresql=POSTGRESQL, sqlite=SQLITE)
