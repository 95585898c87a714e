"""Warm referrals as clients make them, read them and say how they go on."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from app.domain.terms import (
    DeskChannel,
    HandedBy,
    Outcome,
    OutcomeReason,
    Party,
    ReferralReason,
    ReferralStatus,
    Service,
    Side,
    Verdict,
)
from app.schemas.base import Answer, Contract, Instant, Note, OptionalDay, OptionalInstant

RecordId = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9-]{1,120}$")]
"""Id of a record of the catalogue."""


class ReasonAnswer(Answer):
    """Why, as a stable code and one Dutch sentence."""

    code: str
    detail: str


class QuestionAnswer(Answer):
    """What is not known yet, and the one question that settles it."""

    code: str
    question: str


class AssessmentAnswer(Answer):
    """A provision that is open to this person, or may be."""

    provision_id: str
    name: str
    provider: str | None
    receiver: str | None
    """Who receives people there; never the name of a person."""
    via_employer: bool
    """Through the worker's own employer: only with the worker's consent, and not by us."""
    side: Side | None
    """Null for what is there for everyone."""
    services: list[Service]
    verdict: Literal[Verdict.available, Verdict.to_confirm]
    reasons: list[ReasonAnswer]
    to_confirm: list[QuestionAnswer]


class DeskContact(Answer):
    """Who stands at the other end, for the adviser: to call, or to know who was told."""

    desk_id: UUID
    name: str
    organisation: str
    channel: DeskChannel
    telephone: str | None
    email: str | None
    opening: str | None
    languages: list[str]
    demo: bool
    """Made up, for the demo."""


class ReferralChangeAnswer(Answer):
    """One step in the life of a referral."""

    at: Instant
    previous: ReferralStatus
    status: ReferralStatus
    party: Party
    """Who said so."""
    reason: ReferralReason | None
    answer_by: OptionalDay
    note: str | None
    """Of the desk, or of the adviser themselves."""


class ReferralAnswer(AssessmentAnswer):
    """A warm referral, and how far it is."""

    id: UUID
    verdict: Verdict  # type: ignore[assignment]  # an adviser may decide otherwise than the rule
    """What the rule said when it was made: refused, when an adviser decided otherwise."""
    answers_question: bool
    """Whether it stands in the place of guidance sessions."""
    status: ReferralStatus
    hand_over: HandedBy | None
    """Null until it is sent, but through the employer. by_hand: call, and record what was said."""
    contact: DeskContact | None
    """Who has it; until it is sent the desk that would get it now. Null where no desk is known."""
    answer_by: OptionalDay
    """The last day for an answer of the desk, or for its first contact once it accepted."""
    waits_since: OptionalInstant
    """When the time for it had passed and the adviser was told; null while there is time."""
    changes: list[ReferralChangeAnswer]
    """What was said of it, and by whom; oldest first."""


class ReferralSummary(Answer):
    """No more of a referral than a list needs."""

    id: UUID
    intake_id: UUID
    provision_id: str
    name: str
    region: str | None
    status: ReferralStatus
    hand_over: HandedBy | None
    created_at: Instant
    answer_by: OptionalDay
    waits_since: OptionalInstant


class RegionReferral(Answer):
    """A referral as a werkcentrum sees it: what the session log tells of it last."""

    number: int
    """Of that entry in the session log of the region."""
    intake: UUID
    """The pseudonym under which the session log tells of the intake."""
    provision_id: str
    status: ReferralStatus
    reason: str | None
    at: Instant


class ReferralIn(Contract):
    """A provision to refer to."""

    provision_id: RecordId


class ReferralStatusIn(Contract):
    """How a referral goes on."""

    status: Literal[
        ReferralStatus.sent,
        ReferralStatus.received,
        ReferralStatus.accepted,
        ReferralStatus.in_contact,
        ReferralStatus.completed,
        ReferralStatus.declined,
        ReferralStatus.withdrawn,
    ]
    """`sent` hands the worker over to a desk, and needs their consent."""
    reason: (
        Literal[
            ReferralReason.not_eligible,
            ReferralReason.no_capacity,
            ReferralReason.wrong_desk,
            ReferralReason.unreachable,
            ReferralReason.worker_withdrew,
            ReferralReason.no_consent,
            ReferralReason.other_solution,
            ReferralReason.mistake,
            ReferralReason.other,
        ]
        | None
    ) = None
    """Needed with declined and withdrawn."""
    answer_by: OptionalDay = None
    """With received: the day the desk asked for, at most 10 working days ahead."""
    note: Note | None = None
    """Kept sealed with the change; nobody outside reads it."""


class OutcomeIn(Contract):
    """What an adviser decides, and why."""

    outcome: Outcome
    reason: Literal[
        OutcomeReason.worker_prefers,
        OutcomeReason.provision_unsuitable,
        OutcomeReason.provision_unreachable,
        OutcomeReason.provision_found,
        OutcomeReason.other,
    ]
    """Counted in the session log."""
    note: Note | None = None
    provision_id: RecordId | None = None
    """Needed with warm_referral: where to."""


class OutcomeChangeAnswer(Answer):
    """A change of the outcome."""

    at: Instant
    outcome: Outcome
    reason: OutcomeReason
    note: str | None
