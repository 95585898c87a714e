"""The rule of annex 3, section 3.e.

"In de intake wordt altijd een check gedaan op de eventueel reeds beschikbare voorzieningen voor
de persoon in kwestie en wanneer deze aanwezig blijken te zijn, wordt daar 'warm' naar
doorverwezen en zijn vervolgesprekken niet meer nodig." (Handreiking, bijlage 3, 3.e)

In order: what does this person come for, which services answer that, what does each provision
say to this person, and so: a warm referral, or guidance sessions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from operator import itemgetter

from app.domain.catalogue import Catalogue, Listed, Provision
from app.domain.person import Person, purpose_of
from app.domain.telling import WARM, Assessment, Hearing
from app.domain.terms import (
    Handover,
    Outcome,
    Purpose,
    Service,
    Verdict,
)

__all__ = [
    "ANSWERING_SERVICES",
    "LEAVING",
    "LOOKED_AT",
    "Assessment",
    "ProvisionCheck",
    "assess",
    "check_provisions",
    "needed_services",
]

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

MORE_PRECISE = 25
"""How many it looks at, whatever else there is, of those that a more precise origin may open, and
a more precise target: enough to ask for one."""

AVAILABLE = Verdict.available

Rank = tuple[bool, bool, bool, int, bool, int, str]


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


def check_provisions(
    person: Person, catalogue: Catalogue, *, on: date, hearing: type[Hearing] = Hearing
) -> ProvisionCheck:
    """Decide what is there for this person on this day (Handreiking, bijlage 3, 3.e).

    At least one warm provision that is open and delivers a needed service: a warm referral, and
    no sessions. Otherwise guidance. Signposts, and what is open without answering this purpose,
    come along and never decide. Whoever gives the same answers on the same day is told the same;
    a `hearing` that remembers what others were told says it sooner.
    """
    purpose = purpose_of(person, catalogue)
    person = replace(person, purpose=purpose)
    needed = needed_services(purpose, loses_job=person.loses_job)
    referrals: list[tuple[Rank, Assessment]] = []
    signposts: list[tuple[bool, bool, Assessment]] = []
    also_available: list[Assessment] = []
    heard = hearing(person, catalogue, on).heard(_looked_at(person, catalogue))
    for _, (listed, one) in sorted(heard.opened.items()):
        if listed.provision.handover not in WARM:
            # Own sector before what is there for everyone.
            signposts.append((not listed.names_a_place, one.told.verdict is not AVAILABLE, one))
        elif useful := _useful(listed.provision, needed):
            referrals.append((_rank(one, useful), one))
        else:
            also_available.append(one)
    return ProvisionCheck(
        person=person,
        on=on,
        outcome=Outcome.warm_referral if referrals else Outcome.guidance,
        purpose=purpose,
        needed_services=needed,
        referrals=tuple([one for _, one in sorted(referrals)]),
        signposts=tuple([one for *_, one in sorted(signposts, key=itemgetter(0, 1))]),
        also_available=tuple(also_available),
        refusals=tuple([heard.refused[place] for place in sorted(heard.refused)]),
    )


def _looked_at(person: Person, catalogue: Catalogue) -> Iterable[Listed]:
    """Yield what a check looks at, in the order of the catalogue.

    Everything that exists and asks for where this person is or goes, or for no place at all:
    nothing else can be open. Then some of what asks for a sector within the one that was named, or
    for one where none is known, because a more precise answer may open it; and while all these
    are few, others.
    """
    if len(catalogue.listed) <= LOOKED_AT:
        return catalogue.listed
    nearby = catalogue.nearby
    numbers = nearby.may_be_open(person.origin, person.target, person.organisation)
    numbers.update(islice(nearby.below_origin(person.origin), MORE_PRECISE))
    numbers.update(islice(nearby.below_target(person.target), MORE_PRECISE))
    for number in range(len(catalogue.listed)):
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
    return Assessment(provision, Hearing(person, catalogue, on).afresh(provision))


SERVICE_ORDER = (
    Service.career_advice,
    Service.side_entry,
    Service.social_plan,
    Service.training,
)
"""What a purpose can need, the closest to a person to talk to first."""


def _useful(provision: Provision, needed: tuple[Service, ...]) -> list[Service]:
    services = provision.services
    return [one for one in SERVICE_ORDER if one in needed and one in services]


def _rank(one: Assessment, useful: Sequence[Service]) -> Rank:
    """Best first: sure, for a lost job what is made for it, answers most, somebody is named.

    Independent of the employer comes before how much it answers, because career advice is to be
    had "desgewenst buiten de eigen werkgever om" (Handreiking, 3.1).
    """
    provision = one.provision
    return (
        one.told.verdict is not AVAILABLE,
        Service.social_plan not in useful,
        provision.via_employer,
        -len(useful),
        provision.handover is not Handover.named,
        SERVICE_ORDER.index(useful[0]),
        provision.id,
    )
