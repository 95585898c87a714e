"""What an adviser has to do: cases and sessions in lists, and what happened to a case."""

from uuid import UUID

from app.domain.attention import Attention
from app.domain.events import EventType
from app.domain.terms import Mode, Outcome, Party, Purpose, SessionStatus
from app.schemas.base import Answer, Instant, OptionalInstant
from app.schemas.session import AdviserName


class IntakeSummary(Answer):
    """No more of an intake than is needed to recognise it."""

    id: UUID
    reference: str
    """The number of the case, as people say it."""
    created_at: Instant
    outcome: Outcome
    purpose: Purpose
    region: str | None
    origin_sector_id: str | None
    target_sector_id: str | None
    holder: AdviserName | None
    closed_at: OptionalInstant
    attention: list[Attention]
    """What of it waits for somebody."""


class SessionListed(Answer):
    """A session in the list of an adviser: no more than is needed to recognise it."""

    id: UUID
    intake_id: UUID
    reference: str
    """The number of the case, as people say it."""
    number: int
    starts_at: OptionalInstant
    ends_at: OptionalInstant
    mode: Mode | None
    region: str | None
    adviser: AdviserName | None
    status: SessionStatus


class ReferralName(Answer):
    """A referral by id, and the name of its provision."""

    id: UUID
    name: str


class EventAnswer(Answer):
    """Something that happened to a case."""

    at: Instant
    type: EventType
    by: Party | None
    """Null where it was not kept who did it."""
    adviser: AdviserName | None
    """Of a change of holder: who holds it since."""
    referral: ReferralName | None
    session_number: int | None
    code: str | None
    """What a referral became, why an outcome or a holder changed, what a consent is for."""
    note: str | None
