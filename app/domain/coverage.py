"""Coverage: what each sector has arranged of each building block, as far as the sources tell.

The rows are the sectors, and the employers with provisions of their own: "sector" also means
organisation (Handreiking, footnote 1). The columns are the five building blocks of chapter 3.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.catalogue import Catalogue, Organisation, Provision, Sector
from app.domain.conditions import (
    Condition,
    EmployedBy,
    ForEmployers,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
)
from app.domain.terms import (
    Basis,
    BuildingBlock,
    Inheritance,
    ProvisionStatus,
)


class CoverageStatus(StrEnum):
    """What a sector has of a building block (Handreiking, chapter 3), the best first.

    arranged: a source says that it has it. uncertain: it may, by our reading or by inheritance.
    planned: not yet. ended: no longer. none_known: no source that we know names any.
    """

    arranged = "arranged"
    uncertain = "uncertain"
    planned = "planned"
    ended = "ended"
    none_known = "none_known"


class CoverageKind(StrEnum):
    """Whose provisions a row tells."""

    sector = "sector"
    employer = "employer"


SUREST_FIRST = tuple(CoverageStatus)
"""A cell says the best that can be said of any of its provisions."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A provision in a cell, and what it is worth there.

    inherited: it is there for a sector above, under whose provisions this one falls.
    """

    provision: Provision
    status: CoverageStatus
    inherited: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What a sector has of one building block, surest first."""

    building_block: BuildingBlock
    arrangements: tuple[Arrangement, ...]

    @property
    def status(self) -> CoverageStatus:
        """What can be said at best; that we know of none does not mean that there is none."""
        first = self.arrangements[:1]
        return first[0].status if first else CoverageStatus.none_known


@dataclass(frozen=True, slots=True)
class Row:
    """A sector, or an employer within one, with a cell for each building block."""

    id: str
    name: str
    parent: str | None
    kind: CoverageKind
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Named:
    """A provision that names a sector or an employer, and whether the source itself does."""

    provision: Provision
    basis: Basis


_ByPlace = Mapping[str, list[_Named]]


def coverage(catalogue: Catalogue, on: date, within: str | None = None) -> Iterator[Row]:
    """Yield the matrix of this day, in the order of the catalogue.

    within: leave out what does not lie in this sector of the tree; it must be there.

    What is there for everybody, in any sector, is no arrangement of a sector: the public doors
    (Handreiking, chapter 2) and what agreements may hold in general (chapter 3) are left out, and
    so is what is not for workers.
    """
    of_sectors, of_employers = _named(catalogue)
    for sector in catalogue.sectors.values():
        if within is None or catalogue.lies_within(sector.id, within):
            found = _of_sector(catalogue, sector.id, of_sectors, on)
            yield _row(sector, sector.parent, CoverageKind.sector, found)
    for employer in catalogue.organisations.values():
        if employer.id in of_employers and (
            within is None or catalogue.lies_within(employer.sector, within)
        ):
            found = _of_employer(catalogue, employer, of_sectors, of_employers, on)
            yield _row(employer, employer.sector, CoverageKind.employer, found)


def holds_on(provision: Provision, on: date) -> ProvisionStatus:
    """Say what a provision is on this day: `ends_on` is the first day without it."""
    if provision.ends_on is not None and provision.ends_on <= on:
        return ProvisionStatus.ended
    begins_later = provision.valid_from is not None and on < provision.valid_from
    if begins_later and provision.status is ProvisionStatus.current:
        return ProvisionStatus.planned
    return provision.status


def _named(catalogue: Catalogue) -> tuple[_ByPlace, _ByPlace]:
    """Find who names which sector and which employer.

    Whether it is for who works there or for who wants into it: side entry (3.4) is arranged by the
    sector that receives.
    """
    sectors: defaultdict[str, list[_Named]] = defaultdict(list)
    employers: defaultdict[str, list[_Named]] = defaultdict(list)
    for provision in catalogue.provisions.values():
        if any(isinstance(one, ForEmployers) for one in provision.conditions):
            continue
        for condition in provision.conditions:
            named = _Named(provision, condition.basis)
            for place in _sectors_of(condition):
                sectors[place].append(named)
            if isinstance(condition, EmployedBy):
                for place in condition.organisations:
                    employers[place].append(named)
    return sectors, employers


def _sectors_of(condition: Condition) -> tuple[str, ...]:
    match condition:
        case WorksIn() | WantsInto() | WorksInOrWantsInto():
            return condition.sectors
        case _:
            return ()


_Found = tuple[_Named, Inheritance, bool]
"""Who names it, how surely it holds here, and whether it was named for a sector above."""


def _of_sector(
    catalogue: Catalogue, sector: str, named: _ByPlace, on: date
) -> dict[BuildingBlock, list[Arrangement]]:
    """Gather what names a sector or one above it: down the tree only (4.3, Agrarische sector)."""
    found = (
        (one, catalogue.falls_under(sector, above.id), above.id != sector)
        for above in catalogue.line(sector)
        for one in named.get(above.id, ())
    )
    return _by_block(found, on)


def _of_employer(
    catalogue: Catalogue, employer: Organisation, sectors: _ByPlace, own: _ByPlace, on: date
) -> dict[BuildingBlock, list[Arrangement]]:
    """Gather what names an employer, and what its sector has when it falls under that."""
    found: list[_Found] = [(one, Inheritance.yes, False) for one in own[employer.id]]
    for above in catalogue.line(employer.sector):
        step = catalogue.falls_under(employer.sector, above.id)
        holds = _weakest(employer.inherits, step)
        found += ((one, holds, True) for one in sectors.get(above.id, ()))
    return _by_block(found, on)


def _weakest(*steps: Inheritance) -> Inheritance:
    return max(steps, key=list(Inheritance).index)


def _by_block(found: Iterable[_Found], on: date) -> dict[BuildingBlock, list[Arrangement]]:
    best: dict[tuple[BuildingBlock, str], Arrangement] = {}
    for named, holds, inherited in found:
        if holds is Inheritance.no:
            continue
        provision = named.provision
        for block in (provision.building_block, *provision.also_building_blocks):
            made = Arrangement(provision, _worth(named, block, holds, on), inherited)
            known = best.setdefault((block, provision.id), made)
            best[block, provision.id] = min(known, made, key=_place)
    cells: dict[BuildingBlock, list[Arrangement]] = defaultdict(list)
    for (block, _), arrangement in best.items():
        cells[block].append(arrangement)
    return cells


def _place(arrangement: Arrangement) -> tuple[int, bool]:
    return SUREST_FIRST.index(arrangement.status), arrangement.inherited


def _worth(named: _Named, block: BuildingBlock, holds: Inheritance, on: date) -> CoverageStatus:
    """Say what a provision is worth in a cell.

    It is arranged when it exists and its source says that it is of this sector. A second building
    block that we read into the source makes it uncertain there, as uncertain inheritance does.
    """
    match holds_on(named.provision, on):
        case ProvisionStatus.ended:
            return CoverageStatus.ended
        case ProvisionStatus.planned | ProvisionStatus.proposal:
            return CoverageStatus.planned
    read_into = (
        block is not named.provision.building_block
        and "also_building_blocks" not in named.provision.stated
    )
    sure = named.basis is Basis.stated and holds is Inheritance.yes and not read_into
    return CoverageStatus.arranged if sure else CoverageStatus.uncertain


def _row(
    of: Sector | Organisation,
    parent: str | None,
    kind: CoverageKind,
    found: Mapping[BuildingBlock, list[Arrangement]],
) -> Row:
    cells = [
        Cell(block, tuple(sorted(found.get(block, ()), key=_place))) for block in BuildingBlock
    ]
    return Row(of.id, of.name, parent, kind, tuple(cells))
