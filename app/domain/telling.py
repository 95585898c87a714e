"""What a provision says to one person: open, to be confirmed or refused, with every reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.domain.catalogue import Catalogue, Listed, Provision
from app.domain.conditions import (
    Condition,
    EmployedBy,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
)
from app.domain.judging import judge
from app.domain.person import Person
from app.domain.terms import Handover, ProvisionStatus, Side, Verdict
from app.domain.verdicts import Answer, Case, Finding, Reason, Told, in_dutch

MET, UNMET = Answer.met, Answer.unmet

REFUSED = Verdict.refused
WARM = (Handover.named, Handover.inferred)

SIDES: Mapping[type[Condition], Side] = {
    WorksIn: Side.origin,
    EmployedBy: Side.origin,
    WantsInto: Side.target,
}


@dataclass(slots=True)
class Assessment:
    """What one provision says to a person on a day; one for all who are told the same then.

    `written` is how a service once wrote it down.
    """

    provision: Provision
    told: Told
    written: bytes | None = field(default=None, compare=False, repr=False)

    @property
    def verdict(self) -> Verdict:
        """Whether it is open."""
        return self.told.verdict

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is open or, of a refusal, everything that stands in the way."""
        return self.told.reasons

    @property
    def to_confirm(self) -> tuple[Reason, ...]:
        """What is still to be asked."""
        return self.told.to_confirm

    @property
    def side(self) -> Side | None:
        """Whether it is for who works somewhere or for who wants in; nothing: for everybody."""
        return self.told.side

    @property
    def is_warm(self) -> bool:
        """Whether somebody at the other end can receive this person."""
        return self.provision.handover in WARM

    @property
    def is_open(self) -> bool:
        """Whether the provision is open to this person, or may be."""
        return self.verdict is not REFUSED


class Heard(NamedTuple):
    """What provisions say to one person, by their place in the catalogue."""

    opened: dict[int, tuple[Listed, Assessment]]
    refused: dict[int, Assessment]


def closed(provision: Provision, *, on: date) -> Told | None:
    """Refuse what has ended or does not exist yet, for everyone, whatever its conditions say."""
    reason = _why_closed(provision, on)
    return Told(Verdict.refused, (reason,), (), None) if reason else None


def _why_closed(provision: Provision, on: date) -> Reason | None:
    if provision.ends_on is not None and provision.ends_on <= on:
        return Reason("ended", f"Deze voorziening is beëindigd op {in_dutch(provision.ends_on)}.")
    if provision.status is ProvisionStatus.ended:
        return Reason("ended", "Deze voorziening bestaat niet meer.")
    if provision.status in {ProvisionStatus.planned, ProvisionStatus.proposal}:
        return Reason("not_yet", "Deze voorziening is een plan en bestaat nog niet.")
    if provision.valid_from is not None and on < provision.valid_from:
        return Reason("not_yet", f"Deze voorziening begint op {in_dutch(provision.valid_from)}.")
    if provision.handover is Handover.own_service:
        return Reason("this_service", "Dit is deze dienst zelf: de gesprekken na de intake.")
    return None


class Hearing:
    """Holds provisions against one person on one day; `person.purpose` is already decided."""

    __slots__ = ("_alike", "catalogue", "on", "person")

    def __init__(self, person: Person, catalogue: Catalogue, on: date) -> None:
        """Begin with nothing said."""
        self.person = person
        self.catalogue = catalogue
        self.on = on
        self._alike: dict[int, Told] = {}

    def heard(self, looked_at: Iterable[Listed]) -> Heard:
        """Say what each of these provisions of the catalogue says; those that ask alike, alike.

        But not what this person used before: that may look at when it was used.
        """
        used = self.person.used
        opened: dict[int, tuple[Listed, Assessment]] = {}
        refused: dict[int, Assessment] = {}
        for listed in looked_at:
            if used and listed.provision.id in used:
                one = Assessment(listed.provision, self.afresh(listed.provision))
            else:
                one = self.assessed(listed)
            if one.told.verdict is REFUSED:
                refused[listed.place] = one
            else:
                opened[listed.place] = listed, one
        return Heard(opened, refused)

    def assessed(self, listed: Listed) -> Assessment:
        """Say what a provision says that was not used before."""
        told = closed(listed.provision, on=self.on) if listed.may_be_closed else None
        told = told or self._alike.get(id(listed.asked))
        if told is None:
            told = self._concluded(listed.provision, listed.asked)
            self._alike[id(listed.asked)] = told
        return Assessment(listed.provision, told)

    def afresh(self, provision: Provision) -> Told:
        """Say what one provision says, whether it is of the catalogue or not."""
        told = closed(provision, on=self.on)
        return told or self._concluded(provision, provision.conditions)

    def _concluded(self, provision: Provision, asked: Iterable[Condition]) -> Told:
        case = self.case(provision)
        findings = [judge(condition, case) for condition in asked]
        return conclude(findings, side_of(asked, self.person, self.catalogue))

    def case(self, provision: Provision) -> Case:
        """Return what the conditions of a provision are held against."""
        return Case(self.person, provision.id, self.catalogue, self.on)


def decisive(findings: Sequence[Finding]) -> Sequence[Finding]:
    """Return the findings that are told: those that refuse, if there are any, else all."""
    return [one for one in findings if one[0] is UNMET] or findings


def conclude(findings: Sequence[Finding], side: Side | None) -> Told:
    """Conclude: what is unmet refuses, with every reason; else the unknown is to be confirmed."""
    told = decisive(findings)
    if told and told[0].answer is UNMET:
        return Told(Verdict.refused, tuple([reason for _, reason in told]), (), side)
    met = tuple([reason for answer, reason in told if answer is MET])
    unknown = tuple([reason for answer, reason in told if answer is not MET])
    return Told(Verdict.to_confirm if unknown else Verdict.available, met, unknown, side)


def side_of(asked: Iterable[Condition], person: Person, catalogue: Catalogue) -> Side | None:
    """Say on whose side a provision with these conditions is for this person."""
    for condition in asked:
        if (side := SIDES.get(type(condition))) is not None:
            return side
        if isinstance(condition, WorksInOrWantsInto):
            works_there = person.origin is not None and any(
                catalogue.lies_within(person.origin, sector) for sector in condition.sectors
            )
            return Side.origin if works_there else Side.target
    return None
