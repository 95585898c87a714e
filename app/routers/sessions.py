"""Free places, and guidance sessions booked, moved and ended."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

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
from app.models import GuidanceSession, Intake
from app.openapi import problems
from app.routers.answers import session_answer, session_listed, sessions_answer, slot_answer
from app.routers.intakes import IntakeId
from app.routers.once import Made, created
from app.schemas.base import Instant, Page
from app.schemas.intake import RegionCode
from app.schemas.session import (
    SessionAnswer,
    SessionNoteIn,
    SessionOutcomeIn,
    SlotAnswer,
    SlotChoice,
)
from app.schemas.work_list import SessionListed
from app.services import agenda, intakes, sessions
from app.services.acts import Act
from app.services.session_reports import Report, add_report, change_note, read_report
from app.services.slots import free_slots
from app.services.worker_calendar import appointments_of

router = APIRouter(tags=["sessions"])

CALENDAR = "text/calendar"

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


@router.get("/sessions")
def list_sessions(
    act: AdviserAct,
    earliest: Annotated[Instant | None, Query(alias="from")] = None,
    latest: Annotated[Instant | None, Query(alias="until")] = None,
    status: Annotated[SessionStatus | None, Query()] = None,
    after: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Limit = 50,
) -> Page[SessionListed]:
    """List the sessions you hold, and those of the intakes you hold, soonest first.

    What waits for a place comes last, and not at all when you ask from or until a moment.
    """
    page, cursor = agenda.list_sessions(
        act, earliest=earliest, latest=latest, status=status, after=after, limit=limit
    )
    return Page(
        items=[session_listed(row, intake, name) for row, intake, name in page],
        next=str(cursor) if cursor else None,
    )


@router.get(
    "/intakes/{intakeId}/sessions",
    response_model=Page[SessionAnswer],
    responses={200: {"content": {CALENDAR: {"schema": {"type": "string"}}}}, **problems(404)},
)
def read_sessions(intake_id: IntakeId, act: AdviserAct, request: Request) -> Response:
    """Read the sessions of an intake; as `text/calendar` those that are planned, for the worker."""
    view = intakes.read_intake(act, intake_id)
    if request.state.media_type == CALENDAR:
        return Response(appointments_of(view), media_type=CALENDAR)
    page = Page[SessionAnswer](items=sessions_answer(view), next=None)
    return Response(page.model_dump_json(by_alias=True), media_type="application/json")


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
    return _with_report(act, sessions.move(act, session_id, body.slot_id, planning))


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
    add_report(act, ended, Report(body.note, body.reason))
    return _with_report(act, ended)


@router.put("/sessions/{sessionId}/note", responses=problems(404, 409))
def change_session_note(
    session_id: SessionId, body: SessionNoteIn, act: AdviserAct
) -> SessionAnswer:
    """Put another note in the place of what was kept of a session, or take it away."""
    return _with_report(act, change_note(act, session_id, body.note))


def _with_report(act: Act, row: GuidanceSession) -> SessionAnswer:
    return session_answer(row, sessions.adviser_name(act.session, row), read_report(act, row))
