"""How a referral goes on: what an adviser, a desk or the clock says of it, and what follows.

When the last one that answers the question ends without having helped, the intake is reopened:
guidance, sessions planned, and the adviser told (design, section 3, point 7).
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

from app.domain.errors import Conflict, NotFound
from app.domain.referrals import (
    BY_HAND_DAYS,
    CONTACT_DAYS,
    UNANSWERED,
    Deadline,
    add_working_days,
    deadline,
    escalation,
)
from app.domain.terms import (
    Action,
    ContactData,
    EffectKind,
    HandedBy,
    Outcome,
    OutcomeReason,
    Party,
    ReferralStatus,
)
from app.models import (
    Consent,
    Desk,
    Intake,
    Referral,
    ReferralChange,
    SessionLogCounter,
)
from app.services.acts import Act
from app.services.contact_details import open_details
from app.services.desk_choice import Told, choose_desk, declined_by
from app.services.holders import locked_for_others, locked_intake
from app.services.outbox import Effect, to_desk, to_holder
from app.services.outcome_changes import to_guidance
from app.services.planner import Planning, today
from app.services.referral_steps import Step, says_something_new
from app.services.referrals import (
    ENTRY_OF_STATUS,
    NOTE,
    ReferralView,
    consent_for,
    holidays_now,
    is_open,
    referrals_of,
    view,
)
from app.services.sealed import cipher_of
from app.services.session_log import append


def nobody(_desk: Desk) -> bool:
    """Tell nobody: for steps that hand nothing over."""
    return False


TOLD = (ReferralStatus.received, ReferralStatus.accepted, ReferralStatus.declined)
"""What an adviser is written to about when a desk says it; the rest stands with the intake."""


class ConsentNeededError(Conflict):
    """Somebody would be handed over who did not say yes to it."""

    slug = "consent-needed"
    title = "The worker has not consented"
    detail = (
        "Nothing goes to a desk without the worker's recorded consent for this provision."
        " POST it to the consents of the intake first."
    )


OTHER_RECIPIENT = (
    "The worker consented to another organisation than that of the desk it would go to now, which"
    " is the contact of the referral. Withdraw that consent, ask the worker, and POST the new one."
)


class OutOfReachError(Conflict):
    """Somebody would be handed over who cannot be reached in the way they consented to."""

    slug = "out-of-reach"
    title = "The worker cannot be reached"
    detail = (
        "The worker consented to share a telephone number or an e-mail address, and there is none"
        " here. PUT it to the contact details of the intake first."
    )


def change_status(
    act: Act, referral_id: UUID, step: Step, planning: Planning, told: Told
) -> ReferralView:
    """Let an adviser say how a referral goes on; saying it twice is no change.

    Raises:
        NotFound, NotYoursError: no such referral, or not the caller's to change.
        InvalidInput: a reason that does not fit, or a day that is not within reach.
        ReferralNotAllowed, ConsentNeededError, OutOfReachError: it cannot go there.

    """
    found = act.session.get(Referral, referral_id)
    if found is None:
        raise NotFound
    intake, counter = locked_intake(act, found.intake_id)
    referral = read_again(act, referral_id)
    if not go_on(act, counter, intake, referral, step, planning, told):
        act.did(Action.intake_read, intake)
    return view(act, referral, cipher_of(act.session, act.vault, intake.id))


def answer(act: Act, referral_id: UUID, step: Step, planning: Planning) -> None:
    """Let a desk, or the service itself, say how a referral goes on; twice is no change.

    Raises:
        NotFound: no such referral.
        InvalidInput: a reason that does not fit, or a day that is not within reach.
        ReferralNotAllowed: it cannot go there.

    """
    found = act.session.get(Referral, referral_id)
    if found is None:
        raise NotFound
    intake, counter = locked_for_others(act, found.intake_id)
    referral = read_again(act, referral_id)
    if not go_on(act, counter, intake, referral, step, planning, nobody):
        act.did(Action.hand_over_read, intake)


def go_on(
    act: Act,
    counter: SessionLogCounter,
    intake: Intake,
    referral: Referral,
    step: Step,
    planning: Planning,
    told: Told,
    *,
    reopening: bool = True,
) -> bool:
    """Make one step, and say whether that changed anything; what is said twice does not.

    The caller holds the region and the intake.

    Raises:
        InvalidInput: a reason that does not fit, or a day that is not within reach.
        ReferralNotAllowed: it cannot go there, or went there with another reason or note.
        ConsentNeededError, OutOfReachError: it would be handed over, and cannot be.

    """
    if not says_something_new(act, referral, step):
        return False
    previous = referral.status
    if step.status is ReferralStatus.sent:
        _hand_over(act, intake, referral, told)
    referral.status = step.status
    _set_deadline(act, referral, step)
    change = ReferralChange(
        id=uuid4(),
        referral_id=referral.id,
        intake_id=intake.id,
        at=act.now,
        previous=previous,
        status=step.status,
        party=step.party,
        adviser_id=act.caller.id if step.party is Party.adviser else None,
        reason=step.reason,
        answer_by=referral.answer_by,
    )
    if step.note is not None:
        cipher = cipher_of(act.session, act.vault, intake.id)
        change.note = cipher.seal(NOTE, change.id, step.note.encode())
    act.session.add(change)
    act.session.flush()
    by_the_clock = step.party is Party.system
    act.did(Action.referral_changed, intake, reason=step.status, touching=not by_the_clock)
    append(
        act,
        counter,
        intake,
        ENTRY_OF_STATUS[step.status],
        provision_id=referral.provision_id,
        reason=step.reason,
    )
    _tell(act, intake, referral, step)
    if reopening:
        reopen_if_nothing_is_left(act, counter, intake, planning)
    return True


def _hand_over(act: Act, intake: Intake, referral: Referral, told: Told) -> None:
    consent = consent_for(act.session, referral)
    if consent is None:
        raise ConsentNeededError
    _refuse_out_of_reach(act, intake, consent)
    chosen = choose_desk(
        act.session,
        referral.provision_id,
        intake.region,
        declined=declined_by(act.session, intake.id, referral.provision_id),
        told=told,
        organisation=consent.recipient,
    )
    if chosen and chosen[0].organisation != consent.recipient:
        raise ConsentNeededError(OTHER_RECIPIENT)
    referral.consent_id = consent.id
    referral.handed = HandedBy.desk if chosen and chosen[1] else HandedBy.by_hand
    referral.desk_id = chosen[0].id if chosen else None


def _refuse_out_of_reach(act: Act, intake: Intake, consent: Consent) -> None:
    """Refuse to hand over somebody who may be called or written to, and cannot be.

    Who shares neither number nor address can be handed over: the desk then asks the adviser.
    """
    ways = {ContactData.telephone, ContactData.email} & set(map(ContactData, consent.data))
    details = open_details(act, intake)
    known = {
        ContactData.telephone: details is not None and details.telephone is not None,
        ContactData.email: details is not None and details.email is not None,
    }
    if ways and not any(known[way] for way in ways):
        raise OutOfReachError


def answer_day(act: Act, referral: Referral) -> date:
    """Say by when an answer is wanted to what reaches the other end today."""
    desk = act.session.get(Desk, referral.desk_id) if referral.desk_id else None
    days = desk.answer_within if desk else BY_HAND_DAYS
    return add_working_days(today(act.now), days, holidays_now(act))


def run_from_now(act: Act, referral: Referral) -> None:
    """Let the time for an answer run anew: only now does the desk have what was sent.

    The caller holds the intake.
    """
    if referral.status is ReferralStatus.sent:
        _set_deadline(act, referral, Step(status=referral.status, party=Party.system))


def _set_deadline(act: Act, referral: Referral, step: Step) -> None:
    """Say until when somebody has now; what is final waits for nobody."""
    holidays, on = holidays_now(act), today(act.now)
    referral.escalated_at = None
    if step.status in UNANSWERED or step.status is ReferralStatus.accepted:
        answer_by = step.answer_by or answer_day(act, referral)
        is_kept = step.status is ReferralStatus.received and step.answer_by is None
        if is_kept and referral.answer_by is not None and referral.answer_by > on:
            answer_by = referral.answer_by
        reminding = referral.handed is HandedBy.desk
        until = deadline(answer_by, today=on, holidays=holidays, reminding=reminding)
        wait_until(referral, until)
    elif step.status is ReferralStatus.in_contact:
        wait_until(referral, escalation(add_working_days(on, CONTACT_DAYS, holidays), holidays))
    else:
        referral.answer_by = referral.due = referral.due_at = None


def wait_until(referral: Referral, until: Deadline) -> None:
    """Say until when, and what comes then."""
    referral.answer_by, referral.due = until.answer_by, until.due
    referral.due_at = until.due_at


def _tell(act: Act, intake: Intake, referral: Referral, step: Step) -> None:
    facts = {"referral": str(referral.id)}
    if referral.handed is HandedBy.desk and referral.desk_id is not None:
        desk = to_desk(referral.desk_id)
        if step.status is ReferralStatus.sent:
            act.effects.append(about(desk, EffectKind.hand_over, intake, facts))
        elif step.party is not Party.desk and step.status in {
            ReferralStatus.withdrawn,
            ReferralStatus.expired,
        }:
            act.effects.append(about(desk, EffectKind.hand_over_withdrawn, intake, facts))
    if step.party is Party.adviser:
        return
    holder = to_holder(intake)
    if step.status is ReferralStatus.expired:
        act.effects.append(about(holder, EffectKind.referral_expired, intake, facts))
    elif step.party is Party.desk and step.status in TOLD:
        said = {
            **facts,
            "status": step.status.value,
            "reason": step.reason.value if step.reason else None,
            "answerBy": step.answer_by.isoformat() if step.answer_by else None,
        }
        act.effects.append(about(holder, EffectKind.referral_answered, intake, said))


def about(
    recipient: str, kind: EffectKind, intake: Intake, facts: Mapping[str, str | None]
) -> Effect:
    """Make an effect that goes when the person of this intake is erased."""
    return Effect(recipient=recipient, kind=kind, intake_id=intake.id, facts=dict(facts))


def reopen_if_nothing_is_left(
    act: Act, counter: SessionLogCounter, intake: Intake, planning: Planning
) -> None:
    """Reopen an intake whose every answering referral ended without having helped."""
    answering = [one for one in referrals_of(act.session, intake.id) if one.answers]
    helps = any(is_open(one) or one.status is ReferralStatus.completed for one in answering)
    if intake.outcome is Outcome.warm_referral and answering and not helps:
        to_guidance(act, counter, intake, OutcomeReason.referrals_ended, None, planning)
        if intake.closed_at is None:
            told = about(to_holder(intake), EffectKind.guidance_reopened, intake, {})
            act.effects.append(told)


def read_again(act: Act, referral_id: UUID) -> Referral:
    """Read a referral as it is now that its intake is held.

    Raises:
        NotFound: it was erased.

    """
    found = act.session.get(Referral, referral_id, populate_existing=True)
    if found is None:
        raise NotFound
    return found
