"""The outbox: every effect outside the database, stored with what it follows from."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import EffectKind, EffectStatus
from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import ONE_REGION, secured

_PENDING = sa.text("status = 'pending'")


class OutboxMessage(SQLModel, table=True):
    """One effect. `position` is the order of all, and of each `recipient` the order of delivery.

    `facts` are ids and codes: what is sent is made from them when it is sent. `leased_until` says
    that somebody is delivering it, `attempts` counts from when that begins. After `give_up_at` it
    is tried no more. `region` is set for what a werkcentrum gets.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.CheckConstraint("attempts >= 0", name="attempts"),
        sa.CheckConstraint("(status = 'pending') = (ended_at IS NULL)", name="ended_at_a_moment"),
        sa.Index(
            "ix_outbox_message_pending_recipient",
            "recipient",
            "position",
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        sa.Index("ix_outbox_message_recipient", "recipient", "position"),
    )

    position: int = Field(sa_column=sa.Column(sa.BigInteger, primary_key=True, autoincrement=False))
    id: UUID = Field(sa_column=sa.Column(sa.Uuid, nullable=False, unique=True))
    recipient: str = Field(max_length=80)
    kind: EffectKind = Field(sa_column=enum_column(EffectKind, "kind"))
    region: str | None = Field(default=None, max_length=4)
    intake_id: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, nullable=True, index=True)
    )
    facts: dict[str, Any] = Field(sa_column=sa.Column(sa.JSON, nullable=False))
    status: EffectStatus = Field(sa_column=enum_column(EffectStatus, "status"))
    attempts: int
    due_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    give_up_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    leased_until: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))
    fault: str | None = Field(default=None, max_length=40)
    created_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))


guard(OutboxMessage, postgresql=secured("outbox_message", shown=ONE_REGION), sqlite=())
