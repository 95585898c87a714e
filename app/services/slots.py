"""Free places, for an adviser to choose from."""

from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlmodel import Session, col, select

from app.domain.catalogue import Catalogue
from app.domain.errors import Fault, InvalidInput
from app.domain.planning import Slot, parse_slot_id, slot_id
from app.domain.terms import Mode
from app.models import Adviser
from app.services.paging import UNKNOWN_CURSOR
from app.services.planner import Planning, load_availability
from app.services.regions import region_faults


def free_slots(  # noqa: PLR0913 - a question per argument, by name
    session: Session,
    planning: Planning,
    catalogue: Catalogue,
    *,
    region: str,
    mode: Mode | None,
    earliest: datetime | None,
    latest: datetime | None,
    after: str | None,
    limit: int,
    now: datetime,
) -> tuple[list[tuple[Slot, str]], str | None]:
    """List free places with the name of their adviser, soonest first, and the next cursor.

    Never a place nearer than the planner's lead, nor past its horizon.

    Raises:
        InvalidInput: no such region, a period that ends before it begins, or `after` is no place.

    """
    last = parse_slot_id(after) if after is not None else None
    faults = region_faults(catalogue, region)
    if earliest is not None and latest is not None and earliest >= latest:
        faults.append(Fault("query/until", "contradiction", "This must be later than from."))
    if after is not None and last is None:
        faults.append(UNKNOWN_CURSOR)
    if faults:
        raise InvalidInput(faults)
    begin = max(earliest or now, now + planning.lead)
    end = min(latest or now + planning.horizon, now + planning.horizon)
    if last is not None:
        begin = max(begin, last.starts_at)
    if begin >= end:
        return [], None
    availability = load_availability(session, region, earliest=begin, latest=end, lock=False)
    found = list(
        islice(
            (
                slot
                for slot in availability.free(planning, earliest=begin, latest=end)
                if (mode is None or slot.mode is mode)
                and (
                    last is None
                    or (slot.starts_at, slot.adviser, slot.mode)
                    > (last.starts_at, last.adviser, last.mode)
                )
            ),
            limit + 1,
        )
    )
    page = found[:limit]
    names = {
        str(adviser.id): adviser.name
        for adviser in session.exec(
            select(Adviser).where(col(Adviser.id).in_({UUID(slot.adviser) for slot in page}))
        )
    }
    cursor = slot_id(page[-1]) if len(found) > limit else None
    return [(slot, names[slot.adviser]) for slot in page], cursor
