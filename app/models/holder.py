"""Who held an intake before, and why it went to somebody else."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import HolderReason
from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import secured


class HolderChange(SQLModel, table=True):
    """One change of holder; none at either end means: it waited in its organisation."""

    __tablename__ = "holder_change"
    __table_args__ = (
        sa.Index("ix_holder_change_intake_id", "intake_id"),
        sa.Index("ix_holder_change_previous_id_at", "previous_id", "at"),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    intake_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("intake.id"), nullable=False)
    )
    at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    previous_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=True)
    )
    holder_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=True)
    )
    reason: HolderReason = Field(sa_column=enum_column(HolderReason, "reason"))
    note: bytes | None = Field(default=None, sa_column=sa.Column(sa.LargeBinary, nullable=True))


guard(HolderChange, postgresql=secured("holder_change"), sqlite=())
