"""All there is to compare: what is stored, and what clients were told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.errors import NotFound
from app.models import (
    AuditEntry,
    GuidanceSession,
    HolderChange,
    Intake,
    KeptAnswer,
    ProcessingEntry,
    Referral,
    SessionLogCounter,
    SessionLogEntry,
)
from app.services.audit import Broken, Verified, verify
from app.services.sealed import cipher_of, open_content
from app.vault import Vault, VaultError
from tests.crash.crowd import Deed


@dataclass
class Books:
    """All that is stored, what clients were told, and what they and the server saw.

    `asked` says how many sessions were asked, of every intake that opens.
    """

    vault: Vault
    intakes: dict[UUID, Intake]
    asked: dict[UUID, int]
    sessions: dict[UUID, GuidanceSession]
    referrals: list[Referral]
    changes: list[HolderChange]
    entries: list[SessionLogEntry]
    counters: dict[str, int]
    kept: list[KeptAnswer]
    trail: list[AuditEntry]
    verified: Verified | Broken
    processed: list[ProcessingEntry]
    journal: Sequence[Deed]
    seen: Mapping[str, list[Any]] = field(default_factory=dict)
    log: str = ""
    excused: Collection[int] = ()

    def done(self, kind: str) -> list[Deed]:
        """Give what was acknowledged."""
        return [deed for deed in self.journal if deed.kind == kind and deed.done]

    def referrals_of_checks(self) -> list[Referral]:
        """Give those that were made with their intake, and not added later."""
        made = {intake.id: intake.created_at for intake in self.intakes.values()}
        return [one for one in self.referrals if one.created_at == made.get(one.intake_id)]

    def intake_of(self, deed: Deed) -> UUID | None:
        """Say which intake a deed is about, if there is one."""
        match deed.path.split("/")[1:]:
            case ["intakes"]:
                return UUID(deed.answer["id"]) if deed.done else None
            case ["intakes", intake, _]:
                return UUID(intake)
            case ["sessions", session, _]:
                row = self.sessions.get(UUID(session))
                return row.intake_id if row else None
        raise ValueError(deed.path)


def read_books(database: Database, journal: Sequence[Deed], **seen: Any) -> Books:
    """Read everything, when nobody writes any more."""
    vault = Vault.of(Settings())
    with database.read(EVERY_REGION) as session:
        in_order = select(SessionLogEntry).order_by(
            col(SessionLogEntry.region), col(SessionLogEntry.number)
        )
        intakes = {one.id: one for one in session.exec(select(Intake))}
        asked = {one.id: _asked(session, vault, one) for one in intakes.values()}
        counters = session.exec(select(SessionLogCounter))
        return Books(
            vault=vault,
            intakes=intakes,
            asked={intake: count for intake, count in asked.items() if count is not None},
            sessions={one.id: one for one in session.exec(select(GuidanceSession))},
            referrals=list(session.exec(select(Referral))),
            changes=list(session.exec(select(HolderChange))),
            entries=list(session.exec(in_order)),
            counters={one.region: one.last_number for one in counters},
            kept=list(session.exec(select(KeptAnswer))),
            trail=list(session.exec(select(AuditEntry).order_by(col(AuditEntry.number)))),
            verified=verify(session, vault),
            processed=list(session.exec(select(ProcessingEntry))),
            journal=journal,
            **seen,
        )


def _asked(session: Session, vault: Vault, intake: Intake) -> int | None:
    try:
        answers = open_content(cipher_of(session, vault, intake.id), intake).answers
    except (NotFound, VaultError):
        return None
    asked: int = answers["scheduling"]["sessions"]
    return asked
