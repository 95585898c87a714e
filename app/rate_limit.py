"""How often one caller may ask per minute. Counted per process: two processes allow twice as much.

The minutes are those of the clock, so what is counted is thrown away as a whole: by the first
request after a minute ends. A caller can ask twice as often around that moment, and no more.
"""

import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil

from app.domain.access import ANONYMOUS, Caller

MINUTE = 60
NETWORK_BITS = 64
"""What one subscriber of IPv6 is given at the least (RFC 6177), to choose addresses from."""

ADDRESSES_KEPT = 1024
"""Of how many addresses the network is known beforehand."""

SHARED = "shared"
"""For those without an address that could be told from another's."""


class RateLimits:
    """Counts the requests of this process, per known caller and else per address.

    Asked from the event loop alone, so it needs no lock.
    """

    def __init__(
        self, *, anonymous: int, identified: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Allow so many requests per minute; the clock gives seconds and never goes back."""
        self._anonymous = anonymous
        self._identified = identified
        self._clock = clock
        self._counts: Counter[str] = Counter()
        self._ends = clock()

    def take(self, caller: Caller, address: str | None) -> int:
        """Count one request; return how many seconds to wait, 0 when it may go on."""
        now = self._clock()
        if now >= self._ends:
            self._counts = Counter()
            self._ends = now - now % MINUTE + MINUTE
        stranger = caller.id == ANONYMOUS.id
        whose = f"address {_network(address)}" if stranger else f"caller {caller.id.hex}"
        self._counts[whose] += 1
        if self._counts[whose] <= (self._anonymous if stranger else self._identified):
            return 0
        return max(1, ceil(self._ends - now))


@lru_cache(ADDRESSES_KEPT)
def _network(address: str | None) -> str:
    try:
        found = ip_address(address or "")
    except ValueError:
        return SHARED
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or int(found) >> 128 - NETWORK_BITS)
