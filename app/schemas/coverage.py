"""What the sectors have arranged, as clients read it."""

from collections.abc import Iterable
from datetime import date

from app.domain.coverage import Arrangement, Cell, CoverageKind, CoverageStatus, Row
from app.domain.terms import BuildingBlock
from app.schemas.base import Answer, Day
from app.schemas.catalogue import SourceAnswer


class CoveringProvision(Answer):
    """A provision of a sector, and what it is worth there."""

    provision_id: str
    name: str
    status: CoverageStatus
    source: SourceAnswer
    verified_on: Day
    verified_recently: bool
    """Whether that was within a year before today."""
    inherited: bool
    """Whether it is there for a sector above, under whose provisions this one falls."""

    @classmethod
    def of(cls, arrangement: Arrangement, *, on: date) -> "CoveringProvision":
        """Show it, on this day."""
        provision = arrangement.provision
        return cls(
            provision_id=provision.id,
            name=provision.name,
            status=arrangement.status,
            source=SourceAnswer(
                document=provision.source.document, section=provision.source.section
            ),
            verified_on=provision.verified_on,
            verified_recently=provision.verified_recently(on),
            inherited=arrangement.inherited,
        )


class CoverageCell(Answer):
    """What a sector has of one building block."""

    building_block: BuildingBlock
    status: CoverageStatus
    """The best that can be said of any of the provisions."""
    provisions: list[CoveringProvision]
    """Surest first."""

    @classmethod
    def of(cls, cell: Cell, *, on: date) -> "CoverageCell":
        """Show it, on this day."""
        return cls(
            building_block=cell.building_block,
            status=cell.status,
            provisions=[CoveringProvision.of(one, on=on) for one in cell.arrangements],
        )


class CoveredSector(Answer):
    """A sector, or an employer that has provisions of its own."""

    sector_id: str
    """Of an employer its own id."""
    name: str
    parent_id: str | None
    """The sector that it lies in."""
    kind: CoverageKind
    cells: list[CoverageCell]
    """One for each building block, in the order of `buildingBlocks`."""


class CoverageAnswer(Answer):
    """Every sector by every building block."""

    building_blocks: list[BuildingBlock]
    sectors: list[CoveredSector]
    catalogue_version: int

    @classmethod
    def of(cls, rows: Iterable[Row], *, version: int, on: date) -> "CoverageAnswer":
        """Show the matrix of a catalogue of this version, on this day."""
        return cls(
            building_blocks=list(BuildingBlock),
            sectors=[
                CoveredSector(
                    sector_id=row.id,
                    name=row.name,
                    parent_id=row.parent,
                    kind=row.kind,
                    cells=[CoverageCell.of(cell, on=on) for cell in row.cells],
                )
                for row in rows
            ],
            catalogue_version=version,
        )
