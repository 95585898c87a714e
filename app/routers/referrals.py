"""Warm referrals: added, followed, and the outcome of an intake decided otherwise."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.dependencies import (
    AdviserAct,
    KnowledgeDep,
    Limit,
    OptionalIdempotencyKey,
    OwnRegion,
    PlanningDep,
    RegionSession,
    ToldDep,
)
from app.domain.terms import Party, ReferralStatus
from app.openapi import problems
from app.routers.answers import (
    outcome_answer,
    referral_answer,
    referral_summary,
    region_referral,
)
from app.routers.intakes import IntakeId
from app.routers.once import Made, created
from app.schemas.base import Page, QueryFlag, QueryWhole
from app.schemas.intake import OutcomeAnswer
from app.schemas.referral import (
    OutcomeIn,
    ReferralAnswer,
    ReferralIn,
    ReferralStatusIn,
    ReferralSummary,
    RegionReferral,
)
from app.services import referrals
from app.services.intakes import view_intake
from app.services.outcomes import Decision, decide
from app.services.referral_life import change_status
from app.services.referral_steps import Step

router = APIRouter(tags=["referrals"])

ReferralId = Annotated[UUID, Path(alias="referralId")]


@router.post(
    "/intakes/{intakeId}/referrals",
    status_code=201,
    response_model=ReferralAnswer,
    responses=problems(404, 409, 422),
)
def add_referral(
    intake_id: IntakeId,
    body: ReferralIn,
    act: AdviserAct,
    knowledge: KnowledgeDep,
    idempotency_key: OptionalIdempotencyKey = None,
) -> Response:
    """Add a warm referral to a provision that is open to this person."""

    def make() -> Made:
        view, intake = referrals.add_referral(act, intake_id, body.provision_id, knowledge)
        return referral_answer(view), None, intake

    return created(
        act,
        make,
        operation="POST /intakes/referrals",
        subject=str(intake_id),
        body=body,
        key=idempotency_key,
    )


@router.get("/referrals")
def list_referrals(
    act: AdviserAct,
    status: Annotated[ReferralStatus | None, Query()] = None,
    waits: Annotated[
        QueryFlag | None,
        Query(description="true: those of which the time has passed, so that it is up to you."),
    ] = None,
    after: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Limit = 50,
) -> Page[ReferralSummary]:
    """List the referrals of the intakes you see, newest first."""
    page, cursor = referrals.list_referrals(
        act, after=after, limit=limit, status=status, waits=waits
    )
    return Page(items=[referral_summary(one) for one in page], next=str(cursor) if cursor else None)


@router.put("/referrals/{referralId}/status", responses=problems(404, 409))
def change_referral_status(
    referral_id: ReferralId,
    body: ReferralStatusIn,
    act: AdviserAct,
    planning: PlanningDep,
    told: ToldDep,
) -> ReferralAnswer:
    """Hand a worker over, or record how a referral goes on and why it ended.

    When the last referral that answers the question ends without having helped, the outcome of
    the intake becomes guidance and sessions are planned.
    """
    step = Step(
        status=ReferralStatus(body.status),
        party=Party.adviser,
        reason=body.reason,
        note=body.note,
        answer_by=body.answer_by,
    )
    return referral_answer(change_status(act, referral_id, step, planning, told))


@router.put("/intakes/{intakeId}/outcome", responses=problems(404, 409))
def change_outcome(
    intake_id: IntakeId,
    body: OutcomeIn,
    act: AdviserAct,
    knowledge: KnowledgeDep,
    planning: PlanningDep,
) -> OutcomeAnswer:
    """Decide otherwise than the rule, with a reason that is kept and counted."""
    decision = Decision(
        outcome=body.outcome,
        reason=body.reason,
        note=body.note,
        provision_id=body.provision_id,
    )
    return outcome_answer(view_intake(act, decide(act, intake_id, decision, knowledge, planning)))


@router.get("/regions/{region}/referrals", responses=problems(404))
def list_region_referrals(
    region: OwnRegion,
    session: RegionSession,
    after: Annotated[
        Annotated[QueryWhole, Field(ge=0, le=2**31 - 1)],
        Query(description="The `next` of the page before; 0 to begin."),
    ] = 0,
    limit: Limit = 100,
) -> Page[RegionReferral]:
    """List how far the referrals of your region are, as its session log tells it."""
    found = referrals.region_referrals(session, region, after=after, limit=limit + 1)
    page = found[:limit]
    return Page(
        items=[region_referral(one) for one in page],
        next=str(page[-1].number) if len(found) > limit else None,
    )
