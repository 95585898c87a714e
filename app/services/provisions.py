"""Looking up provisions in the catalogue."""

from dataclasses import dataclass

from app.domain.catalogue import Catalogue, Provision
from app.domain.conditions import EmployedBy, WantsInto, WorksIn, WorksInOrWantsInto
from app.domain.errors import Fault, InvalidInput, NotFound
from app.domain.intake import Knowledge
from app.domain.resolve import resolve_sector
from app.domain.terms import BuildingBlock, Inheritance, ProvisionStatus, Service, Side
from app.domain.wording import normalise


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionFilter:
    """What someone looks for; what is left out does not matter."""

    query: str | None = None
    sector: str | None = None
    side: Side | None = None
    building_block: BuildingBlock | None = None
    service: Service | None = None
    status: ProvisionStatus | None = None


def find_provision(knowledge: Knowledge, provision_id: str) -> Provision:
    """Look a provision up by its id.

    Raises:
        NotFound: there is none.

    """
    provision = knowledge.catalogue.provisions.get(provision_id)
    if provision is None:
        raise NotFound
    return provision


def find_provisions(knowledge: Knowledge, wanted: ProvisionFilter) -> list[Provision]:
    """List the provisions that fit, in the order of the catalogue.

    The sector may be an id, a name or what people say; what holds for a sector above it is found
    too.

    Raises:
        InvalidInput: the sector is not known.

    """
    sector = None
    if wanted.sector is not None:
        sector = resolve_sector(knowledge.lexicon, wanted.sector).sector
        if sector is None:
            raise InvalidInput(
                [Fault("query/sector", "unknown", "There is no such sector; see GET /v1/sectors.")]
            )
    words = normalise(wanted.query).split() if wanted.query is not None else []
    return [
        provision
        for provision in knowledge.catalogue.provisions.values()
        if _fits(provision, wanted, words)
        and _concerns(provision, sector, wanted.side, knowledge.catalogue)
    ]


def _fits(provision: Provision, wanted: ProvisionFilter, words: list[str]) -> bool:
    blocks = (provision.building_block, *provision.also_building_blocks)
    text = normalise(f"{provision.name} {provision.summary} {provision.provider or ''}")
    return (
        (wanted.building_block is None or wanted.building_block in blocks)
        and (wanted.service is None or wanted.service in provision.services)
        and (wanted.status is None or wanted.status is provision.status)
        and all(word in text for word in words)
    )


def _concerns(
    provision: Provision, sector: str | None, side: Side | None, catalogue: Catalogue
) -> bool:
    """Whether one of its conditions is about this sector, on this side."""
    if sector is None and side is None:
        return True
    for condition in provision.conditions:
        match condition:
            case WorksIn(sectors=sectors):
                sides, about = {Side.origin}, sectors
            case WantsInto(sectors=sectors):
                # Without sectors it is for who wants into any sector, so into this one too.
                sides, about = {Side.target}, sectors or (() if sector is None else (sector,))
            case WorksInOrWantsInto(sectors=sectors):
                sides, about = {Side.origin, Side.target}, sectors
            case EmployedBy(organisations=organisations):
                sides = {Side.origin}
                about = tuple(catalogue.organisations[one].sector for one in organisations)
            case _:
                continue
        right_sector = sector is None or any(
            catalogue.falls_under(sector, one) is not Inheritance.no for one in about
        )
        if right_sector and (side is None or side in sides):
            return True
    return False
