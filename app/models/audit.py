"""The audit log: who did what to whose intake and why; append-only, each entry chained on."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from app.domain.terms import Action
from app.models.base import Moment, enum_column
from app.models.guards import guard
from app.models.row_security import secured

HASH_BYTES = 32
"""Of SHA-256, and of HMAC-SHA256."""


class AuditHead(SQLModel, table=True):
    """The last entry, signed; its one row is also the lock of the log."""

    __tablename__ = "audit_head"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="one_row"),
        sa.CheckConstraint("number >= 0", name="not_negative"),
        sa.CheckConstraint(f"length(hash) = {HASH_BYTES}", name="hash_length"),
        sa.CheckConstraint(f"length(signature) = {HASH_BYTES}", name="signature_length"),
    )

    id: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    number: int
    hash: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))
    signature: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))
    at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))


class AuditEntry(SQLModel, table=True):
    """One deed of one caller. `intake_id` is no foreign key: the entry outlives the intake."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.CheckConstraint("number >= 1", name="from_one"),
        sa.CheckConstraint(f"length(hash) = {HASH_BYTES}", name="hash_length"),
    )

    number: int = Field(sa_column=sa.Column(sa.Integer, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=sa.Column(Moment, nullable=False))
    actor: str = Field(max_length=600)
    roles: str = Field(max_length=200)
    action: Action = Field(sa_column=enum_column(Action, "action"))
    intake_id: UUID | None = Field(default=None, sa_column=sa.Column(sa.Uuid, nullable=True))
    reason: str | None = Field(default=None, max_length=40)
    hash: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))


GAPLESS = "ck_audit_entry_gapless"
APPEND_ONLY = "ck_audit_entry_append_only"
NEXT_NUMBER = "(SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry)"

HEAD_POSTGRESQL = secured("audit_head")
ENTRY_POSTGRESQL = (
    *secured("audit_entry"),
    (
        "CREATE FUNCTION audit_entry_gapless() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF NEW.number <> {NEXT_NUMBER} THEN"
        f" RAISE EXCEPTION '{GAPLESS}' USING ERRCODE = '23514', CONSTRAINT = '{GAPLESS}';"
        " END IF; RETURN NEW; END $$"
    ),
    (
        f"CREATE TRIGGER {GAPLESS} BEFORE INSERT ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION audit_entry_gapless()"
    ),
    (
        "CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN RAISE EXCEPTION '{APPEND_ONLY}'"
        f" USING ERRCODE = '23514', CONSTRAINT = '{APPEND_ONLY}'; END $$"
    ),
    (
        f"CREATE TRIGGER {APPEND_ONLY} BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_append_only()"
    ),
)
ENTRY_SQLITE = (
    (
        f"CREATE TRIGGER {GAPLESS} BEFORE INSERT ON audit_entry"
        f" WHEN NEW.number <> {NEXT_NUMBER} BEGIN SELECT RAISE(ABORT, '{GAPLESS}'); END"
    ),
    (
        f"CREATE TRIGGER {APPEND_ONLY}_update BEFORE UPDATE ON audit_entry"
        f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    ),
    (
        f"CREATE TRIGGER {APPEND_ONLY}_delete BEFORE DELETE ON audit_entry"
        f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
    ),
)

guard(AuditHead, postgresql=HEAD_POSTGRESQL, sqlite=())
guard(AuditEntry, postgresql=ENTRY_POSTGRESQL, sqlite=ENTRY_SQLITE)
