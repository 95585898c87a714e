"""What imports changed in the catalogue."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.dependencies import Limit, OpenSession
from app.schemas.base import Page, QueryWhole
from app.schemas.catalogue import CatalogueChangeAnswer
from app.services.catalogue_changes import read_changes

router = APIRouter(tags=["catalogue"])


@router.get("/catalogue-changes")
def list_catalogue_changes(
    session: OpenSession,
    after: Annotated[
        Annotated[QueryWhole, Field(ge=0, le=2**31 - 1)],
        Query(description="Number of the last change seen; 0 to begin."),
    ] = 0,
    limit: Limit = 100,
) -> Page[CatalogueChangeAnswer]:
    """List which records imports added, changed or removed, in order, for who keeps a copy.

    To begin, ask on from 0 to the end, and then read the whole catalogue: what was imported before
    this feed was kept is not told. The numbers go on without gaps. Ask on with the number of the
    last change seen, also when `next` is null: a later import goes on there. A number that is not
    there (400) is of a database of which an older copy was put back: begin again.
    """
    found = read_changes(session, after=after, limit=limit + 1)
    return Page(
        items=[
            CatalogueChangeAnswer(
                number=one.number,
                at=one.at,
                catalogue_version=one.version,
                type=one.type,
                kind=one.kind,
                id=one.record_id,
            )
            for one in found[:limit]
        ],
        next=str(found[limit - 1].number) if len(found) > limit else None,
    )
