"""One request, one transaction, one trail: who did what to whose data is stored with the deed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.db import Database, show_every_region
from app.domain.access import Caller
from app.domain.terms import Action
from app.models import Intake, SessionLogEntry
from app.services import audit, outbox, processing_log
from app.services.deeds import Deed
from app.services.outbox import Effect
from app.services.processing_log import Trace
from app.vault import Vault

NOT_TOUCHING = frozenset(
    {
        Action.intake_read,
        Action.intakes_listed,
        Action.personal_data_read,
        Action.contact_details_expired,
        Action.intake_erased,
        Action.intake_expired,
        Action.hand_over_delivered,
        Action.hand_over_read,
        Action.invitation_delivered,
    }
)
"""Actions after which a case is as old as it was: reading it, and letting data of it go."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a use case works with: the transaction, who asks, when, and the keys."""

    session: Session
    caller: Caller
    now: datetime
    vault: Vault
    deeds: list[Deed] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    """What is to be done outside the database once this is committed."""
    told: list[SessionLogEntry] = field(default_factory=list)
    """What was written in session logs; subscriptions hear of it."""
    at_last: list[Callable[[], None]] = field(default_factory=list)
    """What cannot be rolled back, or may wait for nobody: done when only the commit remains."""

    def did(
        self,
        action: Action,
        *intakes: Intake,
        reason: str | None = None,
        touching: bool = True,
        gone: UUID | None = None,
    ) -> None:
        """Remember what was done; it is written when the transaction ends well.

        Without `touching` a case stays as old as it was: nothing was done for the worker.
        `gone` is an intake that was erased since it was done, or a draft, which is none yet.
        """
        self.deeds.append(Deed(action, intakes, reason, gone))
        if touching and action not in NOT_TOUCHING:
            for intake in intakes:
                intake.touched_at = self.now


@contextmanager
def acting(
    database: Database,
    caller: Caller,
    vault: Vault,
    trace: Trace,
    *,
    now: datetime,
    region: str | None = None,
) -> Iterator[Act]:
    """Yield an act in one transaction, and write its trail last: the head is then held briefly.

    It is shown what its caller sees, or this one region; only its trail is of every region.

    Raises:
        AuditHeadError: the audit log cannot tell of it; see app.services.audit.append.
        DatabaseBusyError: see app.db.Database.write.
        OSError: what was let go cannot be put on the erasure list.

    """
    with database.write(region or caller.sees) as session:
        act = Act(session, caller, now, vault)
        yield act
        if act.deeds or act.effects or act.told:
            session.flush()
            show_every_region(session)
        # Before the head of the audit log is held, for which everybody waits: whoever told of a
        # region holds its lock, and so nobody begins or ends to listen to it meanwhile.
        wanted = [*act.effects, *outbox.heard(session, act.told)]
        if act.deeds:
            processing_log.append(session, vault, trace, act.deeds, now=now)
            audit.append(session, vault, caller, act.deeds, now=now)
        if wanted:
            # After the head of the audit log, which lets one transaction pass at a time: so the
            # order in the outbox is the order of the commits. Whoever told of deeds holds it.
            if not act.deeds:
                audit.wait_for_turn(session)
            outbox.put(session, wanted, now=now)
        for do in act.at_last:
            do()
