"""The conditions of a provision, as clients read them: a sentence, and what it is made of."""

import re
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from app.domain.catalogue import Catalogue
from app.domain.conditions import Condition
from app.domain.sentences import sentence
from app.domain.terms import Basis, Employment, JobLoss, Purpose
from app.schemas.base import Answer

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class _Shown(Answer):
    basis: Basis
    """Whether the source states it, or we read it into the source."""
    sentence: str
    """In plain Dutch, to the worker."""
    question: str | None
    """What is asked when the answer is unknown; null for the standard question."""


class WorksInAnswer(_Shown):
    """Works, or last worked, in one of these sectors."""

    kind: Literal["works_in"]
    sectors: list[str]


class WantsIntoAnswer(_Shown):
    """Wants into one of these sectors, or with none into any other, and comes from elsewhere."""

    kind: Literal["wants_into"]
    sectors: list[str]
    not_from: list[str]
    """Who comes from here is refused; with none, who comes from `sectors`."""
    ask_from: list[str]
    """Who comes from here is asked."""


class WorksInOrWantsIntoAnswer(_Shown):
    """Works in these sectors, or wants into them."""

    kind: Literal["works_in_or_wants_into"]
    sectors: list[str]


class EmployedByAnswer(_Shown):
    """Works for one of these organisations."""

    kind: Literal["employed_by"]
    organisations: list[str]


class EmploymentIsAnswer(_Shown):
    """How someone must work now."""

    kind: Literal["employment_is"]
    allowed: list[Employment]
    ask: list[Employment]
    """For these the provider decides."""


class JobLossIsAnswer(_Shown):
    """Only with, or only without, the loss of a job."""

    kind: Literal["job_loss_is"]
    allowed: list[JobLoss]


class PurposeIsAnswer(_Shown):
    """Only for these purposes."""

    kind: Literal["purpose_is"]
    allowed: list[Purpose]


class StaysInAnswer(_Shown):
    """Meant for who stays within these sectors."""

    kind: Literal["stays_in"]
    sectors: list[str]
    ask: bool
    """Whether who leaves is asked; else refused."""


class TargetOccupationIsAnswer(_Shown):
    """Wants to become one of these."""

    kind: Literal["target_occupation_is"]
    occupations: list[str]


class YearsOfServiceAnswer(_Shown):
    """From this year of service on: 15 is from the start of the fifteenth year."""

    kind: Literal["years_of_service"]
    from_year: int


class NotUsedWithinAnswer(_Shown):
    """Not again within so many years of its last use."""

    kind: Literal["not_used_within"]
    years: int
    ask: bool
    """Whether who did is asked; else refused."""


class MustConfirmAnswer(_Shown):
    """Always asked: an intake never tells."""

    kind: Literal["must_confirm"]


class ForEmployersAnswer(_Shown):
    """Not for workers at all."""

    kind: Literal["for_employers"]


ConditionAnswer = Annotated[
    WorksInAnswer
    | WantsIntoAnswer
    | WorksInOrWantsIntoAnswer
    | EmployedByAnswer
    | EmploymentIsAnswer
    | JobLossIsAnswer
    | PurposeIsAnswer
    | StaysInAnswer
    | TargetOccupationIsAnswer
    | YearsOfServiceAnswer
    | NotUsedWithinAnswer
    | MustConfirmAnswer
    | ForEmployersAnswer,
    Field(discriminator="kind"),
]
"""What a provision asks: as data, by kind, and as a sentence."""

_ANY: TypeAdapter[Any] = TypeAdapter(ConditionAnswer)


def shown_condition(condition: Condition, catalogue: Catalogue) -> ConditionAnswer:
    """Show a condition."""
    kind = _CAPITAL.sub("_", type(condition).__name__).lower()
    said = {**asdict(condition), "kind": kind, "sentence": sentence(condition, catalogue)}
    answer: ConditionAnswer = _ANY.validate_python(said)
    return answer
