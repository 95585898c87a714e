"""The open part of the catalogue: sectors, regions, municipalities, skills, provisions."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.dependencies import After, KnowledgeDep, Limit
from app.domain.resolve import suggest_municipalities, suggest_sectors
from app.domain.terms import BuildingBlock, ProvisionStatus, Service, Side
from app.openapi import problems
from app.schemas.base import Name, Page
from app.schemas.catalogue import (
    MunicipalityAnswer,
    ProvisionAnswer,
    ProvisionSummary,
    RegionAnswer,
    SectorAnswer,
    SkillAnswer,
)
from app.services.paging import page_of
from app.services.provisions import ProvisionFilter, find_provision, find_provisions
from app.services.skills import find_skills

router = APIRouter()

Sought = Annotated[Name | None, Query(description="What people say.")]


@router.get("/sectors", tags=["catalogue"])
def list_sectors(
    knowledge: KnowledgeDep, q: Sought = None, after: After = None, limit: Limit = 100
) -> Page[SectorAnswer]:
    """List the sector tree, or with `q` the sectors that may be meant, best first."""
    sectors = knowledge.catalogue.sectors
    found = (
        list(sectors.values())
        if q is None
        else [sectors[one.sector] for one in suggest_sectors(knowledge.lexicon, q, len(sectors))]
    )
    page, cursor = page_of(found, after=after, limit=limit, key=lambda one: one.id)
    return Page(items=[SectorAnswer.of(one) for one in page], next=cursor)


@router.get("/regions", tags=["catalogue"])
def list_regions(
    knowledge: KnowledgeDep, after: After = None, limit: Limit = 100
) -> Page[RegionAnswer]:
    """List the 35 regions."""
    regions = list(knowledge.catalogue.regions.values())
    page, cursor = page_of(regions, after=after, limit=limit, key=lambda one: one.code)
    return Page(items=[RegionAnswer.of(one) for one in page], next=cursor)


@router.get("/municipalities", tags=["catalogue"])
def list_municipalities(
    knowledge: KnowledgeDep, q: Sought = None, after: After = None, limit: Limit = 100
) -> Page[MunicipalityAnswer]:
    """List the municipalities with their region, or with `q` those that may be meant."""
    known = knowledge.catalogue.municipalities
    found = (
        list(known.values())
        if q is None
        else [known[code] for code in suggest_municipalities(knowledge.lexicon, q, len(known))]
    )
    page, cursor = page_of(found, after=after, limit=limit, key=lambda one: one.code)
    return Page(items=[MunicipalityAnswer.of(one) for one in page], next=cursor)


@router.get("/skills", tags=["catalogue"])
def list_skills(
    knowledge: KnowledgeDep, q: Sought = None, after: After = None, limit: Limit = 100
) -> Page[SkillAnswer]:
    """List the skills that entry profiles ask for, or with `q` those that may be meant."""
    known = knowledge.catalogue.skills
    found = list(known.values()) if q is None else find_skills(knowledge, q)
    page, cursor = page_of(found, after=after, limit=limit, key=lambda one: one.id)
    return Page(items=[SkillAnswer.of(one) for one in page], next=cursor)


@router.get("/provisions", tags=["provisions"])
def list_provisions(
    knowledge: KnowledgeDep,
    q: Sought = None,
    sector: Annotated[Name | None, Query(description="An id, a name or what people say.")] = None,
    side: Annotated[Side | None, Query()] = None,
    building_block: Annotated[BuildingBlock | None, Query(alias="buildingBlock")] = None,
    service: Annotated[Service | None, Query()] = None,
    status: Annotated[ProvisionStatus | None, Query()] = None,
    after: After = None,
    limit: Limit = 25,
) -> Page[ProvisionSummary]:
    """List provisions that fit every filter given."""
    found = find_provisions(
        knowledge,
        ProvisionFilter(
            query=q,
            sector=sector,
            side=side,
            building_block=building_block,
            service=service,
            status=status,
        ),
    )
    page, cursor = page_of(found, after=after, limit=limit, key=lambda one: one.id)
    return Page(items=[ProvisionSummary.of(one) for one in page], next=cursor)


@router.get("/provisions/{provisionId}", tags=["provisions"], responses=problems(404))
def read_provision(
    provision_id: Annotated[str, Path(alias="provisionId", pattern=r"^[a-z0-9-]{1,120}$")],
    knowledge: KnowledgeDep,
) -> ProvisionAnswer:
    """Read a provision with its conditions and its sources."""
    return ProvisionAnswer.of(find_provision(knowledge, provision_id))
