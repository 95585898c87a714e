"""The conditions of a provision as they are written in the catalogue.

One model per dataclass of app/domain/conditions.py; `kind` is its name in snake_case.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from app.catalogue.fields import Id, Many, Number, Some, Text
from app.domain import conditions as domain
from app.domain.terms import Basis, Employment, JobLoss, Purpose


class _ConditionRecord(BaseModel):
    """What every condition has; the fields are those of the dataclass it becomes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    becomes: ClassVar[type[domain.Condition]]

    basis: Basis = Basis.inferred
    question: Text | None = None

    def value(self) -> domain.Condition:
        """Return the condition as the rule knows it."""
        fields = dict(self)
        del fields["kind"]
        return self.becomes(**fields)


class WorksInRecord(_ConditionRecord):
    """Origin side."""

    becomes = domain.WorksIn
    kind: Literal["works_in"]
    sectors: Some[Id]


class WantsIntoRecord(_ConditionRecord):
    """Target side."""

    becomes = domain.WantsInto
    kind: Literal["wants_into"]
    sectors: Many[Id]
    not_from: Many[Id] = ()
    ask_from: Many[Id] = ()


class WorksInOrWantsIntoRecord(_ConditionRecord):
    """Either side."""

    becomes = domain.WorksInOrWantsInto
    kind: Literal["works_in_or_wants_into"]
    sectors: Some[Id]


class EmployedByRecord(_ConditionRecord):
    """Own employees only."""

    becomes = domain.EmployedBy
    kind: Literal["employed_by"]
    organisations: Some[Id]


class EmploymentIsRecord(_ConditionRecord):
    """How someone works now."""

    becomes = domain.EmploymentIs
    kind: Literal["employment_is"]
    allowed: Some[Employment]
    ask: Many[Employment] = ()


class JobLossIsRecord(_ConditionRecord):
    """Whether the job is lost."""

    becomes = domain.JobLossIs
    kind: Literal["job_loss_is"]
    allowed: Some[JobLoss]


class PurposeIsRecord(_ConditionRecord):
    """What someone comes for."""

    becomes = domain.PurposeIs
    kind: Literal["purpose_is"]
    allowed: Some[Purpose]


class StaysInRecord(_ConditionRecord):
    """Who stays within these sectors."""

    becomes = domain.StaysIn
    kind: Literal["stays_in"]
    sectors: Some[Id]
    ask: StrictBool = False


class TargetOccupationIsRecord(_ConditionRecord):
    """What someone wants to become."""

    becomes = domain.TargetOccupationIs
    kind: Literal["target_occupation_is"]
    occupations: Some[Id]


class YearsOfServiceRecord(_ConditionRecord):
    """From which year of service."""

    becomes = domain.YearsOfService
    kind: Literal["years_of_service"]
    from_year: Number


class NotUsedWithinRecord(_ConditionRecord):
    """Not again within so many years."""

    becomes = domain.NotUsedWithin
    kind: Literal["not_used_within"]
    years: Number
    ask: StrictBool = False


class MustConfirmRecord(_ConditionRecord):
    """Always asked, so it always has its question."""

    becomes = domain.MustConfirm
    kind: Literal["must_confirm"]
    question: Text


class ForEmployersRecord(_ConditionRecord):
    """Not for workers."""

    becomes = domain.ForEmployers
    kind: Literal["for_employers"]


ConditionRecord = Annotated[
    WorksInRecord
    | WantsIntoRecord
    | WorksInOrWantsIntoRecord
    | EmployedByRecord
    | EmploymentIsRecord
    | JobLossIsRecord
    | PurposeIsRecord
    | StaysInRecord
    | TargetOccupationIsRecord
    | YearsOfServiceRecord
    | NotUsedWithinRecord
    | MustConfirmRecord
    | ForEmployersRecord,
    Field(discriminator="kind"),
]
