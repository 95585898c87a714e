"""Intakes, and how their outcome changed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import Outcome, OutcomeReason, Purpose
from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import secured


class Intake(SQLModel, table=True):
    """One intake: what it is recognised, planned and counted by, and the rest sealed.

    `content` holds what was said and what the rule found, sealed with the person's own key.
    `holder_id` is the adviser who holds it; without one it waits in its organisation.
    `log_pseudonym` is the only trace of an intake in the session log. Retention counts from
    `touched_at`, the last time anything changed.
    """

    __tablename__ = "intake"
    __table_args__ = (
        sa.Index("ix_intake_holder_id_created_at", "holder_id", "created_at"),
        sa.Index("ix_intake_organisation_created_at", "organisation", "created_at"),
        sa.Index("ix_intake_region", "region"),
        sa.Index("ix_intake_touched_at", "touched_at"),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    log_pseudonym: UUID = Field(sa_column=sa.Column(sa.Uuid, nullable=False, unique=True))
    created_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    touched_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    holder_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=True)
    )
    organisation: str | None = Field(default=None, max_length=120)
    region: str | None = Field(default=None, max_length=4)
    outcome: Outcome = Field(sa_column=enum_column(Outcome, "outcome"))
    purpose: Purpose = Field(sa_column=enum_column(Purpose, "purpose"))
    origin_sector: str | None = Field(default=None, max_length=120)
    target_sector: str | None = Field(default=None, max_length=120)
    modes: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    not_before: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))
    content: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))
    closed_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))


guard(Intake, postgresql=secured("intake"), sqlite=())


class OutcomeChange(SQLModel, table=True):
    """The outcome of an intake changed: by an adviser (`adviser_id`), or as referrals ended."""

    __tablename__ = "outcome_change"

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    intake_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("intake.id"), nullable=False, index=True)
    )
    at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    outcome: Outcome = Field(sa_column=enum_column(Outcome, "outcome"))
    reason: OutcomeReason = Field(sa_column=enum_column(OutcomeReason, "reason"))
    adviser_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=True)
    )
    note: bytes | None = Field(default=None, sa_column=sa.Column(sa.LargeBinary, nullable=True))


guard(OutcomeChange, postgresql=secured("outcome_change"), sqlite=())
