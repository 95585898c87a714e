"""Keys of chatbots: what is stored tells who shows one, and never what it is."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.models.base import Moment

DIGEST_BYTES = 32
"""Of SHA-256. A key is 256 random bits, so nothing slower is needed against guessing."""

LONGEST_KEY_NAME = 80
_NOT_REVOKED = sa.text("revoked_at IS NULL")


class ApiKey(SQLModel, table=True):
    """A key that was handed out; a revoked one stays, so that the audit log keeps its meaning."""

    __tablename__ = "api_key"
    __table_args__ = (
        sa.CheckConstraint(f"length(digest) = {DIGEST_BYTES}", name="digest_length"),
        sa.CheckConstraint("revoked_at >= created_at", name="created_before_revoked"),
        sa.Index(
            "uq_api_key_name",
            "name",
            unique=True,
            postgresql_where=_NOT_REVOKED,
            sqlite_where=_NOT_REVOKED,
        ),
    )

    id: UUID = Field(sa_column=sa.Column(sa.Uuid, primary_key=True))
    name: str = Field(max_length=LONGEST_KEY_NAME)
    digest: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False, unique=True))
    created_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=sa.Column(Moment, nullable=True))
    last_used_on: date | None = None
