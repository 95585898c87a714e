"""Union advisers and when they are there."""

from datetime import date, time
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import Mode
from app.models.base import enum_column


class Adviser(SQLModel, table=True):
    """A union adviser who holds guidance sessions; `demo` marks one who does not exist.

    The address of their calendar feed follows from `feed_generation`. They have none when it is 0,
    and none any longer when it is below: an address that ended never comes back. That of a
    login does not take the place of an `email` that was imported.
    """

    __tablename__ = "adviser"

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    name: str = Field(max_length=120)
    demo: bool = False
    email: str | None = Field(default=None, max_length=254)
    email_imported: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    feed_generation: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class AvailabilityWindow(SQLModel, table=True):
    """Weekly hours of an adviser in a region and mode, in Dutch wall time."""

    __tablename__ = "availability_window"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        sa.CheckConstraint("starts < ends", name="starts_before_ends"),
        sa.CheckConstraint("valid_from <= valid_until", name="valid_in_order"),
        sa.Index("ix_availability_window_region", "region"),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    adviser_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=False, index=True)
    )
    region: str = Field(max_length=4)
    mode: Mode = Field(sa_column=enum_column(Mode, "mode"))
    weekday: int
    starts: time
    ends: time
    valid_from: date | None = None
    valid_until: date | None = None


class AvailabilityException(SQLModel, table=True):
    """One day on which an adviser is away, or there at other hours than the weekly ones."""

    __tablename__ = "availability_exception"
    __table_args__ = (
        sa.CheckConstraint("starts < ends", name="starts_before_ends"),
        sa.CheckConstraint("(starts IS NULL) = (ends IS NULL)", name="both_or_no_hours"),
        sa.CheckConstraint(
            "NOT available OR (starts IS NOT NULL AND region IS NOT NULL AND mode IS NOT NULL)",
            name="extra_hours_are_whole",
        ),
        sa.CheckConstraint(
            "available OR (region IS NULL AND mode IS NULL)", name="absence_is_everywhere"
        ),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    adviser_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("adviser.id"), nullable=False, index=True)
    )
    on_date: date
    available: bool
    starts: time | None = None
    ends: time | None = None
    region: str | None = Field(default=None, max_length=4)
    mode: Mode | None = Field(default=None, sa_column=enum_column(Mode, "mode", nullable=True))
