"""Who holds an intake, as clients change and read it."""

from typing import Literal
from uuid import UUID

from app.domain.terms import HolderReason
from app.schemas.base import Answer, Contract, Instant, Note
from app.schemas.session import AdviserName


class HolderIn(Contract):
    """Who is to hold an intake: the caller, or nobody until a colleague takes it over."""

    holder: Literal["me", "nobody"]
    reason: HolderReason
    note: Note | None = None
    """In a few words; the previous holder reads it."""


class HolderChangeAnswer(Answer):
    """One change of holder."""

    id: UUID
    intake_id: UUID
    at: Instant
    previous: AdviserName | None
    """Null when it waited in the organisation."""
    holder: AdviserName | None
    """Null when it waits in the organisation."""
    reason: HolderReason
    note: str | None
