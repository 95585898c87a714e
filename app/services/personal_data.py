"""Everything that is held about one person (AVG, article 15)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from app.domain.terms import Action
from app.models import Consent, Intake, ProcessingEntry, SessionLogEntry
from app.services.acts import Act
from app.services.consents import consents_of
from app.services.contact_details import Details, open_details
from app.services.holders import ChangeView, changes_of, find_intake
from app.services.intakes import IntakeView, view_intake
from app.services.processing_log import entries_about
from app.services.retention import Terms, session_planned, session_waits
from app.services.session_log import entries_of


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What is held, what was done with it, and when it goes if nothing more happens.

    There is no such moment as long as a planned session is still to come. Who waits for one keeps
    their contact details as long as the intake.
    """

    view: IntakeView
    contact_details: Details | None
    consents: list[Consent]
    holder_changes: list[ChangeView]
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
        select(session_planned(act.now), session_waits()).where(col(Intake.id) == intake.id)
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
        session_log=entries_of(act.session, intake),
        processing=entries_about(act.session, act.vault, intake.id),
        contact_details_due=None if planned or details is None else details_due,
        intake_due=None if planned else intake_due,
    )
