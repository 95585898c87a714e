"""The rights of a worker: how they can be reached, what they consent to, insight and erasure."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from app.dependencies import (
    AdviserAct,
    After,
    ErasureListDep,
    KnowledgeDep,
    Limit,
    OptionalIdempotencyKey,
    PlanningDep,
    RegisterUrlDep,
    TermsDep,
    swept,
)
from app.domain.consent import CONSENT_TEXTS, DATA, DATA_NAMES
from app.domain.terms import ConsentPurpose
from app.openapi import problems
from app.routers.intakes import IntakeId
from app.routers.once import Made, created
from app.routers.personal_answers import (
    consent_answer,
    contact_details_answer,
    personal_data_answer,
)
from app.schemas.base import Page
from app.schemas.person import (
    ConsentAnswer,
    ConsentIn,
    ConsentTextAnswer,
    ContactDataName,
    ContactDetailsAnswer,
    ContactDetailsIn,
    PersonalDataAnswer,
)
from app.services import consents, contact_details, personal_data
from app.services.contact_details import Details
from app.services.erasure import erase
from app.services.paging import page_of

router = APIRouter()

ConsentId = Annotated[UUID, Path(alias="consentId")]


@router.put(
    "/intakes/{intakeId}/contact-details", tags=["contact-details"], responses=problems(404, 409)
)
def change_contact_details(
    intake_id: IntakeId, body: ContactDetailsIn, act: AdviserAct
) -> ContactDetailsAnswer:
    """Keep how the worker can be reached, in the place of what there was."""
    details = Details(body.name, body.telephone, body.email)
    return contact_details_answer(contact_details.change(act, intake_id, details))


@router.get(
    "/intakes/{intakeId}/contact-details", tags=["contact-details"], responses=problems(404)
)
def read_contact_details(intake_id: IntakeId, act: AdviserAct) -> ContactDetailsAnswer:
    """Read how the worker can be reached; there is nothing here when nothing was given."""
    return contact_details_answer(contact_details.read(act, intake_id))


@router.delete(
    "/intakes/{intakeId}/contact-details",
    tags=["contact-details"],
    status_code=204,
    dependencies=[Depends(swept, scope="function")],
    responses=problems(404, 409),
)
def remove_contact_details(intake_id: IntakeId, act: AdviserAct, erasures: ErasureListDep) -> None:
    """Forget how the worker can be reached."""
    contact_details.remove(act, intake_id, erasures)


@router.get("/consent-texts", tags=["consents"])
def list_consent_texts(after: After = None, limit: Limit = 25) -> Page[ConsentTextAnswer]:
    """List the words in which a worker is asked for consent, to be read aloud."""
    texts = [
        ConsentTextAnswer(
            purpose=purpose,
            version=version,
            text=text,
            data=[ContactDataName(data=one, said=DATA_NAMES[one]) for one in DATA[purpose]],
        )
        for purpose, versions in CONSENT_TEXTS.items()
        for version, text in versions.items()
    ]
    page, cursor = page_of(
        texts, after=after, limit=limit, key=lambda one: f"{one.purpose}.{one.version}"
    )
    return Page(items=page, next=cursor)


@router.post(
    "/intakes/{intakeId}/consents",
    tags=["consents"],
    status_code=201,
    response_model=ConsentAnswer,
    responses=problems(404, 409, 422),
)
def give_consent(
    intake_id: IntakeId,
    body: ConsentIn,
    act: AdviserAct,
    knowledge: KnowledgeDep,
    idempotency_key: OptionalIdempotencyKey = None,
) -> Response:
    """Keep that the worker consents: to give data to a desk, or to be written to about sessions."""
    give = (
        consents.give_for_invitations
        if body.purpose is ConsentPurpose.invitations
        else partial(consents.give, knowledge=knowledge)
    )

    def make() -> Made:
        consent, intake = give(
            act,
            intake_id,
            body.provision_id,
            data=body.data,
            text_version=body.text_version,
            recipient=body.recipient,
        )
        return consent_answer(consent), None, intake

    return created(
        act,
        make,
        operation="POST /intakes/consents",
        subject=str(intake_id),
        body=body,
        key=idempotency_key,
    )


@router.get("/intakes/{intakeId}/consents", tags=["consents"], responses=problems(404))
def list_consents(
    intake_id: IntakeId,
    act: AdviserAct,
    after: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Limit = 50,
) -> Page[ConsentAnswer]:
    """List what the worker consented to, oldest first, and what they have withdrawn."""
    page, cursor = page_of(
        consents.list_consents(act, intake_id),
        after=str(after) if after else None,
        limit=limit,
        key=lambda one: str(one.id),
    )
    return Page(items=[consent_answer(one) for one in page], next=cursor)


@router.put(
    "/intakes/{intakeId}/consents/{consentId}/withdrawal",
    tags=["consents"],
    responses=problems(404, 409),
)
def withdraw_consent(
    intake_id: IntakeId,
    consent_id: ConsentId,
    act: AdviserAct,
    planning: PlanningDep,
    erasures: ErasureListDep,
) -> ConsentAnswer:
    """Withdraw a consent; from then on nothing more is given.

    A desk that got the data and did not accept yet is told to throw them away: the referral is
    withdrawn, which may reopen the intake.
    """
    return consent_answer(consents.withdraw(act, intake_id, consent_id, planning, erasures))


@router.get("/intakes/{intakeId}/personal-data", tags=["personal-data"], responses=problems(404))
def read_personal_data(
    intake_id: IntakeId, act: AdviserAct, terms: TermsDep, register_url: RegisterUrlDep
) -> PersonalDataAnswer:
    """Read everything that is held about the worker, to show it to them."""
    return personal_data_answer(personal_data.gather(act, intake_id, terms), register_url)


@router.delete(
    "/intakes/{intakeId}",
    tags=["personal-data"],
    status_code=204,
    dependencies=[Depends(swept, scope="function")],
    responses=problems(404, 409),
)
def erase_intake(
    intake_id: IntakeId, act: AdviserAct, planning: PlanningDep, erasures: ErasureListDep
) -> None:
    """Erase the worker: the intake with all that hangs on it. It cannot be undone."""
    erase(act, intake_id, planning, erasures)
