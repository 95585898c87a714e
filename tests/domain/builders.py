"""Small values for the tests of the rule: a hand-made catalogue, persons, provisions."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from app.domain.catalogue import Catalogue, Occupation, Organisation, Provision, Sector, Source
from app.domain.conditions import Condition
from app.domain.intake import Answers, Scheduling
from app.domain.judging import judge
from app.domain.person import Person, purpose_of
from app.domain.terms import (
    Basis,
    BuildingBlock,
    Employment,
    Handover,
    Inheritance,
    JobLoss,
    ProvisionStatus,
    Purpose,
    Service,
)
from app.domain.verdicts import Case, Finding

TODAY = date(2026, 11, 23)
SOURCE = Source("eigen-lezing", "alleen voor deze test")


def sector(
    name: str, parent: str | None = None, inherits: str = "yes", *occupations: Occupation
) -> Sector:
    return Sector(
        id=name,
        name=name.capitalize(),
        parent=parent,
        inherits=Inheritance(inherits),
        aliases=(),
        occupations=occupations,
        basis=Basis.inferred,
        source=SOURCE,
    )


def organisation(name: str, where: str, inherits: str) -> Organisation:
    return Organisation(
        id=name,
        name=name.capitalize(),
        sector=where,
        inherits=Inheritance(inherits),
        aliases=(),
        basis=Basis.inferred,
        source=SOURCE,
    )


def provision(
    name: str = "regeling",
    *conditions: Condition,
    services: tuple[Service, ...] = (Service.career_advice,),
    handover: Handover = Handover.named,
    status: ProvisionStatus = ProvisionStatus.current,
    via_employer: bool = False,
    valid_from: date | None = None,
    ends_on: date | None = None,
) -> Provision:
    return Provision(
        id=name,
        name=name.capitalize(),
        summary="Alleen voor deze test.",
        provider=None,
        amount=None,
        building_block=BuildingBlock.access,
        services=services,
        status=status,
        handover=handover,
        receiver=None,
        via_employer=via_employer,
        conditions=conditions,
        valid_from=valid_from,
        ends_on=ends_on,
        verified_on=TODAY,
        source=SOURCE,
        stated=(),
        inferred=(),
    )


SECTORS = (
    sector("groen"),
    sector("kas", "groen"),
    sector("rozen", "kas"),
    sector("loonwerk", "groen", "uncertain"),
    sector("maaien", "loonwerk"),
    sector("tuinwinkel", "groen", "no"),
    sector("kassa", "tuinwinkel"),
    sector("wegvervoer"),
    sector(
        "vracht",
        "wegvervoer",
        "yes",
        Occupation("vrachtrijder", "Vrachtrijder"),
        Occupation("tankrijder", "Tankrijder"),
        Occupation("bijrijder", "Bijrijder"),
    ),
    sector("opslag", "wegvervoer"),
    sector("post", "wegvervoer", "uncertain"),
    sector("pakketten", "post"),
    sector("geld"),
    sector("banken", "geld"),
)
ORGANISATIONS = (
    organisation("kasbedrijf", "kas", "yes"),
    organisation("kasholding", "kas", "uncertain"),
    organisation("kasvrij", "kas", "no"),
    organisation("loonbedrijf", "loonwerk", "yes"),
    organisation("loonvrij", "loonwerk", "no"),
    organisation("geldhuis", "banken", "uncertain"),
    organisation("spaarhuis", "banken", "uncertain"),
)


def catalogue_of(*provisions: Provision) -> Catalogue:
    """The small sector tree with these provisions, in this order."""
    return Catalogue(
        sectors={one.id: one for one in SECTORS},
        organisations={one.id: one for one in ORGANISATIONS},
        provisions={one.id: one for one in provisions},
    )


SMALL = catalogue_of(provision())


def judged(condition: Condition, person: Person, *, on: date = TODAY) -> Finding:
    """What one condition of the provision "regeling" says to a person."""
    decided = replace(person, purpose=purpose_of(person, SMALL))
    return judge(condition, Case(decided, "regeling", SMALL, on))


def answers(origin: str, **others: Any) -> Answers:
    """An employee who only said where they work, unless told otherwise."""
    nothing_more = Answers(
        origin_sector=origin,
        target_sector=None,
        organisation=None,
        occupation=None,
        skills=(),
        motivation=None,
        employment=Employment.employee,
        job_loss=JobLoss.none,
        purpose=None,
        municipality=None,
        region=None,
        years_of_service=None,
        used_provisions=(),
        scheduling=Scheduling(None, (), 3),
    )
    return replace(nothing_more, **others)


def people(catalogue: Catalogue) -> st.SearchStrategy[Person]:
    """Anyone: every mix of answers that an intake can hold."""
    sectors = st.none() | st.sampled_from(sorted(catalogue.sectors))
    occupations = [one.id for each in catalogue.sectors.values() for one in each.occupations]
    employers = st.none() | st.sampled_from(sorted(catalogue.organisations))
    days = st.none() | st.dates(date(2000, 1, 1), TODAY)
    return st.builds(
        Person,
        origin=sectors,
        target=sectors,
        target_named=st.booleans(),
        target_occupation=st.none() | st.sampled_from(occupations),
        occupation=st.none() | st.sampled_from(occupations),
        organisation=employers,
        organisation_named=st.booleans(),
        organisation_guessed=st.booleans(),
        employment=st.none() | st.sampled_from(Employment),
        job_loss=st.sampled_from(JobLoss),
        purpose=st.none() | st.sampled_from(Purpose),
        years_of_service=st.none() | st.integers(0, 70),
        used=st.dictionaries(
            st.sampled_from(sorted(catalogue.provisions)),
            st.lists(days, min_size=1, max_size=3).map(tuple),
            max_size=5,
        ),
    )
