"""The session log of a region, as JSON pages or as a stream of NDJSON or CSV."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from app.dependencies import DatabaseDep, KnowledgeDep, LogRegion, LogSession
from app.domain.access import NATIONWIDE
from app.domain.errors import NotFound
from app.openapi import problems
from app.routers.answers import LOG_COLUMNS, log_entry_answer
from app.schemas.base import Page, QueryWhole
from app.schemas.session_log import LogEntryAnswer
from app.services.session_log import read_entries, stream_entries, stream_lines, writes_lines

router = APIRouter(tags=["session log"])

NDJSON = "application/x-ndjson"
CSV = "text/csv"
PAGE = 100

COLUMNS = {
    field.alias or name: LOG_COLUMNS[name] for name, field in LogEntryAnswer.model_fields.items()
}
"""Which column of the log stands under each name, in the order of the contract."""


@router.get(
    "/regions/{region}/session-log",
    response_model=Page[LogEntryAnswer],
    responses={
        200: {
            "description": "Entries in the order of their numbers.",
            "content": {
                NDJSON: {"schema": {"type": "string"}},
                CSV: {"schema": {"type": "string"}},
            },
        },
        **problems(404),
    },
)
def read_session_log(
    request: Request,
    region: LogRegion,
    database: DatabaseDep,
    session: LogSession,
    knowledge: KnowledgeDep,
    after: Annotated[
        Annotated[QueryWhole, Field(ge=0, le=2**31 - 1)],
        Query(description="Number of the last entry seen; 0 to begin."),
    ] = 0,
    limit: Annotated[
        Annotated[QueryWhole, Field(ge=1, le=2**31 - 1)] | None,
        Query(
            description="How many entries at most. A JSON page has 100 unless told, and 1000 at"
            " most; NDJSON and CSV go on to the end unless told."
        ),
    ] = None,
) -> Response:
    """Read what happened in your region: JSON in pages, NDJSON or CSV as one stream."""
    if region != NATIONWIDE and region not in knowledge.catalogue.regions:
        raise NotFound
    media_type = request.state.media_type
    if media_type == "application/json":
        size = min(limit or PAGE, 1000)
        found = read_entries(session, region, after=after, limit=size + 1)
        page = Page(
            items=[log_entry_answer(one) for one in found[:size]],
            next=str(found[size - 1].number) if len(found) > size else None,
        )
        return Response(page.model_dump_json(by_alias=True), media_type=media_type)
    if media_type == NDJSON and writes_lines(database):
        blocks = stream_lines(database, region, COLUMNS, sees=region, after=after, limit=limit)
    else:
        rows = stream_entries(database, region, sees=region, after=after, limit=limit)
        entries = map(log_entry_answer, rows)
        blocks = _in_blocks(_ndjson(entries) if media_type == NDJSON else _csv(entries))
    return StreamingResponse(blocks, media_type=media_type)


def _ndjson(entries: Iterator[LogEntryAnswer]) -> Iterator[str]:
    for entry in entries:
        yield entry.model_dump_json(by_alias=True) + "\n"


def _csv(entries: Iterator[LogEntryAnswer]) -> Iterator[str]:
    line = StringIO()
    writer = csv.DictWriter(line, COLUMNS)
    writer.writeheader()
    for entry in entries:
        writer.writerow(entry.model_dump(mode="json", by_alias=True))
        yield line.getvalue()
        line.seek(0)
        line.truncate()
    yield line.getvalue()


def _in_blocks(lines: Iterator[str], size: int = 500) -> Iterator[str]:
    """Join lines: a thread is asked for each block, so a block per line would be slow."""
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == size:
            yield "".join(block)
            block.clear()
    yield "".join(block)
