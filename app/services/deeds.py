"""What was done to the data of persons, remembered until the transaction ends."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.terms import Action
from app.models import Intake


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to the data of these persons; `reason` is a code, never free text.

    `gone`: somebody whose intake was erased before this could be told.
    """

    action: Action
    intakes: tuple[Intake, ...]
    reason: str | None = None
    gone: UUID | None = None

    @property
    def persons(self) -> list[UUID]:
        """Name whose data it was done to."""
        whose = [intake.id for intake in self.intakes]
        return whose if self.gone is None else [*whose, self.gone]
