"""The open part of the catalogue: sectors, regions, municipalities, skills, provisions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from app.dependencies import After, KnowledgeDep, Limit, Now, SearchDep, for_everyone
from app.domain.resolve import suggest_municipalities, suggest_sectors
from app.openapi import NOT_CHANGED, problems
from app.routers.provision_pages import found_page
from app.schemas.base import Name, Page
from app.schemas.catalogue import (
    MunicipalityAnswer,
    ProvisionAnswer,
    ProvisionPage,
    RegionAnswer,
    SectorAnswer,
    SkillAnswer,
)
from app.schemas.provision_query import ProvisionQuery
from app.services.paging import page_of
from app.services.planner import today
from app.services.provisions import find_provision
from app.services.skills import find_skills

router = APIRouter(dependencies=[Depends(for_everyone)], responses=NOT_CHANGED)

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


@router.get("/provisions", tags=["provisions"], response_model=ProvisionPage)
async def list_provisions(
    query: Annotated[ProvisionQuery, Query()], search: SearchDep, now: Now
) -> Response:
    """List provisions that fit every filter given, best first; with `q` by the words said.

    Words may be Dutch, mistyped, or for what is asked most English or Polish. What holds more of
    them comes first; words that mean nothing here find nothing. Then what is open now, and what
    was verified last. `facets` counts everything that was found, on whichever page.
    """
    return found_page(query, search, now)


@router.get("/provisions/{provisionId}", tags=["provisions"], responses=problems(404))
def read_provision(
    provision_id: Annotated[str, Path(alias="provisionId", pattern=r"^[a-z0-9-]{1,120}$")],
    knowledge: KnowledgeDep,
    now: Now,
) -> ProvisionAnswer:
    """Read a provision with its conditions and its sources."""
    provision = find_provision(knowledge, provision_id)
    return ProvisionAnswer.in_full(provision, knowledge.catalogue, on=today(now))
