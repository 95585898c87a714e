"""The life of a guidance session, and the limit of three."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from app.domain.errors import Conflict
from app.domain.terms import SessionStatus

MAX_SESSIONS = 3
"""After the intake at most three conversations (Handreiking of 12 May 2026, annex 3, 3.e)."""

NEXT: Mapping[SessionStatus, frozenset[SessionStatus]] = MappingProxyType(
    {
        # planned: it gets a place.
        SessionStatus.waiting: frozenset({SessionStatus.planned, SessionStatus.cancelled}),
        # planned again: it is moved, and keeps its number.
        SessionStatus.planned: frozenset(
            {
                SessionStatus.planned,
                SessionStatus.held,
                SessionStatus.missed,
                SessionStatus.cancelled,
            }
        ),
        SessionStatus.held: frozenset(),
        SessionStatus.missed: frozenset(),
        SessionStatus.cancelled: frozenset(),
    }
)
"""From each status, where a session can go (design, section 3, limits). Final: nowhere."""


class NotAllowed(Conflict):
    """A session cannot go where it was sent.

    `current` is the status it keeps, `allowed` where it can go, in the order of the life of a
    session; empty when it is final.
    """

    slug = "session-not-allowed"
    title = "The session cannot go there"

    def __init__(self, current: SessionStatus) -> None:
        """Keep the status and what it allows."""
        self.current = current
        allowed = tuple(status for status in SessionStatus if status in NEXT[current])
        options = ", ".join(allowed) or "nothing"
        super().__init__(f"A session that is {current} allows: {options}.", allowed=allowed)


def is_change(current: SessionStatus, wanted: SessionStatus) -> bool:
    """Tell whether going from `current` to `wanted` changes anything.

    False when a final outcome is sent again: the second time has no effect. Planned to planned is
    a change: the session is moved. Raises NotAllowed when the session cannot go there.
    """
    if wanted in NEXT[current]:
        return True
    if wanted == current and not NEXT[current]:
        return False
    raise NotAllowed(current)


def next_number(numbers_in_use: Collection[int]) -> int | None:
    """Give the lowest free number of 1 to 3, or None when all are in use.

    Leave the numbers of cancelled sessions out of `numbers_in_use`: a cancelled session gives its
    number back (design, section 3, limits; three: Handreiking, annex 3, 3.e).
    """
    free = (number for number in range(1, MAX_SESSIONS + 1) if number not in numbers_in_use)
    return next(free, None)


def guidance_is_over(statuses: Iterable[SessionStatus]) -> bool:
    """Tell whether three sessions were held or missed, so that none can follow.

    A missed session counts as one of the three (design, section 3, limits; Handreiking, annex 3,
    3.e).
    """
    used = sum(status in (SessionStatus.held, SessionStatus.missed) for status in statuses)
    return used >= MAX_SESSIONS


class CancelReason(StrEnum):
    """Why a session was called off."""

    worker_cancelled = "worker_cancelled"
    adviser_cancelled = "adviser_cancelled"
    found_work = "found_work"
    other = "other"
