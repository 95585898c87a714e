"""The intake as clients send it and read it."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from app.domain.intake import Answers, Scheduling, UsedProvision
from app.domain.terms import (
    Employment,
    JobLoss,
    MatchedBy,
    Mode,
    Outcome,
    Purpose,
    Service,
)
from app.schemas.base import (
    Answer,
    Contract,
    Instant,
    Name,
    Note,
    OptionalDay,
    OptionalInstant,
    Text,
    Whole,
    refusal,
)
from app.schemas.catalogue import Proof
from app.schemas.referral import AssessmentAnswer, ReasonAnswer, RecordId, ReferralAnswer
from app.schemas.session import AdviserName, SessionAnswer

Said = Annotated[str, Text(200)]
"""What somebody says in a few words."""

RegionCode = Annotated[str, StringConstraints(strict=True, pattern=r"^AM[0-9]{2}$")]
"""CBS code of an arbeidsmarktregio."""

ALL_MODES = tuple(Mode)


def _each_once(modes: list[Mode]) -> list[Mode]:
    if len(set(modes)) < len(modes):
        raise refusal("repeated", "Name each way once.")
    return modes


class UsedProvisionIn(Contract):
    """A provision that was used before."""

    provision_id: RecordId
    used_on: OptionalDay = None
    """The day of use; leave it out when nobody knows."""


class SchedulingIn(Contract):
    """When and how guidance sessions would suit, should the intake lead to them."""

    not_before: OptionalInstant = None
    """Not earlier than this moment."""
    modes: Annotated[
        list[Mode],
        Field(min_length=1, max_length=3, json_schema_extra={"uniqueItems": True}),
        AfterValidator(_each_once),
    ] = Field(default=list(ALL_MODES))
    """Ways that suit, the best one first."""
    sessions: Annotated[Whole, Field(ge=1, le=3)] = 3
    """How many sessions to plan."""


def _left_out(meaning: object) -> AfterValidator:
    """Read null as this, so that what was left out and what was said to be nothing are one body."""
    return AfterValidator(lambda value: meaning if value is None else value)


class DraftIn(Contract):
    """The answers of an intake as far as they are known: any of them may be left out."""

    model_config = ConfigDict(validate_default=True)

    origin_sector: Said | None = None
    """Where the worker works or last worked: an id, a name, or what people say."""
    target_sector: Said | None = None
    """Where the worker wants to go: a sector, or an occupation."""
    organisation: Said | None = None
    """The employer, for provisions of one organisation. The employer is never told anything."""
    occupation: Said | None = None
    """The present occupation."""
    skills: Annotated[Annotated[list[Said], Field(max_length=50)] | None, _left_out([])] = None
    """What the worker can do, in their own words or as ESCO URIs."""
    motivation: Note | None = None
    """What drives the worker. Kept for the adviser; never in a log."""
    employment: Employment | None = None
    job_loss: JobLoss | None = None
    """Left out, it is taken to be none, and asked among the questions of a check."""
    purpose: Purpose | None = None
    """Left out, it follows from the target and from losing the job; where neither tells, a check
    asks it."""
    municipality: Name | None = None
    region: RegionCode | None = None
    """May replace the municipality."""
    years_of_service: Annotated[Whole, Field(ge=0, le=70)] | None = None
    """Full years in the present kind of work."""
    used_provisions: Annotated[list[UsedProvisionIn], Field(max_length=50)] | None = None
    """Left out, none is taken to be used, and that is asked; an empty list says so."""
    scheduling: Annotated[SchedulingIn | None, _left_out(SchedulingIn())] = None


class IntakeIn(DraftIn):
    """The answers of an intake; only `originSector` is needed."""

    origin_sector: Said
    """Where the worker works or last worked: an id, a name, or what people say."""

    def answers(self) -> Answers:
        """Hand the answers to the domain; what is null was not answered."""
        scheduling = self.scheduling or SchedulingIn()
        return Answers(
            origin_sector=self.origin_sector,
            target_sector=self.target_sector,
            organisation=self.organisation,
            occupation=self.occupation,
            skills=tuple(self.skills or ()),
            motivation=self.motivation,
            employment=self.employment,
            job_loss=self.job_loss,
            purpose=self.purpose,
            municipality=self.municipality,
            region=self.region,
            years_of_service=self.years_of_service,
            used_provisions=None
            if self.used_provisions is None
            else tuple(
                UsedProvision(used.provision_id, used.used_on) for used in self.used_provisions
            ),
            scheduling=Scheduling(
                scheduling.not_before,
                tuple(scheduling.modes),
                scheduling.sessions,
            ),
        )


class NewIntakeIn(IntakeIn):
    """The answers of an intake that is to be kept."""

    draft_id: UUID | None = None
    """The draft it was written down in: the intake takes its place, under its id."""
    draft_version: Annotated[Whole, Field(ge=1)] | None = None
    """The version of the draft that was last seen; when it is no longer the last, nothing is
    kept."""

    @model_validator(mode="after")
    def _version_of_a_draft(self) -> Self:
        if self.draft_version is not None and self.draft_id is None:
            raise refusal("needs-draft", "A draftVersion needs the draftId it is of.")
        return self


class SectorName(Answer):
    """A sector by id and name."""

    sector_id: str
    name: str


class SectorMatch(Answer):
    """What was said about a sector, and how it was understood."""

    said: str
    sector_id: str | None
    """Null when nothing, or nothing surely, was meant."""
    name: str | None
    matched_by: MatchedBy | None
    alternatives: list[SectorName]


class OrganisationName(Answer):
    """An organisation by id and name."""

    organisation_id: str
    name: str


class OrganisationMatchAnswer(Answer):
    """What was said about an employer, and how it was understood."""

    said: str
    organisation_id: str | None
    name: str | None
    matched_by: MatchedBy | None
    alternatives: list[OrganisationName]


class MunicipalityName(Answer):
    """A municipality by code and name, with the region it lies in."""

    code: str
    name: str
    region: str


class MunicipalityMatchAnswer(Answer):
    """What was said about where somebody lives, and how it was understood."""

    said: str
    code: str | None
    name: str | None
    region: str | None
    matched_by: MatchedBy | None
    alternatives: list[MunicipalityName]


class RefusalAnswer(Proof):
    """A provision that is not for this person, with every reason."""

    provision_id: str
    name: str
    reasons: list[ReasonAnswer]


class ProvenAnswer(AssessmentAnswer, Proof):
    """A provision that is open to this person, or may be, with where that is written."""


class ChoiceAnswer(Answer):
    """One allowed answer."""

    value: str | int
    label: str
    """How a worker would say it, in Dutch."""


class OpenQuestion(Answer):
    """A question whose answer settles what provisions say to this person."""

    code: str
    question: str
    """In plain Dutch, to be asked as it is."""
    field: str | None
    """The field of the request that takes the answer. Null: no field does; ask the worker or the
    desk."""
    answers: list[ChoiceAnswer] | None
    """What may be answered; null: anything. Beside these, for `usedProvisions`: none of them, and
    the day of use; for `organisation`: another employer."""
    settles: list[str]
    """The provisions whose verdict waits for the answer."""


class SkillName(Answer):
    """A skill by id and name."""

    skill_id: str
    name: str


class SkillMatchAnswer(Answer):
    """What was said about a skill, and how it was understood. The worker confirms it."""

    said: str
    skill_id: str | None
    name: str | None
    matched_by: MatchedBy | None


class StepAnswer(Answer):
    """One step of a development path."""

    role: str
    learning: str


class ProfileFitAnswer(Answer):
    """One way into a sector: what carries over, what is missing, what could close the gap."""

    profile_id: str
    occupation: str
    esco: str
    sector_id: str
    carries_over: list[SkillName]
    missing: list[SkillName]
    useful_missing: list[SkillName]
    steps: list[StepAnswer]
    closed_by: list[str]
    """Provisions open to this person that teach, or let them enter."""


class AdjacentSectorAnswer(SectorName):
    """A sector nearby that asks for what this worker can."""

    strength: int
    """How small the step is, from 1 to 3 (3 is smallest)."""
    why: str
    profiles: list[ProfileFitAnswer]


class SkillsAnswer(Answer):
    """How the skills of this person count."""

    recognised: list[SkillMatchAnswer]
    suggested: list[SkillName]
    """What somebody in the present occupation most likely can; the worker confirms it first."""
    profiles: list[ProfileFitAnswer]
    """Ways into the target sector."""
    adjacent_sectors: list[AdjacentSectorAnswer]
    """Without a target: where else this worker's skills are asked for."""


class FindingAnswer(Answer):
    """What the rule makes of the answers (Handreiking, bijlage 3, 3.e)."""

    outcome: Outcome
    purpose: Purpose
    needed_services: list[Service]
    origin: SectorMatch
    target: SectorMatch | None
    organisation: OrganisationMatchAnswer | None
    municipality: MunicipalityMatchAnswer | None
    region: str | None
    signposts: list[ProvenAnswer]
    """Self-service and public doors; never a warm referral."""
    also_available: list[ProvenAnswer]
    """Open to this person without answering this purpose."""
    refusals: list[RefusalAnswer]
    """All of the own sectors and of no sector; of others only while the catalogue is small."""
    skills: SkillsAnswer


class ProvisionCheckAnswer(FindingAnswer):
    """The check without keeping anything."""

    referrals: list[ProvenAnswer]
    """Best first."""
    questions: list[OpenQuestion]
    """What settles most first: ask one, and check again with its answer."""


class UsedProvisionAnswer(Answer):
    """A provision that was used before."""

    provision_id: str
    used_on: OptionalDay


class SchedulingAnswer(Answer):
    """When and how guidance sessions would suit."""

    not_before: OptionalInstant
    modes: list[Mode]
    sessions: int


class AnswersAnswer(Answer):
    """What else was answered, for the adviser who holds the sessions."""

    occupation: str | None
    motivation: str | None
    employment: Employment | None
    job_loss: JobLoss
    years_of_service: int | None
    used_provisions: list[UsedProvisionAnswer]
    scheduling: SchedulingAnswer


class IntakeAnswer(FindingAnswer):
    """An intake, and what came of it."""

    id: UUID
    reference: str
    """The number of the case, as people say it."""
    created_at: Instant
    holder: AdviserName | None
    """Null while it waits in the organisation for an adviser to take it over."""
    closed_at: OptionalInstant
    """When the guidance ended."""
    answers: AnswersAnswer
    referrals: list[ReferralAnswer]
    """Best first."""
    sessions: list[SessionAnswer]


class OutcomeAnswer(Answer):
    """Where an intake leads now, and what came of that."""

    outcome: Outcome
    referrals: list[ReferralAnswer]
    sessions: list[SessionAnswer]
