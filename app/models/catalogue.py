"""The catalogue as stored: reviewed records, and the version every process follows."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import CatalogueChangeType
from app.models.base import Moment, enum_column


class CatalogueRecord(SQLModel, table=True):
    """One reviewed record; what it means is decided by app.catalogue on reading."""

    __tablename__ = "catalogue_record"

    kind: str = Field(sa_column=sa.Column(sa.String(40), primary_key=True))
    id: str = Field(sa_column=sa.Column(sa.String(120), primary_key=True))
    position: int
    file: str = Field(max_length=200)
    document: dict[str, Any] = Field(sa_column=sa.Column(sa.JSON, nullable=False))


class CatalogueState(SQLModel, table=True):
    """One row: which version of the catalogue holds."""

    __tablename__ = "catalogue_state"
    __table_args__ = (sa.CheckConstraint("id = 1", name="single_row"),)

    id: int = Field(
        default=1, sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False)
    )
    version: int
    digest: str = Field(max_length=64)
    imported_at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))


class CatalogueChange(SQLModel, table=True):
    """One record that an import added, changed or removed; numbered over all imports."""

    __tablename__ = "catalogue_change"

    number: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    version: int
    type: CatalogueChangeType = Field(sa_column=enum_column(CatalogueChangeType, "type"))
    kind: str = Field(max_length=40)
    record_id: str = Field(max_length=120)
