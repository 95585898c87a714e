"""From what is stored to what clients read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.planning import Slot, slot_id
from app.domain.reference import reference_of
from app.domain.terms import HandedBy, JobLoss, ReferralStatus
from app.models import Desk, GuidanceSession, Intake, Referral, SessionLogEntry
from app.schemas.holder import HolderChangeAnswer
from app.schemas.intake import AnswersAnswer, IntakeAnswer, OutcomeAnswer
from app.schemas.referral import DeskContact, ReferralAnswer, ReferralSummary, RegionReferral
from app.schemas.session import AdviserName, SessionAnswer, SlotAnswer
from app.schemas.session_log import LogEntryAnswer
from app.schemas.work_list import EventAnswer, IntakeSummary, ReferralName, SessionListed
from app.services.holders import ChangeView
from app.services.intakes import IntakeView, ListedIntake
from app.services.referrals import STATUS_OF_ENTRY, ReferralLine, ReferralView
from app.services.session_reports import Report
from app.services.timeline import Event


def intake_answer(view: IntakeView) -> IntakeAnswer:
    """Show an intake as it stands now."""
    intake = view.intake
    return IntakeAnswer.model_validate(
        {
            **view.content.finding,
            "id": intake.id,
            "reference": reference_of(intake.id),
            "created_at": intake.created_at,
            "holder": adviser_name(intake.holder_id, view.holder),
            "closed_at": intake.closed_at,
            "outcome": intake.outcome,
            "answers": _answers(view.content.answers),
            "referrals": [referral_answer(one) for one in view.referrals],
            "sessions": sessions_answer(view),
        }
    )


def _answers(kept: dict[str, Any]) -> dict[str, Any]:
    """Show what was answered, and what was taken to be so."""
    answered = {name: kept[name] for name in AnswersAnswer.model_fields}
    return {
        **answered,
        "job_loss": answered["job_loss"] or JobLoss.none,
        "used_provisions": answered["used_provisions"] or [],
    }


def outcome_answer(view: IntakeView) -> OutcomeAnswer:
    """Show where an intake leads now."""
    return OutcomeAnswer(
        outcome=view.intake.outcome,
        referrals=[referral_answer(one) for one in view.referrals],
        sessions=sessions_answer(view),
    )


def adviser_name(adviser_id: UUID | None, name: str | None) -> AdviserName | None:
    """Show an adviser, if there is one."""
    if adviser_id is None or name is None:
        return None
    return AdviserName(id=adviser_id, name=name)


def intake_summary(listed: ListedIntake) -> IntakeSummary:
    """Show what an intake is recognised by."""
    intake = listed.intake
    return IntakeSummary(
        id=intake.id,
        reference=reference_of(intake.id),
        created_at=intake.created_at,
        outcome=intake.outcome,
        purpose=intake.purpose,
        region=intake.region,
        origin_sector_id=intake.origin_sector,
        target_sector_id=intake.target_sector,
        holder=adviser_name(intake.holder_id, listed.holder),
        closed_at=intake.closed_at,
        attention=listed.attention,
    )


def holder_change_answer(view: ChangeView) -> HolderChangeAnswer:
    """Show who gave an intake to whom, and why."""
    change = view.change
    return HolderChangeAnswer(
        id=change.id,
        intake_id=change.intake_id,
        at=change.at,
        previous=adviser_name(change.previous_id, view.previous),
        holder=adviser_name(change.holder_id, view.holder),
        reason=change.reason,
        note=view.note,
    )


def referral_answer(view: ReferralView) -> ReferralAnswer:
    """Show a referral."""
    referral = view.referral
    return ReferralAnswer.model_validate(
        {
            "id": referral.id,
            "provision_id": referral.provision_id,
            "name": referral.name,
            "provider": referral.provider,
            "receiver": referral.receiver,
            "via_employer": referral.via_employer,
            "side": referral.side,
            "services": referral.services,
            "verdict": referral.verdict,
            "reasons": view.grounds.reasons,
            "to_confirm": view.grounds.to_confirm,
            "answers_question": referral.answers,
            "status": referral.status,
            "hand_over": _handed(referral),
            "contact": _contact(view.desk) if view.desk else None,
            "answer_by": referral.answer_by,
            "waits_since": referral.escalated_at,
            "changes": [
                {
                    "at": one.change.at,
                    "previous": one.change.previous,
                    "status": one.change.status,
                    "party": one.change.party,
                    "reason": one.change.reason,
                    "answer_by": one.change.answer_by,
                    "note": one.note,
                }
                for one in view.changes
            ],
        }
    )


def _handed(referral: Referral) -> HandedBy | None:
    """How it was handed over; before that only what goes through the employer is sure."""
    undecided = referral.status is ReferralStatus.proposed
    return None if undecided and referral.handed is HandedBy.by_hand else referral.handed


def _contact(desk: Desk) -> DeskContact:
    return DeskContact(
        desk_id=desk.id,
        name=desk.name,
        organisation=desk.organisation,
        channel=desk.channel,
        telephone=desk.telephone,
        email=desk.email,
        opening=desk.opening,
        languages=desk.languages,
        demo=desk.demo,
    )


def referral_summary(line: ReferralLine) -> ReferralSummary:
    """Show a referral in a list."""
    referral = line.referral
    return ReferralSummary(
        id=referral.id,
        intake_id=referral.intake_id,
        provision_id=referral.provision_id,
        name=referral.name,
        region=line.intake.region,
        status=referral.status,
        hand_over=_handed(referral),
        created_at=referral.created_at,
        answer_by=referral.answer_by,
        waits_since=referral.escalated_at,
    )


def region_referral(entry: SessionLogEntry) -> RegionReferral:
    """Show a referral as the session log tells of it."""
    return RegionReferral.model_validate(
        {
            "number": entry.number,
            "intake": entry.intake_pseudonym,
            "provision_id": entry.provision_id,
            "status": STATUS_OF_ENTRY[entry.type],
            "reason": entry.reason,
            "at": entry.at,
        }
    )


def sessions_answer(view: IntakeView) -> list[SessionAnswer]:
    """Show the sessions of an intake with what was kept of them."""
    return [session_answer(row, name, view.reports.get(row.id)) for row, name in view.sessions]


def session_answer(
    row: GuidanceSession, adviser: str | None, report: Report | None = None
) -> SessionAnswer:
    """Show a session with the name of its adviser, and what was kept of it."""
    return SessionAnswer(
        id=row.id,
        number=row.number,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        mode=row.mode,
        region=row.region,
        adviser=adviser_name(row.adviser_id, adviser),
        status=row.status,
        note=report.note if report else None,
        reason=report.reason if report else None,
    )


def session_listed(row: GuidanceSession, intake: Intake, adviser: str | None) -> SessionListed:
    """Show what a session is recognised by."""
    return SessionListed(
        id=row.id,
        intake_id=intake.id,
        reference=reference_of(intake.id),
        number=row.number,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        mode=row.mode,
        region=row.region,
        adviser=adviser_name(row.adviser_id, adviser),
        status=row.status,
    )


def event_answer(event: Event) -> EventAnswer:
    """Show something that happened to a case."""
    return EventAnswer(
        at=event.at,
        type=event.type,
        by=event.by,
        adviser=AdviserName(id=event.adviser[0], name=event.adviser[1]) if event.adviser else None,
        referral=ReferralName(id=event.referral[0], name=event.referral[1])
        if event.referral
        else None,
        session_number=event.session_number,
        code=event.code,
        note=event.note,
    )


def slot_answer(slot: Slot, adviser: str) -> SlotAnswer:
    """Show a free place with the name of its adviser."""
    return SlotAnswer(
        id=slot_id(slot),
        region=slot.region,
        mode=slot.mode,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        adviser=AdviserName(id=UUID(slot.adviser), name=adviser),
    )


LOG_COLUMNS: Mapping[str, str] = {
    **{name: name for name in LogEntryAnswer.model_fields},
    "intake": "intake_pseudonym",
    "origin_sector_id": "origin_sector",
    "target_sector_id": "target_sector",
}
"""Which column of the session log each field of an entry shows."""


def log_entry_answer(entry: SessionLogEntry | sa.Row[Any]) -> LogEntryAnswer:
    """Show an entry of the session log, or a row of its table."""
    shown = {name: getattr(entry, column) for name, column in LOG_COLUMNS.items()}
    return LogEntryAnswer.model_validate(shown)
