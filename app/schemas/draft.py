"""Drafts of intakes as clients send them and read them."""

from uuid import UUID

from app.domain.terms import Employment, JobLoss, Purpose
from app.schemas.base import Answer, Instant
from app.schemas.intake import SchedulingAnswer, UsedProvisionAnswer
from app.schemas.session import AdviserName


class DraftAnswers(Answer):
    """What was written down; null was not answered yet."""

    origin_sector: str | None = None
    target_sector: str | None = None
    organisation: str | None = None
    occupation: str | None = None
    skills: list[str] | None = None
    motivation: str | None = None
    employment: Employment | None = None
    job_loss: JobLoss | None = None
    purpose: Purpose | None = None
    municipality: str | None = None
    region: str | None = None
    years_of_service: int | None = None
    used_provisions: list[UsedProvisionAnswer] | None = None
    scheduling: SchedulingAnswer | None = None


class DraftAnswer(Answer):
    """A draft; its ETag is its version in quotes."""

    id: UUID
    reference: str
    """A number of the case that people can say."""
    version: int
    saved_at: Instant
    saved_by: AdviserName
    """Who saved it last."""
    answers: DraftAnswers


class DraftSummary(Answer):
    """No more of a draft than is needed to recognise it."""

    id: UUID
    reference: str
    saved_at: Instant
    origin_sector: str | None
    """As it was said."""
    target_sector: str | None
