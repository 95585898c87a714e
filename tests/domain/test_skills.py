"""What someone can do, compared with what is asked elsewhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue import load
from app.domain.catalogue import (
    Adjacency,
    Catalogue,
    EntryProfile,
    Occupation,
    Sector,
    Skill,
    Source,
    Step,
)
from app.domain.skills import (
    AdjacentSector,
    ProfileFit,
    SkillIndex,
    adjacent_sectors,
    fits_for_target,
    skills_of_occupation,
)
from app.domain.terms import Basis, Inheritance

REAL = load()
INDEX = SkillIndex.of(REAL)
SOURCE = Source("eigen-lezing", "alleen voor deze test")


def sector(name: str, parent: str | None = None, *occupations: Occupation) -> Sector:
    return Sector(name, name, parent, Inheritance.yes, (), occupations, Basis.inferred, SOURCE)


def profile(
    name: str, where: str, essential: tuple[str, ...], useful: tuple[str, ...] = ()
) -> EntryProfile:
    steps = (Step("leerling", "inwerken"),)
    uri = f"http://data.europa.eu/esco/occupation/{name}"
    return EntryProfile(name, name, uri, where, essential, useful, steps, Basis.inferred, SOURCE)


def step(a: str, b: str, strength: int) -> Adjacency:
    return Adjacency(a, b, strength, f"van {a} naar {b}", Basis.inferred)


def small_catalogue() -> Catalogue:
    """Green work with two trades below it, and four neighbours."""
    sectors = (
        sector("groen"),
        sector("tuin", "groen", Occupation("hovenier", "Hovenier", ("tuinman",))),
        sector("rozentuin", "tuin"),
        sector("bos", "groen"),
        sector("kas"),
        sector("keuken"),
        sector("stal"),
        sector("kantoor"),
    )
    profiles = (
        profile("opzichter", "groen", ("plannen",)),
        profile("tuinman", "tuin", ("snoeien", "maaien"), ("rijden",)),
        profile("boomverzorger", "tuin", ("snoeien", "klimmen")),
        profile("teler", "kas", ("oogsten", "snoeien"), ("rijden",)),
        profile("kok", "keuken", ("koken", "plannen")),
        profile("stalhulp", "stal", ("voeren",), ("rijden",)),
        profile("klerk", "kantoor", ("typen",)),
    )
    skills = ("snoeien", "maaien", "rijden", "klimmen", "plannen", "oogsten", "koken", "voeren")
    return Catalogue(
        sectors={one.id: one for one in sectors},
        adjacency=(
            step("keuken", "tuin", 1),
            step("tuin", "kas", 2),
            step("groen", "stal", 3),
            step("tuin", "groen", 3),
            step("bos", "kas", 3),
            step("kantoor", "tuin", 3),
        ),
        skills={one: Skill(one, one) for one in (*skills, "typen")},
        profiles={one.id: one for one in profiles},
    )


SMALL = small_catalogue()
SMALL_INDEX = SkillIndex.of(SMALL)


def test_a_fit_tells_what_carries_over_and_what_is_missing():
    (fit,) = fits_for_target(
        SMALL, SMALL_INDEX, target="kas", occupation=None, skills=("rijden", "snoeien", "onbekend")
    )
    assert fit == ProfileFit(
        profile="teler",
        carries_over=("snoeien", "rijden"),
        missing=("oogsten",),
        useful_missing=(),
    )


@pytest.mark.parametrize(
    ("target", "profiles"),
    [
        ("tuin", ["tuinman", "boomverzorger"]),
        ("groen", ["opzichter", "tuinman", "boomverzorger"]),
        ("rozentuin", ["tuinman", "boomverzorger"]),
        ("bos", ["opzichter"]),
        ("maan", []),
    ],
)
def test_a_target_shows_its_own_profiles_or_else_those_of_its_nearest_ancestor(target, profiles):
    fits = fits_for_target(SMALL, SMALL_INDEX, target=target, occupation=None, skills=())
    assert sorted(fit.profile for fit in fits) == sorted(profiles)


def test_the_profile_that_takes_over_most_comes_first():
    fits = fits_for_target(
        SMALL, SMALL_INDEX, target="groen", occupation=None, skills={"snoeien", "klimmen"}
    )
    assert [fit.profile for fit in fits] == ["boomverzorger", "tuinman", "opzichter"]


def test_an_essential_skill_counts_before_a_useful_one():
    fits = fits_for_target(
        SMALL, SMALL_INDEX, target="groen", occupation=None, skills={"rijden", "klimmen"}
    )
    assert [fit.profile for fit in fits] == ["boomverzorger", "tuinman", "opzichter"]


@pytest.mark.parametrize("occupation", ["hovenier", "Tuinman", "tuinman"])
def test_the_wanted_occupation_comes_first_whatever_carries_over(occupation):
    fits = fits_for_target(
        SMALL,
        SMALL_INDEX,
        target="groen",
        occupation=occupation,
        skills={"snoeien", "klimmen", "plannen"},
    )
    assert [fit.profile for fit in fits] == ["tuinman", "boomverzorger", "opzichter"]


def test_an_occupation_is_also_known_by_its_esco_uri():
    uri = SMALL.profiles["boomverzorger"].esco
    named = Sector(
        "tuin",
        "tuin",
        None,
        Inheritance.yes,
        (),
        (Occupation("boomchirurg", "Boomchirurg", (), uri),),
        Basis.inferred,
        SOURCE,
    )
    catalogue = Catalogue(
        sectors={"tuin": named},
        profiles={one.id: one for one in SMALL.profiles.values() if one.sector == "tuin"},
    )
    fits = fits_for_target(
        catalogue,
        SkillIndex.of(catalogue),
        target="tuin",
        occupation="boomchirurg",
        skills={"maaien"},
    )
    assert fits[0].profile == "boomverzorger"


def test_neighbours_that_ask_for_most_come_first_and_then_the_smallest_step():
    found = adjacent_sectors(
        SMALL, SMALL_INDEX, origin="tuin", skills={"snoeien", "oogsten", "rijden", "koken"}
    )
    assert [near.sector for near in found] == ["kas", "stal", "keuken"]
    assert found[0] == AdjacentSector(
        sector="kas",
        strength=2,
        why="van tuin naar kas",
        fits=(ProfileFit("teler", ("oogsten", "snoeien", "rijden"), (), ()),),
    )


def test_neighbours_of_the_sectors_above_and_below_count_and_the_nearest_step_tells_why():
    found = adjacent_sectors(SMALL, SMALL_INDEX, origin="groen", skills={"oogsten"})
    assert [(near.sector, near.strength, near.why) for near in found] == [
        ("kas", 3, "van bos naar kas")
    ]


def test_a_neighbour_in_the_own_line_is_not_another_sector():
    found = adjacent_sectors(SMALL, SMALL_INDEX, origin="tuin", skills={"plannen"})
    assert [near.sector for near in found] == ["keuken"]


@pytest.mark.parametrize("skills", [(), ("onbekend",)])
def test_without_a_known_skill_no_neighbour_asks_for_anything(skills):
    assert adjacent_sectors(SMALL, SMALL_INDEX, origin="tuin", skills=skills) == ()


def test_an_unknown_origin_has_no_neighbours():
    assert adjacent_sectors(SMALL, SMALL_INDEX, origin="maan", skills={"snoeien"}) == ()


def test_at_most_five_neighbours_are_named():
    others = [f"buur-{number}" for number in range(7)]
    catalogue = Catalogue(
        sectors={name: sector(name) for name in ("thuis", *others)},
        adjacency=tuple(step("thuis", name, 1 + number % 3) for number, name in enumerate(others)),
        profiles={name: profile(name, name, ("snoeien",)) for name in others},
    )
    found = adjacent_sectors(
        catalogue, SkillIndex.of(catalogue), origin="thuis", skills={"snoeien"}
    )
    assert [near.strength for near in found] == [3, 3, 2, 2, 1]
    assert [near.sector for near in found][:2] == ["buur-2", "buur-5"]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(REAL.sectors)),
    st.sets(st.sampled_from(sorted(REAL.skills)), max_size=8),
    st.one_of(st.none(), st.text(max_size=20)),
)
def test_a_fit_divides_what_a_profile_asks_and_nothing_else(target, skills, occupation):
    fits = fits_for_target(REAL, INDEX, target=target, occupation=occupation, skills=skills)
    assert len({fit.profile for fit in fits}) == len(fits)
    for fit in fits:
        asked = {*REAL.profiles[fit.profile].essential, *REAL.profiles[fit.profile].useful}
        assert set(fit.carries_over) == asked & skills
        assert {*fit.missing, *fit.useful_missing} == asked - skills


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(REAL.sectors)),
    st.sets(st.sampled_from(sorted(REAL.skills)), max_size=8),
)
def test_a_neighbour_is_another_sector_that_asks_for_something_one_can(origin, skills):
    found = adjacent_sectors(REAL, INDEX, origin=origin, skills=skills)
    assert found == adjacent_sectors(REAL, INDEX, origin=origin, skills=frozenset(skills))
    assert len({near.sector for near in found}) == len(found) <= 5
    for near in found:
        assert not REAL.same_line(near.sector, origin)
        assert near.fits
        assert all(fit.carries_over for fit in near.fits)


def test_an_occupation_suggests_the_essential_skills_of_its_profiles() -> None:
    cleaner = Occupation("schoonmaker", "Schoonmaker", ("poetser",))
    known = Catalogue(
        sectors={"schoonmaak": sector("schoonmaak", None, cleaner)},
        profiles={
            "schoonmaker": profile("schoonmaker", "schoonmaak", ("dweilen", "tillen"), ("praten",)),
            "kok": profile("kok", "schoonmaak", ("koken",)),
        },
    )
    index = SkillIndex.of(known)
    assert skills_of_occupation(known, index, "schoonmaker") == ("dweilen", "tillen")


@pytest.mark.parametrize("occupation", [None, "sterrenkundige"])
def test_an_occupation_without_a_profile_suggests_nothing(occupation: str | None) -> None:
    assert skills_of_occupation(REAL, INDEX, occupation) == ()
