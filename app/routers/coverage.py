"""What each sector has arranged of each building block, as JSON or as CSV."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.answer_cache import PUBLIC
from app.dependencies import KnowledgeDep, Now
from app.domain.coverage import coverage
from app.openapi import NOT_CHANGED
from app.schemas.base import Name
from app.schemas.coverage import CoverageAnswer, CoverageCell, CoveredSector, CoveringProvision
from app.services.planner import today
from app.services.search_sectors import sector_meant

router = APIRouter(tags=["provisions"])

CSV = "text/csv"
COLUMNS = (
    "sectorId",
    "sector",
    "parentId",
    "kind",
    "buildingBlock",
    "status",
    "provisionId",
    "provision",
    "provisionStatus",
    "inherited",
    "sourceDocument",
    "sourceSection",
    "verifiedOn",
    "verifiedRecently",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@router.get(
    "/coverage",
    response_model=CoverageAnswer,
    responses={
        200: {
            "description": "As JSON, or as CSV with a row for each provision of each cell.",
            "content": {CSV: {"schema": {"type": "string"}}},
        },
        **NOT_CHANGED,
    },
)
def read_coverage(
    request: Request,
    knowledge: KnowledgeDep,
    now: Now,
    sector: Annotated[
        Name | None,
        Query(description="Only this one and what lies within; an id, a name or what people say."),
    ] = None,
) -> Response:
    """Read what each sector and each employer with provisions of its own has arranged.

    By our sources: `none_known` says that none of them names any, not that there is none. What is
    there for everybody, in any sector, is left out.
    """
    within = None if sector is None else sector_meant(knowledge, sector)
    day = today(now)
    answer = CoverageAnswer.of(
        coverage(knowledge.catalogue, day, within), version=knowledge.version, on=day
    )
    media_type = request.state.media_type
    return Response(
        _csv(answer) if media_type == CSV else answer.model_dump_json(by_alias=True),
        media_type=media_type,
        headers={"Cache-Control": PUBLIC, "Vary": "Accept"},
    )


def _csv(answer: CoverageAnswer) -> str:
    table = StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for sector in answer.sectors:
        for cell in sector.cells:
            for provision in cell.provisions or (None,):
                writer.writerow(map(_as_text, _row(sector, cell, provision)))
    return table.getvalue()


def _row(
    sector: CoveredSector, cell: CoverageCell, provision: CoveringProvision | None
) -> Iterator[object]:
    yield from (sector.sector_id, sector.name, sector.parent_id, sector.kind)
    yield from (cell.building_block, cell.status)
    if provision is None:
        yield from [None] * 8
        return
    yield from (provision.provision_id, provision.name, provision.status, provision.inherited)
    yield from (provision.source.document, provision.source.section)
    yield from (provision.verified_on, provision.verified_recently)


def _as_text(value: object) -> str:
    """Write a value so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
