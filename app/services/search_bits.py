"""Sets of provisions as integers, and a score for every provision at once.

A set of provisions is one integer: provision 7 is in it when bit 7 is on. A score per provision is
a tuple of such sets: plane n holds who has bit n of its score on. Adding the scores of two words is
then a few operations on long integers, however many provisions there are (bit-sliced indexes:
O'Neil and Quass, "Improved query performance with variant indexes", SIGMOD 1997).
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Generic, TypeVar

Key = TypeVar("Key")

_BITS_OF_A_PLACE = 32

Planes = tuple[int, ...]


def scored(levels: Iterable[tuple[int, int]]) -> Planes:
    """Return scores from (score, members) pairs; who is in several has its highest score."""
    planes: list[int] = []
    seen = 0
    for score, members in sorted(levels, reverse=True):
        fresh = members & ~seen
        seen |= members
        for number in range(score.bit_length() if fresh else 0):
            if number == len(planes):
                planes.append(0)
            if score >> number & 1:
                planes[number] |= fresh
    return tuple(planes)


def added(one: Planes, other: Planes) -> Planes:
    """Add two scores, provision by provision."""
    if not one:
        return other
    planes: list[int] = []
    carry = 0
    for left, right in zip_longest(one, other, fillvalue=0):
        either = left ^ right
        planes.append(either ^ carry)
        carry = left & right | either & carry
    return (*planes, carry) if carry else tuple(planes)


def halved_outside(planes: Planes, members: int) -> Planes:
    """Halve, rounded down, the score of whoever is not among the members."""
    return tuple(
        [
            higher ^ (plane ^ higher) & members
            for plane, higher in zip_longest(planes, planes[1:], fillvalue=0)
        ]
    )


def highest(planes: Planes, members: int) -> int:
    """Return the highest score among the members; 0 when there are none."""
    best = 0
    for number in reversed(range(len(planes))):
        if with_bit := members & planes[number]:
            members = with_bit
            best |= 1 << number
    return best


def at_least(planes: Planes, members: int, least: int) -> int:
    """Return the members whose score is not below `least`."""
    above, level = 0, members
    for number in reversed(range(max(len(planes), least.bit_length()))):
        plane = planes[number] if number < len(planes) else 0
        if least >> number & 1:
            level &= plane
        else:
            above |= level & plane
            level &= ~plane
    return above | level


def best_first(planes: Sequence[int], members: int) -> Iterator[int]:
    """Yield the members in groups of equal score, the highest score first."""
    waiting = [(members, len(planes))] if members else []
    while waiting:
        group, number = waiting.pop()
        while number:
            number -= 1
            if (high := group & planes[number]) and (low := group ^ high):
                waiting.append((low, number))
                group = high
        yield group


def places(group: int, most: int) -> list[int]:
    """Return the numbers of who is in a set, lowest first, at most so many."""
    found: list[int] = []
    while group and len(found) < most:
        lowest = group & -group
        found.append(lowest.bit_length() - 1)
        group ^= lowest
    return found


class Postings(Generic[Key]):
    """Per key a set of provisions, kept in whichever of two forms is the smaller."""

    def __init__(self, pairs: Iterable[tuple[Key, int]], count: int) -> None:
        """Index (key, place) pairs of `count` provisions; the places of a key never descend."""
        found: defaultdict[Key, array[int]] = defaultdict(lambda: array("I"))
        for key, place in pairs:
            found[key].append(place)
        self._sets: dict[Key, int | array[int]] = {
            key: _together(places) if len(places) * _BITS_OF_A_PLACE > count else places
            for key, places in found.items()
        }

    def __iter__(self) -> Iterator[Key]:
        """Yield every key."""
        return iter(self._sets)

    def any_of(self, keys: Iterable[Key]) -> int:
        """Return the provisions under any of these keys."""
        united = 0
        for key in keys:
            found = self._sets.get(key, 0)
            united |= found if isinstance(found, int) else _together(found)
        return united


def _together(places: "array[int]") -> int:
    bits = bytearray(places[-1] // 8 + 1)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")
