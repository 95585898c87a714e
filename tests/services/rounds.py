"""A case with a referral, whose effects are delivered for real."""

from dataclasses import replace
from uuid import UUID

from sqlmodel import col, select

from app.domain.access import EVERY_REGION
from app.domain.terms import (
    Action,
    ContactData,
    EffectKind,
    HolderReason,
    Party,
    ReferralStatus,
)
from app.mail import Smtp
from app.models import Adviser, AuditEntry, OutboxMessage
from app.services import holders, referral_life
from app.services.referral_steps import Step
from tests.mailbox_server import MailServer
from tests.services.desk import ADVISER, COLLEAGUE, Desk
from tests.services.dispatching import Outside
from tests.services.loop import Loop

S = ReferralStatus
PERSONAL = ("Noor", "06 12345678", "noor@voorbeeld.example")
"""What nobody reads who has no need of it."""


class Round:
    """A case with a referral, and a dispatcher that mails for real."""

    def __init__(self, outside: Outside, mail: MailServer, desk: Desk) -> None:
        self.outside = outside
        self.mail = mail
        self.loop = Loop(desk)
        self.smtp = Smtp(mail.url)
        with desk.database.write(EVERY_REGION) as session:
            session.get_one(Adviser, ADVISER.id).email = "adviseur@bond.example"

    def hand_over(self, *data: ContactData, **desk: object) -> UUID:
        """Let the worker consent, and the adviser send."""
        desk_id = self.loop.receiving(**desk)
        self.loop.consent(*data)
        step = Step(status=S.sent, party=Party.adviser)
        with self.loop.at.act() as act:
            referral_life.change_status(
                act, self.loop.referral.id, step, self.loop.at.planning, lambda _: True
            )
        return desk_id

    def deliver(self) -> None:
        self.outside.deliver(self.smtp)

    def rows(self, kind: EffectKind) -> list[OutboxMessage]:
        return [row for row in self.outside.rows() if row.kind is kind]

    def row(self, kind: EffectKind) -> OutboxMessage:
        return self.rows(kind)[-1]

    def bodies(self, to: str) -> list[str]:
        """Read the text of what came in for somebody."""
        return [one.get_body().get_content() for one in self.mail.messages if one["To"] == to]  # type: ignore[union-attr]

    def actions(self) -> list[Action]:
        """Read what the audit log tells of the service itself."""
        with self.outside.database.read(EVERY_REGION) as session:
            told = select(AuditEntry).where(AuditEntry.actor == "system")
            return [one.action for one in session.exec(told.order_by(col(AuditEntry.number)))]


def take_over(round_: Round) -> None:
    """Let a colleague take the case over."""
    colleague = replace(COLLEAGUE, email="collega@bond.example")
    with replace(round_.loop.at, caller=colleague).act() as act:
        holders.take_over(act, round_.loop.intake, HolderReason.absence, None)


def give_back(round_: Round) -> None:
    """Let the adviser give the case back."""
    with round_.loop.at.act() as act:
        holders.give_back(act, round_.loop.intake, HolderReason.absence, None)
