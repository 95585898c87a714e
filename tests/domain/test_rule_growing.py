"""A catalogue that grows: what does not concern a person is not looked at, and nothing is lost."""

import json
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue import load
from app.domain.catalogue import Catalogue, Provision
from app.domain.conditions import (
    EmployedBy,
    WantsInto,
    WorksIn,
    WorksInOrWantsInto,
    YearsOfService,
)
from app.domain.hearing import MOST_REMEMBERED, Remembering
from app.domain.intake import examine
from app.domain.person import Person
from app.domain.questions import open_questions
from app.domain.rule import LOOKED_AT, MORE_PRECISE, Assessment, assess, check_provisions
from app.domain.terms import Ask, Employment, Side
from app.schemas.intake import IntakeIn
from app.services.findings import write_check
from tests.domain.builders import (
    ORGANISATIONS,
    SECTORS,
    TODAY,
    catalogue_of,
    people,
    provision,
    sector,
)

REAL = load()
MANY = settings(max_examples=50, deadline=None, derandomize=True)


def grown(number_of_sectors: int) -> Catalogue:
    """The real catalogue behind so many other sectors that not everything is looked at."""
    others = {name: sector(name) for name in (f"ver-{n}" for n in range(number_of_sectors))}
    elsewhere = {name: provision(name, WorksIn(sectors=(name,))) for name in others}
    return replace(
        REAL, sectors={**others, **REAL.sectors}, provisions={**elsewhere, **REAL.provisions}
    )


GROWN = grown(300)


def said(assessments: tuple[Assessment, ...]) -> list[tuple[str, str, tuple[object, ...]]]:
    return [(one.provision.id, one.verdict, (*one.reasons, *one.to_confirm)) for one in assessments]


@MANY
@given(people(REAL))
def test_sectors_that_join_change_nothing_that_is_open(person):
    before = check_provisions(person, REAL, on=TODAY)
    after = check_provisions(person, GROWN, on=TODAY)
    assert after.outcome == before.outcome
    for name in ("referrals", "signposts", "also_available"):
        assert said(getattr(after, name)) == said(getattr(before, name)), name


@MANY
@given(people(REAL))
def test_what_is_not_looked_at_is_refused(person):
    found = check_provisions(person, GROWN, on=TODAY)
    shown = (*found.referrals, *found.signposts, *found.also_available, *found.refusals)
    looked_at = {one.provision.id for one in shown}
    assert len(looked_at) >= LOOKED_AT
    for one in GROWN.provisions.values():
        if one.id not in looked_at:
            assert not assess(one, found.person, GROWN, on=TODAY).is_open, one.id


@MANY
@given(people(REAL))
def test_what_is_remembered_is_what_is_found_afresh(person):
    again = check_provisions(person, REAL, on=TODAY, hearing=Remembering)
    fresh = check_provisions(person, replace(REAL), on=TODAY)
    for name in ("referrals", "signposts", "also_available", "refusals"):
        assert said(getattr(again, name)) == said(getattr(fresh, name)), name


@MANY
@given(people(REAL), people(REAL), st.sampled_from([one.name for one in fields(Person)]))
def test_what_one_is_told_is_not_told_to_who_answered_something_otherwise(one, other, answer):
    catalogue = replace(REAL)
    alike = replace(one, **{answer: getattr(other, answer)})
    check_provisions(one, catalogue, on=TODAY, hearing=Remembering)
    remembered = check_provisions(alike, catalogue, on=TODAY, hearing=Remembering)
    assert remembered == check_provisions(alike, replace(REAL), on=TODAY)


def entries(catalogue: Catalogue) -> int:
    """Count what stays in memory of what was concluded."""
    memory = catalogue.memory
    count = len({**memory._alike_before, **memory._alike})
    about: dict[Any, dict[Any, Any]] = {**memory._before, **memory._about}
    for what, known in about.items():
        if what[0] not in {"parts", "closed"}:  # of the catalogue and the day, whoever asks
            heard = known.get("heard")
            count += len(heard.opened) + len(heard.refused) if heard else len(known)
    return count


def test_however_many_different_people_ask_what_is_remembered_is_bounded():
    conditions = WorksIn(sectors=("kas",)), YearsOfService(from_year=1)
    alike = [provision(f"p{number}", *conditions) for number in range(200)]
    catalogue = catalogue_of(*alike)
    most = 0
    for years in (years for many in range(25, 400, 25) for years in range(many)):
        person = Person(origin="kas", years_of_service=years)
        check_provisions(person, catalogue, on=TODAY, hearing=Remembering)
        most = max(most, entries(catalogue))
    assert MOST_REMEMBERED < most < 2 * MOST_REMEMBERED + 1000


def spelled(catalogue: Catalogue) -> str:
    memory = catalogue.memory
    return repr((memory._about, memory._before, memory._alike, memory._alike_before))


def test_how_somebody_spelled_a_sector_is_not_remembered(knowledge):
    knowledge = replace(knowledge, catalogue=replace(knowledge.catalogue))
    for said in ("S C H O O N M A A K!!!", "Ik ben Jan Jansen uit de schoonmaak"):
        answers = IntakeIn.model_validate({"originSector": said, "targetSector": said}).answers()
        assert examine(answers, knowledge, on=TODAY).origin.said == said
        assert said not in spelled(knowledge.catalogue)
    assert "schoonmaak" in spelled(knowledge.catalogue)


def test_what_is_asked_for_lately_is_remembered_when_the_rest_is_forgotten():
    catalogue = replace(REAL)
    memory = catalogue.memory
    person = Person(origin="schoonmaak")
    before = check_provisions(person, catalogue, on=TODAY, hearing=Remembering)
    concluded = memory.size
    assert concluded == entries(catalogue) > 0
    for _ in range(3):
        memory.size = MOST_REMEMBERED + 1
        again = check_provisions(person, catalogue, on=TODAY, hearing=Remembering)
        assert again == before
        assert 0 < memory.size <= concluded
    memory.forget()
    memory.forget()
    afresh = check_provisions(person, catalogue, on=TODAY, hearing=Remembering)
    assert (afresh, memory.size) == (before, concluded)


def test_what_is_remembered_of_one_day_does_not_hold_on_the_next():
    tomorrow = TODAY + timedelta(days=1)
    catalogue = catalogue_of(provision("eindigt", ends_on=tomorrow))
    person = Person(origin="kas")
    today, then = (
        check_provisions(person, catalogue, on=day, hearing=Remembering)
        for day in (TODAY, tomorrow)
    )
    assert (len(today.referrals), len(then.refusals)) == (1, 1)


def test_who_is_told_the_same_on_another_side_is_told_on_which():
    either = provision("beide", WorksInOrWantsInto(sectors=("groen",)))
    catalogue = catalogue_of(either)
    for origin, side in (("tuinwinkel", Side.origin), ("geld", Side.target)):
        person = Person(origin=origin, target="kas", target_named=True)
        (found,) = check_provisions(person, catalogue, on=TODAY, hearing=Remembering).referrals
        assert [one.code for one in found.reasons] == ["wants_into_sector"]
        assert found.side is side


def test_what_was_written_down_on_one_day_is_not_given_on_another(knowledge):
    knowledge = replace(knowledge, catalogue=replace(knowledge.catalogue))
    asked = {"originSector": "schoonmaak", "targetSector": "ouderenzorg", "yearsOfService": 11}
    answers = IntakeIn.model_validate(asked).answers()
    recently = []
    for day in (TODAY, TODAY + timedelta(days=4000)):
        written = write_check(examine(answers, knowledge, on=day), knowledge.catalogue)
        told = json.loads(written)
        shown = (told[name] for name in ("referrals", "signposts", "alsoAvailable", "refusals"))
        recently.append({one["verifiedRecently"] for many in shown for one in many})
    assert recently == [{True, False}, {False}]


def catalogue_of_many(*near: Provision, others: int = 500) -> Catalogue:
    far = [provision(f"ver-{n}", WorksIn(sectors=("opslag",))) for n in range(others)]
    everything = (*far[: others // 2], *near, *far[others // 2 :])
    return Catalogue(
        sectors={one.id: one for one in SECTORS},
        organisations={one.id: one for one in ORGANISATIONS},
        provisions={one.id: one for one in everything},
    )


def refused(person: Person, catalogue: Catalogue) -> list[str]:
    return [one.provision.id for one in check_provisions(person, catalogue, on=TODAY).refusals]


def test_every_refusal_of_the_own_lines_is_told_and_of_others_no_more_than_fits():
    near = (
        provision("eigen", WorksIn(sectors=("groen",)), WantsInto(sectors=("vracht",))),
        provision("doel", WantsInto(sectors=("wegvervoer",), not_from=("groen",))),
        provision("baas", EmployedBy(organisations=("kasbedrijf",))),
        provision("elders", WantsInto(sectors=()), WorksIn(sectors=("geld",))),
    )
    kas = Person(origin="kas", target="post", target_named=True, organisation_named=True)
    found = refused(kas, catalogue_of_many(*near))
    assert [one for one in found if not one.startswith("ver-")] == ["eigen", "doel", "baas"]
    assert len(found) == LOOKED_AT


def test_what_a_more_precise_answer_may_open_is_told_before_what_is_far():
    precise = provision("precies", WorksIn(sectors=("rozen",)))
    entered = provision("binnen", WantsInto(sectors=("pakketten",)))
    broad = Person(origin="groen", target="wegvervoer", target_named=True)
    found = refused(broad, catalogue_of_many(precise, entered))
    assert {"precies", "binnen"} <= set(found)


@pytest.mark.parametrize("for_everyone", [0, LOOKED_AT, 3 * LOOKED_AT])
@pytest.mark.parametrize(
    "person",
    [
        Person(origin="groen", target="wegvervoer", target_named=True),
        Person(origin=None, target_named=True),
    ],
    ids=["too broad", "not understood"],
)
def test_however_much_there_is_for_everyone_a_more_precise_sector_is_asked_for(
    person, for_everyone
):
    anybody = [provision(f"ieder-{n}") for n in range(for_everyone)]
    own = provision("eigen", WorksIn(sectors=("rozen",)))
    wanted = provision("doel", WantsInto(sectors=("pakketten",)))
    catalogue = catalogue_of_many(own, wanted, *anybody)
    check = check_provisions(person, catalogue, on=TODAY)
    precisely = frozenset({Ask.origin_sector, Ask.target_sector})
    asked = {one.code: one.settles for one in open_questions(check, precisely, catalogue)}
    assert "eigen" in asked[Ask.origin_sector]
    assert asked[Ask.target_sector] == ("doel",)


def test_no_more_than_some_of_what_a_more_precise_sector_may_open_is_looked_at():
    near = [provision(f"ieder-{n}") for n in range(LOOKED_AT)]
    below = [provision(f"precies-{n}", WorksIn(sectors=("rozen",))) for n in range(LOOKED_AT)]
    broad = Person(origin="groen", target="geld", target_named=True)
    assert len(refused(broad, catalogue_of_many(*near, *below))) == MORE_PRECISE


def test_an_employer_below_a_broad_sector_may_be_the_own_one():
    scan = provision("scan", EmployedBy(organisations=("geldhuis",)))
    catalogue = catalogue_of_many(scan)
    person = Person(origin="geld", employment=Employment.employee)
    asked = check_provisions(person, catalogue, on=TODAY).referrals
    assert [one.provision.id for one in asked] == ["scan"]


def test_no_more_is_looked_at_in_ten_times_as_large_a_catalogue():
    person = Person(origin="schoonmaak", target="ziekenhuizen", target_named=True)
    sizes = []
    for catalogue in (GROWN, grown(3000)):
        found = check_provisions(person, catalogue, on=TODAY)
        shown = (found.referrals, found.signposts, found.also_available, found.refusals)
        sizes.append(sum(map(len, shown)))
    assert sizes == [LOOKED_AT, LOOKED_AT]
