"""What can be asked of the list of provisions."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.domain.terms import BuildingBlock, ProvisionStatus, Service, Side
from app.schemas.base import Contract, Name, QueryWhole


class ProvisionQuery(Contract):
    """What to look for among the provisions; what is left out does not matter."""

    # FastAPI describes the keys of a query by the fields themselves, not by the schema.
    q: Annotated[Name | None, Field(description="What people say.")] = None
    sector: Annotated[Name | None, Field(description="An id, a name or what people say.")] = None
    side: Side | None = None
    building_block: BuildingBlock | None = None
    service: Service | None = None
    status: ProvisionStatus | None = None
    after: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,120}$")] | None,
        Field(description="The `next` of the page before."),
    ] = None
    limit: Annotated[QueryWhole, Field(ge=1, le=1000, description="How many items at most.")] = 25
