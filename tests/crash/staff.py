"""Few advisers with few places, so that many who ask meet each other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from uuid import UUID

import sqlalchemy as sa

from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Mode
from app.models import AvailabilityException, AvailabilityWindow
from app.services.advisers import WORKING_DAYS, AdviserIn, WindowIn, import_advisers

TWENTE, MIDDEN_GELDERLAND, ACHTERHOEK = "AM05", "AM07", "AM09"
HOT = (TWENTE, MIDDEN_GELDERLAND)


def _nobody(number: int) -> UUID:
    return UUID(int=number)


def staff(
    advisers: Mapping[int, Sequence[str]],
    *,
    until: int = 17,
    who: Callable[[int], UUID] = _nobody,
) -> list[AdviserIn]:
    """Make advisers by number, with the regions each serves by telephone and video.

    `who` says which caller each of them is; left out, none of them ever asks anything.
    """
    return [
        AdviserIn(
            id=who(number),
            name=f"Adviseur {number}",
            email=f"adviseur-{number}@bond.example",
            windows=[
                WindowIn(region=region, mode=mode, weekday=day, starts=time(9), ends=time(until))
                for region in regions
                for mode in (Mode.phone, Mode.video)
                for day in WORKING_DAYS
            ],
        )
        for number, regions in advisers.items()
    ]


def replace_staff(database: Database, advisers: Sequence[AdviserIn]) -> None:
    """Let these be the only advisers with places."""
    with database.write(EVERY_REGION) as session:
        session.execute(sa.delete(AvailabilityException))
        session.execute(sa.delete(AvailabilityWindow))
        import_advisers(session, advisers)
