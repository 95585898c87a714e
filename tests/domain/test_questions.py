"""What else can be asked: enough to settle everything, the best first, and nothing in vain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue import load
from app.domain.intake import Answers, Finding, Knowledge, UsedProvision, examine
from app.domain.lexicon import Lexicon
from app.domain.questions import Question, open_questions
from app.domain.resolve import resolve_sector
from app.domain.skills import SkillIndex
from app.domain.terms import Ask, Employment, JobLoss, Purpose, Verdict
from app.schemas.intake import IntakeIn
from tests.domain.builders import TODAY, answers

REAL = load()
KNOWN = Knowledge(version=1, catalogue=REAL, lexicon=Lexicon.of(REAL), skills=SkillIndex.of(REAL))
PARENTS = {one.parent for one in REAL.sectors.values()}
PRECISE = sorted(set(REAL.sectors) - PARENTS)
OCCUPATIONS = sorted(
    name
    for name in set(REAL.occupations.values())
    if resolve_sector(KNOWN.lexicon, name).occupation
)
EMPLOYERS = [*sorted(one.name for one in REAL.organisations.values()), "Bakkerij Jansen"]
FREE: dict[str, Sequence[Any]] = {
    "originSector": PRECISE,
    "organisation": EMPLOYERS,
    "yearsOfService": range(51),
}
FIELDS = {field.alias: name for name, field in IntakeIn.model_fields.items() if field.alias}
NOTHING: dict[str, Any] = {"employment": None, "job_loss": None, "used_provisions": None}
FEW = settings(max_examples=60, deadline=None, derandomize=True)

Verdicts = dict[str, tuple[Verdict, tuple[object, ...]]]


def found_of(given_answers: Answers) -> tuple[Finding, tuple[Question, ...]]:
    finding = examine(given_answers, KNOWN, on=TODAY)
    return finding, open_questions(finding.check, finding.assumed, REAL)


def answered(said: Answers, question: Question, draw: st.DataObject) -> Answers:
    """Let the worker answer, in any way that can be."""

    def pick(values: Sequence[Any]) -> Any:
        return draw.draw(st.sampled_from(values))

    def used() -> tuple[UsedProvision, ...]:
        day = date(pick(range(2010, 2026)), 6, 1)
        using = draw.draw(st.lists(st.sampled_from(question.settles), unique=True))
        before = said.used_provisions or ()
        others = [one for one in before if one.provision_id not in question.settles]
        return (*others, *(UsedProvision(one, day) for one in using))

    assert question.field is not None
    if question.field == "usedProvisions":
        return replace(said, used_provisions=used())
    if question.answers:
        values: Sequence[Any] = [one.value for one in question.answers]
    elif question.field == "targetSector":
        values = OCCUPATIONS if question.code == Ask.target_occupation else PRECISE
    else:
        values = FREE[question.field]
    coded = {"employment": Employment, "jobLoss": JobLoss, "purpose": Purpose}
    value = coded.get(question.field, lambda given: given)(pick(values))
    given: dict[str, Any] = {FIELDS[question.field]: value}
    return replace(said, **given)


def to_confirm(finding: Finding) -> set[tuple[str, Ask | None]]:
    check = finding.check
    return {
        (one.provision.id, reason.asks)
        for one in (*check.referrals, *check.also_available, *check.signposts)
        for reason in one.to_confirm
    }


def verdicts(finding: Finding) -> Verdicts:
    check = finding.check
    every = (*check.referrals, *check.also_available, *check.signposts, *check.refusals)
    return {one.provision.id: (one.verdict, (*one.reasons, *one.to_confirm)) for one in every}


PEOPLE = st.builds(
    answers,
    st.sampled_from([*sorted(REAL.sectors), "circus"]),
    target_sector=st.none() | st.sampled_from([*sorted(REAL.sectors), "circus", *OCCUPATIONS]),
    organisation=st.none() | st.sampled_from([*EMPLOYERS, "ABN ARMO"]),
    employment=st.none() | st.sampled_from(Employment),
    job_loss=st.none() | st.sampled_from(JobLoss),
    purpose=st.none() | st.sampled_from(Purpose),
    years_of_service=st.none() | st.integers(0, 50),
    used_provisions=st.none()
    | st.lists(
        st.builds(
            UsedProvision,
            st.sampled_from(["rijk-loopbaanscan", "provincies-pbdi"]),
            st.none() | st.just(date(2024, 10, 1)),
        ),
        max_size=2,
    ).map(tuple),
)


@FEW
@given(PEOPLE, st.data())
def test_asked_one_at_a_time_nothing_is_left_but_what_no_field_takes(person, data):
    asked = []
    finding, questions = found_of(person)
    while questions and questions[0].field:
        asked.append(questions[0].code)
        assert len(asked) <= len(Ask), asked
        person = answered(person, questions[0], data)
        finding, questions = found_of(person)
    assert {asks for _, asks in to_confirm(finding)} <= {None}


@FEW
@given(PEOPLE, st.data())
def test_every_answer_changes_a_verdict_or_settles_the_question(person, data):
    before, questions = found_of(person)
    for question in questions:
        if question.field is None:
            continue
        after, left = found_of(answered(person, question, data))
        gone = (question.code, question.settles) not in {(one.code, one.settles) for one in left}
        assert gone or verdicts(after) != verdicts(before), question


@FEW
@given(PEOPLE)
def test_the_questions_are_few_and_name_everything_that_is_to_be_confirmed(person):
    finding, questions = found_of(person)
    of_worker = [one for one in questions if one.field]
    assert len({one.code for one in of_worker}) == len(of_worker) <= len(Ask)
    assert questions == (*of_worker, *(one for one in questions if not one.field))
    settled = {(one, question.field is None) for question in questions for one in question.settles}
    assert {(one, asks is None) for one, asks in to_confirm(finding)} <= settled
    assert all(question.settles and question.text.endswith("?") for question in questions)
    assert found_of(person)[1] == questions


def codes(person: Answers) -> list[str]:
    return [one.code for one in found_of(person)[1]]


@pytest.mark.parametrize(
    ("person", "asked"),
    [
        pytest.param(
            answers("schoonmaak", **NOTHING),
            ["employment", "purpose", "job_loss"],
            id="a cleaner who said nothing more",
        ),
        pytest.param(
            answers("schoonmaak", job_loss=JobLoss.none, purpose=Purpose.orientation),
            [],
            id="an employee who only wonders",
        ),
        pytest.param(
            answers("brandweer", years_of_service=14, purpose=Purpose.orientation),
            ["years_uncertain"],
            id="a firefighter who rounds the years",
        ),
        pytest.param(
            answers("circus", purpose=Purpose.orientation),
            ["origin_sector"],
            id="a sector nobody knows",
        ),
        pytest.param(
            answers("drukkerij", job_loss=JobLoss.happened, purpose=Purpose.orientation),
            ["must_confirm"],
            id="what no field takes",
        ),
    ],
)
def test_what_is_asked_and_in_which_order(person, asked):
    assert codes(person) == asked


def test_a_question_says_which_field_takes_which_answers():
    _, questions = found_of(answers("schoonmaak", **NOTHING))
    (how,) = [one for one in questions if one.code == "employment"]
    assert (how.text, how.field) == ("Hoe werkt u nu?", "employment")
    assert how.answers is not None
    assert [one.value for one in how.answers] == list(Employment)
    assert "schoonmaak-loopbaancheck" in how.settles


def test_whether_a_year_has_begun_is_to_be_confirmed_and_no_other_number_of_years_is_kept():
    _, (question,) = found_of(
        answers("brandweer", years_of_service=14, purpose=Purpose.orientation)
    )
    assert (question.text, question.field, question.answers) == (
        "Is uw 15e dienstjaar al begonnen?",
        None,
        None,
    )


def test_what_was_said_to_be_nothing_is_not_asked_again():
    person = answers("rijksoverheid", job_loss=None, used_provisions=None)
    assert {"job_loss", "used_provisions"} <= set(codes(person))
    person = replace(person, job_loss=JobLoss.none, used_provisions=())
    assert {"job_loss", "used_provisions"}.isdisjoint(codes(person))
