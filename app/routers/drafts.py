"""Drafts of intakes: saved while the talk goes on, by the version that was last seen."""

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from app.dependencies import AdviserAct, ErasureListDep, Limit, swept
from app.domain.errors import PreconditionFailed, PreconditionRequired
from app.domain.reference import reference_of
from app.openapi import problems
from app.schemas.base import Page
from app.schemas.draft import DraftAnswer, DraftAnswers, DraftSummary
from app.schemas.intake import DraftIn
from app.schemas.session import AdviserName
from app.services import drafts
from app.services.drafts import DraftView

router = APIRouter(tags=["drafts"])

DraftId = Annotated[UUID, Path(alias="draftId")]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of the version that is to be replaced."),
]
IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", description="`*`: there must be none yet.")
]
TAGGED = {
    "headers": {
        "ETag": {
            "description": "The version, to be given as If-Match.",
            "schema": {"type": "string"},
        }
    }
}

_VERSION = re.compile(r'"([1-9][0-9]{0,8})"')


@router.get("/drafts")
def list_drafts(
    act: AdviserAct,
    after: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Limit = 50,
) -> Page[DraftSummary]:
    """List the drafts you began and did not send, the one that was saved last first."""
    views, cursor = drafts.list_drafts(act, after=after, limit=limit)
    return Page(items=[_summary(view) for view in views], next=str(cursor) if cursor else None)


@router.get("/drafts/{draftId}", responses={200: TAGGED, **problems(404, 409)})
def read_draft(draft_id: DraftId, act: AdviserAct, response: Response) -> DraftAnswer:
    """Read a draft of yours, or of a colleague who gave you its id."""
    return _tagged(drafts.read(act, draft_id), response)


@router.put(
    "/drafts/{draftId}",
    responses={200: TAGGED, 201: {**TAGGED, "model": DraftAnswer}, **problems(404, 409, 412, 428)},
)
def save_draft(
    draft_id: DraftId,
    body: DraftIn,
    act: AdviserAct,
    response: Response,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> DraftAnswer:
    """Save a draft: a new one with `If-None-Match: *`, else in the place of the version seen."""
    # What was left out stays out, but of what was said nothing: it is read back whole.
    said = body.model_dump(mode="json", by_alias=True, include=body.model_fields_set)
    if if_match is not None and if_none_match is not None:
        raise PreconditionFailed  # a draft that is there and is not (RFC 9110, section 13.2.2)
    if if_match is not None:
        return _tagged(drafts.save(act, draft_id, _version(if_match), said), response)
    if if_none_match is None or if_none_match.strip() != "*":
        raise PreconditionRequired
    response.status_code = 201
    response.headers["Location"] = f"/v1/drafts/{draft_id}"
    return _tagged(drafts.begin(act, draft_id, said), response)


@router.delete(
    "/drafts/{draftId}",
    status_code=204,
    dependencies=[Depends(swept, scope="function")],
    responses=problems(404, 409),
)
def discard_draft(draft_id: DraftId, act: AdviserAct, erasures: ErasureListDep) -> None:
    """Throw a draft away. It cannot be undone."""
    drafts.discard(act, draft_id, erasures)


def _version(if_match: str) -> int:
    """Read an ETag; one that we did not give is of no version that is there."""
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise PreconditionFailed
    return int(found[1])


def _tagged(view: DraftView, response: Response) -> DraftAnswer:
    draft = view.draft
    response.headers["ETag"] = f'"{draft.version}"'
    return DraftAnswer(
        id=draft.id,
        reference=reference_of(draft.id),
        version=draft.version,
        saved_at=draft.saved_at,
        saved_by=AdviserName(id=draft.saved_by_id, name=view.saved_by),
        answers=DraftAnswers.model_validate(view.said),
    )


def _summary(view: DraftView) -> DraftSummary:
    return DraftSummary(
        id=view.draft.id,
        reference=reference_of(view.draft.id),
        saved_at=view.draft.saved_at,
        origin_sector=view.said.get("originSector"),
        target_sector=view.said.get("targetSector"),
    )
