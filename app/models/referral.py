"""Warm referrals, and how they went on."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.referrals import OPEN, Due
from app.domain.terms import HandedBy, Party, ReferralReason, ReferralStatus, Side, Verdict
from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import secured

IS_OPEN = f"status IN ({', '.join(repr(status.value) for status in OPEN)})"


class Referral(SQLModel, table=True):
    """A warm referral to one provision, with the verdict of the day it was made.

    `content` holds the reasons and what is to be confirmed, sealed with the person's own key.
    `answers` tells that it answers the question, and so stands in the place of sessions.
    `consent_id` is the consent it was handed over by; a later one tells this desk nothing.
    `due_at` is when `due` happens if nobody does anything before.
    """

    __tablename__ = "referral"
    __table_args__ = (
        sa.CheckConstraint("(due IS NULL) = (due_at IS NULL)", name="due_at_a_moment"),
        sa.CheckConstraint("handed <> 'desk' OR desk_id IS NOT NULL", name="desk_is_named"),
        sa.Index(
            "uq_referral_intake_id_provision_id",
            "intake_id",
            "provision_id",
            unique=True,
            sqlite_where=sa.text(IS_OPEN),
            postgresql_where=sa.text(IS_OPEN),
        ),
        sa.Index("ix_referral_intake_id", "intake_id"),
        sa.Index("ix_referral_desk_id", "desk_id"),
        sa.Index("ix_referral_consent_id", "consent_id"),
        sa.Index("ix_referral_due_at", "due_at"),
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
    answers: bool
    content: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))
    status: ReferralStatus = Field(sa_column=enum_column(ReferralStatus, "status"))
    handed: HandedBy = Field(sa_column=enum_column(HandedBy, "handed"))
    desk_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, sa.ForeignKey("desk.id"), nullable=True)
    )
    consent_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, sa.ForeignKey("consent.id"), nullable=True)
    )
    created_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    answer_by: date | None = None
    due: Due | None = Field(default=None, sa_column=enum_column(Due, "due", nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))
    escalated_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))


class ReferralChange(SQLModel, table=True):
    """One step in the life of a referral: who said it, and why; `note` is sealed."""

    __tablename__ = "referral_change"

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    referral_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("referral.id"), nullable=False, index=True)
    )
    intake_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("intake.id"), nullable=False, index=True)
    )
    at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    previous: ReferralStatus = Field(sa_column=enum_column(ReferralStatus, "previous"))
    status: ReferralStatus = Field(sa_column=enum_column(ReferralStatus, "status"))
    party: Party = Field(sa_column=enum_column(Party, "party"))
    adviser_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=True)
    )
    reason: ReferralReason | None = Field(
        default=None, sa_column=enum_column(ReferralReason, "reason", nullable=True)
    )
    answer_by: date | None = None
    note: bytes | None = Field(default=None, sa_column=sa.Column(sa.LargeBinary, nullable=True))


guard(Referral, postgresql=secured("referral"), sqlite=())
guard(ReferralChange, postgresql=secured("referral_change"), sqlite=())
