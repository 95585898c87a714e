"""The words of the field: one term per thing (docs/architecture.md, glossary)."""

from enum import StrEnum


class BuildingBlock(StrEnum):
    """Bouwsteen: the five building blocks of the Handreiking, chapter 3."""

    career_advice = "career_advice"
    career_training = "career_training"
    social_plan_mobility = "social_plan_mobility"
    side_entry = "side_entry"
    access = "access"


class Service(StrEnum):
    """Dienst: what a provision delivers (Handreiking, 3.1 to 3.4)."""

    career_advice = "career_advice"
    training = "training"
    social_plan = "social_plan"
    side_entry = "side_entry"
    information = "information"


class Purpose(StrEnum):
    """Doel: the four bullets that open chapter 3 of the Handreiking."""

    orientation = "orientation"
    growth_in_sector = "growth_in_sector"
    other_work = "other_work"
    other_sector = "other_sector"


class Side(StrEnum):
    """Latende of ontvangende kant: the sector a worker leaves, or the one they want to enter."""

    origin = "origin"
    target = "target"


class Employment(StrEnum):
    """How someone works now."""

    employee = "employee"
    agency_worker = "agency_worker"
    self_employed = "self_employed"
    job_seeker = "job_seeker"


class JobLoss(StrEnum):
    """Baanverlies: whether the job is lost or about to be."""

    none = "none"
    threatened = "threatened"
    happened = "happened"


class Verdict(StrEnum):
    """What the rule says of one provision for one person."""

    available = "available"
    to_confirm = "to_confirm"
    refused = "refused"


class Outcome(StrEnum):
    """Where an intake leads: a warm hand-over, or guidance sessions."""

    warm_referral = "warm_referral"
    guidance = "guidance"


class Handover(StrEnum):
    """Who stands at the other end of a provision.

    named: the source names a person or role that receives people.
    inferred: an organisation can receive people, but the source names no one.
    signpost: self-service or information; never a warm referral.
    own_service: this service itself.
    """

    named = "named"
    inferred = "inferred"
    signpost = "signpost"
    own_service = "own_service"


class ProvisionStatus(StrEnum):
    """Whether a provision can be referred to at all."""

    current = "current"
    planned = "planned"
    proposal = "proposal"
    ended = "ended"


class Inheritance(StrEnum):
    """Whether a sector falls under the provisions of its parent."""

    yes = "yes"
    uncertain = "uncertain"
    no = "no"


class Basis(StrEnum):
    """Whether a source states something, or we read it into the source."""

    stated = "stated"
    inferred = "inferred"


class MatchedBy(StrEnum):
    """How something said was understood, surest first."""

    exact = "exact"
    alias = "alias"
    occupation = "occupation"
    organisation = "organisation"
    fuzzy = "fuzzy"


class Mode(StrEnum):
    """How a guidance session is held."""

    phone = "phone"
    video = "video"
    in_person = "in_person"


class SessionStatus(StrEnum):
    """Where a guidance session stands."""

    waiting = "waiting"
    planned = "planned"
    held = "held"
    missed = "missed"
    cancelled = "cancelled"


class ReferralStatus(StrEnum):
    """Where a referral stands; its further life follows with the receiving desks."""

    proposed = "proposed"


class LogEntryType(StrEnum):
    """What the session log tells of."""

    intake_completed = "intake_completed"
    session_planned = "session_planned"
    session_moved = "session_moved"
    session_held = "session_held"
    session_missed = "session_missed"
    session_cancelled = "session_cancelled"
    guidance_closed = "guidance_closed"
