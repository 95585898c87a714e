"""What people say, understood or left alone. The table of sayings is in sayings.yaml."""

import time
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue import load
from app.domain.catalogue import Catalogue
from app.domain.resolve import (
    LONGEST_SAID,
    Lexicon,
    resolve_municipality,
    resolve_occupation,
    resolve_organisation,
    resolve_sector,
    suggest_municipalities,
    suggest_sectors,
)
from app.domain.terms import MatchedBy
from app.domain.wording import edits, normalise

Saying = tuple[str, str | None, MatchedBy | None]
SPLIT_ON_PURPOSE = {
    "chauffeur",
    "chauffeurs",
    "kamermeisje",
    "machinist",
    "machiniste",
    "monteur",
    "monteurs",
    "verpleegkundige",
    "verpleegkundigen",
    "verpleegster",
    "verpleegsters",
    "verpleger",
    "verplegers",
}


@cache
def catalogue() -> Catalogue:
    return load()


@cache
def lexicon() -> Lexicon:
    return Lexicon.of(catalogue())


def sayings() -> list[Saying]:
    text = Path(__file__).with_name("sayings.yaml").read_text(encoding="utf-8")
    return [
        (str(row[0]), row[1], MatchedBy(row[2]) if len(row) > 2 else None)
        for rows in yaml.safe_load(text).values()
        for row in rows
    ]


@pytest.mark.parametrize(("said", "sector", "matched_by"), sayings())
def test_a_saying_is_understood_or_left_alone(
    said: str, sector: str | None, matched_by: MatchedBy | None
) -> None:
    resolution = resolve_sector(lexicon(), said)
    assert resolution.sector == sector
    assert resolution.said == said
    if matched_by is not None:
        assert resolution.matched_by is matched_by


def test_the_table_of_sayings_is_long_enough_and_says_nothing_twice() -> None:
    said = [saying[0] for saying in sayings()]
    assert len(said) >= 300
    assert len(set(said)) == len(said)
    assert {saying[1] for saying in sayings()} - {None} <= set(catalogue().sectors)


def test_every_sector_resolves_by_its_id_and_its_name_exactly() -> None:
    for sector in catalogue().sectors.values():
        for said in (sector.id, sector.name, sector.name.upper()):
            resolution = resolve_sector(lexicon(), said)
            assert (resolution.sector, resolution.matched_by) == (sector.id, MatchedBy.exact)


def test_every_alias_and_occupation_resolves_to_its_own_sector_unless_split_on_purpose() -> None:
    for sector in catalogue().sectors.values():
        jobs = [name for job in sector.occupations for name in (job.name, *job.aliases)]
        for said in (*sector.aliases, *jobs):
            if said not in SPLIT_ON_PURPOSE:
                assert resolve_sector(lexicon(), said).sector == sector.id, said


def test_every_organisation_resolves_to_itself_and_to_its_sector() -> None:
    for organisation in catalogue().organisations.values():
        for said in (organisation.name, *organisation.aliases):
            assert resolve_organisation(lexicon(), said).organisation == organisation.id
            resolution = resolve_sector(lexicon(), said)
            assert resolution.sector == organisation.sector
            assert resolution.organisation == organisation.id


def test_no_word_means_two_sectors_but_those_split_on_purpose() -> None:
    shared = {
        said
        for said, terms in lexicon().sectors.items()
        if len({term.sector for term in terms}) > 1
    }
    assert shared == SPLIT_ON_PURPOSE


def test_two_jobs_that_contradict_each_other_are_both_alternatives() -> None:
    resolution = resolve_sector(lexicon(), "schoonmaker in een ziekenhuis")
    assert resolution.sector is None
    assert resolution.matched_by is None
    assert set(resolution.alternatives) == {"schoonmaak", "ziekenhuizen"}


def test_a_job_of_several_sectors_gives_only_alternatives() -> None:
    resolution = resolve_sector(lexicon(), "verpleegkundige")
    assert resolution.sector is None
    assert set(resolution.alternatives) == {"ziekenhuizen", "umc", "langdurige-zorg", "ggz-ghz"}


def test_a_known_word_about_something_else_gives_only_alternatives() -> None:
    resolution = resolve_sector(lexicon(), "ik zit in de bouw van websites")
    assert (resolution.sector, resolution.occupation) == (None, None)
    assert resolution.alternatives == ("bouw-infra",)


def test_an_employer_stays_the_employer_whatever_follows() -> None:
    resolution = resolve_sector(lexicon(), "Belastingdienst in de kelder")
    assert resolution.organisation == "belastingdienst"
    assert resolve_organisation(lexicon(), "bij de NS met fietsen").organisation == "ns"


@pytest.mark.parametrize(
    ("said", "sector", "occupation"),
    [
        ("verpleegster in een verpleeghuis", "langdurige-zorg", "verpleegkundige-langdurige-zorg"),
        ("verpleegkundige in de gehandicaptenzorg", "ggz-ghz", "verpleegkundige-ggz-ghz"),
        ("monteur bij een energiebedrijf", "energie", "monteur-energie"),
        ("chauffeur op de tram", "ov-bus", "trambestuurder"),
        ("chauffeur zittend ziekenvervoer", "ziekenvervoer", "zorgchauffeur"),
    ],
)
def test_a_general_job_at_a_known_place_is_no_special_job(
    said: str, sector: str, occupation: str
) -> None:
    resolution = resolve_sector(lexicon(), said)
    assert (resolution.sector, resolution.occupation) == (sector, occupation)


def test_a_driver_is_a_lorry_driver_with_the_other_drivers_as_alternatives() -> None:
    resolution = resolve_sector(lexicon(), "chauffeur")
    assert resolution.sector == "beroepsgoederenvervoer"
    assert set(resolution.alternatives) == {"post-koeriers", "ov-bus", "taxi", "ziekenvervoer"}


def test_a_tax_office_worker_works_for_the_tax_office_and_the_state() -> None:
    resolution = resolve_sector(lexicon(), "ik werk bij de Belastingdienst")
    assert resolution.sector == "rijksoverheid"
    assert resolution.organisation == "belastingdienst"
    assert resolution.matched_by is MatchedBy.organisation


def test_a_conductor_of_ns_has_an_occupation_and_an_employer() -> None:
    resolution = resolve_sector(lexicon(), "ik ben hoofdconducteur bij de NS")
    assert resolution.occupation == "treinconducteur"
    assert resolution.organisation == "ns"


@pytest.mark.parametrize(
    ("said", "organisation", "matched_by"),
    [
        ("NS", "ns", MatchedBy.organisation),
        ("ns", "ns", MatchedBy.organisation),
        ("de Nederlandse Spoorwegen", "ns", MatchedBy.organisation),
        ("ik werk bij ABN AMRO", "abn-amro", MatchedBy.organisation),
        ("Belastingdinst", "belastingdienst", MatchedBy.fuzzy),
        ("Rijkswaterstaat", "rijkswaterstaat", MatchedBy.organisation),
        ("niet bij de Belastingdienst", None, None),
        ("bakkerij Jansen", None, None),
        ("bij mijn oom", None, None),
        ("", None, None),
        ("x" * (LONGEST_SAID + 1), None, None),
    ],
)
def test_an_employer_is_an_organisation_of_the_catalogue_or_none(
    said: str, organisation: str | None, matched_by: MatchedBy | None
) -> None:
    match = resolve_organisation(lexicon(), said)
    assert (match.said, match.organisation, match.matched_by) == (said, organisation, matched_by)


@pytest.mark.parametrize(
    ("said", "sector", "occupation"),
    [
        ("vrachtwagenchauffeur", None, "vrachtwagenchauffeur"),
        ("trucker", "transport-logistiek", "vrachtwagenchauffeur"),
        ("schoonmaakster", "schoonmaak", "schoonmaker"),
        ("ik ben schoonmaakster", "horeca", "schoonmaker"),
        ("orderpikker", None, "orderpicker"),
        ("heftruckchaufeur", None, "heftruckchauffeur"),
        ("verpleegkundige", None, None),
        ("verpleegkundige", "ziekenhuizen", "ziekenhuisverpleegkundige"),
        ("machinist", "spoor", "treinmachinist"),
        ("machinist", "gww", "machinist-grondverzet"),
        ("kapper", None, None),
        ("geen kok", None, None),
        ("brandwacht", None, None),
        ("programmeur van theatervoorstellingen", None, None),
        ("kok", "bestaat-niet", "kok"),
        ("k" * (LONGEST_SAID + 1), None, None),
    ],
)
def test_an_occupation_is_found_within_its_sector_first(
    said: str, sector: str | None, occupation: str | None
) -> None:
    assert resolve_occupation(lexicon(), said, sector) == occupation


@pytest.mark.parametrize(
    ("said", "code", "region", "matched_by"),
    [
        ("Rotterdam", "GM0599", "AM22", MatchedBy.exact),
        ("gemeente Rotterdam", "GM0599", "AM22", MatchedBy.exact),
        ("GM0599", "GM0599", "AM22", MatchedBy.exact),
        ("Den Haag", "GM0518", "AM21", MatchedBy.alias),
        ("'s-Gravenhage", "GM0518", "AM21", MatchedBy.exact),
        ("s Gravenhage", "GM0518", "AM21", MatchedBy.exact),
        ("den bosch", "GM0796", "AM27", MatchedBy.alias),
        ("ik woon in De Bilt", "GM0310", "AM13", MatchedBy.exact),
        ("sudwest fryslan", "GM1900", "AM02", MatchedBy.exact),
        ("Ljouwert", "GM0080", "AM02", MatchedBy.alias),
        ("Hengelo", "GM0164", "AM05", MatchedBy.alias),
        ("Amsterdm", "GM0363", "AM18", MatchedBy.fuzzy),
        ("Londen", None, None, None),
        ("", None, None, None),
        ("R" * (LONGEST_SAID + 1), None, None, None),
    ],
)
def test_a_place_gives_its_municipality_and_region(
    said: str, code: str | None, region: str | None, matched_by: MatchedBy | None
) -> None:
    match = resolve_municipality(lexicon(), said)
    assert (match.code, match.region, match.matched_by) == (code, region, matched_by)


def test_a_name_of_two_municipalities_is_neither() -> None:
    match = resolve_municipality(lexicon(), "Bergen")
    assert match.code is None
    assert set(match.alternatives) == {"GM0373", "GM0893"}


def test_every_municipality_resolves_by_its_own_name() -> None:
    for municipality in catalogue().municipalities.values():
        assert resolve_municipality(lexicon(), municipality.name).code == municipality.code
        assert municipality.region in catalogue().regions
    assert len(catalogue().municipalities) == 342
    assert len(catalogue().regions) == 35


def test_what_is_being_typed_suggests_sectors_best_first() -> None:
    suggested = [suggestion.sector for suggestion in suggest_sectors(lexicon(), "schoonm", 5)]
    assert suggested[0] == "schoonmaak"
    tomatoes = [suggestion.sector for suggestion in suggest_sectors(lexicon(), "tomat", 5)]
    assert tomatoes == ["glastuinbouw", "ict"]  # tomaten first, then automatisering
    assert suggest_sectors(lexicon(), "brandwer", 3)[0].sector == "brandweer"
    assert len(suggest_sectors(lexicon(), "", 7)) == 7
    assert suggest_sectors(lexicon(), "qqqq", 7) == ()


def test_what_is_being_typed_suggests_municipalities_best_first() -> None:
    assert suggest_municipalities(lexicon(), "rotterd", 3)[0] == "GM0599"
    assert set(suggest_municipalities(lexicon(), "Bergen", 3)) >= {"GM0373", "GM0893"}
    assert suggest_municipalities(lexicon(), "qqqq", 3) == ()


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_nothing_that_is_said_raises_and_what_is_found_exists(said: str) -> None:
    resolution = resolve_sector(lexicon(), said)
    assert resolution.said == said
    assert (resolution.sector is None) == (resolution.matched_by is None)
    found = {resolution.sector, *resolution.alternatives} - {None}
    assert found <= set(catalogue().sectors)
    assert resolution.sector not in resolution.alternatives
    resolve_organisation(lexicon(), said)
    resolve_occupation(lexicon(), said, None)
    resolve_municipality(lexicon(), said)
    assert len(suggest_sectors(lexicon(), said, 4)) <= 4
    assert len(suggest_municipalities(lexicon(), said, 4)) <= 4


@given(st.lists(st.sampled_from(["ik", "bouw", "zorg", "kok", "NS", "niet", "bank", "chauffer"])))
@settings(max_examples=200, deadline=None)
def test_a_negation_anywhere_means_nothing_is_concluded(spoken: list[str]) -> None:
    said = " ".join([*spoken, "niet"])
    assert resolve_sector(lexicon(), said).sector is None


@given(st.text(max_size=120))
@settings(max_examples=500, deadline=None)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
@settings(max_examples=300, deadline=None)
def test_edits_are_symmetric_and_nothing_only_for_equal_words(one: str, other: str) -> None:
    assert edits(one, other, 7) == edits(other, one, 7)
    assert (edits(one, other, 7) == 0) == (one == other)
    assert edits(one, other, 2) == min(edits(one, other, 7), 3)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("brandwer", "brandweer", 1), ("cshoon", "schoon", 1), ("abc", "acb", 1), ("", "ab", 2)],
)
def test_a_letter_more_less_other_or_swapped_is_one_edit(
    one: str, other: str, distance: int
) -> None:
    assert edits(one, other, 3) == distance


def test_long_and_hostile_texts_cost_next_to_nothing() -> None:
    texts = ["bouw " * 40, "x" * 200, "verpleegkundige" * 13, "ik " * 66, "a" * 100_000]
    begin = time.perf_counter()
    for text in texts * 10:
        resolve_sector(lexicon(), text)
    assert time.perf_counter() - begin < 2
