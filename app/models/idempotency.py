"""Answers kept for a day, so that a request sent twice has one effect."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import Moment
from app.models.guards import guard
from app.models.row_security import secured


class KeptAnswer(SQLModel, table=True):
    """The answer given under an Idempotency-Key; its row is written with the effect itself.

    Keys of different callers are different keys. `body` is sealed with the person's own key, and
    gone when the person is; the row stays until it expires, so that nothing is done twice.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (sa.Index("ix_kept_answer_expires_at", "expires_at"),)

    caller_id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    operation: str = Field(sa_column=sa.Column(sa.String(80), primary_key=True))
    key: str = Field(sa_column=sa.Column(sa.String(255), primary_key=True))
    fingerprint: str = Field(max_length=64)
    expires_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    status: int | None = None
    location: str | None = Field(default=None, max_length=200)
    intake_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, nullable=True, index=True)
    )
    body: bytes | None = Field(default=None, sa_column=sa.Column(sa.LargeBinary, nullable=True))


guard(KeptAnswer, postgresql=secured("kept_answer"), sqlite=())
