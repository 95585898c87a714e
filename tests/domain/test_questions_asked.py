"""Which question comes first, to whom it is asked, and in which words."""

from datetime import date

import pytest

from app.domain.catalogue import Catalogue
from app.domain.conditions import (
    EmploymentIs,
    NotUsedWithin,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
)
from app.domain.intake import Answers, UsedProvision
from app.domain.person import Person
from app.domain.questions import Question, open_questions
from app.domain.rule import check_provisions
from app.domain.terms import Ask, Employment, JobLoss, Outcome, Purpose
from tests.domain.builders import TODAY, answers, catalogue_of, provision
from tests.domain.test_questions import NOTHING, found_of

EMPLOYEE = EmploymentIs(allowed=(Employment.employee,))


def asked(person: Answers) -> dict[str, Question]:
    return {one.code: one for one in found_of(person)[1]}


def silent(origin: str, **others: object) -> Answers:
    """Somebody who said where they work and little more."""
    return answers(origin, **{**NOTHING, **others})


SECTORS = ["schoonmaak", "rijk", "NS", "bouw", "bank", "brandweer", "metalektro", "horeca"]


# Where somebody wants to go


@pytest.mark.parametrize("job_loss", [None, JobLoss.threatened])
@pytest.mark.parametrize("origin", SECTORS)
def test_who_said_nothing_of_leaving_is_not_asked_where_to(origin, job_loss):
    questions = asked(silent(origin, job_loss=job_loss))
    assert Ask.purpose in questions
    assert Ask.target_sector not in questions


@pytest.mark.parametrize("origin", SECTORS)
def test_who_says_to_leave_is_asked_where_to_after_how_they_work(origin):
    questions = list(asked(silent(origin, purpose=Purpose.other_sector)))
    assert questions.index(Ask.employment) < questions.index(Ask.target_sector)


@pytest.mark.parametrize("origin", SECTORS)
@pytest.mark.parametrize("purpose", [Purpose.orientation, Purpose.growth_in_sector])
def test_who_does_not_leave_is_never_asked_where_to(origin, purpose):
    for job_loss in JobLoss:
        questions = asked(silent(origin, purpose=purpose, job_loss=job_loss))
        assert Ask.target_sector not in questions


def test_what_waits_for_where_to_waits_for_the_purpose_first():
    first = asked(silent("horeca"))[Ask.purpose].settles
    then = asked(silent("horeca", purpose=Purpose.other_sector))[Ask.target_sector].settles
    assert set(then) < set(first)


def test_who_named_a_sector_too_broadly_or_in_unknown_words_is_asked_which_it_is():
    for said in ("agrarisch", "circus"):
        question = asked(answers("horeca", target_sector=said))[Ask.target_sector]
        assert question.text == "In welke sector wilt u precies werken?"


@pytest.mark.parametrize("origin", ["ziekenhuizen", "gemeenten"])
@pytest.mark.parametrize("said", ["weet ik niet", "nergens", "ik wil niet weg"])
def test_no_answer_to_where_to_changes_nothing_that_is_found(origin, said):
    before = found_of(silent(origin))[0].check
    after, questions = found_of(silent(origin, target_sector=said))
    assert (after.check.outcome, after.check.purpose) == (before.outcome, before.purpose)
    assert questions[0].code != Ask.target_sector


# How much an answer settles


def test_what_may_become_a_warm_referral_counts_before_how_many_wait():
    check, questions = found_of(silent("ziekenhuizen"))
    assert check.check.outcome is Outcome.guidance
    assert [one.code for one in questions][:2] == [Ask.purpose, Ask.employment]
    leaving = found_of(silent("ziekenhuizen", purpose=Purpose.other_work))[0].check
    assert leaving.outcome is Outcome.warm_referral


def test_what_is_open_without_answering_the_purpose_waits_for_the_purpose():
    person = answers("ziekenhuizen")
    also = {one.provision.id for one in found_of(person)[0].check.also_available}
    assert also
    assert also <= set(asked(person)[Ask.purpose].settles)


def first_of(person: Person, catalogue: Catalogue, *assumed: Ask) -> Question:
    check = check_provisions(person, catalogue, on=TODAY)
    return open_questions(check, frozenset(assumed), catalogue)[0]


NOBODY = Person(origin=None)
FOR_ALL = [provision(f"voor-allen-{number}", EMPLOYEE) for number in range(2)]


def test_schemes_of_different_sectors_are_not_settled_by_one_answer():
    apart = [provision(one, WorksIn(sectors=(one,))) for one in ("banken", "opslag", "rozen")]
    first = first_of(NOBODY, catalogue_of(*FOR_ALL, *apart), Ask.origin_sector)
    assert first.code == Ask.employment


def test_schemes_on_one_line_of_the_tree_are_settled_by_one_answer():
    line = [provision(one, WorksIn(sectors=(one,))) for one in ("groen", "kas", "rozen")]
    first = first_of(NOBODY, catalogue_of(*FOR_ALL, *line), Ask.origin_sector)
    assert first.code == Ask.origin_sector
    assert first.settles == ("groen", "kas", "rozen")


def test_a_scheme_that_waits_for_more_than_one_answer_is_settled_by_none():
    both = [
        provision(f"beide-{number}", WorksIn(sectors=("kas",)), WantsInto(sectors=("vracht",)))
        for number in range(3)
    ]
    catalogue = catalogue_of(*FOR_ALL, *both)
    assert first_of(NOBODY, catalogue, Ask.origin_sector, Ask.target_sector).code == Ask.employment


def test_a_scheme_of_either_side_waits_for_where_somebody_wants_to_go():
    path = provision("pad", WorksInOrWantsInto(sectors=("vracht",)))
    first = first_of(Person(origin="kas"), catalogue_of(path), Ask.target_sector)
    assert (first.code, first.settles) == (Ask.target_sector, ("pad",))


# In which words


def used(*provision_ids: str) -> tuple[UsedProvision, ...]:
    return tuple(UsedProvision(one, None) for one in provision_ids)


def test_the_day_of_use_is_asked_of_the_provision_by_its_name():
    person = answers("provincies", used_provisions=used("provincies-pbdi"))
    question = asked(person)[Ask.day_of_use]
    name = "Persoonlijk Ontwikkel Budget voor Duurzame inzetbaarheid (PBDI)"
    assert question.text == f"Wanneer gebruikte u {name}?"
    assert question.field == "usedProvisions"
    assert question.answers is not None
    assert [tuple(one) for one in question.answers] == [("provincies-pbdi", name)]


def test_what_follows_from_a_day_of_use_is_another_question_and_has_no_field():
    on = (UsedProvision("provincies-pbdi", date(2024, 10, 1)),)
    questions = asked(answers("provincies", used_provisions=on))
    assert Ask.day_of_use not in questions
    left = questions["used_before"]
    assert (left.text, left.field) == ("Hoeveel van uw PBDI-budget is er nog over?", None)


def test_two_provisions_that_were_used_are_asked_about_apart():
    scans = [provision(name, NotUsedWithin(years=5)) for name in ("scan", "toets")]
    catalogue = catalogue_of(*scans)
    person = Person(origin="kas", used={"scan": (None,), "toets": (None,)})
    check = check_provisions(person, catalogue, on=TODAY)
    questions = open_questions(check, frozenset(), catalogue)
    assert [(one.text, one.settles) for one in questions] == [
        ("Wanneer gebruikte u Scan?", ("scan",)),
        ("Wanneer gebruikte u Toets?", ("toets",)),
    ]


def test_who_seeks_work_is_asked_about_the_job_they_had():
    question = asked(silent("schoonmaak", employment=Employment.job_seeker))[Ask.job_loss]
    assert question.text == "Bent u uw laatste baan kwijtgeraakt?"
    assert question.answers is not None
    assert [one.value for one in question.answers] == [JobLoss.none, JobLoss.happened]


def test_an_employer_that_was_guessed_is_asked_about_by_its_name():
    person = answers("bank", organisation="ABN ARMO")
    question = asked(person)[Ask.organisation]
    assert (question.text, question.field) == ("Is ABN AMRO uw werkgever?", "organisation")
    assert question.answers is not None
    assert [one.value for one in question.answers] == ["ABN AMRO"]
    assert Ask.organisation not in asked(answers("bank", organisation="ABN AMRO"))
    assert Ask.organisation not in asked(answers("bank", organisation="nee"))


def test_every_answer_is_in_the_words_of_a_worker():
    questions = asked(silent("schoonmaak"))
    labels = [
        choice.label
        for code in (Ask.employment, Ask.purpose, Ask.job_loss)
        for choice in questions[code].answers or ()
    ]
    assert [one for one in labels if " ik " not in f" {one} "] == ["nee"]
    assert [one for one in labels if {"u", "uw"} & set(one.split())] == []
