"""Receiving desks: who stands at the other end of a provision, and how to reach them."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import DeskChannel
from app.models.base import Moment, enum_column

LONGEST_ANSWER = 20


class Desk(SQLModel, table=True):
    """A desk that receives workers for the provisions it names; `demo` marks one that is not real.

    Without `regions` it serves the whole country, without `capacity` as many as come.
    `answer_within` is in working days.
    """

    __tablename__ = "desk"
    __table_args__ = (
        sa.CheckConstraint("capacity >= 1", name="capacity"),
        sa.CheckConstraint(f"answer_within BETWEEN 1 AND {LONGEST_ANSWER}", name="answer_within"),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.CheckConstraint(
            "(channel = 'email' AND email IS NOT NULL)"
            " OR (channel = 'webhook' AND webhook_url IS NOT NULL)"
            " OR (channel = 'telephone' AND telephone IS NOT NULL)",
            name="channel_has_its_address",
        ),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    name: str = Field(max_length=200)
    organisation: str = Field(max_length=200)
    channel: DeskChannel = Field(sa_column=enum_column(DeskChannel, "channel"))
    email: str | None = Field(default=None, max_length=254)
    webhook_url: str | None = Field(default=None, max_length=500)
    telephone: str | None = Field(default=None, max_length=40)
    opening: str | None = Field(default=None, max_length=200)
    capacity: int | None = None
    languages: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    regions: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    provisions: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    answer_within: int
    verified_on: date | None = None
    verified_by: str | None = Field(default=None, max_length=120)
    active: bool
    demo: bool
    version: int
    changed_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
