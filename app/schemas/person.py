"""What is kept about a person besides the intake: how to reach them, and what they consent to."""

import re
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from app.domain.bsn import holds_bsn
from app.domain.email import EMAIL, LONGEST, is_email
from app.domain.terms import ConsentPurpose, ContactData, EffectKind
from app.schemas.base import Answer, Contract, Instant, Name, OptionalInstant, refusal
from app.schemas.holder import HolderChangeAnswer
from app.schemas.intake import IntakeAnswer
from app.schemas.referral import OutcomeChangeAnswer, RecordId
from app.schemas.session_log import LogEntryAnswer

# With a country code, 8 to 15 digits (E.164), or the ten digits of a Dutch number. Nine digits
# are no Dutch number, and could be a BSN.
TELEPHONE = r"^((\+|00)[1-9]([ ()./-]{0,3}[0-9]){7,14}|\(?0[1-9]([ ()./-]{0,3}[0-9]){8})$"


def _telephone(value: str) -> str:
    if not re.fullmatch(TELEPHONE, value, re.ASCII):
        raise refusal(
            "telephone",
            "This must be a telephone number, such as 06 12345678 or +32 470 12 34 56.",
        )
    return value


def _email(value: str) -> str:
    if not is_email(value):
        raise refusal("email", "This must be an e-mail address, such as naam@voorbeeld.nl.")
    if holds_bsn(value):  # UAVG art. 46
        raise refusal(
            "bsn", "A citizen service number (BSN) is not allowed in this text. Leave it out."
        )
    return value


Telephone = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, max_length=40),
    AfterValidator(_telephone),
    WithJsonSchema({"type": "string", "maxLength": 40, "pattern": TELEPHONE}),
]
"""A telephone number as people write it, kept so."""

Email = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, max_length=LONGEST),
    AfterValidator(_email),
    WithJsonSchema({"type": "string", "maxLength": LONGEST, "pattern": EMAIL}),
]
"""An e-mail address; whether somebody reads it there, only a message can tell."""


class ContactDetailsIn(Contract):
    """How a worker can be reached: what they want to give, and at least one thing."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": [name], "properties": {name: {"type": "string"}}}
                for name in ("name", "telephone", "email")
            ]
        }
    )

    name: Name | None = None
    telephone: Telephone | None = None
    """Dutch, or with the code of a country."""
    email: Email | None = None

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.name is None and self.telephone is None and self.email is None:
            raise refusal("required", "Give a name, a telephone number or an e-mail address.")
        return self


class ContactDetailsAnswer(Answer):
    """How a worker can be reached."""

    name: str | None
    telephone: str | None
    email: str | None


def _each_once(data: list[ContactData]) -> list[ContactData]:
    if len(set(data)) < len(data):
        raise refusal("repeated", "Name each of the data once.")
    return data


class ConsentIn(Contract):
    """What a worker consents to, and in which words they were asked."""

    purpose: ConsentPurpose = ConsentPurpose.hand_over
    provision_id: RecordId | None = None
    """The provision whose desk receives the data; left out for invitations, which go to nobody."""
    recipient: Name | None = None
    """Who the worker was told receives the data: `contact.organisation` of the referral.

    Left out, it is who would receive them now, which the answer tells.
    """
    data: Annotated[
        list[ContactData],
        Field(min_length=1, max_length=len(ContactData), json_schema_extra={"uniqueItems": True}),
        AfterValidator(_each_once),
    ]
    """For invitations the e-mail address alone."""
    text_version: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{4}-[0-9]{2}$")]
    """Of the text that was read to the worker; see GET /v1/consent-texts."""


class ConsentAnswer(Answer):
    """A consent, for as long as it is not withdrawn."""

    id: UUID
    provision_id: str | None
    """Null for invitations."""
    recipient: str
    """Who receives the data: the organisation of the desk that would get them when it was given.

    Never the employer.
    """
    purpose: ConsentPurpose
    """What for: the recipient may contact the worker and help them, or we write about sessions."""
    data: list[ContactData]
    text_version: str
    given_at: Instant
    withdrawn_at: OptionalInstant


class ContactDataName(Answer):
    """One of the data, and how a worker is told of it."""

    data: ContactData
    said: str


class ConsentTextAnswer(Answer):
    """The words in which a worker is asked for consent, to be read aloud."""

    purpose: ConsentPurpose
    version: str
    text: str
    """In it, {recipient} stands for who receives, and {data} for what."""
    data: list[ContactDataName]
    """What to say for {data}."""


class ToldAnswer(LogEntryAnswer):
    """What the session log of a region tells of this intake."""

    region: str


class ProcessingAnswer(Answer):
    """Something that was done with the data of this person."""

    name: str
    activity: str
    """Where the processing register tells of it."""
    at: Instant


class SentAnswer(Answer):
    """A message that went out about this person, to a desk or to themselves."""

    kind: Literal[
        EffectKind.hand_over,
        EffectKind.hand_over_reminder,
        EffectKind.hand_over_withdrawn,
        EffectKind.invitation,
        EffectKind.session_reminder,
    ]
    at: Instant
    referral_id: UUID | None
    session_id: UUID | None
    desk: str | None
    """Null: to the worker."""
    organisation: str | None
    """Of the desk."""
    data: list[ContactData]
    """What a hand-over told the desk, in the message and on its page, by the consent it went by."""


class PersonalDataAnswer(Answer):
    """Everything that is held about one person (AVG, article 15)."""

    intake: IntakeAnswer
    contact_details: ContactDetailsAnswer | None
    consents: list[ConsentAnswer]
    holder_changes: list[HolderChangeAnswer]
    outcome_changes: list[OutcomeChangeAnswer]
    sent: list[SentAnswer]
    session_log: list[ToldAnswer]
    """Kept under a pseudonym, also after erasure."""
    processing: list[ProcessingAnswer]
    """What was done with these data before now, oldest first."""
    contact_details_erased_at: OptionalInstant
    """If nothing more happens; null when there are none, or a planned session is still to come."""
    intake_erased_at: OptionalInstant
    """If nothing more happens; null when a planned session is still to come, not when one waits."""
