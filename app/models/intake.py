"""Intakes, and the warm referrals they lead to."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import Outcome, Purpose, ReferralStatus, Side, Verdict
from app.models.base import Moment, enum_column


class Intake(SQLModel, table=True):
    """One intake: what was answered, and what the rule said of it.

    `answers` is what was said, `finding` what the rule found; both are read as a whole and never
    searched. `log_pseudonym` is the only trace of an intake in the session log.
    """

    __tablename__ = "intake"
    __table_args__ = (
        sa.Index("ix_intake_created_at_id", "created_at", "id"),
        sa.Index("ix_intake_region_created_at", "region", "created_at"),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    log_pseudonym: UUID = Field(sa_column=sa.Column(sa.Uuid, nullable=False, unique=True))
    created_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    region: str | None = Field(default=None, max_length=4)
    outcome: Outcome = Field(sa_column=enum_column(Outcome, "outcome"))
    purpose: Purpose = Field(sa_column=enum_column(Purpose, "purpose"))
    answers: dict[str, Any] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    finding: dict[str, Any] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    motivation: str | None = Field(default=None, max_length=2000)
    closed_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))


class Referral(SQLModel, table=True):
    """A warm referral to one provision, with the verdict of the day it was made."""

    __tablename__ = "referral"
    __table_args__ = (
        sa.UniqueConstraint("intake_id", "provision_id", name="uq_referral_intake_id_provision_id"),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    intake_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("intake.id"), nullable=False)
    )
    provision_id: str = Field(max_length=120)
    rank: int
    name: str = Field(max_length=200)
    provider: str | None = Field(default=None, max_length=200)
    receiver: str | None = Field(default=None, max_length=200)
    via_employer: bool
    side: Side | None = Field(default=None, sa_column=enum_column(Side, "side", nullable=True))
    services: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    verdict: Verdict = Field(sa_column=enum_column(Verdict, "verdict"))
    reasons: list[dict[str, str]] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    to_confirm: list[dict[str, str]] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    status: ReferralStatus = Field(sa_column=enum_column(ReferralStatus, "status"))
    created_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
