"""From what is kept about a person to what clients read."""

from dataclasses import asdict

from app.models import Consent, OutcomeChange
from app.routers.answers import holder_change_answer, intake_answer, log_entry_answer
from app.schemas.person import (
    ConsentAnswer,
    ContactDetailsAnswer,
    PersonalDataAnswer,
    ProcessingAnswer,
    SentAnswer,
    ToldAnswer,
)
from app.schemas.referral import OutcomeChangeAnswer
from app.services.activities import address_of
from app.services.contact_details import Details
from app.services.personal_data import PersonalData, Sent


def contact_details_answer(details: Details) -> ContactDetailsAnswer:
    """Show how a worker can be reached."""
    return ContactDetailsAnswer(**asdict(details))


def consent_answer(consent: Consent) -> ConsentAnswer:
    """Show a consent."""
    return ConsentAnswer.model_validate(
        {
            "id": consent.id,
            "provision_id": consent.provision_id,
            "recipient": consent.recipient,
            "data": consent.data,
            "purpose": consent.purpose,
            "text_version": consent.text_version,
            "given_at": consent.given_at,
            "withdrawn_at": consent.withdrawn_at,
        }
    )


def personal_data_answer(held: PersonalData, register_url: str) -> PersonalDataAnswer:
    """Show everything that is held about a person; the register is published at this address."""
    details = held.contact_details
    return PersonalDataAnswer(
        intake=intake_answer(held.view),
        contact_details=None if details is None else contact_details_answer(details),
        consents=[consent_answer(one) for one in held.consents],
        holder_changes=[holder_change_answer(one) for one in held.holder_changes],
        outcome_changes=[_outcome_change(*one) for one in held.outcome_changes],
        sent=[_sent(one) for one in held.sent],
        session_log=[
            ToldAnswer(**log_entry_answer(one).model_dump(), region=one.region)
            for one in held.session_log
        ],
        processing=[
            ProcessingAnswer(
                name=one.name,
                activity=address_of(register_url, one.activity),
                at=one.started_at,
            )
            for one in held.processing
        ],
        contact_details_erased_at=held.contact_details_due,
        intake_erased_at=held.intake_due,
    )


def _outcome_change(change: OutcomeChange, note: str | None) -> OutcomeChangeAnswer:
    return OutcomeChangeAnswer(
        at=change.at, outcome=change.outcome, reason=change.reason, note=note
    )


def _sent(sent: Sent) -> SentAnswer:
    facts = sent.message.facts
    return SentAnswer.model_validate(
        {
            "kind": sent.message.kind,
            "at": sent.message.ended_at,
            "referral_id": facts.get("referral"),
            "session_id": facts.get("session"),
            "desk": sent.desk.name if sent.desk else None,
            "organisation": sent.desk.organisation if sent.desk else None,
            "data": sent.data,
        }
    )
