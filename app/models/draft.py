"""Drafts of intakes: what an adviser has written down and not sent yet."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import Moment
from app.models.guards import guard
from app.models.row_security import secured


class Draft(SQLModel, table=True):
    """One draft, sealed with the key of the person it is about; the intake gets its id and its key.

    `version` counts the times it was saved; whoever saves it again says which one they saw.
    """

    __tablename__ = "draft"
    __table_args__ = (
        sa.Index("ix_draft_adviser_id_saved_at", "adviser_id", "saved_at"),
        sa.Index("ix_draft_saved_at", "saved_at"),
        sa.CheckConstraint("version >= 1", name="version"),
    )

    id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("person_key.intake_id"), primary_key=True)
    )
    adviser_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=False)
    )
    """Who began it."""
    saved_by_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=False)
    )
    organisation: str | None = Field(default=None, max_length=120)
    version: int
    created_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    saved_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    content: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))


guard(Draft, postgresql=secured("draft"), sqlite=())
