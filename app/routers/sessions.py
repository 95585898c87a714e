"""Free places, and guidance sessions booked, moved and ended."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.dependencies import (
    AdviserAct,
    AdviserSession,
    After,
    KnowledgeDep,
    Limit,
    Now,
    OptionalIdempotencyKey,
    PlanningDep,
)
from app.domain.terms import Mode, SessionStatus
from app.models import Intake
from app.openapi import problems
from app.routers.answers import session_answer, slot_answer
from app.routers.intakes import IntakeId
from app.routers.once import Made, created
from app.schemas.base import Instant, Page
from app.schemas.intake import RegionCode
from app.schemas.session import (
    SessionAnswer,
    SessionOutcomeIn,
    SlotAnswer,
    SlotChoice,
)
from app.services import sessions
from app.services.slots import free_slots

router = APIRouter(tags=["sessions"])

SessionId = Annotated[UUID, Path(alias="sessionId")]


@router.get("/slots")
def list_slots(
    session: AdviserSession,
    planning: PlanningDep,
    knowledge: KnowledgeDep,
    now: Now,
    region: Annotated[RegionCode, Query(description="CBS code of the region.")],
    mode: Annotated[Mode | None, Query()] = None,
    earliest: Annotated[Instant | None, Query(alias="from")] = None,
    latest: Annotated[Instant | None, Query(alias="until")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[SlotAnswer]:
    """List free places in a region, soonest first."""
    found, cursor = free_slots(
        session,
        planning,
        knowledge.catalogue,
        region=region,
        mode=mode,
        earliest=earliest,
        latest=latest,
        after=after,
        limit=limit,
        now=now,
    )
    return Page(
        items=[slot_answer(slot, name) for slot, name in found],
        next=cursor,
    )


@router.post(
    "/intakes/{intakeId}/sessions",
    status_code=201,
    response_model=SessionAnswer,
    responses=problems(404, 409, 422),
)
def book_session(
    intake_id: IntakeId,
    body: SlotChoice,
    act: AdviserAct,
    planning: PlanningDep,
    idempotency_key: OptionalIdempotencyKey = None,
) -> Response:
    """Book a place for a guidance session."""

    def make() -> Made:
        booked = sessions.book(act, intake_id, body.slot_id, planning)
        intake = act.session.get_one(Intake, intake_id)
        return session_answer(booked, sessions.adviser_name(act.session, booked)), None, intake

    return created(
        act,
        make,
        operation="POST /intakes/sessions",
        subject=str(intake_id),
        body=body,
        key=idempotency_key,
    )


@router.put("/sessions/{sessionId}/slot", responses=problems(404, 409))
def move_session(
    session_id: SessionId, body: SlotChoice, act: AdviserAct, planning: PlanningDep
) -> SessionAnswer:
    """Move a session to another place; it keeps its number."""
    moved = sessions.move(act, session_id, body.slot_id, planning)
    return session_answer(moved, sessions.adviser_name(act.session, moved))


@router.put("/sessions/{sessionId}/outcome", responses=problems(404, 409))
def conclude_session(
    session_id: SessionId, body: SessionOutcomeIn, act: AdviserAct, planning: PlanningDep
) -> SessionAnswer:
    """Say how a session ended: held, missed or cancelled, and whether the guidance goes on."""
    ended = sessions.conclude(
        act,
        session_id,
        SessionStatus(body.outcome),
        sessions.NextStep(body.next_step),
        planning,
    )
    return session_answer(ended, sessions.adviser_name(act.session, ended))
