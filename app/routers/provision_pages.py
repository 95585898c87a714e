"""Pages of provisions as bytes, of which most were written before."""

from collections.abc import Mapping
from datetime import date, datetime

from pydantic.alias_generators import to_camel
from starlette.responses import Response

from app.answer_cache import PUBLIC
from app.schemas.catalogue import ProvisionFacets, ProvisionSummary
from app.schemas.provision_query import ProvisionQuery
from app.services.planner import today
from app.services.search import FoundProvisions, ProvisionFilter, Search

_FACETS = {name: to_camel(name).encode() for name in ProvisionFacets.model_fields}


def found_page(query: ProvisionQuery, search: Search, now: datetime) -> Response:
    """Answer what is asked, as JSON that follows from the catalogue, the day and the query.

    Raises:
        InvalidInput: the sector or the cursor is not known.

    """
    wanted = ProvisionFilter(
        query=query.q,
        sector=query.sector,
        side=query.side,
        building_block=query.building_block,
        service=query.service,
        status=query.status,
    )
    day = today(now)
    found = search.find(wanted, on=day, after=query.after, limit=query.limit)
    written = written_page(search, found, on=day)
    return Response(written, media_type="application/json", headers={"Cache-Control": PUBLIC})


def written_page(search: Search, found: FoundProvisions, *, on: date) -> bytes:
    """Write what was found as JSON; what it says of a provision is written once a day."""
    known = search.written(on)
    items = []
    for one in found.provisions:
        item = known.get(one.id)
        if item is None:
            item = ProvisionSummary.of(one, on=on).model_dump_json(by_alias=True).encode()
            known[one.id] = item
        items.append(item)
    return b'{"items":[%b],"next":%b,"facets":{%b}}' % (
        b",".join(items),
        b'"%b"' % found.next.encode() if found.next else b"null",
        b",".join([_facet(name, found.facets[facet]) for facet, name in _FACETS.items()]),
    )


def _facet(name: bytes, counted: Mapping[str, int]) -> bytes:
    values = [b'{"value":"%b","count":%d}' % (one.encode(), n) for one, n in counted.items()]
    return b'"%b":[%b]' % (name, b",".join(values))
