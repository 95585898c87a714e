"""Bring a database to the schema of this release, and begin its audit log with it."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from app import migrate
from app.config import Settings
from app.db import opened
from app.services import audit
from app.vault import Vault, refuse_weak_keys

Say = Callable[[str], None]


def upgrade(settings: Settings, say: Say, *, now: datetime) -> int:
    """Bring the schema to that of this release; an audit log that does not exist yet begins.

    Raises:
        DatabaseBusyError: see app.db.Database.write.
        KeySettingError: the audit log begins, and outside demo mode its first head would be signed
            with a key that others know or could guess; the schema is as it was.
        SchemaError: the schema is of another release, most likely a newer one.

    """

    def begin_audit_log(connection: sa.Connection) -> None:
        if not settings.demo:
            refuse_weak_keys(settings)
        if audit.begin(connection, Vault.of(settings), now=now):
            say("the audit log begins, with a first head that is signed")

    with opened(settings) as database:
        migrate.upgrade(database, begin_audit_log)
    return 0
