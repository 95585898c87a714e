"""The audit log as people read it: who did what, to which intake, and why.

Whether it is what was written is another question, which app/services/audit.py answers.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import AuditEntry

BATCH = 1000


def entries(
    session: Session,
    *,
    intake_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[AuditEntry]:
    """Yield the entries from a moment up to another, of one intake or of all, in their order.

    The session must see every region. Only some of them are in memory at once.
    """
    statement = select(AuditEntry).order_by(col(AuditEntry.number))
    if intake_id is not None:
        statement = statement.where(col(AuditEntry.intake_id) == intake_id)
    if since is not None:
        statement = statement.where(col(AuditEntry.at) >= since)
    if until is not None:
        statement = statement.where(col(AuditEntry.at) < until)
    with session.scalars(statement, execution_options={"yield_per": BATCH}) as found:
        yield from found
