"""The rule of annex 3, 3.e on small catalogues: verdict, outcome, and what never decides."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.catalogue import Provision
from app.domain.conditions import (
    EmployedBy,
    EmploymentIs,
    ForEmployers,
    JobLossIs,
    MustConfirm,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
)
from app.domain.person import Person
from app.domain.rule import Assessment, ProvisionCheck, assess, check_provisions
from app.domain.terms import (
    Employment,
    Handover,
    JobLoss,
    Outcome,
    ProvisionStatus,
    Purpose,
    Service,
    Side,
    Verdict,
)
from app.domain.verdicts import Reason
from tests.domain.builders import TODAY, catalogue_of, provision

SOMEONE = Person(origin="kas", employment=Employment.employee)
ADVICE, TRAINING = Service.career_advice, Service.training
PLAN, INFORMATION = Service.social_plan, Service.information
ASKED = MustConfirm(question="Kan dat?")
REFUSED = EmploymentIs(allowed=(Employment.self_employed,))


def check(person: Person, *provisions: Provision, on: date = TODAY) -> ProvisionCheck:
    return check_provisions(person, catalogue_of(*provisions), on=on)


def assessed(provision: Provision, person: Person = SOMEONE, *, on: date = TODAY) -> Assessment:
    return assess(provision, person, catalogue_of(provision), on=on)


def ids(assessments: tuple[Assessment, ...]) -> list[str]:
    return [one.provision.id for one in assessments]


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code for reason in reasons]


# The verdict on one provision


def test_a_provision_without_conditions_is_available_to_everyone():
    found = assessed(provision(), Person(origin=None))
    assert found.verdict is Verdict.available
    assert (found.reasons, found.to_confirm, found.side) == ((), (), None)


def test_a_provision_whose_conditions_are_all_met_is_available_with_every_reason():
    employees = EmploymentIs(allowed=(Employment.employee,))
    found = assessed(provision("een", WorksIn(sectors=("kas",)), employees))
    assert found.verdict is Verdict.available
    assert codes(found.reasons) == ["works_in_sector", "employment_fits"]
    assert found.to_confirm == ()


def test_one_unknown_among_what_is_met_must_be_confirmed():
    found = assessed(provision("een", WorksIn(sectors=("kas",)), ASKED))
    assert found.verdict is Verdict.to_confirm
    assert codes(found.reasons) == ["works_in_sector"]
    assert found.to_confirm == (Reason("must_confirm", "Kan dat?"),)


def test_a_refusal_names_every_reason_and_asks_nothing():
    lost = JobLossIs(allowed=(JobLoss.happened,))
    found = assessed(
        provision("een", WorksIn(sectors=("geld",)), ASKED, REFUSED, lost, WantsInto())
    )
    assert found.verdict is Verdict.refused
    assert codes(found.reasons) == [
        "other_sector",
        "employment_differs",
        "job_not_at_risk",
        "no_target",
    ]
    assert found.to_confirm == ()


ENDED = "Deze voorziening is beëindigd op 1 januari 2018."
BEGINS = "Deze voorziening begint op 1 januari 2027."
NOT_ANY_MORE = "Deze voorziening bestaat niet meer."
A_PLAN = "Deze voorziening is een plan en bestaat nog niet."
OURSELVES = "Dit is deze dienst zelf: de gesprekken na de intake."


@pytest.mark.parametrize(
    ("closed", "reason"),
    [
        pytest.param(
            provision(ends_on=date(2018, 1, 1)), Reason("ended", ENDED), id="past its end"
        ),
        pytest.param(
            provision(ends_on=TODAY),
            Reason("ended", "Deze voorziening is beëindigd op 23 november 2026."),
            id="on the first day it no longer holds",
        ),
        pytest.param(
            provision(status=ProvisionStatus.ended),
            Reason("ended", NOT_ANY_MORE),
            id="ended on a day nobody knows",
        ),
        pytest.param(
            provision(status=ProvisionStatus.ended, ends_on=date(2018, 1, 1)),
            Reason("ended", ENDED),
            id="ended on a day that is known",
        ),
        pytest.param(
            provision(status=ProvisionStatus.planned), Reason("not_yet", A_PLAN), id="planned"
        ),
        pytest.param(
            provision(status=ProvisionStatus.proposal), Reason("not_yet", A_PLAN), id="proposed"
        ),
        pytest.param(
            provision(valid_from=date(2027, 1, 1)),
            Reason("not_yet", BEGINS),
            id="before its first day",
        ),
        pytest.param(
            provision(handover=Handover.own_service),
            Reason("this_service", OURSELVES),
            id="this service itself",
        ),
        pytest.param(
            provision("een", REFUSED, ForEmployers(), ends_on=date(2018, 1, 1)),
            Reason("ended", ENDED),
            id="ended and not for this person: only that it has ended",
        ),
        pytest.param(
            provision(valid_from=date(2016, 1, 1), ends_on=date(2018, 1, 1)),
            Reason("ended", ENDED),
            id="past both its days",
        ),
    ],
)
def test_what_is_closed_is_refused_for_one_reason(closed, reason):
    found = assessed(closed)
    assert found.verdict is Verdict.refused
    assert (found.reasons, found.to_confirm) == ((reason,), ())


@pytest.mark.parametrize(
    "open_today",
    [
        pytest.param(provision(valid_from=TODAY), id="on its first day"),
        pytest.param(provision(ends_on=date(2026, 11, 24)), id="on its last day"),
    ],
)
def test_a_provision_holds_from_its_first_to_its_last_day(open_today):
    assert assessed(open_today).verdict is Verdict.available


GREEN = WorksInOrWantsInto(sectors=("groen",))


@pytest.mark.parametrize(
    ("conditions", "person", "side"),
    [
        pytest.param(
            (WorksIn(sectors=("kas",)),), SOMEONE, Side.origin, id="for who works there: origin"
        ),
        pytest.param(
            (EmployedBy(organisations=("geldhuis",)),),
            SOMEONE,
            Side.origin,
            id="for own employees: origin",
        ),
        pytest.param(
            (WantsInto(sectors=("vracht",)),), SOMEONE, Side.target, id="for who comes: target"
        ),
        pytest.param(
            (ASKED, WantsInto(sectors=("vracht",))),
            SOMEONE,
            Side.target,
            id="other conditions say nothing about the side",
        ),
        pytest.param((ASKED,), SOMEONE, None, id="for everyone: no side"),
        pytest.param((GREEN,), SOMEONE, Side.origin, id="either side, who works there: origin"),
        pytest.param(
            (GREEN,),
            Person(origin="kas", target="geld"),
            Side.origin,
            id="either side, who works below it and leaves: origin",
        ),
        pytest.param(
            (GREEN,),
            Person(origin="geld", target="kas"),
            Side.target,
            id="either side, who comes from elsewhere: target",
        ),
        pytest.param(
            (GREEN,),
            Person(origin=None, target="kas"),
            Side.target,
            id="either side, from who knows where: target",
        ),
        pytest.param(
            (WorksInOrWantsInto(sectors=("geld", "groen")),),
            Person(origin="kas", target="vracht"),
            Side.origin,
            id="either side of several sectors, one is enough",
        ),
    ],
)
def test_a_provision_stands_on_one_side(conditions, person, side):
    assert assessed(provision("een", *conditions), person).side is side


# The outcome


def test_an_open_warm_provision_that_answers_the_purpose_is_a_warm_referral():
    found = check(SOMEONE, provision("advies"))
    assert found.outcome is Outcome.warm_referral
    assert found.purpose is Purpose.orientation
    assert found.needed_services == (ADVICE,)
    assert ids(found.referrals) == ["advies"]


@pytest.mark.parametrize("handover", [Handover.named, Handover.inferred])
@pytest.mark.parametrize("conditions", [(), (ASKED,)])
def test_a_receiver_that_is_inferred_or_to_be_confirmed_is_a_warm_referral_too(
    handover, conditions
):
    found = check(SOMEONE, provision("advies", *conditions, handover=handover))
    assert (found.outcome, ids(found.referrals)) == (Outcome.warm_referral, ["advies"])


def test_nothing_at_all_leads_to_guidance():
    found = check(SOMEONE)
    assert found.outcome is Outcome.guidance
    assert (found.referrals, found.signposts, found.also_available, found.refusals) == (
        (),
        (),
        (),
        (),
    )


def test_a_refused_provision_leads_to_guidance():
    found = check(SOMEONE, provision("advies", REFUSED))
    assert (found.outcome, ids(found.refusals)) == (Outcome.guidance, ["advies"])


def test_a_signpost_never_decides():
    signpost = provision("wegwijzer", handover=Handover.signpost)
    found = check(SOMEONE, signpost)
    assert (found.outcome, ids(found.signposts)) == (Outcome.guidance, ["wegwijzer"])
    beside = check(SOMEONE, signpost, provision("advies"))
    assert (beside.outcome, ids(beside.referrals)) == (Outcome.warm_referral, ["advies"])
    assert ids(beside.signposts) == ["wegwijzer"]


def test_what_does_not_answer_the_purpose_never_decides():
    training = provision("scholing", services=(TRAINING, INFORMATION))
    found = check(SOMEONE, training)
    assert (found.outcome, ids(found.also_available)) == (Outcome.guidance, ["scholing"])
    assert found.referrals == ()
    growing = check(replace(SOMEONE, target="kas"), training)
    assert (growing.outcome, ids(growing.referrals)) == (Outcome.warm_referral, ["scholing"])
    assert growing.also_available == ()


def test_a_social_plan_answers_only_who_loses_the_job():
    plan = provision("plan", services=(PLAN,))
    assert ids(check(SOMEONE, plan).also_available) == ["plan"]
    losing = replace(SOMEONE, job_loss=JobLoss.threatened)
    assert ids(check(losing, plan).referrals) == ["plan"]


def test_the_derived_purpose_is_what_conditions_see():
    losing = replace(SOMEONE, job_loss=JobLoss.happened)
    assert check(losing, provision()).purpose is Purpose.other_work
