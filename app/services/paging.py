"""Pages of lists that are in memory: the cursor is the id of the last item seen."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.domain.errors import Fault, InvalidInput

Item = TypeVar("Item")

UNKNOWN_CURSOR = Fault(
    "query/after",
    "unknown",
    "There is no such item in this list. Give the value of next of the page before; if that was "
    "it, the list has changed since: begin again without after.",
)


def page_of(
    items: Sequence[Item], *, after: str | None, limit: int, key: Callable[[Item], str]
) -> tuple[list[Item], str | None]:
    """Cut the page that follows `after`, with the cursor of the next one.

    Raises:
        InvalidInput: `after` is the id of none of these items.

    """
    begin = 0
    if after is not None:
        places = {key(item): place for place, item in enumerate(items)}
        if after not in places:
            raise InvalidInput([UNKNOWN_CURSOR])
        begin = places[after] + 1
    page = list(items[begin : begin + limit])
    more = begin + limit < len(items)
    return page, key(page[-1]) if more else None
