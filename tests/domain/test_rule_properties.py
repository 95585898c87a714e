"""What holds for everyone, over the real catalogue."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue import load
from app.domain.catalogue import Catalogue
from app.domain.conditions import EmploymentIs
from app.domain.person import Person
from app.domain.rule import check_provisions, needed_services
from app.domain.terms import (
    Employment,
    Handover,
    JobLoss,
    Outcome,
    ProvisionStatus,
    Purpose,
    Service,
    Verdict,
)
from tests.domain.builders import TODAY, people, provision

REAL = load()
ANYONE = people(REAL)
MANY = settings(max_examples=200, deadline=None, derandomize=True)
OF_2016 = {name for name in REAL.provisions if name.startswith("h2016-")}
FOR_EMPLOYERS = {"subsidies-fiscaal-scholing", "werkgeversservicepunt"}
WARM = {Handover.named, Handover.inferred}
TOO_BROAD = {"sector_too_broad", "target_too_broad"}


@MANY
@given(ANYONE)
def test_every_provision_is_answered_exactly_once(person):
    found = check_provisions(person, REAL, on=TODAY)
    answered = (*found.referrals, *found.signposts, *found.also_available, *found.refusals)
    assert sorted(one.provision.id for one in answered) == sorted(REAL.provisions)


@MANY
@given(ANYONE)
def test_every_verdict_carries_what_it_needs(person):
    found = check_provisions(person, REAL, on=TODAY)
    for one in (*found.referrals, *found.signposts, *found.also_available):
        assert one.verdict is (Verdict.to_confirm if one.to_confirm else Verdict.available)
        assert all(reason.detail.endswith("?") for reason in one.to_confirm)
        assert all(reason.detail.endswith(".") for reason in one.reasons)
    for one in found.refusals:
        assert one.verdict is Verdict.refused
        assert one.reasons
        assert one.to_confirm == ()
        for reason in one.reasons:
            assert reason.detail.endswith("?" if reason.code in TOO_BROAD else ".")


@MANY
@given(ANYONE)
def test_only_referrals_decide_and_each_answers_the_purpose(person):
    found = check_provisions(person, REAL, on=TODAY)
    assert (found.outcome is Outcome.warm_referral) == bool(found.referrals)
    assert found.needed_services == needed_services(found.purpose, loses_job=person.loses_job)
    needed = set(found.needed_services)
    for one in found.referrals:
        assert one.provision.handover in WARM
        assert needed & set(one.provision.services)
    for one in found.also_available:
        assert one.provision.handover in WARM
        assert not needed & set(one.provision.services)
    assert {one.provision.handover for one in found.signposts} <= {Handover.signpost}
    assert {one.provision.status for one in (*found.referrals, *found.signposts)} <= {
        ProvisionStatus.current
    }


@MANY
@given(ANYONE)
def test_sure_referrals_stand_before_unsure_ones(person):
    verdicts = [one.verdict for one in check_provisions(person, REAL, on=TODAY).referrals]
    assert verdicts == sorted(verdicts)


@MANY
@given(ANYONE, st.sets(st.sampled_from(Service), min_size=1), st.booleans())
def test_one_signpost_more_never_changes_the_outcome(person, services, first):
    signpost = provision("bord", services=tuple(sorted(services)), handover=Handover.signpost)
    more = {"bord": signpost, **REAL.provisions} if first else {**REAL.provisions, "bord": signpost}
    without = check_provisions(person, REAL, on=TODAY)
    beside = check_provisions(person, replace(REAL, provisions=more), on=TODAY)
    assert (beside.outcome, beside.referrals) == (without.outcome, without.referrals)
    assert (beside.also_available, beside.refusals) == (without.also_available, without.refusals)
    assert "bord" in {one.provision.id for one in beside.signposts}


def refused(person: Person, catalogue: Catalogue) -> dict[str, list[str]]:
    found = check_provisions(person, catalogue, on=TODAY)
    return {one.provision.id: [each.code for each in one.reasons] for one in found.refusals}


@MANY
@given(ANYONE)
def test_what_the_letter_of_2016_names_is_refused_as_ended_for_anyone(person):
    reasons = refused(person, REAL)
    assert {name for name in OF_2016 if reasons.get(name) != ["ended"]} == set()


@pytest.mark.parametrize("employment", Employment)
def test_what_the_letter_of_2016_names_is_refused_as_ended_in_every_sector(employment):
    assert len(OF_2016) == 22
    for origin, job_loss, purpose in product(REAL.sectors, JobLoss, Purpose):
        person = Person(origin=origin, employment=employment, job_loss=job_loss, purpose=purpose)
        reasons = refused(person, REAL)
        assert {name for name in OF_2016 if reasons.get(name) != ["ended"]} == set()


@MANY
@given(ANYONE)
def test_what_is_for_employers_is_never_for_a_worker(person):
    reasons = refused(person, REAL)
    assert {name for name in FOR_EMPLOYERS if reasons.get(name) != ["for_employers"]} == set()
    assert reasons["gidsfunctie-vakbond"] == ["this_service"]


SCHEMES_FOR_EMPLOYEES = {
    one.id
    for one in REAL.provisions.values()
    for condition in one.conditions
    if isinstance(condition, EmploymentIs) and one.status is ProvisionStatus.current
}


@MANY
@given(ANYONE, st.sampled_from((Employment.self_employed, Employment.agency_worker)))
def test_a_scheme_for_employees_is_refused_to_others_with_that_reason(person, employment):
    reasons = refused(replace(person, employment=employment), REAL)
    assert len(SCHEMES_FOR_EMPLOYEES) > 20
    assert [
        name for name in SCHEMES_FOR_EMPLOYEES if "employment_differs" not in reasons.get(name, ())
    ] == []
