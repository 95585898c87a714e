"""The skills and entry profiles of the catalogue: complete, readable and cited."""

import re
from collections import Counter

import pytest

from app.catalogue import load
from app.domain.catalogue import EntryProfile, Skill
from app.domain.conditions import WantsInto
from app.domain.skills import SkillIndex, adjacent_sectors, fits_for_target, recognise
from app.domain.terms import Basis, ProvisionStatus, Service
from app.domain.wording import normalise

CATALOGUE = load()
INDEX = SkillIndex.of(CATALOGUE)
ESCO = r"http://data\.europa\.eu/esco/{}/[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
PROFILES = list(CATALOGUE.profiles.values())
SKILLS = list(CATALOGUE.skills.values())


def names(skill: Skill) -> list[str]:
    return [skill.name, *skill.aliases]


def below(sector: str) -> list[EntryProfile]:
    return [one for one in PROFILES if CATALOGUE.lies_within(one.sector, sector)]


def test_there_are_enough_profiles_and_skills_to_choose_from():
    assert len(PROFILES) >= 36
    assert len(SKILLS) >= 100


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.id)
def test_a_profile_asks_little_shows_a_path_and_names_its_esco_occupation(profile):
    assert re.fullmatch(ESCO.format("occupation"), profile.esco)
    assert 3 <= len(profile.essential) <= 6
    assert 2 <= len(profile.useful) <= 4
    assert 2 <= len(profile.steps) <= 4
    asked = (*profile.essential, *profile.useful)
    assert len(set(asked)) == len(asked)
    assert set(asked) <= set(CATALOGUE.skills)
    assert profile.sector in CATALOGUE.sectors


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.id)
def test_a_profile_is_our_reading_and_says_of_what(profile):
    assert profile.basis is Basis.inferred
    assert profile.source.section
    assert profile.source.document in {"esco-1.2.0", "handreiking-2026"}


def test_the_two_roles_that_the_handreiking_names_cite_it():
    stated = {one.id: one.source.section for one in PROFILES if one.source.document[0] == "h"}
    assert stated == {
        "specialistisch-reiniger": "4.2, rij Schoonmaak",
        "objectleider": "4.2, rij Schoonmaak",
    }


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.id)
def test_a_step_is_short_enough_to_read(profile):
    for step in profile.steps:
        assert len(step.role.split()) <= 6
        assert len(step.learning.split()) <= 14


def test_no_two_ways_to_say_a_skill_lead_to_different_skills():
    said: dict[str, str] = {}
    for skill in SKILLS:
        for name in names(skill):
            spelled = normalise(name).replace(" ", "")
            assert said.setdefault(spelled, skill.id) == skill.id, name
            assert recognise(INDEX, [name])[0].skill == skill.id, name


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.id)
def test_no_name_of_a_skill_stands_twice(skill):
    spelled = Counter(normalise(name).replace(" ", "") for name in names(skill))
    assert spelled.most_common(1)[0][1] == 1


@pytest.mark.parametrize("skill", SKILLS, ids=lambda skill: skill.id)
def test_a_skill_has_the_uri_of_an_esco_skill_or_none(skill):
    assert skill.uri is None or re.fullmatch(ESCO.format("skill"), skill.uri)


def test_no_esco_skill_stands_for_two_of_ours():
    uris = [skill.uri for skill in SKILLS if skill.uri]
    assert len(uris) == len(set(uris))


def test_every_skill_is_asked_for_somewhere():
    asked = {skill for one in PROFILES for skill in (*one.essential, *one.useful)}
    assert asked == set(CATALOGUE.skills)


def test_every_sector_with_a_side_entry_provision_has_profiles_of_its_own():
    targets = {
        sector
        for provision in CATALOGUE.provisions.values()
        if Service.side_entry in provision.services
        and provision.status is not ProvisionStatus.ended
        for condition in provision.conditions
        if isinstance(condition, WantsInto)
        for sector in condition.sectors
    }
    assert {"transport-logistiek", "bouw-energie-techniek", "bouw-infra", "open-teelten"} <= targets
    assert [sector for sector in sorted(targets) if not below(sector)] == []


@pytest.mark.parametrize("sector", ["bouw-energie-techniek", "open-teelten", "transport-logistiek"])
def test_every_sector_below_a_side_entry_sector_has_profiles(sector):
    without = [
        one for one in CATALOGUE.sectors if CATALOGUE.lies_within(one, sector) and not below(one)
    ]
    assert without == []


def test_whoever_wants_into_a_sector_sees_a_way_in():
    without = [
        sector
        for sector in CATALOGUE.sectors
        if not fits_for_target(CATALOGUE, INDEX, target=sector, occupation=None, skills=())
    ]
    assert without == []


@pytest.mark.parametrize(
    ("origin", "can", "found"),
    [
        ("schoonmaak", ["schoonmaken", "met mensen omgaan"], "langdurige-zorg"),
        ("dierhouderij", ["dieren verzorgen", "trekker rijden"], "loonwerk"),
        ("horeca", ["koken", "hygiënisch werken"], "slagersbedrijf"),
        ("grafimedia", ["photoshop", "dtp"], "uitgeverij-media"),
        ("banken", ["klanten te woord staan", "privacy"], "verzekeraars"),
        ("beroepsgoederenvervoer", ["rijbewijs B", "de weg vinden"], "ziekenvervoer"),
        ("taxi", ["autorijden", "reizigers vervoeren"], "ov-bus"),
        ("logistiek-opslag", ["sorteren", "pakketten bezorgen"], "post-koeriers"),
        ("jeugdzorg", ["met jongeren werken", "activiteiten begeleiden"], "kinderopvang"),
        ("boomkwekerij", ["snoeien", "planten verzorgen"], "hoveniers-groen"),
        ("metalektro", ["lassen", "tekening lezen"], "metaalbewerking"),
        ("installatie", ["stopcontacten aanleggen"], "energie"),
        ("metaalbewerking", ["lassen", "uitleg geven"], "onderwijs"),
        ("brandweer", ["eerste hulp", "kalm blijven"], "ziekenvervoer"),
    ],
)
def test_workers_without_a_target_see_a_neighbour_that_asks_for_what_they_can(origin, can, found):
    skills = [match.skill for match in recognise(INDEX, can) if match.skill]
    assert len(skills) == len(can)
    neighbours = adjacent_sectors(CATALOGUE, INDEX, origin=origin, skills=skills)
    assert found in [near.sector for near in neighbours]


@pytest.mark.parametrize(
    ("target", "occupation", "first"),
    [
        ("transport-logistiek", "vrachtwagenchauffeur", "vrachtwagenchauffeur"),
        ("logistiek-opslag", "heftruckchauffeur", "heftruckchauffeur"),
        ("logistiek-opslag", "orderpicker", "orderpicker"),
        ("metaalbewerking", "lasser", "lasser"),
    ],
)
def test_a_wanted_occupation_of_the_sector_tree_finds_its_profile(target, occupation, first):
    fits = fits_for_target(CATALOGUE, INDEX, target=target, occupation=occupation, skills=())
    assert fits[0].profile == first
