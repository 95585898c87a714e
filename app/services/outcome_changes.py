"""Another outcome than before: kept with its reason, told in the session log, and planned for."""

from uuid import uuid4

from app.domain.sessions import guidance_is_over
from app.domain.terms import Action, LogEntryType, Outcome, OutcomeReason
from app.models import Intake, OutcomeChange, SessionLogCounter
from app.services.acts import Act
from app.services.planner import Planning
from app.services.referrals import is_open, referrals_of
from app.services.sealed import ANSWERS, cipher_of, open_content
from app.services.session_log import append
from app.services.sessions import ask_sessions, close_guidance, fill_places, sessions_of

NOTE = "outcome_change.note"


def to_guidance(
    act: Act,
    counter: SessionLogCounter,
    intake: Intake,
    reason: OutcomeReason,
    note: str | None,
    planning: Planning,
) -> None:
    """Make guidance the outcome, and plan as many sessions as were wished.

    Of three sessions that were held or missed before, the guidance is over at once. Referrals that
    ended answer the question no longer: another round is not helped by them.
    """
    for referral in referrals_of(act.session, intake.id):
        referral.answers = referral.answers and is_open(referral)
    keep_outcome(act, counter, intake, Outcome.guidance, reason, note)
    intake.closed_at = None
    content = open_content(cipher_of(act.session, act.vault, intake.id), intake)
    wished = ANSWERS.validate_python(content.answers).scheduling.sessions
    present = [row for row, _ in sessions_of(act.session, intake.id)]
    ask_sessions(act.session, intake, wished, present=present, now=act.now)
    fill_places(act, counter, intake.region, planning)
    rows = [row for row, _ in sessions_of(act.session, intake.id)]
    if guidance_is_over(row.status for row in rows):
        close_guidance(act, counter, intake, rows)


def keep_outcome(
    act: Act,
    counter: SessionLogCounter,
    intake: Intake,
    outcome: Outcome,
    reason: OutcomeReason,
    note: str | None,
) -> None:
    """Store another outcome with its reason, and tell the session log."""
    intake.outcome = outcome
    by_adviser = reason is not OutcomeReason.referrals_ended
    change = OutcomeChange(
        id=uuid4(),
        intake_id=intake.id,
        at=act.now,
        outcome=outcome,
        reason=reason,
        adviser_id=act.caller.id if by_adviser else None,
    )
    if note is not None:
        cipher = cipher_of(act.session, act.vault, intake.id)
        change.note = cipher.seal(NOTE, change.id, note.encode())
    act.session.add(change)
    act.session.flush()
    act.did(Action.outcome_changed, intake, reason=reason, touching=by_adviser)
    append(act, counter, intake, LogEntryType.outcome_changed, outcome=outcome, reason=reason.value)
