"""Which adviser holds an intake."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.dependencies import AdviserAct, Limit
from app.openapi import problems
from app.routers.answers import holder_change_answer
from app.routers.intakes import IntakeId
from app.schemas.base import Page
from app.schemas.holder import HolderChangeAnswer, HolderIn
from app.services.holders import changes_concerning, give_back, take_over

router = APIRouter(tags=["holders"])


@router.put("/intakes/{intakeId}/holder", responses=problems(404, 409))
def change_holder(intake_id: IntakeId, body: HolderIn, act: AdviserAct) -> HolderChangeAnswer:
    """Take an intake over from a colleague, with a reason, or let it wait for one."""
    change = take_over if body.holder == "me" else give_back
    return holder_change_answer(change(act, intake_id, body.reason, body.note))


@router.get("/holder-changes")
def list_holder_changes(
    act: AdviserAct,
    after: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Limit = 50,
) -> Page[HolderChangeAnswer]:
    """List by which changes you lost an intake: to whom, and why; newest first."""
    page, cursor = changes_concerning(act, after=after, limit=limit)
    return Page(
        items=[holder_change_answer(one) for one in page], next=str(cursor) if cursor else None
    )
