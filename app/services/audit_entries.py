"""The audit log as people read it: who did what, to which intake, and why.

Whether it is what was written is another question, which app/services/audit.py answers.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.db import Database
from app.domain.access import EVERY_REGION
from app.models import AuditEntry
from app.services.audit import ENTRIES

BATCH = 1000


def entries(
    database: Database,
    *,
    intake_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[sa.Row[Any]]:
    """Yield the entries from a moment up to another, of one intake or of all, in their order.

    As they stand there, also what somebody put there past the service: `at` and `intake_id` are
    text as SQLite stores it (app/services/audit.py). Only some entries are in memory at once, and
    no transaction is open while they are read: a reader may take as long as they like.
    """
    statement = ENTRIES[database.engine.dialect.name].limit(BATCH)
    if intake_id is not None:
        statement = statement.where(col(AuditEntry.intake_id) == intake_id)
    if since is not None:
        statement = statement.where(col(AuditEntry.at) >= since)
    if until is not None:
        statement = statement.where(col(AuditEntry.at) < until)
    following = statement
    while True:
        with database.read(EVERY_REGION) as session:
            found = session.execute(following).all()
        yield from found
        if len(found) < BATCH:
            return
        following = statement.where(col(AuditEntry.number) > found[-1].number)
