"""Consent of a worker, per recipient: nothing about a person goes to anybody without it."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from sqlmodel import col, select

from app.domain.catalogue import Provision
from app.domain.consent import CONSENT_TEXTS, DATA, WORKER
from app.domain.errors import Conflict, Fault, InvalidInput, NotFound
from app.domain.intake import Knowledge
from app.domain.referrals import UNANSWERED
from app.domain.terms import (
    Action,
    ConsentPurpose,
    ContactData,
    HandedBy,
    Party,
    ReferralReason,
    ReferralStatus,
)
from app.models import Consent, Intake, Referral, SessionLogCounter
from app.services import erasure_list
from app.services.acts import Act
from app.services.desk_choice import expected_desk, receiving_organisations
from app.services.holders import find_intake, held_row, locked_intake
from app.services.invitations import invite_worker, may_write, write_no_more
from app.services.planner import Planning
from app.services.referral_life import go_on, nobody
from app.services.referral_steps import Step
from app.services.referrals import UNKNOWN_PROVISION, referrals_of

UNKNOWN_TEXT = Fault("/textVersion", "unknown", "There is no such text; see GET /v1/consent-texts.")
NO_PROVISION = Fault("/provisionId", "required", "Name the provision whose desk gets the data.")
NOT_WANTED = Fault("/provisionId", "not-wanted", "Invitations go to no provision. Leave this out.")
TO_NOBODY = Fault("/recipient", "not-wanted", "Invitations go to nobody else. Leave this out.")
NO_RECIPIENT = Fault(
    "/recipient",
    "unknown",
    "No desk that can receive this worker is of this organisation; see contact of the referral.",
)
ONLY_EMAIL = Fault("/data", "not-wanted", 'Invitations take an e-mail address alone: ["email"].')


class NotReferredError(Conflict):
    """Consent to hand somebody over to where they are not referred."""

    slug = "not-referred"
    title = "There is no referral to this provision"
    detail = "This intake has no referral to this provision. Add the referral first."


class ThroughEmployerError(Conflict):
    """Consent to tell an employer something, which this service never does."""

    slug = "through-the-employer"
    title = "The employer is told nothing"
    detail = "The worker goes to this provision through their own employer; we hand nothing over."


class ConsentGivenError(Conflict):
    """A second consent for one recipient."""

    slug = "consent-given"
    title = "There is such a consent already"
    detail = "Withdraw the present consent first, if the worker wants another one."


def give(
    act: Act,
    intake_id: UUID,
    provision_id: str | None,
    *,
    data: Sequence[ContactData],
    text_version: str,
    knowledge: Knowledge,
    recipient: str | None = None,
) -> tuple[Consent, Intake]:
    """Keep that a worker consents to be handed over: to whom, which data, in which words.

    The `recipient` is who they were told it is (AVG, article 7, 1): meanwhile another desk may
    have come first.

    Raises:
        NotFound, NotYoursError: no such intake, or not the caller's to change.
        InvalidInput: no such provision, none named, no such text, or it goes to no such recipient.
        ThroughEmployerError, NotReferredError, ConsentGivenError: it cannot be.

    """
    intake = held_row(act, intake_id)
    provision = knowledge.catalogue.provisions.get(provision_id) if provision_id else None
    faults = [] if provision else [UNKNOWN_PROVISION if provision_id else NO_PROVISION]
    faults += _text_faults(ConsentPurpose.hand_over, text_version)
    if provision is None or faults:
        raise InvalidInput(faults)
    _refuse(act, intake, provision)
    consent = Consent(
        id=uuid4(),
        intake_id=intake.id,
        provision_id=provision.id,
        recipient=_recipient(act, intake, provision, told=recipient),
        data=[one.value for one in ContactData if one in data],
        purpose=ConsentPurpose.hand_over,
        text_version=text_version,
        given_at=act.now,
    )
    return _keep(act, intake, consent)


def _recipient(act: Act, intake: Intake, provision: Provision, *, told: str | None) -> str:
    """Name who the worker was told; else the organisation of the desk that would be chosen now.

    Without a desk it is who receives people by the catalogue.
    """
    named = provision.receiver or provision.provider or provision.name
    if told is None:
        desk = expected_desk(act.session, intake, provision.id)
        return named if desk is None else desk.organisation
    if told not in {named, *receiving_organisations(act.session, intake, provision.id)}:
        raise InvalidInput([NO_RECIPIENT])
    return told


def give_for_invitations(
    act: Act,
    intake_id: UUID,
    provision_id: str | None,
    *,
    data: Sequence[ContactData],
    text_version: str,
    recipient: str | None = None,
) -> tuple[Consent, Intake]:
    """Keep that a worker wants to be written to about their sessions, and invite to those ahead.

    Raises:
        NotFound, NotYoursError: no such intake, or not the caller's to change.
        InvalidInput: other data than invitations take, a provision or a recipient is named, or no
            such text.
        ConsentGivenError: they consented already.

    """
    # With its region, so that no session gets a place meanwhile without the worker hearing of it.
    intake, _ = locked_intake(act, intake_id)
    faults = [] if provision_id is None else [NOT_WANTED]
    faults += [] if recipient is None else [TO_NOBODY]
    faults += [] if tuple(data) == DATA[ConsentPurpose.invitations] else [ONLY_EMAIL]
    faults += _text_faults(ConsentPurpose.invitations, text_version)
    if faults:
        raise InvalidInput(faults)
    if may_write(act.session, intake.id):
        raise ConsentGivenError
    consent = Consent(
        id=uuid4(),
        intake_id=intake.id,
        recipient=WORKER,
        data=[one.value for one in data],
        purpose=ConsentPurpose.invitations,
        text_version=text_version,
        given_at=act.now,
    )
    kept = _keep(act, intake, consent)
    invite_worker(act, intake.id)
    return kept


def _text_faults(purpose: ConsentPurpose, version: str) -> list[Fault]:
    return [] if version in CONSENT_TEXTS[purpose] else [UNKNOWN_TEXT]


def _keep(act: Act, intake: Intake, consent: Consent) -> tuple[Consent, Intake]:
    act.session.add(consent)
    act.session.flush()
    act.did(Action.consent_given, intake)
    return consent, intake


def _refuse(act: Act, intake: Intake, provision: Provision) -> None:
    if provision.via_employer:
        raise ThroughEmployerError
    referral = select(Referral.id).where(
        col(Referral.intake_id) == intake.id, col(Referral.provision_id) == provision.id
    )
    # There can be earlier ones, that were declined.
    if act.session.exec(referral).first() is None:
        raise NotReferredError
    present = select(Consent.id).where(
        col(Consent.intake_id) == intake.id,
        col(Consent.provision_id) == provision.id,
        col(Consent.withdrawn_at).is_(None),
    )
    if act.session.exec(present).one_or_none() is not None:
        raise ConsentGivenError


def list_consents(act: Act, intake_id: UUID) -> list[Consent]:
    """Read the consents of an intake, the withdrawn ones too, oldest first.

    Raises:
        NotFound: there is no such intake for this caller.

    """
    intake = find_intake(act, intake_id)
    act.did(Action.intake_read, intake)
    return consents_of(act, intake)


def consents_of(act: Act, intake: Intake) -> list[Consent]:
    """Read the consents of an intake, oldest first."""
    statement = select(Consent).where(col(Consent.intake_id) == intake.id)
    return list(act.session.exec(statement.order_by(col(Consent.given_at), col(Consent.id))))


def withdraw(
    act: Act, intake_id: UUID, consent_id: UUID, planning: Planning, erasures: Path
) -> Consent:
    """Withdraw a consent (AVG, article 7, 3); doing so twice is doing so once.

    A desk that got the data and did not take the worker over yet is told to throw them away.

    Raises:
        NotFound, NotYoursError: no such consent, or not the caller's to change.

    """
    intake, counter = locked_intake(act, intake_id)
    consent = act.session.get(Consent, consent_id)
    if consent is None or consent.intake_id != intake.id:
        raise NotFound
    if consent.withdrawn_at is None:
        act.did(Action.consent_withdrawn, intake)
        end(act, counter, intake, consent, planning, erasures, at=act.now)
    else:
        act.did(Action.intake_read, intake)
    return consent


def end(
    act: Act,
    counter: SessionLogCounter,
    intake: Intake,
    consent: Consent,
    planning: Planning,
    erasures: Path,
    *,
    at: datetime,
) -> None:
    """Withdraw a consent as of a moment, and put that on the erasure list.

    The caller holds the region and the row of the intake, and has told of the deed.
    """
    # The clock of another host may be behind.
    consent.withdrawn_at = max(at, consent.given_at)
    act.session.flush()
    if consent.purpose is ConsentPurpose.invitations:
        write_no_more(act, consent.intake_id)
    else:
        _call_back(act, counter, intake, consent, planning)
    what, at = f"{erasure_list.CONSENT}{consent.id}", consent.withdrawn_at
    act.at_last.append(partial(erasure_list.add, erasures, [consent.intake_id], at=at, what=what))


def _call_back(
    act: Act,
    counter: SessionLogCounter,
    intake: Intake,
    consent: Consent,
    planning: Planning,
) -> None:
    """Withdraw the referral that rested on a consent, unless the desk took the worker over."""
    step = Step(
        status=ReferralStatus.withdrawn, party=Party.system, reason=ReferralReason.no_consent
    )
    for referral in referrals_of(act.session, intake.id):
        waits_for_a_desk = referral.handed is HandedBy.desk and referral.status in UNANSWERED
        if waits_for_a_desk and referral.provision_id == consent.provision_id:
            go_on(act, counter, intake, referral, step, planning, nobody)
