"""Everything that is held about one person (AVG, article 15)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from app.domain.terms import Action, ContactData, EffectKind, EffectStatus
from app.models import (
    Consent,
    Desk,
    Intake,
    OutboxMessage,
    OutcomeChange,
    ProcessingEntry,
    Referral,
    SessionLogEntry,
)
from app.services.acts import Act
from app.services.consents import consents_of
from app.services.contact_details import Details, open_details
from app.services.holders import ChangeView, changes_of, find_intake
from app.services.intakes import IntakeView, view_intake
from app.services.outbox import is_to_adviser
from app.services.outcome_changes import NOTE
from app.services.processing_log import entries_about
from app.services.retention import Terms, session_planned, session_waits, with_a_desk
from app.services.sealed import cipher_of
from app.services.session_log import entries_of


@dataclass(frozen=True, slots=True)
class Sent:
    """A message about a person that was delivered: to a desk, or without one to themselves.

    `data` are what it told a desk of them, there and on its page, by the consent it went by.
    """

    message: OutboxMessage
    desk: Desk | None
    data: list[ContactData]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What is held, what was done with it, and when it goes if nothing more happens.

    There is no such moment as long as a planned session is still to come. Who waits for one, or
    for a desk, keeps their contact details as long as the intake.
    """

    view: IntakeView
    contact_details: Details | None
    consents: list[Consent]
    holder_changes: list[ChangeView]
    outcome_changes: list[tuple[OutcomeChange, str | None]]
    sent: list[Sent]
    session_log: list[SessionLogEntry]
    processing: list[ProcessingEntry]
    contact_details_due: datetime | None
    intake_due: datetime | None


def gather(act: Act, intake_id: UUID, terms: Terms) -> PersonalData:
    """Read everything that is held about the person of an intake.

    Raises:
        NotFound: there is no such intake for this caller.

    """
    intake = find_intake(act, intake_id)
    details = open_details(act, intake)
    planned, waits = act.session.execute(
        select(session_planned(act.now), sa.or_(session_waits(), with_a_desk())).where(
            col(Intake.id) == intake.id
        )
    ).one()
    intake_due = intake.touched_at + terms.intakes
    details_due = (
        intake_due if waits else min(intake.touched_at + terms.contact_details, intake_due)
    )
    act.did(Action.personal_data_read, intake)
    return PersonalData(
        view=view_intake(act, intake),
        contact_details=details,
        consents=consents_of(act, intake),
        holder_changes=changes_of(act, intake),
        outcome_changes=_outcome_changes(act, intake),
        sent=_sent(act, intake),
        session_log=entries_of(act.session, intake),
        processing=entries_about(act.session, act.vault, intake.id),
        contact_details_due=None if planned or details is None else details_due,
        intake_due=None if planned else intake_due,
    )


def _outcome_changes(act: Act, intake: Intake) -> list[tuple[OutcomeChange, str | None]]:
    statement = select(OutcomeChange).where(col(OutcomeChange.intake_id) == intake.id)
    rows = act.session.exec(statement.order_by(col(OutcomeChange.at), col(OutcomeChange.id)))
    return [(row, _note(act, intake, NOTE, row.id, row.note)) for row in rows]


def _note(act: Act, intake: Intake, place: str, row: UUID, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    return cipher_of(act.session, act.vault, intake.id).open(place, row, sealed).decode()


def _sent(act: Act, intake: Intake) -> list[Sent]:
    """Read what was delivered about a person, but for what advisers got."""
    statement = select(OutboxMessage).where(
        col(OutboxMessage.intake_id) == intake.id,
        col(OutboxMessage.status) == EffectStatus.delivered,
        ~is_to_adviser(),
    )
    rows = act.session.exec(statement.order_by(col(OutboxMessage.position)))
    return [_one_sent(act, row) for row in rows]


def _one_sent(act: Act, message: OutboxMessage) -> Sent:
    about = message.facts.get("referral")
    if about is None:
        return Sent(message, None, [])
    referral = act.session.get_one(Referral, UUID(about))
    desk = act.session.get_one(Desk, referral.desk_id)
    consent = None
    if message.kind is EffectKind.hand_over and referral.consent_id is not None:
        consent = act.session.get(Consent, referral.consent_id)
    return Sent(message, desk, [ContactData(one) for one in consent.data] if consent else [])
