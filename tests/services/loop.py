"""The steps of a warm referral, from consent to where it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import col, select

from app.domain.access import DESK, EVERY_REGION
from app.domain.terms import (
    ContactData,
    DeskChannel,
    Employment,
    Outcome,
    OutcomeReason,
    Party,
    ReferralReason,
    ReferralStatus,
)
from app.models import Desk as DeskRow
from app.models import OutboxMessage, Referral
from app.services import consents, contact_details, referral_life
from app.services.acts import Act, acting
from app.services.contact_details import Details
from app.services.hand_over import answer_hand_over
from app.services.outcomes import Decision, decide
from app.services.processing_log import new_trace
from app.services.referral_due import run_due
from app.services.referral_steps import Step
from tests.services.desk import NOW, VAULT, Desk

S = ReferralStatus
CLEANER = {"origin_sector": "schoonmaak", "employment": Employment.employee}
CHECK = "schoonmaak-loopbaancheck"


def told(desk: DeskRow) -> bool:
    return desk.channel is DeskChannel.email


class Loop:
    """The steps of a referral, each in a transaction of its own."""

    def __init__(self, desk: Desk) -> None:
        self.at = desk
        self.intake = desk.intake(**CLEANER)

    def receiving(self, **changes: object) -> UUID:
        """Add a desk for the provision."""
        row: dict[str, Any] = {
            "id": uuid4(),
            "name": "Loket",
            "organisation": "Fonds",
            "channel": DeskChannel.email,
            "email": "loket@fonds.example",
            "languages": [],
            "regions": [],
            "provisions": [CHECK],
            "answer_within": 5,
            "active": True,
            "demo": True,
            "version": 1,
            "changed_at": NOW,
            **changes,
        }
        with self.at.database.write(EVERY_REGION) as session:
            session.add(DeskRow(**row))
        desk_id: UUID = row["id"]
        return desk_id

    def consent(self, *data: ContactData, recipient: str | None = None) -> UUID:
        """Let the worker consent to handing over."""
        with self.at.act() as act:
            contact_details.change(
                act, self.intake, Details("Noor", "06 12345678", "noor@voorbeeld.example")
            )
            consent, _ = consents.give(
                act,
                self.intake,
                CHECK,
                data=data or (ContactData.name,),
                text_version="2026-11",
                knowledge=self.at.knowledge,
                recipient=recipient,
            )
            return consent.id

    @property
    def referral(self) -> Referral:
        """Read the referral to the career check that was made last."""
        with self.at.database.read(EVERY_REGION) as session:
            newest = col(Referral.created_at).desc(), col(Referral.rank).desc()
            statement = select(Referral).where(
                col(Referral.intake_id) == self.intake, col(Referral.provision_id) == CHECK
            )
            return session.exec(statement.order_by(*newest)).first()  # type: ignore[return-value]

    def say(self, status: ReferralStatus, **more: object) -> Referral:
        """Let the adviser say how it goes on."""
        step = Step(status=status, party=Party.adviser, **more)  # type: ignore[arg-type]
        with self.at.act() as act:
            view = referral_life.change_status(act, self.referral.id, step, self.at.planning, told)
            return view.referral

    @contextmanager
    def at_the_desk(self) -> Iterator[Act]:
        """Act as whoever holds the link."""
        with acting(self.at.database, DESK, VAULT, new_trace(), now=self.at.now) as act:
            yield act

    def desk_says(
        self,
        status: ReferralStatus,
        *,
        reason: ReferralReason | None = None,
        answer_by: date | None = None,
        note: str | None = None,
    ) -> None:
        """Let the desk answer on its page."""
        with self.at_the_desk() as act:
            answer_hand_over(
                act,
                self.referral.id,
                status,
                self.at.planning,
                reason=reason,
                answer_by=answer_by,
                note=note,
            )

    def decide(self, outcome: Outcome, provision: str | None = None) -> None:
        """Let the adviser decide otherwise."""
        decision = Decision(
            outcome=outcome,
            reason=OutcomeReason.worker_prefers,
            note="Zij wil eerst praten",
            provision_id=provision,
        )
        with self.at.act() as act:
            decide(act, self.intake, decision, self.at.knowledge, self.at.planning)

    def time_passes(self, until: datetime) -> None:
        """Do what is due at a moment."""
        self.at.now = until
        run_due(self.at.database, self.at.planning, VAULT, until)

    def effects(self) -> list[str]:
        """Name what is to be done outside, and for whom, in order."""
        with self.at.database.read(EVERY_REGION) as session:
            rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.position))).all()
        return [
            f"{row.kind} {row.recipient.partition(':')[0]}"
            for row in rows
            if not row.kind.startswith("invitation")
        ]

    def log(self) -> list[str]:
        """Show what the session log tells of referrals and outcomes."""
        return [
            " ".join(filter(None, (one.type, one.provision_id, one.outcome, one.reason)))
            for one in self.at.log()
            if one.type.startswith(("referral_", "outcome_"))
        ]

    def outcome(self) -> Outcome:
        """Read where the intake leads."""
        return self.at.read(self.intake).outcome
