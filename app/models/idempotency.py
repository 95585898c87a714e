"""Answers kept for a day, so that a request sent twice has one effect."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import Moment


class KeptAnswer(SQLModel, table=True):
    """The answer given under an Idempotency-Key; its row is written with the effect itself."""

    __tablename__ = "kept_answer"
    __table_args__ = (sa.Index("ix_kept_answer_expires_at", "expires_at"),)

    operation: str = Field(sa_column=sa.Column(sa.String(80), primary_key=True))
    key: str = Field(sa_column=sa.Column(sa.String(255), primary_key=True))
    fingerprint: str = Field(max_length=64)
    expires_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    status: int | None = None
    location: str | None = Field(default=None, max_length=200)
    body: str | None = Field(default=None, sa_column=sa.Column(sa.Text, nullable=True))
