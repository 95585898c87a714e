"""What can be asked of the list of provisions."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.domain.terms import BuildingBlock, ProvisionStatus, Service, Side
from app.schemas.base import Contract, Name, QueryWhole


class ProvisionQuery(Contract):
    """What to look for among the provisions; what is left out does not matter."""

    q: Name | None = None
    """What people say."""
    sector: Name | None = None
    """An id, a name or what people say."""
    side: Side | None = None
    building_block: BuildingBlock | None = None
    service: Service | None = None
    status: ProvisionStatus | None = None
    after: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,120}$")] | None = None
    """The `next` of the page before."""
    limit: Annotated[QueryWhole, Field(ge=1, le=1000)] = 25
    """How many items at most."""
