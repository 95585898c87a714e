"""Consent of a worker, per recipient: nothing about a person goes to anybody without it."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from sqlmodel import col, select

from app.domain.catalogue import Provision
from app.domain.consent import CONSENT_TEXTS
from app.domain.errors import Conflict, Fault, InvalidInput, NotFound
from app.domain.intake import Knowledge
from app.domain.terms import Action, ConsentPurpose, ContactData
from app.models import Consent, Intake, Referral
from app.services import erasure_list
from app.services.acts import Act
from app.services.holders import find_intake, held_row

UNKNOWN_PROVISION = Fault(
    "/provisionId", "unknown", "There is no such provision; see GET /v1/provisions."
)
UNKNOWN_TEXT = Fault("/textVersion", "unknown", "There is no such text; see GET /v1/consent-texts.")


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
    title = "There is a consent for this provision already"
    detail = "Withdraw the present consent first, if the worker wants another one."


def give(
    act: Act,
    intake_id: UUID,
    provision_id: str,
    *,
    data: Sequence[ContactData],
    text_version: str,
    knowledge: Knowledge,
) -> tuple[Consent, Intake]:
    """Keep that a worker consents: to whom, what for, which data, which words (AVG, article 7, 1).

    What for is what every text of app.domain.consent asks: handing over.

    Raises:
        NotFound, NotYoursError: no such intake, or not the caller's to change.
        InvalidInput: no such provision, or no such text.
        ThroughEmployerError, NotReferredError, ConsentGivenError: it cannot be.

    """
    intake = held_row(act, intake_id)
    provision = knowledge.catalogue.provisions.get(provision_id)
    faults = [] if provision else [UNKNOWN_PROVISION]
    if text_version not in CONSENT_TEXTS:
        faults.append(UNKNOWN_TEXT)
    if provision is None or faults:
        raise InvalidInput(faults)
    _refuse(act, intake, provision)
    consent = Consent(
        id=uuid4(),
        intake_id=intake.id,
        provision_id=provision.id,
        recipient=provision.receiver or provision.provider or provision.name,
        data=[one.value for one in ContactData if one in data],
        purpose=ConsentPurpose.hand_over,
        text_version=text_version,
        given_at=act.now,
    )
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
    if act.session.exec(referral).one_or_none() is None:
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


def withdraw(act: Act, intake_id: UUID, consent_id: UUID, erasures: Path) -> Consent:
    """Withdraw a consent (AVG, article 7, 3); doing so twice is doing so once.

    Raises:
        NotFound, NotYoursError: no such consent, or not the caller's to change.

    """
    intake = held_row(act, intake_id)
    consent = act.session.get(Consent, consent_id)
    if consent is None or consent.intake_id != intake.id:
        raise NotFound
    if consent.withdrawn_at is None:
        act.did(Action.consent_withdrawn, intake)
        end(act, consent, erasures, at=act.now)
    else:
        act.did(Action.intake_read, intake)
    return consent


def end(act: Act, consent: Consent, erasures: Path, *, at: datetime) -> None:
    """Withdraw a consent as of a moment, and put that on the erasure list.

    The caller holds the row of the intake, and has told of the deed.
    """
    # The clock of another host may be behind.
    consent.withdrawn_at = max(at, consent.given_at)
    act.session.flush()
    what, at = f"{erasure_list.CONSENT}{consent.id}", consent.withdrawn_at
    act.at_last.append(partial(erasure_list.add, erasures, [consent.intake_id], at=at, what=what))
