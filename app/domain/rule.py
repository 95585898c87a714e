"""The rule of annex 3, section 3.e.

"In de intake wordt altijd een check gedaan op de eventueel reeds beschikbare voorzieningen voor
de persoon in kwestie en wanneer deze aanwezig blijken te zijn, wordt daar 'warm' naar
doorverwezen en zijn vervolgesprekken niet meer nodig." (Handreiking, bijlage 3, 3.e)

In order: what does this person come for, which services answer that, what does each provision
say to this person, and so: a warm referral, or guidance sessions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import NamedTuple

from app.domain.catalogue import Catalogue, Listed, Provision
from app.domain.conditions import (
    Condition,
    EmployedBy,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
)
from app.domain.hearing import Hearing
from app.domain.person import Person, purpose_of
from app.domain.terms import (
    Handover,
    Outcome,
    ProvisionStatus,
    Purpose,
    Service,
    Side,
    Verdict,
)
from app.domain.verdicts import Reason, in_dutch

ANSWERING_SERVICES: dict[Purpose, tuple[Service, ...]] = {
    Purpose.orientation: (Service.career_advice,),
    Purpose.growth_in_sector: (Service.career_advice, Service.training),
    Purpose.other_work: (Service.career_advice, Service.training),
    Purpose.other_sector: (Service.career_advice, Service.side_entry, Service.training),
}
"""Which services answer which purpose (Handreiking, chapter 3, the four bullets)."""

LEAVING = frozenset({Purpose.other_work, Purpose.other_sector})

LOOKED_AT = 100
"""How many provisions a check looks at, at the least (docs/decisions/0026): all that may be open
to this person, and of the others so many that a refusal can be told of them."""

REFUSED = Verdict.refused
REMEMBERED = 400
"""Checks of one catalogue that are remembered, of a few tens of kilobytes each."""

WARM = frozenset({Handover.named, Handover.inferred})


class Assessment(NamedTuple):
    """What one provision says to one person, with every reason."""

    provision: Provision
    verdict: Verdict
    reasons: tuple[Reason, ...]
    to_confirm: tuple[Reason, ...]
    side: Side | None

    @property
    def is_warm(self) -> bool:
        """Whether somebody at the other end can receive this person."""
        return self.provision.handover in WARM

    @property
    def is_open(self) -> bool:
        """Whether the provision is open to this person, or may be."""
        return self.verdict is not REFUSED


@dataclass(frozen=True, slots=True)
class ProvisionCheck:
    """The answer of the rule: where this intake leads, and why.

    `person` is who it was asked for, with the purpose that was given or derived; `on` the day.
    """

    person: Person
    on: date
    outcome: Outcome
    purpose: Purpose
    needed_services: tuple[Service, ...]
    referrals: tuple[Assessment, ...]
    signposts: tuple[Assessment, ...]
    also_available: tuple[Assessment, ...]
    refusals: tuple[Assessment, ...]


def check_provisions(person: Person, catalogue: Catalogue, *, on: date) -> ProvisionCheck:
    """Decide what is there for this person on this day (Handreiking, bijlage 3, 3.e).

    At least one warm provision that is open and delivers a needed service: a warm referral, and
    no sessions. Otherwise guidance. Signposts, and what is open without answering this purpose,
    come along and never decide. Whoever gives the same answers on the same day is told the same.
    """
    person = replace(person, purpose=purpose_of(person, catalogue))
    remembered: dict[object, ProvisionCheck] = catalogue.memory.about("checks")
    check = remembered.get((person, on))
    if check is None:
        if len(remembered) >= REMEMBERED:
            remembered.clear()
        check = remembered[person, on] = _check(person, catalogue, on)
    return check


def _check(person: Person, catalogue: Catalogue, on: date) -> ProvisionCheck:
    purpose = purpose_of(person, catalogue)
    needed = needed_services(purpose, loses_job=person.loses_job)
    hearing = Hearing(person, catalogue, on)
    assessments = [_assess(one, hearing) for one in _looked_at(person, catalogue)]
    opened = [one for one in assessments if one.is_open]
    warm = [one for one in opened if one.is_warm]
    referrals = [one for one in warm if _answers(one, needed)]
    return ProvisionCheck(
        person=person,
        on=on,
        outcome=Outcome.warm_referral if referrals else Outcome.guidance,
        purpose=purpose,
        needed_services=needed,
        referrals=tuple(sorted(referrals, key=lambda one: _rank(one, needed))),
        signposts=tuple(sorted((one for one in opened if not one.is_warm), key=_signpost_rank)),
        also_available=tuple(one for one in warm if not _answers(one, needed)),
        refusals=tuple([one for one in assessments if not one.is_open]),
    )


def _answers(one: Assessment, needed: tuple[Service, ...]) -> bool:
    return any(service in needed for service in one.provision.services)


def _looked_at(person: Person, catalogue: Catalogue) -> Iterable[Listed]:
    """Yield what a check looks at, in the order of the catalogue.

    Everything that exists and asks for where this person is or goes, or for no place at all:
    nothing else can be open. Then, while they are few, what is refused: first for asking for a
    sector within the one that was named, because a more precise answer may open it.
    """
    if len(catalogue.listed) <= LOOKED_AT:
        return catalogue.listed
    nearby = catalogue.nearby
    numbers = nearby.may_be_open(person.origin, person.target, person.organisation)
    everything = range(len(catalogue.listed))
    for number in chain(nearby.too_broad(person.origin, person.target), everything):
        if len(numbers) >= LOOKED_AT:
            break
        numbers.add(number)
    return [catalogue.listed[number] for number in sorted(numbers)]


def needed_services(purpose: Purpose, *, loses_job: bool) -> tuple[Service, ...]:
    """Name the services that answer a purpose.

    A social plan belongs to it only when the job is lost or about to be (Handreiking, chapter 3:
    "sociaal plan (als sprake is van baanverlies)").
    """
    services = ANSWERING_SERVICES[purpose]
    if loses_job and purpose in LEAVING:
        return (*services, Service.social_plan)
    return services


def assess(provision: Provision, person: Person, catalogue: Catalogue, *, on: date) -> Assessment:
    """Say whether one provision is open to this person on this day, with every reason.

    What has ended or does not exist yet is refused for everyone, whatever the conditions say.
    """
    listed = Listed(provision, provision.conditions, provision.may_be_closed)
    return _assess(listed, Hearing(person, catalogue, on))


def _assess(listed: Listed, hearing: Hearing) -> Assessment:
    provision, asked, may_be_closed = listed
    if may_be_closed and (closed := _closed(provision, on=hearing.on)):
        return Assessment(provision, REFUSED, (closed,), (), None)
    told = hearing.told.get(id(asked))
    if told is None:
        told = _told(listed, hearing)
        if hearing.tells_all_alike(asked):
            hearing.told[id(asked)] = told
    return Assessment(provision, *told)


def _told(
    listed: Listed, hearing: Hearing
) -> tuple[Verdict, tuple[Reason, ...], tuple[Reason, ...], Side | None]:
    met, asked, unmet = hearing.reasons(listed)
    side = _side(listed.asked, hearing)
    if unmet:
        return REFUSED, tuple(unmet), (), side
    return Verdict.to_confirm if asked else Verdict.available, tuple(met), tuple(asked), side


def _closed(provision: Provision, *, on: date) -> Reason | None:
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


SIDES: Mapping[type[Condition], Side] = {
    WorksIn: Side.origin,
    EmployedBy: Side.origin,
    WantsInto: Side.target,
}


def _side(asked: Iterable[Condition], hearing: Hearing) -> Side | None:
    for condition in asked:
        if (side := SIDES.get(type(condition))) is not None:
            return side
        if isinstance(condition, WorksInOrWantsInto):
            origin, catalogue = hearing.person.origin, hearing.catalogue
            works_there = origin is not None and any(
                catalogue.lies_within(origin, sector) for sector in condition.sectors
            )
            return Side.origin if works_there else Side.target
    return None


SERVICE_ORDER = (
    Service.career_advice,
    Service.side_entry,
    Service.social_plan,
    Service.training,
)
"""What a purpose can need, the closest to a person to talk to first."""


def _rank(one: Assessment, needed: tuple[Service, ...]) -> tuple[object, ...]:
    """Best first: sure, for a lost job what is made for it, answers most, somebody is named.

    Independent of the employer comes before how much it answers, because career advice is to be
    had "desgewenst buiten de eigen werkgever om" (Handreiking, 3.1).
    """
    useful = [
        service
        for service in SERVICE_ORDER
        if service in needed and service in one.provision.services
    ]
    return (
        one.verdict is not Verdict.available,
        Service.social_plan not in useful,
        one.provision.via_employer,
        -len(useful),
        one.provision.handover is not Handover.named,
        SERVICE_ORDER.index(useful[0]),
        one.provision.id,
    )


def _signpost_rank(one: Assessment) -> tuple[bool, bool]:
    """Own sector before what is there for everyone; otherwise in the order of the catalogue."""
    names_a_sector = any(
        isinstance(condition, EmployedBy) or getattr(condition, "sectors", ())
        for condition in one.provision.conditions
    )
    return not names_a_sector, one.verdict is not Verdict.available
