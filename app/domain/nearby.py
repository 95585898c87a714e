"""Which provisions can be open to a person, found by where they ask somebody to be.

Looked up, because a check must not take longer when sectors join that have nothing to do with it.
Pure: what is left out here is refused by app/domain/judging.py, whatever else is answered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from app.domain.conditions import (
    Condition,
    EmployedBy,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
)

Numbers = list[int]
"""Places in the catalogue, in its order."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """Provisions by the sector or employer that they ask for. Immutable; build with `of`.

    What asks for a sector is near to whoever is there or below it in the tree. `origin_above` and
    `target_above` hold, for each sector, what asks for a sector below it: who named that sector
    was not precise enough.
    """

    lines: Mapping[str, Iterable[str]]
    anywhere: Numbers = field(default_factory=list)
    origin: dict[str, Numbers] = field(default_factory=dict)
    target: dict[str, Numbers] = field(default_factory=dict)
    employer: dict[str, Numbers] = field(default_factory=dict)
    employer_above: dict[str, Numbers] = field(default_factory=dict)
    origin_above: dict[str, Numbers] = field(default_factory=dict)
    target_above: dict[str, Numbers] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        provisions: Mapping[int, Sequence[Condition]],
        lines: Mapping[str, Iterable[str]],
        employers: Mapping[str, str],
    ) -> Self:
        """Index provisions that exist, by place: their conditions; `employers` by sector."""
        made = cls(lines)
        for number, conditions in provisions.items():
            place = next((one for one in conditions if _names_a_place(one)), None)
            match place:
                case WorksIn(sectors=sectors):
                    made._add(number, sectors, made.origin, made.origin_above)
                case WantsInto(sectors=sectors):
                    made._add(number, sectors, made.target, made.target_above)
                case WorksInOrWantsInto(sectors=sectors):
                    made._add(number, sectors, made.origin, made.origin_above)
                    made._add(number, sectors, made.target, made.target_above)
                case EmployedBy(organisations=organisations):
                    sectors = tuple(employers[one] for one in organisations)
                    made._add(number, sectors, made.origin, made.employer_above)
                    _put(number, organisations, made.employer)
                case _:
                    made.anywhere.append(number)
        return made

    def _add(
        self,
        number: int,
        sectors: Iterable[str],
        there: dict[str, Numbers],
        above: dict[str, Numbers],
    ) -> None:
        _put(number, sectors, there)
        _put(number, {one for each in sectors for one in self.lines[each] if one != each}, above)

    def may_be_open(self, origin: str | None, target: str | None, employer: str | None) -> set[int]:
        """Find what asks for where this person is or goes, and what asks for no place at all.

        Everything else is refused for where it asks somebody to be. An employer whose sector lies
        below the one that was named may be the person's own.
        """
        found = set(self.anywhere)
        if origin is not None:
            for sector in self.lines[origin]:
                found.update(self.origin.get(sector, ()))
            found.update(self.employer_above.get(origin, ()))
        if target is not None:
            for sector in self.lines[target]:
                found.update(self.target.get(sector, ()))
        if employer is not None:
            found.update(self.employer.get(employer, ()))
        return found

    def below_origin(self, origin: str | None) -> Iterable[int]:
        """Find what asks to work in a sector below this one; without one, one of each sector."""
        if origin is None:
            return (numbers[0] for numbers in self.origin.values())
        return self.origin_above.get(origin, ())

    def below_target(self, target: str | None) -> Iterable[int]:
        """Find what asks to want into a sector below this one; without one, one of each sector."""
        if target is None:
            return (numbers[0] for numbers in self.target.values())
        return self.target_above.get(target, ())


def _names_a_place(condition: Condition) -> bool:
    match condition:
        case WorksIn() | WorksInOrWantsInto() | EmployedBy():
            return True
        case WantsInto(sectors=sectors):
            return bool(sectors)
    return False


def _put(number: int, keys: Iterable[str], into: dict[str, Numbers]) -> None:
    for key in dict.fromkeys(keys):
        into.setdefault(key, []).append(number)
