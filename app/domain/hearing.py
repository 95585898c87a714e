"""What was concluded for others, told again to whoever gives the same answers.

A condition looks at few answers. It is remembered with the snapshot of the catalogue it holds for,
in memory alone: coded answers, never who gave them. What each kind looks at stands here; what it
concludes in app/domain/judging.py, and what follows from that in app/domain/telling.py.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from operator import attrgetter

from app.domain.catalogue import Catalogue, Kinds, Known, Listed, Memory
from app.domain.conditions import (
    Condition,
    EmployedBy,
    EmploymentIs,
    ForEmployers,
    JobLossIs,
    MustConfirm,
    NotUsedWithin,
    PurposeIs,
    StaysIn,
    TargetOccupationIs,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
    YearsOfService,
)
from app.domain.judging import judge
from app.domain.person import Person
from app.domain.telling import Assessment, Heard, Hearing, closed, conclude, decisive, side_of
from app.domain.verdicts import Finding

MOST_REMEMBERED = 30_000
"""Entries of the memory of one catalogue, some seven megabytes. When there are more, those that
nobody asked for since the last time are forgotten: so there are two times as many at the most."""


def _at(*answers: str) -> Callable[[Person, Catalogue], object]:
    given = attrgetter(*answers)
    return lambda person, _catalogue: given(person)


def _at_nothing(_anybody: Person, _catalogue: Catalogue) -> None: ...


def _at_a_way_in(person: Person, catalogue: Catalogue) -> object:
    """Where someone comes from matters as far as there is a way into where they want to go."""
    origin, target = person.origin, person.target
    if origin is None or target is None:
        return origin is None, target, person.target_named
    if not catalogue.ways_in.isdisjoint(catalogue.lines[target]):
        return origin, target
    return target, catalogue.same_line(origin, target)


LOOKS_AT: Mapping[type[Condition], Callable[[Person, Catalogue], object]] = {
    WorksIn: _at("origin", "organisation", "organisation_guessed", "seeks_work"),
    WantsInto: _at_a_way_in,
    WorksInOrWantsInto: _at(
        "origin", "organisation", "organisation_guessed", "seeks_work", "target", "target_named"
    ),
    EmployedBy: _at("origin", "organisation", "organisation_named", "organisation_guessed"),
    EmploymentIs: _at("employment"),
    JobLossIs: _at("job_loss"),
    PurposeIs: _at("purpose"),
    StaysIn: _at("target", "purpose"),
    TargetOccupationIs: _at("target_occupation", "occupation"),
    YearsOfService: _at("years_of_service"),
    NotUsedWithin: _at_nothing,
    MustConfirm: _at_nothing,
    ForEmployers: _at_nothing,
}
"""What each kind looks at. What this person used before is judged afresh: that looks at the day."""

AT_NOTHING = frozenset({NotUsedWithin, MustConfirm, ForEmployers})

TOGETHER: tuple[Kinds, ...] = (
    (),
    (WorksIn, EmployedBy, EmploymentIs),
    (WorksIn, EmployedBy, EmploymentIs, JobLossIs, PurposeIs),
    (WantsInto,),
)
"""What many provisions look at: all of those that look at no more are remembered as one."""

_Parts = dict[Kinds | None, list[Listed]]
"""The provisions of a catalogue by what of `TOGETHER` they look at; None: at something else."""


class _Answers(dict[type[Condition], object]):
    """What each kind of condition looks at, of one person."""

    def __init__(self, person: Person, catalogue: Catalogue) -> None:
        super().__init__()
        self._person = person
        self._catalogue = catalogue

    def __missing__(self, kind: type[Condition]) -> object:
        answers = self[kind] = LOOKS_AT[kind](self._person, self._catalogue)
        return answers


class _Known(dict[type[Condition], Known]):
    """Per kind of condition, what was judged of whoever gave the answers it looks at."""

    def __init__(self, answers: _Answers, memory: Memory) -> None:
        super().__init__()
        self._answers = answers
        self._memory = memory

    def __missing__(self, kind: type[Condition]) -> Known:
        known = self[kind] = self._memory.about((kind, self._answers[kind]))
        return known


class Remembering(Hearing):
    """A hearing that begins with what others who gave the same answers were told."""

    __slots__ = ("_answers", "_known", "_memory")

    def __init__(self, person: Person, catalogue: Catalogue, on: date) -> None:
        """Begin with what is remembered of this catalogue."""
        super().__init__(person, catalogue, on)
        memory = catalogue.memory
        if memory.size > MOST_REMEMBERED:
            memory.forget()
        self._memory = memory
        self._answers = _Answers(person, catalogue)
        self._known = _Known(self._answers, memory)

    def heard(self, looked_at: Iterable[Listed]) -> Heard:
        """Say it part by part, where everything is looked at and nothing was used before."""
        if looked_at is not self.catalogue.listed or self.person.used:
            return super().heard(looked_at)
        parts: _Parts = self._memory.about(("parts", self.on))
        if not parts:
            parts.update(self._parts())
        opened, refused = super().heard(parts[None])
        for kinds in TOGETHER:
            part = self._part(kinds, parts[kinds])
            opened.update(part.opened)
            refused.update(part.refused)
        return Heard(opened, refused)

    def _parts(self) -> _Parts:
        """Part the catalogue by what is looked at; at nothing, of what is closed on this day."""
        parts: _Parts = {kinds: [] for kinds in (*TOGETHER, None)}
        for listed in self.catalogue.listed:
            never = listed.may_be_closed and self._never(listed)
            looking = frozenset(() if never else listed.kinds) - AT_NOTHING
            kinds = next((one for one in TOGETHER if looking.issubset(one)), None)
            parts[kinds].append(listed)
        return parts

    def _part(self, kinds: Kinds, listed: Iterable[Listed]) -> Heard:
        """Say what a part of the catalogue says, if nobody was told yet."""
        answers = tuple([self._answers[kind] for kind in kinds])
        known = self._memory.about((self.on, kinds, answers))
        part: Heard | None = known.get("heard")
        if part is None:
            part = super().heard(listed)
            entries = len(part.opened) + len(part.refused)
            self._memory.keep(known, "heard", part, entries=entries)
        return part

    def assessed(self, listed: Listed) -> Assessment:
        """Assess what was not assessed yet: what follows from the same findings is the same.

        What is listed stays as long as the catalogue, and a reason as long as the assessment that
        holds it, so their ids stand for them: to hash them takes longer than to conclude.
        """
        if listed.may_be_closed and (never := self._never(listed)):
            return never
        findings = decisive(self._findings(listed))
        side = side_of(listed.asked, self.person, self.catalogue)
        # Of one day: what was once written down of it says what is recent.
        key = (self.on, id(listed), side, *[id(reason) for _, reason in findings])
        one: Assessment | None = self._memory.made(key)
        if one is None:
            one = Assessment(listed.provision, conclude(findings, side))
            self._memory.once(key, one)
        return one

    def _never(self, listed: Listed) -> Assessment | None:
        known: dict[int, Assessment | None] = self._memory.about(("closed", self.on))
        if id(listed) not in known:
            told = closed(listed.provision, on=self.on)
            known[id(listed)] = Assessment(listed.provision, told) if told else None
        return known[id(listed)]

    def _findings(self, listed: Listed) -> list[Finding]:
        """Judge what was not judged yet."""
        found = []
        for condition in listed.asked:
            known = self._known[type(condition)]
            finding: Finding | None = known.get(id(condition))
            if finding is None:
                finding = judge(condition, self.case(listed.provision))
                finding = self._memory.once(finding, finding)
                self._memory.keep(known, id(condition), finding)
            found.append(finding)
        return found
