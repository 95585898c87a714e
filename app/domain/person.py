"""What the rule knows of a person: coded answers of the intake, never who they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.catalogue import Catalogue
from app.domain.terms import Employment, JobLoss, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The resolved answers to the four questions of the intake (Handreiking, bijlage 3, 3.e).

    `origin` is the sector someone works in or last worked in. A `None` beside a `*_named` that is
    true means: something was said, and it was not understood. `organisation_guessed` means: the
    employer was understood past a typing error. `used` holds what was used before, with every day
    it was, and `None` among them for a day nobody knows.
    """

    origin: str | None
    target: str | None = None
    target_named: bool = False
    target_occupation: str | None = None
    occupation: str | None = None
    organisation: str | None = None
    organisation_named: bool = False
    organisation_guessed: bool = False
    employment: Employment | None = None
    job_loss: JobLoss = JobLoss.none
    purpose: Purpose | None = None
    years_of_service: int | None = None
    used: Mapping[str, tuple[date | None, ...]] = field(default_factory=dict, hash=False)

    @property
    def loses_job(self) -> bool:
        """Whether the job is lost or about to be."""
        return self.job_loss is not JobLoss.none

    @property
    def seeks_work(self) -> bool:
        """Whether somebody is without work, and so no longer works in the origin sector."""
        return self.employment is Employment.job_seeker


def purpose_of(person: Person, catalogue: Catalogue) -> Purpose:
    """Say what the person comes for: as given, else derived from where they want to go.

    Source: Handreiking, chapter 3, the four bullets. Losing the job turns a step within the own
    sector, or no target at all, into a search for other work. Words that were not understood
    ("weet ik niet", "nergens") are no target: they say nothing about the purpose, which is asked.
    """
    if person.purpose is not None:
        return person.purpose
    if person.target is None:
        return Purpose.other_work if person.loses_job else Purpose.orientation
    if person.origin is not None and catalogue.same_line(person.origin, person.target):
        return Purpose.other_work if person.loses_job else Purpose.growth_in_sector
    return Purpose.other_sector
