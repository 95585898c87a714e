"""Whether a region that is asked for exists."""

from app.domain.catalogue import Catalogue
from app.domain.errors import Fault

UNKNOWN_REGION = Fault("query/region", "unknown", "There is no such region; see GET /v1/regions.")


def region_faults(catalogue: Catalogue, region: str | None) -> list[Fault]:
    """Return a fault when a region is asked for and the catalogue does not have it."""
    return [] if region is None or region in catalogue.regions else [UNKNOWN_REGION]
