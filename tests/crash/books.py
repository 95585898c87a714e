"""All there is to compare: what is stored, and what clients were told."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.errors import NotFound
from app.domain.terms import Action
from app.models import (
    AuditEntry,
    Consent,
    ContactDetails,
    GuidanceSession,
    HolderChange,
    Intake,
    KeptAnswer,
    OutboxMessage,
    OutcomeChange,
    ProcessingEntry,
    Referral,
    ReferralChange,
    SessionLogCounter,
    SessionLogEntry,
    Subscription,
    metadata,
)
from app.services import contact_details, erasure_list
from app.services.audit import Broken, Verified, verify
from app.services.sealed import cipher_of, open_content
from app.vault import Vault, VaultError
from tests.crash.deeds import Deed

STAYS_BEHIND = {"audit_entry", "kept_answer"}
"""What names an intake still when it was erased; of a kept answer, its key and nothing it said."""


@dataclass
class Books:
    """All that is stored, what clients were told, and what they and the server saw.

    `asked` says how many sessions were asked, of every intake that opens, and `reached` how a
    worker can be reached, None where that does not open. `left` says of which intakes there is
    anything, by table.
    """

    vault: Vault
    intakes: dict[UUID, Intake]
    asked: dict[UUID, int]
    sessions: dict[UUID, GuidanceSession]
    referrals: list[Referral]
    consents: dict[UUID, Consent]
    reached: dict[UUID, dict[str, Any] | None]
    left: dict[str, set[UUID]]
    erasures: frozenset[UUID]
    changes: list[HolderChange]
    entries: list[SessionLogEntry]
    counters: dict[str, int]
    steps: list[ReferralChange]
    outcomes: list[OutcomeChange]
    outbox: list[OutboxMessage]
    subscriptions: list[Subscription]
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

    @cached_property
    def erased(self) -> frozenset[UUID]:
        """Say who was erased, as the trail tells, which is written with the deed."""
        return frozenset(
            entry.intake_id
            for entry in self.trail
            if entry.action is Action.intake_erased and entry.intake_id
        )

    @cached_property
    def _intake_of_session(self) -> dict[UUID, UUID]:
        """Say whose a session is, also one that went with an erasure."""
        told = {row.id: row.intake_id for row in self.sessions.values()}
        for deed in (*self.done("intake"), *self.done("outcome")):
            told |= {UUID(one["id"]): _whose(deed) for one in deed.answer["sessions"]}
        for deed in self.done("book"):
            told[UUID(deed.answer["id"])] = UUID(deed.path.split("/")[2])
        return told

    @cached_property
    def _intake_of_referral(self) -> dict[UUID, UUID]:
        """Say of whom a referral is, also one that went with an erasure."""
        told = {row.id: row.intake_id for row in self.referrals}
        for deed in (*self.done("intake"), *self.done("outcome")):
            told |= {UUID(one["id"]): _whose(deed) for one in deed.answer["referrals"]}
        for deed in self.done("refer"):
            told[UUID(deed.answer["id"])] = UUID(deed.path.split("/")[2])
        return told

    def is_gone(self, deed: Deed) -> bool:
        """Tell whether a deed is about somebody who was erased."""
        return self.intake_of(deed) in self.erased

    def referrals_of_checks(self) -> list[Referral]:
        """Give those that were made with their intake, and not added later."""
        made = {intake.id: intake.created_at for intake in self.intakes.values()}
        return [one for one in self.referrals if one.created_at == made.get(one.intake_id)]

    @cached_property
    def decided_on(self) -> frozenset[UUID | None]:
        """Name the intakes of which the outcome was decided on anew, also those erased since."""
        asked = {self.intake_of(deed) for deed in self.journal if deed.kind == "outcome"}
        return frozenset(asked | {one.intake_id for one in self.outcomes})

    def came_with_an_outcome(self, row: Referral | GuidanceSession) -> bool:
        """Tell whether something was made because another outcome was decided on."""
        return (row.intake_id, row.created_at) in {(one.intake_id, one.at) for one in self.outcomes}

    def intake_of(self, deed: Deed) -> UUID | None:
        """Say which intake a deed is about, if there is one."""
        match deed.path.split("/")[1:]:
            case ["intakes"]:
                return UUID(deed.answer["id"]) if deed.done else None
            case ["intakes", intake, *_]:
                return UUID(intake)
            case ["sessions", session, _]:
                return self._intake_of_session.get(UUID(session))
            case ["referrals", referral, _]:
                return self._intake_of_referral.get(UUID(referral))
        raise ValueError(deed.path)


def _whose(deed: Deed) -> UUID:
    """Say of which intake an outcome is: a new one, or one that is named."""
    return UUID(deed.answer["id"] if deed.kind == "intake" else deed.path.split("/")[2])


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
            consents={one.id: one for one in session.exec(select(Consent))},
            reached={
                one.intake_id: _reached(session, vault, one)
                for one in session.exec(select(ContactDetails))
            },
            left=_left(session),
            erasures=frozenset(erasure_list.read(Settings().erasure_list).intakes),
            changes=list(session.exec(select(HolderChange))),
            entries=list(session.exec(in_order)),
            counters={one.region: one.last_number for one in counters},
            steps=list(session.exec(select(ReferralChange))),
            outcomes=list(session.exec(select(OutcomeChange).order_by(col(OutcomeChange.at)))),
            outbox=list(session.exec(select(OutboxMessage).order_by(col(OutboxMessage.position)))),
            subscriptions=list(session.exec(select(Subscription))),
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


def _reached(session: Session, vault: Vault, kept: ContactDetails) -> dict[str, Any] | None:
    try:
        cipher = cipher_of(session, vault, kept.intake_id)
        document = cipher.open(contact_details.PLACE, kept.intake_id, kept.content)
    except (NotFound, VaultError):
        return None
    return asdict(contact_details.Details(**json.loads(document)))


def _left(session: Session) -> dict[str, set[UUID]]:
    """Look through every table that names intakes, whatever the service thinks it has."""
    asked: dict[str, sa.Select[Any]] = {"intake": sa.select(col(Intake.id))}
    asked |= {
        name: sa.select(table.c.intake_id)
        for name, table in metadata.tables.items()
        if "intake_id" in table.c and name not in STAYS_BEHIND
    }
    said = sa.or_(col(KeptAnswer.body).is_not(None), col(KeptAnswer.location).is_not(None))
    asked["kept_answer"] = sa.select(col(KeptAnswer.intake_id)).where(said)
    return {name: set(session.scalars(statement)) for name, statement in asked.items()}
