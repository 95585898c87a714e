"""What a worker consented to, per recipient."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import ConsentPurpose
from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import secured

INVITATIONS_HOLD = "purpose = 'invitations' AND withdrawn_at IS NULL"


class Consent(SQLModel, table=True):
    """Consent to hand data to the desk of one provision, or to be written to (AVG, art. 7)."""

    __tablename__ = "consent"
    __table_args__ = (
        sa.CheckConstraint("withdrawn_at >= given_at", name="given_before_withdrawn"),
        sa.CheckConstraint(
            "(purpose = 'hand_over') = (provision_id IS NOT NULL)", name="hand_over_to_a_provision"
        ),
        sa.Index("ix_consent_intake_id", "intake_id"),
        sa.Index(
            "uq_consent_intake_id_provision_id",
            "intake_id",
            "provision_id",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
        sa.Index(
            "uq_consent_intake_id_invitations",
            "intake_id",
            unique=True,
            sqlite_where=sa.text(INVITATIONS_HOLD),
            postgresql_where=sa.text(INVITATIONS_HOLD),
        ),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    intake_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("intake.id"), nullable=False)
    )
    provision_id: str | None = Field(default=None, max_length=120)
    recipient: str = Field(max_length=200)
    data: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    purpose: ConsentPurpose = Field(sa_column=enum_column(ConsentPurpose, "purpose"))
    text_version: str = Field(max_length=20)
    given_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    withdrawn_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))


guard(Consent, postgresql=secured("consent"), sqlite=())
