"""The session log as werkcentra read it."""

from uuid import UUID

from app.domain.terms import LogEntryType, Mode, Outcome, Purpose
from app.schemas.base import Answer, Instant


class LogEntryAnswer(Answer):
    """One thing that happened; codes only, no person and no free text."""

    number: int
    """The region's counter, from 1, without gaps."""
    at: Instant
    type: LogEntryType
    intake: UUID
    """A pseudonym that is not the intake's id."""
    outcome: Outcome | None
    purpose: Purpose | None
    origin_sector_id: str | None
    target_sector_id: str | None
    session_number: int | None
    mode: Mode | None
    provision_id: str | None
    """Of what is about a referral."""
    reason: str | None
    """Why a referral ended or the outcome was changed: a code."""
