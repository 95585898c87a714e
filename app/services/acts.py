"""One request, one transaction, one trail: who did what to whose data is stored with the deed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from app.db import Database
from app.domain.access import Caller
from app.domain.terms import NOT_TOUCHING, Action
from app.models import Intake
from app.services import audit, processing_log
from app.services.deeds import Deed
from app.services.processing_log import Trace
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Act:
    """What a use case works with: the transaction, who asks, when, and the keys."""

    session: Session
    caller: Caller
    now: datetime
    vault: Vault
    deeds: list[Deed] = field(default_factory=list)
    at_last: list[Callable[[], None]] = field(default_factory=list)
    """What cannot be rolled back, done when all else went well and only the commit remains."""

    def did(
        self,
        action: Action,
        *intakes: Intake,
        reason: str | None = None,
        touching: bool = True,
    ) -> None:
        """Remember what was done; it is written when the transaction ends well.

        Without `touching` a case stays as old as it was: nothing was done for the worker.
        """
        self.deeds.append(Deed(action, intakes, reason))
        if touching and action not in NOT_TOUCHING:
            for intake in intakes:
                intake.touched_at = self.now


@contextmanager
def acting(
    database: Database, caller: Caller, vault: Vault, trace: Trace, *, now: datetime
) -> Iterator[Act]:
    """Yield an act in one transaction, and write its trail last: the head is then held briefly.

    Raises:
        AuditHeadError: the audit log cannot tell of it; see app.services.audit.append.
        DatabaseBusyError: see app.db.Database.write.
        OSError: what was let go cannot be put on the erasure list.

    """
    with database.write(caller.sees) as session:
        act = Act(session, caller, now, vault)
        yield act
        if act.deeds:
            session.flush()
            processing_log.append(session, vault, trace, act.deeds, now=now)
            audit.append(session, vault, caller, act.deeds, now=now)
        for do in act.at_last:
            do()
