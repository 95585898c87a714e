"""The session log: append-only, numbered without gaps per region, no person in it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import LogEntryType, Mode, Outcome, Purpose
from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import ONE_REGION, secured


class SessionLogCounter(SQLModel, table=True):
    """The last number given out in a region; its row is also the region's lock."""

    __tablename__ = "session_log_counter"
    __table_args__ = (sa.CheckConstraint("last_number >= 0", name="not_negative"),)

    region: str = Field(sa_column=sa.Column(sa.String(4), primary_key=True))
    last_number: int


class SessionLogEntry(SQLModel, table=True):
    """One thing that happened. Only codes: no free text, no person, no moment of a session."""

    __tablename__ = "session_log_entry"
    __table_args__ = (
        sa.CheckConstraint("number >= 1", name="from_one"),
        sa.Index("ix_session_log_entry_intake_pseudonym", "intake_pseudonym"),
        sa.Index(
            "ix_session_log_entry_referral",
            "region",
            "intake_pseudonym",
            "provision_id",
            "number",
            sqlite_where=sa.text("provision_id IS NOT NULL"),
            postgresql_where=sa.text("provision_id IS NOT NULL"),
        ),
    )

    region: str = Field(
        sa_column=sa.Column(
            sa.String(4), sa.ForeignKey("session_log_counter.region"), primary_key=True
        )
    )
    number: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    type: LogEntryType = Field(sa_column=enum_column(LogEntryType, "type"))
    intake_pseudonym: UUID = Field(sa_column=sa.Column(sa.Uuid, nullable=False))
    outcome: Outcome | None = Field(
        default=None, sa_column=enum_column(Outcome, "outcome", nullable=True)
    )
    purpose: Purpose | None = Field(
        default=None, sa_column=enum_column(Purpose, "purpose", nullable=True)
    )
    origin_sector: str | None = Field(default=None, max_length=120)
    target_sector: str | None = Field(default=None, max_length=120)
    session_number: int | None = None
    mode: Mode | None = Field(default=None, sa_column=enum_column(Mode, "mode", nullable=True))
    provision_id: str | None = Field(default=None, max_length=120)
    reason: str | None = Field(default=None, max_length=40)


GAPLESS = "ck_session_log_entry_gapless"
APPEND_ONLY = "ck_session_log_entry_append_only"
NEXT_NUMBER = (
    "(SELECT COALESCE(MAX(number), 0) + 1 FROM session_log_entry WHERE region = NEW.region)"
)

guard(SessionLogCounter, postgresql=secured("session_log_counter", shown=ONE_REGION), sqlite=())
guard(
    SessionLogEntry,
    postgresql=(
        *secured("session_log_entry", shown=ONE_REGION),
        (
            "CREATE FUNCTION session_log_entry_gapless() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN IF NEW.number <> {NEXT_NUMBER} THEN"
            f" RAISE EXCEPTION '{GAPLESS}' USING ERRCODE = '23514', CONSTRAINT = '{GAPLESS}';"
            " END IF; RETURN NEW; END $$"
        ),
        (
            f"CREATE TRIGGER {GAPLESS} BEFORE INSERT ON session_log_entry"
            " FOR EACH ROW EXECUTE FUNCTION session_log_entry_gapless()"
        ),
        (
            "CREATE FUNCTION session_log_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN RAISE EXCEPTION '{APPEND_ONLY}'"
            f" USING ERRCODE = '23514', CONSTRAINT = '{APPEND_ONLY}'; END $$"
        ),
        (
            f"CREATE TRIGGER {APPEND_ONLY} BEFORE UPDATE OR DELETE OR TRUNCATE ON session_log_entry"
            " FOR EACH STATEMENT EXECUTE FUNCTION session_log_entry_append_only()"
        ),
    ),
    sqlite=(
        (
            f"CREATE TRIGGER {GAPLESS} BEFORE INSERT ON session_log_entry"
            f" WHEN NEW.number <> {NEXT_NUMBER} BEGIN SELECT RAISE(ABORT, '{GAPLESS}'); END"
        ),
        (
            f"CREATE TRIGGER {APPEND_ONLY}_update BEFORE UPDATE ON session_log_entry"
            f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        ),
        (
            f"CREATE TRIGGER {APPEND_ONLY}_delete BEFORE DELETE ON session_log_entry"
            f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        ),
    ),
)
