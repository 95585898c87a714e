"""The kinds of condition a provision can have, as data.

A provision is open to a person when each of its conditions is met. What a condition means for a
person is in app/domain/judging.py.
"""

from dataclasses import dataclass

from app.domain.terms import Basis, Employment, JobLoss, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class _Condition:
    """`question` is asked when the answer is unknown; without one, a standard question is."""

    basis: Basis = Basis.inferred
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksIn(_Condition):
    """Origin side: the person works, or last worked, in one of these sectors."""

    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantsInto(_Condition):
    """Target side: the person wants into one of these sectors and comes from elsewhere.

    `sectors` empty means any sector other than the person's own. Someone from `not_from` (when
    empty: `sectors`) is refused; someone from `ask_from` is asked. `question` is about where
    someone comes from.
    """

    sectors: tuple[str, ...] = ()
    not_from: tuple[str, ...] = ()
    ask_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WorksInOrWantsInto(_Condition):
    """Either side: open to who works in these sectors and to who wants into them."""

    sectors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployedBy(_Condition):
    """Only for the own employees of these organisations."""

    organisations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmploymentIs(_Condition):
    """How someone must work now; for those in `ask`, the provider decides."""

    allowed: tuple[Employment, ...]
    ask: tuple[Employment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLossIs(_Condition):
    """Only when the job is lost or about to be (Handreiking, chapter 3), or only when not."""

    allowed: tuple[JobLoss, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeIs(_Condition):
    """Only for these purposes."""

    allowed: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaysIn(_Condition):
    """Meant for who stays within these sectors; who leaves is refused, or asked when `ask`."""

    sectors: tuple[str, ...]
    ask: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOccupationIs(_Condition):
    """Only for who wants to become one of these (occupation ids of the sector tree)."""

    occupations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearsOfService(_Condition):
    """Only from this year of service on: 15 means from the start of the fifteenth year."""

    from_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUsedWithin(_Condition):
    """Not again within so many years of its last use; who did is refused, or asked when `ask`."""

    years: int
    ask: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MustConfirm(_Condition):
    """Something the intake never tells, so it is always asked: of the worker or of the desk."""

    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForEmployers(_Condition):
    """Not for workers at all."""


Condition = (
    WorksIn
    | WantsInto
    | WorksInOrWantsInto
    | EmployedBy
    | EmploymentIs
    | JobLossIs
    | PurposeIs
    | StaysIn
    | TargetOccupationIs
    | YearsOfService
    | NotUsedWithin
    | MustConfirm
    | ForEmployers
)
