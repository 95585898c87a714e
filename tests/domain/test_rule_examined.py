"""What the rule makes of whole answers, over the real catalogue."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.errors import InvalidInput
from app.domain.intake import Answers, Knowledge, Scheduling, UsedProvision, examine, find
from app.domain.rule import ProvisionCheck
from app.domain.terms import Ask, JobLoss, MatchedBy, Mode, Purpose
from app.domain.verdicts import Reason
from tests.domain.builders import TODAY, answers

SCAN = "rijk-loopbaanscan"
LONG_AGO, IN_2024 = date(2010, 1, 1), date(2024, 10, 1)
UNTIL_2029 = "U gebruikte dit op 1 oktober 2024. Het kan weer vanaf 1 oktober 2029."


def checked(person: Answers, knowledge: Knowledge) -> ProvisionCheck:
    return examine(person, knowledge, on=TODAY).check


def asked_of(check: ProvisionCheck, provision: str) -> tuple[Reason, ...]:
    (one,) = [one for one in check.referrals if one.provision.id == provision]
    return one.to_confirm


def refused(check: ProvisionCheck, provision: str) -> tuple[Reason, ...]:
    (one,) = [one for one in check.refusals if one.provision.id == provision]
    return one.reasons


def user_of_the_scan(*days: date | None) -> Answers:
    return answers("rijksambtenaar", used_provisions=tuple(UsedProvision(SCAN, d) for d in days))


# What was used before, named more than once


@pytest.mark.parametrize("days", [(IN_2024, LONG_AGO), (LONG_AGO, IN_2024), (IN_2024, IN_2024)])
def test_of_a_provision_that_was_used_twice_the_last_day_counts(days, knowledge):
    check = checked(user_of_the_scan(*days), knowledge)
    assert refused(check, SCAN) == (Reason("used_before", UNTIL_2029),)


def test_a_provision_that_was_used_twice_long_ago_is_open_again(knowledge):
    check = checked(user_of_the_scan(LONG_AGO, date(2011, 1, 1)), knowledge)
    assert asked_of(check, SCAN) == ()


@pytest.mark.parametrize(
    "days", [(LONG_AGO, None), (None, LONG_AGO), (None, None), (LONG_AGO, None, LONG_AGO)]
)
def test_one_use_on_a_day_nobody_knows_makes_the_last_day_unknown(days, knowledge):
    check = checked(user_of_the_scan(*days), knowledge)
    question = "Wanneer gebruikte u Loopbaanscan en Advies (Rijksoverheid)?"
    assert asked_of(check, SCAN) == (Reason("use_unknown", question, Ask.day_of_use),)


# Answers that were accepted before


def test_what_was_accepted_is_found_as_it_was_examined(knowledge):
    person = answers("schoonmaakster", target_sector="ouderenzorg", municipality="Rotterdam")
    assert find(person, knowledge, on=TODAY) == examine(person, knowledge, on=TODAY)


NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def wished(not_before: datetime | None) -> Answers:
    return answers("schoonmaak", scheduling=Scheduling(not_before, (Mode.phone,), 3))


@pytest.mark.parametrize(
    ("person", "pointer", "code"),
    [
        pytest.param(
            wished(NINE + timedelta(days=367)),
            "/scheduling/notBefore",
            "too-far-ahead",
            id="sessions more than a year ahead",
        ),
        pytest.param(
            wished(datetime(9999, 12, 31, tzinfo=UTC)),
            "/scheduling/notBefore",
            "too-far-ahead",
            id="sessions at the end of time",
        ),
        pytest.param(
            user_of_the_scan(TODAY + timedelta(days=1)),
            "/usedProvisions/0/usedOn",
            "in-the-future",
            id="a use tomorrow",
        ),
        pytest.param(
            answers("schoonmaak", used_provisions=(UsedProvision("is-er-niet", None),)),
            "/usedProvisions/0/provisionId",
            "unknown",
            id="a provision that is not there",
        ),
        pytest.param(
            answers("schoonmaak", region="AM99"), "/region", "unknown", id="no such region"
        ),
        pytest.param(
            answers("schoonmaak", municipality="Rotterdam", region="AM01"),
            "/region",
            "contradiction",
            id="a municipality in another region",
        ),
    ],
)
def test_a_fault_is_named_when_answers_come_in_and_not_when_they_are_kept(
    person, pointer, code, knowledge
):
    with pytest.raises(InvalidInput) as refusal:
        examine(person, knowledge, on=TODAY)
    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [(pointer, code)]
    kept = find(person, knowledge, on=TODAY)
    assert kept.origin.sector is not None
    assert kept.check.refusals


@pytest.mark.parametrize("not_before", [None, NINE, NINE + timedelta(days=365)])
def test_sessions_within_a_year_may_be_wished(not_before, knowledge):
    assert examine(wished(not_before), knowledge, on=TODAY).origin.sector == "schoonmaak"


# The employer


def test_an_employer_that_lies_elsewhere_is_asked_about(knowledge):
    person = answers("provincie", purpose=Purpose.growth_in_sector, organisation="Belastingdienst")
    question = Reason("employer_elsewhere", "Werkt u in de sector Provincies?")
    assert asked_of(checked(person, knowledge), "provincies-pbdi") == (question,)


def test_a_guessed_employer_that_lies_elsewhere_is_not_asked_about(knowledge):
    person = answers("provincie", purpose=Purpose.growth_in_sector, organisation="Belastingdeinst")
    finding = examine(person, knowledge, on=TODAY)
    assert finding.organisation is not None
    assert finding.organisation.matched_by is MatchedBy.fuzzy
    assert asked_of(finding.check, "provincies-pbdi") == ()


@pytest.mark.parametrize(
    ("organisation", "asked"),
    [
        pytest.param("ABN AMRO", (), id="as it is called"),
        pytest.param(
            "ABN ARMO",
            (Reason("employer_uncertain", "Is ABN AMRO uw werkgever?", Ask.organisation),),
            id="with a typing error",
        ),
    ],
)
def test_an_employer_with_a_scheme_of_its_own_is_asked_about_when_it_was_guessed(
    organisation, asked, knowledge
):
    check = checked(answers("bank", organisation=organisation), knowledge)
    assert asked_of(check, "abnamro-loopbaanscan") == asked


# The occupation


@pytest.mark.parametrize(
    ("origin", "target"),
    [("horeca", "vrachtwagenchauffeur"), ("magazijn", "transport"), ("post", "tankwagenchauffeur")],
)
def test_who_drives_a_lorry_already_is_no_new_driver(origin, target, knowledge):
    driver = answers(origin, target_sector=target, occupation="vrachtwagenchauffeur")
    present = Reason("occupation_present", "U bent al vrachtwagenchauffeur.")
    assert present in refused(checked(driver, knowledge), "soob-zij-instroom")


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(answers("schoonmaak", occupation="schoonmaker"), id="as an occupation"),
        pytest.param(answers("schoonmaakster"), id="as where somebody works"),
    ],
)
def test_the_present_occupation_suggests_skills(person, knowledge):
    assert examine(person, knowledge, on=TODAY).skills.suggested == (
        "schoonmaken",
        "schoon-en-hygienisch-werken",
        "zelfstandig-werken",
    )


def test_a_skill_that_was_named_is_not_suggested(knowledge):
    person = answers("schoonmaakster", skills=("schoonmaken",))
    assert examine(person, knowledge, on=TODAY).skills.suggested == (
        "schoon-en-hygienisch-werken",
        "zelfstandig-werken",
    )


def test_without_an_occupation_no_skill_is_suggested(knowledge):
    assert examine(answers("schoonmaak"), knowledge, on=TODAY).skills.suggested == ()


# Where somebody goes, and the order


def test_who_does_not_say_where_to_is_asked_whether_they_stay_in_the_metalektro(knowledge):
    for nowhere in (None, "een circus"):
        person = answers("metalektro", job_loss=JobLoss.threatened, target_sector=nowhere)
        question = "Wilt u in de sector Metalektro blijven werken?"
        assert asked_of(checked(person, knowledge), "metalektro-vwnw-begeleiding") == (
            Reason("destination_uncertain", question, Ask.target_sector),
        )


def test_who_loses_the_job_at_the_rijk_is_referred_to_its_policy_before_the_scan(knowledge):
    keeps = checked(answers("rijksambtenaar"), knowledge)
    assert [one.provision.id for one in keeps.referrals] == [SCAN]
    loses = checked(answers("rijksambtenaar", job_loss=JobLoss.threatened), knowledge)
    assert [one.provision.id for one in loses.referrals] == ["rijk-vwnw-beleid", SCAN]


def test_the_signpost_to_side_entry_anywhere_stands_after_those_of_the_own_sector(knowledge):
    leaving = checked(answers("schoonmaak", target_sector="horeca"), knowledge)
    signposts = [one.provision.id for one in leaving.signposts]
    assert signposts[0] == "schoonmaak-ontwikkelpaden"
    assert signposts.index("zij-instroom-generiek") > signposts.index("skillspaspoort-generiek")
