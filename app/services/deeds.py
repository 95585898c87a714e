"""What was done to the data of persons, remembered until the transaction ends."""

from dataclasses import dataclass

from app.domain.terms import Action
from app.models import Intake


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done to the data of these persons; `reason` is a code, never free text."""

    action: Action
    intakes: tuple[Intake, ...]
    reason: str | None = None
