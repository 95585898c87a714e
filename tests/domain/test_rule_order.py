"""In which order the rule names what it found, on small catalogues."""

from dataclasses import replace

import pytest

from app.domain.catalogue import Provision
from app.domain.conditions import (
    EmployedBy,
    EmploymentIs,
    MustConfirm,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
)
from app.domain.person import Person
from app.domain.rule import Assessment, ProvisionCheck, check_provisions
from app.domain.terms import Employment, Handover, JobLoss, Service
from tests.domain.builders import TODAY, catalogue_of, provision

SOMEONE = Person(origin="kas", employment=Employment.employee)
ADVICE, TRAINING = Service.career_advice, Service.training
ENTRY, PLAN, INFORMATION = Service.side_entry, Service.social_plan, Service.information
ASKED = MustConfirm(question="Kan dat?")
REFUSED = EmploymentIs(allowed=(Employment.self_employed,))


def check(person: Person, *provisions: Provision) -> ProvisionCheck:
    return check_provisions(person, catalogue_of(*provisions), on=TODAY)


def ids(assessments: tuple[Assessment, ...]) -> list[str]:
    return [one.provision.id for one in assessments]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            provision("b", via_employer=True, handover=Handover.inferred, services=(TRAINING,)),
            provision("a", ASKED, services=(ADVICE, PLAN)),
            id="what is sure before what must be confirmed",
        ),
        pytest.param(
            provision("b", via_employer=True, handover=Handover.inferred, services=(PLAN,)),
            provision("a", services=(ADVICE, TRAINING)),
            id="a social plan before what is not made for a lost job",
        ),
        pytest.param(
            provision("b", handover=Handover.inferred, services=(PLAN,)),
            provision("a", via_employer=True, services=(ADVICE, PLAN)),
            id="of social plans the one independent of the employer",
        ),
        pytest.param(
            provision("b", handover=Handover.inferred, services=(TRAINING,)),
            provision("a", via_employer=True, services=(ADVICE, TRAINING)),
            id="independent of the employer before through the employer",
        ),
        pytest.param(
            provision("b", handover=Handover.inferred, services=(TRAINING, ENTRY)),
            provision("a", services=(ADVICE,)),
            id="what answers more before what answers less",
        ),
        pytest.param(
            provision("b", services=(TRAINING,)),
            provision("a", handover=Handover.inferred, services=(ADVICE,)),
            id="where somebody is named before where nobody is",
        ),
        pytest.param(
            provision("b", services=(ADVICE,)),
            provision("a", services=(ENTRY,)),
            id="advice before side entry",
        ),
        pytest.param(
            provision("b", services=(ENTRY,)),
            provision("a", services=(TRAINING,)),
            id="side entry before training",
        ),
        pytest.param(
            provision("b", services=(ENTRY, PLAN)),
            provision("a", services=(PLAN, TRAINING)),
            id="of social plans the one with side entry before the one with training",
        ),
        pytest.param(provision("a"), provision("b"), id="else by id"),
    ],
)
def test_referrals_stand_best_first(first, second):
    leaving = replace(SOMEONE, target="geld", job_loss=JobLoss.threatened)
    assert ids(check(leaving, first, second).referrals) == [first.id, second.id]
    assert ids(check(leaving, second, first).referrals) == [first.id, second.id]


def test_a_service_that_is_not_needed_counts_for_nothing_in_the_order():
    growing = replace(SOMEONE, target="kas")
    training = provision("a", services=(TRAINING,))
    more = provision("b", services=(PLAN, ENTRY, INFORMATION, TRAINING))
    assert ids(check(growing, more, training).referrals) == ["a", "b"]


def test_a_social_plan_stands_first_only_where_it_is_needed():
    plan = provision("b", services=(ADVICE, PLAN))
    advice = provision("a", services=(ADVICE,))
    assert ids(check(replace(SOMEONE, target="geld"), plan, advice).referrals) == ["a", "b"]
    losing = replace(SOMEONE, job_loss=JobLoss.happened)
    assert ids(check(losing, advice, plan).referrals) == ["b", "a"]


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(WorksIn(sectors=("kas",)), id="for who works in a sector"),
        pytest.param(WantsInto(sectors=("vracht",)), id="for who wants into a sector"),
        pytest.param(WorksInOrWantsInto(sectors=("kas",)), id="for either"),
        pytest.param(EmployedBy(organisations=("kasbedrijf",)), id="for one employer"),
    ],
)
def test_a_signpost_that_names_where_it_is_for_stands_before_those_for_everyone(condition):
    leaving = replace(SOMEONE, target="vracht", organisation="kasbedrijf", organisation_named=True)
    anywhere = provision("a", WantsInto(), handover=Handover.signpost)
    employees = provision(
        "b", EmploymentIs(allowed=(Employment.employee,)), handover=Handover.signpost
    )
    named = provision("c", condition, handover=Handover.signpost)
    asked = provision("d", condition, ASKED, handover=Handover.signpost)
    found = check(leaving, anywhere, employees, asked, named)
    assert ids(found.signposts) == ["c", "d", "a", "b"]


def test_signposts_of_the_own_sector_stand_before_those_for_everyone():
    everyone = provision("a", handover=Handover.signpost)
    own_asked = provision("b", WorksIn(sectors=("kas",)), ASKED, handover=Handover.signpost)
    own = provision("c", WorksIn(sectors=("kas",)), handover=Handover.signpost)
    other = provision("d", handover=Handover.signpost)
    found = check(SOMEONE, everyone, own_asked, own, other)
    assert ids(found.signposts) == ["c", "b", "a", "d"]


def test_what_is_also_open_and_what_is_refused_keep_the_order_of_the_catalogue():
    found = check(
        SOMEONE,
        provision("z", services=(TRAINING,)),
        provision("y", REFUSED),
        provision("b", ASKED, services=(TRAINING,)),
        provision("a", REFUSED),
    )
    assert ids(found.also_available) == ["z", "b"]
    assert ids(found.refusals) == ["y", "a"]
