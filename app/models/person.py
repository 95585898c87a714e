"""What is known of a person: the key to it, and how to reach them. All of it sealed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import Moment
from app.models.guards import guard
from app.models.row_security import secured


class PersonKey(SQLModel, table=True):
    """The key of one person, wrapped by a key outside the database; without it nothing opens."""

    __tablename__ = "person_key"
    __table_args__ = (sa.Index("ix_person_key_key_id", "key_id"),)

    intake_id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    """The intake, or the draft that may become it: the key is there first."""
    key_id: str = Field(max_length=40)
    wrapped: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))


class ContactDetails(SQLModel, table=True):
    """Name, telephone and e-mail, as far as the worker gave them, sealed as one document.

    `changed_at` tells details given anew from those that the erasure list says were removed.
    """

    __tablename__ = "contact_details"

    intake_id: UUID = Field(
        sa_column=sa.Column(sa.Uuid, sa.ForeignKey("intake.id"), primary_key=True)
    )
    content: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))
    changed_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))


guard(PersonKey, postgresql=secured("person_key"), sqlite=())
guard(ContactDetails, postgresql=secured("contact_details"), sqlite=())
