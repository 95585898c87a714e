"""Guidance sessions and free places as clients see them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from app.domain.terms import Mode, SessionStatus
from app.schemas.base import Answer, Contract, Instant, OptionalInstant

SlotId = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{1,80}$")]
"""Id of a free place, from GET /v1/slots."""


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
