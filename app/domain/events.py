"""What can happen to a case, as its time line tells it."""

from enum import StrEnum


class EventType(StrEnum):
    """What happened."""

    intake_created = "intake_created"
    referral_status = "referral_status"
    outcome_changed = "outcome_changed"
    holder_changed = "holder_changed"
    consent_given = "consent_given"
    consent_withdrawn = "consent_withdrawn"
    session_planned = "session_planned"
    session_moved = "session_moved"
    session_held = "session_held"
    session_missed = "session_missed"
    session_cancelled = "session_cancelled"
    guidance_closed = "guidance_closed"
