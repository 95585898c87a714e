"""Webhook subscriptions of werkcentra."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import SubscriptionStatus
from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import ONE_REGION, secured


class Subscription(SQLModel, table=True):
    """An address that is told what is added to the session log of a region.

    The secret follows from the id and `generation`; the one before it holds until `previous_until`.
    An ended one stays, to say why it ended.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        sa.CheckConstraint("generation >= 1", name="generation"),
        sa.CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="ended_at_a_moment"),
        sa.Index("ix_subscription_region", "region"),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    region: str = Field(max_length=4)
    url: str = Field(max_length=500)
    status: SubscriptionStatus = Field(sa_column=enum_column(SubscriptionStatus, "status"))
    generation: int
    previous_until: datetime | None = Field(
        default=None, sa_column=sa.Column(Moment, nullable=True)
    )
    created_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))


guard(Subscription, postgresql=secured("subscription", shown=ONE_REGION), sqlite=())
