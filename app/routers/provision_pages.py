"""Pages of provisions as bytes, of which most were written before."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from pydantic.alias_generators import to_camel
from starlette.responses import Response

from app.answer_cache import PUBLIC, strong_tag
from app.domain.catalogue import Provision
from app.schemas.catalogue import ProvisionFacets, ProvisionSummary
from app.schemas.provision_query import ProvisionQuery
from app.services.planner import today
from app.services.search import FoundProvisions, ProvisionFilter, Search

_BEGIN = b'{"items":['
_FACETS = {name: to_camel(name) for name in ProvisionFacets.model_fields}


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
    items, digests = _written(search, found, on=day)
    rest = _rest(found)
    return Response(
        _page(items, rest),
        media_type="application/json",
        headers={"Cache-Control": PUBLIC, "ETag": _tag(digests, rest)},
    )


def written_page(search: Search, found: FoundProvisions, *, on: date) -> bytes:
    """Write what was found as JSON; what it says of a provision is written once a day."""
    items, _ = _written(search, found, on=on)
    return _page(items, _rest(found))


def _page(items: Iterable[bytes], rest: bytes) -> bytes:
    return b"".join((_BEGIN, b",".join(items), rest))


def _tag(digests: Iterable[bytes], rest: bytes) -> str:
    """Hash a page that has the digest of each item in its place: a 30th of the work."""
    return strong_tag(b"".join((_BEGIN, *digests, rest)))


def _written(
    search: Search, found: FoundProvisions, *, on: date
) -> tuple[Iterable[bytes], Iterable[bytes]]:
    """Return what is shown of each provision, and the digests of that."""
    known = search.written(on)
    pairs = [known.get(one.id) or _write(known, one, on) for one in found.provisions]
    items, digests = zip(*pairs, strict=True) if pairs else ((), ())
    return items, digests


def _write(
    known: dict[str, tuple[bytes, bytes]], provision: Provision, on: date
) -> tuple[bytes, bytes]:
    item = ProvisionSummary.of(provision, on=on).model_dump_json(by_alias=True).encode()
    known[provision.id] = item, hashlib.sha256(item, usedforsecurity=False).digest()
    return known[provision.id]


def _rest(found: FoundProvisions) -> bytes:
    """Write what comes after the items: the cursor, and how everything found divides."""
    following = f'"{found.next}"' if found.next else "null"
    facets = ",".join([_facet(name, found.facets[facet]) for facet, name in _FACETS.items()])
    return f'],"next":{following},"facets":{{{facets}}}}}'.encode()


def _facet(name: str, counted: Mapping[str, int]) -> str:
    values = [f'{{"value":"{value}","count":{count}}}' for value, count in counted.items()]
    return f'"{name}":[{",".join(values)}]'
