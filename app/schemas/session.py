"""Guidance sessions and free places as clients see them."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import StringConstraints, model_validator

from app.domain.sessions import CancelReason
from app.domain.terms import Mode, SessionStatus
from app.schemas.base import Answer, Contract, Instant, OptionalInstant, Text, refusal

SlotId = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{1,80}$")]
"""Id of a free place, from GET /v1/slots."""

SessionNote = Annotated[str, Text(1000, lines=True)]
"""A few sentences."""


class AdviserName(Answer):
    """An adviser by id and name."""

    id: UUID
    name: str


class SessionAnswer(Answer):
    """One of at most three conversations after the intake."""

    id: UUID
    number: int
    starts_at: OptionalInstant
    """Null while it waits for a place."""
    ends_at: OptionalInstant
    mode: Mode | None
    region: str | None
    adviser: AdviserName | None
    status: SessionStatus
    note: str | None
    """What its adviser kept of it, for who sees the case."""
    reason: CancelReason | None
    """Why it was called off, where that was said."""


class SlotAnswer(Answer):
    """A free place of an adviser."""

    id: str
    region: str
    mode: Mode
    starts_at: Instant
    ends_at: Instant
    adviser: AdviserName


class SlotChoice(Contract):
    """The place that is wanted."""

    slot_id: SlotId


class SessionOutcomeIn(Contract):
    """How a session ended, and what follows."""

    outcome: Literal[SessionStatus.held, SessionStatus.missed, SessionStatus.cancelled]
    next_step: Literal["continue", "close"] = "continue"
    """`close` ends the guidance and gives its later places back."""
    reason: CancelReason | None = None
    """Why it was called off; of a cancelled session alone."""
    note: SessionNote | None = None
    """To be kept of it. Sealed, and read by who sees the case."""

    @model_validator(mode="after")
    def _reason_of_a_cancelled_one(self) -> Self:
        if self.reason is not None and self.outcome is not SessionStatus.cancelled:
            raise refusal("not-cancelled", "A reason is for a session that is cancelled.")
        return self


class SessionNoteIn(Contract):
    """What is to be kept of a session from now on."""

    note: SessionNote | None
    """Null takes away what there is."""
