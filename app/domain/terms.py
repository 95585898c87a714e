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


class Ask(StrEnum):
    """What a worker can be asked to settle an answer, in the order of a conversation.

    target_occupation is the occupation within the sector one wants; day_of_use the day on which a
    provision was used.
    """

    origin_sector = "origin_sector"
    employment = "employment"
    organisation = "organisation"
    job_loss = "job_loss"
    purpose = "purpose"
    target_sector = "target_sector"
    target_occupation = "target_occupation"
    years_of_service = "years_of_service"
    used_provisions = "used_provisions"
    day_of_use = "day_of_use"


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
    """Where a referral stands, in the order of its life (app/domain/referrals.py)."""

    proposed = "proposed"
    sent = "sent"
    received = "received"
    accepted = "accepted"
    in_contact = "in_contact"
    completed = "completed"
    declined = "declined"
    expired = "expired"
    withdrawn = "withdrawn"


class HandedBy(StrEnum):
    """How a worker reaches the other end of a referral.

    desk: the service tells the desk. by_hand: no desk can be told or has a place, so the adviser
    calls. employer: the worker goes through their own employer, who is told nothing.
    """

    desk = "desk"
    by_hand = "by_hand"
    employer = "employer"


class Party(StrEnum):
    """Who says that a referral goes on."""

    adviser = "adviser"
    desk = "desk"
    system = "system"


class ReferralReason(StrEnum):
    """Why a referral ended, or was decided on otherwise; codes, so that they can be counted."""

    not_eligible = "not_eligible"
    no_capacity = "no_capacity"
    wrong_desk = "wrong_desk"
    unreachable = "unreachable"
    worker_withdrew = "worker_withdrew"
    no_consent = "no_consent"
    other_solution = "other_solution"
    mistake = "mistake"
    not_in_time = "not_in_time"
    adviser_decided = "adviser_decided"
    other = "other"


class OutcomeReason(StrEnum):
    """Why the outcome of an intake was changed, by an adviser or because referrals ended."""

    worker_prefers = "worker_prefers"
    provision_unsuitable = "provision_unsuitable"
    provision_unreachable = "provision_unreachable"
    provision_found = "provision_found"
    other = "other"
    referrals_ended = "referrals_ended"


class DeskChannel(StrEnum):
    """How a receiving desk is reached."""

    email = "email"
    webhook = "webhook"
    telephone = "telephone"


class SubscriptionStatus(StrEnum):
    """Whether a webhook subscription gets anything."""

    active = "active"
    paused = "paused"
    ended = "ended"


class EffectKind(StrEnum):
    """What is done outside the database."""

    hand_over = "hand_over"
    hand_over_reminder = "hand_over_reminder"
    hand_over_withdrawn = "hand_over_withdrawn"
    referral_answered = "referral_answered"
    referral_overdue = "referral_overdue"
    referral_expired = "referral_expired"
    referral_undeliverable = "referral_undeliverable"
    guidance_reopened = "guidance_reopened"
    worker_undeliverable = "worker_undeliverable"
    invitation = "invitation"
    session_reminder = "session_reminder"
    session_log_entry = "session_log_entry"
    webhook_test = "webhook_test"


class EffectStatus(StrEnum):
    """Where an effect stands. dead: given up, and to be replayed. dropped: no longer wanted."""

    pending = "pending"
    delivered = "delivered"
    dead = "dead"
    dropped = "dropped"


class LogEntryType(StrEnum):
    """What the session log tells of."""

    intake_completed = "intake_completed"
    session_planned = "session_planned"
    session_moved = "session_moved"
    session_held = "session_held"
    session_missed = "session_missed"
    session_cancelled = "session_cancelled"
    guidance_closed = "guidance_closed"
    outcome_changed = "outcome_changed"
    referral_sent = "referral_sent"
    referral_received = "referral_received"
    referral_accepted = "referral_accepted"
    referral_in_contact = "referral_in_contact"
    referral_completed = "referral_completed"
    referral_declined = "referral_declined"
    referral_expired = "referral_expired"
    referral_withdrawn = "referral_withdrawn"


class Role(StrEnum):
    """What a caller is to this service; a token names one or more of them."""

    adviser = "adviser"
    werkcentrum = "werkcentrum"
    catalogue_editor = "catalogue-editor"
    policy = "policy"
    operator = "operator"
    chatbot = "chatbot"


class Action(StrEnum):
    """What the audit log tells of. What is done to the data of a person is in the register too."""

    intake_created = "intake_created"
    intake_read = "intake_read"
    intakes_listed = "intakes_listed"
    referral_added = "referral_added"
    session_booked = "session_booked"
    session_planned = "session_planned"
    session_moved = "session_moved"
    session_concluded = "session_concluded"
    holder_changed = "holder_changed"
    contact_details_changed = "contact_details_changed"
    consent_given = "consent_given"
    consent_withdrawn = "consent_withdrawn"
    personal_data_read = "personal_data_read"
    contact_details_expired = "contact_details_expired"
    intake_erased = "intake_erased"
    intake_expired = "intake_expired"
    intake_given_back = "intake_given_back"
    key_created = "key_created"
    key_revoked = "key_revoked"
    keys_rotated = "keys_rotated"
    processing_log_exported = "processing_log_exported"
    retention_run = "retention_run"
    referral_changed = "referral_changed"
    hand_over_delivered = "hand_over_delivered"
    hand_over_read = "hand_over_read"
    outcome_changed = "outcome_changed"
    invitation_delivered = "invitation_delivered"
    desk_changed = "desk_changed"
    subscription_changed = "subscription_changed"
    effects_replayed = "effects_replayed"
    calendar_feed_changed = "calendar_feed_changed"
    draft_begun = "draft_begun"
    draft_read = "draft_read"
    draft_discarded = "draft_discarded"
    draft_expired = "draft_expired"


OF_NO_PERSON = frozenset(
    {
        Action.key_created,
        Action.key_revoked,
        Action.keys_rotated,
        Action.processing_log_exported,
        Action.retention_run,
        Action.desk_changed,
        Action.subscription_changed,
        Action.effects_replayed,
        Action.calendar_feed_changed,
    }
)
"""Deeds that name no intake: in the audit log alone, and not in the register."""


class HolderReason(StrEnum):
    """Why an intake goes to another adviser, or waits for one."""

    worker_asked = "worker_asked"
    absence = "absence"
    workload = "workload"
    expertise = "expertise"
    other = "other"


class ConsentPurpose(StrEnum):
    """What a consent is for.

    hand_over: the desk of a provision contacts the worker and helps. invitations: the service
    itself writes to the worker about sessions.
    """

    hand_over = "hand_over"
    invitations = "invitations"


class ContactData(StrEnum):
    """Which data of a person a consent is about."""

    name = "name"
    telephone = "telephone"
    email = "email"
    question = "question"
    answers = "answers"


class CatalogueChangeType(StrEnum):
    """What an import did to a record."""

    added = "added"
    changed = "changed"
    removed = "removed"
