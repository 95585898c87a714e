"""Guidance sessions, with the limits that always hold."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import Mode, SessionStatus
from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import secured

NO_PLACE = (
    "adviser_id IS NULL AND region IS NULL AND mode IS NULL"
    " AND starts_at IS NULL AND ends_at IS NULL"
)
A_PLACE = (
    "adviser_id IS NOT NULL AND region IS NOT NULL AND mode IS NOT NULL"
    " AND starts_at IS NOT NULL AND ends_at IS NOT NULL"
)
HOLDS_A_PLACE = "status IN ('planned', 'held', 'missed')"
NOT_REMINDED = "status = 'planned' AND reminded_at IS NULL"
ADVISER_OVERLAP = "ex_guidance_session_adviser_overlap"
INTAKE_OVERLAP = "ex_guidance_session_intake_overlap"
OVERLAPS = ((ADVISER_OVERLAP, "adviser_id"), (INTAKE_OVERLAP, "intake_id"))
"""Neither an adviser nor a worker has two sessions at once: the rule, and whose sessions."""


class GuidanceSession(SQLModel, table=True):
    """One of at most three conversations after the intake (Handreiking, bijlage 3, 3.e).

    `sequence` counts the changes of its place, as calendars want it (RFC 5545, 3.8.7.4), and
    `placed_at` is the moment of the last one.
    """

    __tablename__ = "guidance_session"
    __table_args__ = (
        sa.CheckConstraint("number BETWEEN 1 AND 3", name="at_most_three"),
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_ends"),
        sa.CheckConstraint("sequence >= 0", name="sequence"),
        sa.CheckConstraint(
            f"status = 'cancelled' OR (status = 'waiting' AND {NO_PLACE})"
            f" OR ({HOLDS_A_PLACE} AND {A_PLACE})",
            name="place_fits_status",
        ),
        sa.Index(
            "uq_guidance_session_intake_id_number",
            "intake_id",
            "number",
            unique=True,
            sqlite_where=sa.text("status <> 'cancelled'"),
            postgresql_where=sa.text("status <> 'cancelled'"),
        ),
        sa.Index("ix_guidance_session_intake_id", "intake_id"),
        sa.Index("ix_guidance_session_adviser_id_starts_at", "adviser_id", "starts_at"),
        sa.Index(
            "ix_guidance_session_waiting",
            "created_at",
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        ),
        sa.Index(
            "ix_guidance_session_not_reminded",
            "starts_at",
            sqlite_where=sa.text(NOT_REMINDED),
            postgresql_where=sa.text(NOT_REMINDED),
        ),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    intake_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("intake.id"), nullable=False)
    )
    number: int
    status: SessionStatus = Field(sa_column=enum_column(SessionStatus, "status"))
    adviser_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=True)
    )
    region: str | None = Field(default=None, max_length=4)
    mode: Mode | None = Field(default=None, sa_column=enum_column(Mode, "mode", nullable=True))
    starts_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))
    ends_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))
    created_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    sequence: int = 0
    reminded_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))
    placed_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))
    report: bytes | None = Field(default=None, sa_column=sa.Column(sa.LargeBinary, nullable=True))
    """What its adviser kept of it, sealed."""


guard(
    GuidanceSession,
    postgresql=(
        *secured("guidance_session"),
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        *(
            f"ALTER TABLE guidance_session ADD CONSTRAINT {name} EXCLUDE USING gist"
            f" ({whose} WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)"
            f" WHERE ({HOLDS_A_PLACE})"
            for name, whose in OVERLAPS
        ),
    ),
    sqlite=tuple(
        f"CREATE TRIGGER {name}_{moment.lower()} BEFORE {moment} ON guidance_session"
        f" WHEN NEW.{HOLDS_A_PLACE} AND EXISTS (SELECT 1 FROM guidance_session AS other"
        f" WHERE other.{whose} = NEW.{whose} AND other.id <> NEW.id AND other.{HOLDS_A_PLACE}"
        " AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at)"
        f" BEGIN SELECT RAISE(ABORT, '{name}'); END"
        for name, whose in OVERLAPS
        for moment in ("INSERT", "UPDATE")
    ),
)
