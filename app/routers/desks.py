"""The directory of receiving desks, which catalogue editors keep and advisers read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.dependencies import DeskSession, EditorAct, EgressDep, KnowledgeDep, Limit
from app.domain.terms import DeskChannel
from app.egress import Egress
from app.models import Desk
from app.openapi import problems
from app.schemas.base import Page, QueryFlag
from app.schemas.desk import DeskAnswer, DeskChangeIn, DeskIn, DeskWritten
from app.schemas.intake import RegionCode
from app.schemas.referral import RecordId
from app.services import desks, signatures
from app.services.desks import Check, DeskData, DeskFilter
from app.services.paging import page_of
from app.vault import Vault

router = APIRouter(tags=["desks"])

DeskId = Annotated[UUID, Path(alias="deskId")]

WHOSE = "desks"
"""Under which key of GIDS_CALLBACK_HOSTS the operator allows hosts of desks."""


@router.get("/desks")
def list_desks(
    session: DeskSession,
    knowledge: KnowledgeDep,
    provision: Annotated[
        RecordId | None, Query(description="Id of a provision that it receives people for.")
    ] = None,
    region: Annotated[
        RegionCode | None,
        Query(description="CBS code of a region it serves; desks of the whole country serve all."),
    ] = None,
    channel: Annotated[DeskChannel | None, Query()] = None,
    active: Annotated[QueryFlag | None, Query()] = None,
    after: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Limit = 50,
) -> Page[DeskAnswer]:
    """List the desks that fit every filter given, by name."""
    wanted = DeskFilter(provision=provision, region=region, channel=channel, active=active)
    page, cursor = page_of(
        desks.list_desks(session, knowledge.catalogue, wanted),
        after=str(after) if after else None,
        limit=limit,
        key=lambda desk: str(desk.id),
    )
    return Page(items=[desk_answer(desk) for desk in page], next=cursor)


@router.get("/desks/{deskId}", responses=problems(404))
def read_desk(desk_id: DeskId, session: DeskSession) -> DeskAnswer:
    """Read a desk, and which version of it you read."""
    return desk_answer(desks.find_desk(session, desk_id))


@router.post(
    "/desks",
    status_code=201,
    responses={
        201: {
            "headers": {
                "Location": {
                    "description": "Where the desk can be read.",
                    "schema": {"type": "string", "format": "uri-reference"},
                }
            },
            "links": {
                name: {"operationId": name, "parameters": {"deskId": "$response.body#/id"}}
                for name in ("readDesk", "changeDesk", "removeDesk")
            },
        }
    },
)
def create_desk(
    body: DeskIn, act: EditorAct, knowledge: KnowledgeDep, egress: EgressDep, response: Response
) -> DeskWritten:
    """Add a desk to the directory."""
    desk = desks.create_desk(act, desk_data(body), knowledge.catalogue, checked_by(egress))
    response.headers["Location"] = f"/v1/desks/{desk.id}"
    return desk_written(desk, act.vault)


@router.put("/desks/{deskId}", responses=problems(404, 409))
def change_desk(
    desk_id: DeskId,
    body: DeskChangeIn,
    act: EditorAct,
    knowledge: KnowledgeDep,
    egress: EgressDep,
) -> DeskWritten:
    """Put all this in the place of what was said of a desk, unless somebody changed it meanwhile.

    Only when it was last verified stays when you leave it out: changing a desk is no verification.
    """
    check = checked_by(egress)
    data = desk_data(body)
    desk = desks.change_desk(act, desk_id, body.version, data, knowledge.catalogue, check)
    return desk_written(desk, act.vault)


@router.delete("/desks/{deskId}", status_code=204, responses=problems(404, 409))
def remove_desk(desk_id: DeskId, act: EditorAct) -> None:
    """Take a desk out of the directory; one that referrals point at can only be made inactive."""
    desks.remove_desk(act, desk_id)


def checked_by(egress: Egress) -> Check:
    """Give the check on addresses of desks."""
    return lambda url: egress.check(WHOSE, url)


def desk_data(body: DeskIn) -> DeskData:
    """Hand what an editor sent to the service."""
    return DeskData(**body.model_dump(exclude={"version"}))


def desk_answer(desk: Desk) -> DeskAnswer:
    """Show a desk."""
    return DeskAnswer(**desk.model_dump())


def desk_written(desk: Desk, vault: Vault) -> DeskWritten:
    """Show a desk to who wrote it, with what its system needs to know us by."""
    by_webhook = desk.channel is DeskChannel.webhook
    secret = signatures.shown(signatures.of_desk(vault, desk.id)) if by_webhook else None
    return DeskWritten(**desk.model_dump(), secret=secret)
