"""Intakes, the check without an intake, and referrals."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import AfterValidator, WithJsonSchema

from app.dependencies import (
    AdviserAct,
    After,
    IdempotencyKey,
    KnowledgeDep,
    Limit,
    Now,
    PlanningDep,
)
from app.domain.attention import Attention
from app.domain.errors import InvalidInput
from app.domain.intake import Knowledge, examine
from app.domain.reference import REFERENCE, ids_of
from app.domain.terms import Outcome
from app.openapi import problems
from app.routers.answers import event_answer, intake_answer, intake_summary
from app.routers.once import Made, created
from app.schemas.base import Page, refusal
from app.schemas.intake import (
    IntakeAnswer,
    IntakeIn,
    NewIntakeIn,
    ProvisionCheckAnswer,
    RegionCode,
)
from app.schemas.work_list import EventAnswer, IntakeSummary
from app.services import intakes
from app.services.findings import write_check
from app.services.intakes import HeldBy
from app.services.paging import page_of
from app.services.planner import today
from app.services.regions import region_faults
from app.services.timeline import events_of

router = APIRouter()


def _such(said: str) -> str:
    """Check how the number of a case begins: at least four of its signs."""
    if ids_of(said) is None:
        raise refusal("reference", "Give at least four signs of a case number, such as 7K3M-9QX2.")
    return said


Reference = Annotated[
    str,
    AfterValidator(_such),
    WithJsonSchema({"type": "string", "pattern": REFERENCE, "examples": ["7K3M-9QX2"]}),
]
IntakeId = Annotated[UUID, Path(alias="intakeId")]

CREATED: dict[int | str, dict[str, Any]] = {
    201: {
        "headers": {
            "Location": {
                "description": "Where the intake can be read.",
                "schema": {"type": "string", "format": "uri-reference"},
            }
        },
        "links": {
            name: {"operationId": name, "parameters": {parameter: f"$response.body#/{pointer}"}}
            for name, parameter, pointer in (
                ("readIntake", "intakeId", "id"),
                ("addReferral", "intakeId", "id"),
                ("bookSession", "intakeId", "id"),
                ("moveSession", "sessionId", "sessions/0/id"),
                ("concludeSession", "sessionId", "sessions/0/id"),
            )
        },
    }
}


@router.post("/provision-checks", tags=["provisions"], response_model=ProvisionCheckAnswer)
async def check_provisions(body: IntakeIn, knowledge: KnowledgeDep, now: Now) -> Response:
    """Check which provisions there are for somebody, without keeping anything."""
    return checked(body, knowledge, now)


def checked(body: IntakeIn, knowledge: Knowledge, now: datetime) -> Response:
    """Answer a check.

    Raises:
        InvalidInput: see app.domain.intake.examine.

    """
    finding = examine(body.answers(), knowledge, on=today(now))
    return Response(write_check(finding, knowledge.catalogue), media_type="application/json")


@router.post(
    "/intakes",
    tags=["intakes"],
    status_code=201,
    response_model=IntakeAnswer,
    responses={**CREATED, **problems(409, 412, 422)},
)
def create_intake(
    body: NewIntakeIn,
    idempotency_key: IdempotencyKey,
    act: AdviserAct,
    knowledge: KnowledgeDep,
    planning: PlanningDep,
) -> Response:
    """Keep an intake; refer warmly, or plan up to three guidance sessions."""
    draft = (body.draft_id, body.draft_version) if body.draft_id else None

    def make() -> Made:
        view = intakes.create_intake(act, body.answers(), knowledge, planning, draft)
        return intake_answer(view), f"/v1/intakes/{view.intake.id}", view.intake

    return created(act, make, operation="POST /intakes", subject="", body=body, key=idempotency_key)


@router.get("/intakes", tags=["intakes"])
def list_intakes(
    act: AdviserAct,
    knowledge: KnowledgeDep,
    region: Annotated[RegionCode | None, Query()] = None,
    outcome: Annotated[Outcome | None, Query()] = None,
    holder: Annotated[
        HeldBy | None, Query(description="Left out: yours, and those that wait for a holder.")
    ] = None,
    attention: Annotated[
        Attention | None, Query(description="Those of which this waits for somebody.")
    ] = None,
    reference: Annotated[
        Reference | None, Query(description="How the number of the case begins, as people say it.")
    ] = None,
    after: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Limit = 50,
) -> Page[IntakeSummary]:
    """List the intakes you hold and those that wait in your organisation, newest first."""
    if faults := region_faults(knowledge.catalogue, region):
        raise InvalidInput(faults)
    page, cursor = intakes.list_intakes(
        act,
        after=after,
        limit=limit,
        region=region,
        outcome=outcome,
        held_by=holder,
        attention=attention,
        reference=ids_of(reference) if reference else None,
    )
    return Page(
        items=[intake_summary(one) for one in page],
        next=str(cursor) if cursor else None,
    )


@router.get("/intakes/{intakeId}", tags=["intakes"], responses=problems(404))
def read_intake(intake_id: IntakeId, act: AdviserAct) -> IntakeAnswer:
    """Read an intake with its referrals and sessions."""
    return intake_answer(intakes.read_intake(act, intake_id))


@router.get("/intakes/{intakeId}/events", tags=["intakes"], responses=problems(404))
def list_events(
    intake_id: IntakeId, act: AdviserAct, after: After = None, limit: Limit = 100
) -> Page[EventAnswer]:
    """List what happened to an intake, newest first."""
    numbered = list(enumerate(events_of(act, intake_id)))
    page, cursor = page_of(numbered, after=after, limit=limit, key=lambda one: str(one[0]))
    return Page(items=[event_answer(event) for _, event in page], next=cursor)
