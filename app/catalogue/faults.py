"""What can be wrong with the catalogue, said so that the one who wrote it can find it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: in which file, which record and which field, and what is wrong."""

    file: str
    record: str
    field: str
    detail: str

    def __str__(self) -> str:
        """Say the fault on one line."""
        return ": ".join(part for part in (self.file, self.record, self.field, self.detail) if part)


class CatalogueError(Exception):
    """The catalogue cannot be used; `faults` has everything that is wrong, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep the faults in the order in which they were found."""
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
