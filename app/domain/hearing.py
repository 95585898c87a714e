"""One person before the conditions of a catalogue, remembering what was concluded before.

A condition looks at few answers, so whoever gives the same ones gets the same finding. It is
remembered with the snapshot of the catalogue it holds for, in memory alone: coded answers, never
who gave them. What each kind looks at stands here; what it concludes in app/domain/judging.py.
"""

from collections.abc import Callable, Mapping
from datetime import date
from operator import attrgetter
from typing import Any

from app.domain.catalogue import Catalogue, Listed, Memory, Provision
from app.domain.conditions import (
    Condition,
    EmployedBy,
    EmploymentIs,
    ForEmployers,
    JobLossIs,
    PurposeIs,
    StaysIn,
    TargetOccupationIs,
    WantsInto,
    WorksIn,
    YearsOfService,
)
from app.domain.judging import judge
from app.domain.person import Person
from app.domain.verdicts import Answer, Case, Reason

MET, UNMET = Answer.met, Answer.unmet

MOST_REMEMBERED = 20_000
"""Findings of one catalogue: some ten megabytes. When there are more, all are forgotten."""

LOOKS_AT: Mapping[type[Condition], Callable[[Person], object]] = {
    WorksIn: attrgetter("origin", "organisation", "organisation_guessed", "seeks_work"),
    WantsInto: attrgetter("origin", "target", "target_named"),
    EmployedBy: attrgetter("origin", "organisation", "organisation_named", "organisation_guessed"),
    EmploymentIs: attrgetter("employment"),
    JobLossIs: attrgetter("job_loss"),
    PurposeIs: attrgetter("purpose"),
    StaysIn: attrgetter("target", "purpose"),
    TargetOccupationIs: attrgetter("target_occupation", "occupation"),
    YearsOfService: attrgetter("years_of_service"),
    ForEmployers: lambda _anybody: None,
}
"""What each kind looks at; one that looks at much, at the provision or at the day is left out."""


class _Known(dict[type[Condition], dict[int, tuple[Condition, Answer, Reason]]]):
    """Per kind of condition, what was found before for whoever gave the answers it looks at."""

    def __init__(self, person: Person, memory: Memory) -> None:
        super().__init__()
        self._person = person
        self._memory = memory

    def __missing__(self, kind: type[Condition]) -> dict[int, tuple[Condition, Answer, Reason]]:
        looks_at = LOOKS_AT.get(kind)
        known = self._memory.about((kind, looks_at(self._person))) if looks_at else {}
        self[kind] = known
        return known


class Hearing:
    """Holds conditions against one person on one day; `person.purpose` is already decided."""

    __slots__ = ("_known", "_memory", "catalogue", "on", "person", "told")

    def __init__(self, person: Person, catalogue: Catalogue, on: date) -> None:
        """Begin with what others who gave the same answers were told."""
        if catalogue.memory.size > MOST_REMEMBERED:
            catalogue.memory.forget()
        self.person = person
        self.catalogue = catalogue
        self.on = on
        self._memory = catalogue.memory
        self._known = _Known(person, catalogue.memory)
        self.told: dict[int, Any] = {}
        """What this person is told of provisions that ask the same, by the id of what they ask."""

    def tells_all_alike(self, asked: tuple[Condition, ...]) -> bool:
        """Whether what is told of these conditions is the same for each provision with them."""
        return all(type(condition) in LOOKS_AT for condition in asked)

    def reasons(self, listed: Listed) -> tuple[list[Reason], list[Reason], list[Reason]]:
        """Say what is met, what is unknown and what is unmet of what a provision asks."""
        met: list[Reason] = []
        asked: list[Reason] = []
        unmet: list[Reason] = []
        for condition in listed.asked:
            found = self._known[type(condition)].get(id(condition))
            _, answer, reason = found or self._judge(condition, listed.provision)
            (met if answer is MET else unmet if answer is UNMET else asked).append(reason)
        return met, asked, unmet

    def _judge(
        self, condition: Condition, provision: Provision
    ) -> tuple[Condition, Answer, Reason]:
        finding = judge(condition, Case(self.person, provision.id, self.catalogue, self.on))
        found = condition, finding.answer, finding.reason
        kind = type(condition)
        if kind in LOOKS_AT:
            # With the condition itself, so that its id stays its own.
            self._known[kind][id(condition)] = found
            self._memory.size += 1
        return found
