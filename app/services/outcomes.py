"""An adviser decides otherwise than the rule: with a reason, which is kept and counted.

A warm referral and guidance sessions exclude each other here as well (Handreiking, bijlage 3, 3.e;
design, section 3, point 7).
"""

from dataclasses import dataclass
from uuid import UUID

from app.domain.errors import Conflict, Fault, InvalidInput
from app.domain.intake import Knowledge, find
from app.domain.rule import Assessment, assess
from app.domain.terms import (
    Action,
    Outcome,
    OutcomeReason,
    Party,
    ReferralReason,
    ReferralStatus,
)
from app.models import Intake, SessionLogCounter
from app.services.acts import Act
from app.services.holders import locked_intake
from app.services.outcome_changes import keep_outcome, to_guidance
from app.services.planner import Planning, today
from app.services.referral_life import go_on, nobody
from app.services.referral_steps import Step
from app.services.referrals import (
    UNKNOWN_PROVISION,
    NoReceiverError,
    RefusedProvisionError,
    is_open,
    new_referral,
    next_rank,
    referrals_of,
)
from app.services.sealed import ANSWERS, cipher_of, open_content
from app.services.sessions import GuidanceClosedError, cancel_ahead, fill_places, sessions_of

NOT_THERE = frozenset({"ended", "not_yet", "this_service"})
"""Reasons of the rule that no adviser can decide away: there is nothing to refer to."""


class OutcomeStandsError(Conflict):
    """A referral asked by way of an outcome that the intake has already."""

    slug = "outcome-stands"
    title = "This is the outcome already"
    detail = "This intake is referred already. Add a referral to it: POST to its referrals."


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an adviser decides, and why; to where, when it is a referral."""

    outcome: Outcome
    reason: OutcomeReason
    note: str | None
    provision_id: str | None


def decide(
    act: Act, intake_id: UUID, decision: Decision, knowledge: Knowledge, planning: Planning
) -> Intake:
    """Make this the outcome. Deciding what is so already changes nothing.

    Guidance withdraws the open referrals that answer the question and plans sessions. A warm
    referral cancels the sessions that lie ahead and refers to the provision that is named, also
    when the rule would refuse it; that stands with the referral.

    Raises:
        NotFound, NotYoursError: no such intake, or not the caller's to change.
        InvalidInput: no such provision, or none named, or one named that has no place.
        GuidanceClosedError, OutcomeStandsError, NoReceiverError, RefusedProvisionError: it
            cannot be.

    """
    intake, counter = locked_intake(act, intake_id)
    _refuse_faults(decision, knowledge)
    if intake.outcome is decision.outcome:
        if decision.provision_id is not None and not _is_referred_to(act, intake, decision):
            raise OutcomeStandsError
        act.did(Action.intake_read, intake)
    elif decision.outcome is Outcome.guidance:
        _withdraw_all(act, counter, intake, planning)
        to_guidance(act, counter, intake, decision.reason, decision.note, planning)
    else:
        _refer(act, counter, intake, decision, knowledge, planning)
    return intake


def _refuse_faults(decision: Decision, knowledge: Knowledge) -> None:
    named = decision.provision_id
    if decision.outcome is Outcome.guidance and named is not None:
        told = "Guidance goes to no provision. Leave this out."
        raise InvalidInput([Fault("/provisionId", "not-wanted", told)])
    if named is not None and named not in knowledge.catalogue.provisions:
        raise InvalidInput([UNKNOWN_PROVISION])


def _is_referred_to(act: Act, intake: Intake, decision: Decision) -> bool:
    return any(
        one.answers and is_open(one) and one.provision_id == decision.provision_id
        for one in referrals_of(act.session, intake.id)
    )


def _withdraw_all(act: Act, counter: SessionLogCounter, intake: Intake, planning: Planning) -> None:
    step = Step(
        status=ReferralStatus.withdrawn,
        party=Party.adviser,
        reason=ReferralReason.adviser_decided,
    )
    for referral in referrals_of(act.session, intake.id):
        if referral.answers and is_open(referral):
            go_on(act, counter, intake, referral, step, planning, nobody, reopening=False)


def _refer(
    act: Act,
    counter: SessionLogCounter,
    intake: Intake,
    decision: Decision,
    knowledge: Knowledge,
    planning: Planning,
) -> None:
    if intake.closed_at is not None:
        raise GuidanceClosedError
    if decision.provision_id is None:
        told = "Name the provision that this person is referred to."
        raise InvalidInput([Fault("/provisionId", "required", told)])
    cipher = cipher_of(act.session, act.vault, intake.id)
    answers = ANSWERS.validate_python(open_content(cipher, intake).answers)
    day, catalogue = today(act.now), knowledge.catalogue
    person = find(answers, knowledge, on=day).check.person
    chosen = assess(catalogue.provisions[decision.provision_id], person, catalogue, on=day)
    _refuse_what_is_not_there(chosen)
    present = referrals_of(act.session, intake.id)
    same = [one for one in present if one.provision_id == decision.provision_id and is_open(one)]
    cancel_ahead(act, counter, intake, [row for row, _ in sessions_of(act.session, intake.id)])
    keep_outcome(act, counter, intake, Outcome.warm_referral, decision.reason, decision.note)
    for one in same:
        one.answers = True
    if not same:
        referral = new_referral(act, cipher, intake, chosen, rank=next_rank(present), answers=True)
        act.session.add(referral)
    act.session.flush()
    fill_places(act, counter, intake.region, planning)


def _refuse_what_is_not_there(chosen: Assessment) -> None:
    if any(reason.code in NOT_THERE for reason in chosen.reasons):
        raise RefusedProvisionError
    if not chosen.is_warm:
        raise NoReceiverError
