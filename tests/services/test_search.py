"""Provisions found in the words people use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import vocabulary
from app.domain.errors import InvalidInput
from app.domain.terms import BuildingBlock, ProvisionStatus, Service, Side
from app.routers.provision_pages import written_page
from app.schemas.catalogue import ProvisionPage, ProvisionSummary
from app.services.search import FoundProvisions, ProvisionFilter, Search
from tests.domain.builders import TODAY

ANY_TARGET = "zij-instroom-generiek"
"""Holds for who wants into any sector: it names none."""

ADVICE = {
    "abnamro-loopbaanscan", "bouw-dia-pago", "dierhouderij-loopbaancheck", "gidsfunctie-vakbond",
    "rijk-loopbaanscan", "schoonmaak-loopbaancheck",
}  # fmt: skip
MONEY = {
    "dierhouderij-scholingsvouchers", "glastuinbouw-individueel-ontwikkelbudget",
    "metalektro-ontwikkelvoucher", "mn-individueel-ontwikkelbudget",
    "open-teelten-scholingsvouchers", "persoonlijk-leerbudget", "provincies-pbdi",
}  # fmt: skip
LOSS = {"grafimedia-c3", "metalektro-vwnw-begeleiding", "rijk-vwnw-beleid", "sociaal-plan-generiek"}
ENTRY = {"open-teelten-talentboom", "soob-zij-instroom", "techniekroute", ANY_TARGET}
SCANS = {"abnamro-loopbaanscan", "rijk-loopbaanscan"}


@pytest.fixture(scope="module")
def search(knowledge) -> Search:
    return Search(knowledge, vocabulary())


def look(search: Search, query: str | None = None, **wanted) -> FoundProvisions:
    return search.find(ProvisionFilter(query=query, **wanted), on=TODAY, limit=1000)


def found(search: Search, query: str | None = None, **wanted) -> list[str]:
    return [one.id for one in look(search, query, **wanted).provisions]


def first(search: Search, query: str) -> set[str]:
    return set(found(search, query)[:5])


@pytest.mark.parametrize(
    ("query", "among"),
    [
        # What peers do not find (reference: PostgreSQL, FTS5 and ILIKE over the same records).
        ("zijinstroom", {"soob-zij-instroom", ANY_TARGET}),
        ("omscholen", {"glastuinbouw-individueel-ontwikkelbudget"}),
        ("scholing budget", {"provincies-pbdi", "persoonlijk-leerbudget"}),
        ("budget voor cursus", {"glastuinbouw-individueel-ontwikkelbudget"}),
        ("loopbanadvies", ADVICE),
        # Words of workers
        ("zij-instroom", {"soob-zij-instroom"}),
        ("instromen als chauffeur", {"soob-zij-instroom"}),
        ("bijscholen", MONEY),
        ("een coach", ADVICE),
        ("er dreigt ontslag", LOSS),
        ("mijn baan raak ik kwijt", LOSS),
        ("is er een potje voor een cursus?", MONEY),
        ("voucher", MONEY),
        ("EVC", {"ervaringscertificaat-generiek"}),
        # Sectors, by alias and by job
        ("schoonmaakster zoekt een coach", {"schoonmaak-loopbaancheck"}),
        ("ik werk in de kassen", {"glastuinbouw-loopbaanvoucher"}),
        ("vrachtwagenchauffeur worden", {"soob-zij-instroom"}),
        ("A+O", {"metalektro-ontwikkelvoucher"}),
        # English and Polish, with and without the letters of Polish
        ("I lost my job", LOSS),
        ("money for a course", MONEY),
        ("career change", ENTRY),
        ("doradca zawodowy", ADVICE),
        ("stra\u0107 prac\u0119 - zwolnienie", LOSS),
        ("chc\u0119 zosta\u0107 kierowc\u0105", {"soob-zij-instroom"}),
        ("chce zostac kierowca", {"soob-zij-instroom"}),
    ],
)
def test_what_people_say_finds_what_they_mean(search, query, among):
    assert first(search, query) & among, found(search, query)[:5]


@pytest.mark.parametrize(
    "alike",
    [
        ("zij-instroom", "zijinstroom", "zij instroom", "ZIJ-INSTROOM", "de zij-instroom"),
        ("loopbaanscan", "loopbaan scan", "loopbaan-scan", "een loopbaanscan?"),
        ("omscholen", "omscholing", "omgeschoold"),
        ("carri\u00e8re", "carriere"),
        ("financi\u00eble opleiding", "financiele opleiding"),
        ("vacature", "vacatures"),
    ],
)
def test_the_same_word_written_otherwise_finds_the_same(search, alike):
    answers = {tuple(sorted(found(search, query))) for query in alike}
    assert len(answers) == 1
    assert answers != {()}


def test_a_compound_and_its_parts_find_each_other(search):
    assert set(found(search, "loopbaanscan")[:2]) == SCANS
    assert set(found(search, "scan loopbaan")[:2]) == SCANS
    assert "soob-zij-instroom" in found(search, "chauffeur")
    vouchers = {"dierhouderij-scholingsvouchers", "open-teelten-scholingsvouchers"}
    assert (
        set(found(search, "scholingsvoucher")[:2]) == vouchers <= first(search, "voucher scholing")
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("loopbanadvies", "loopbaanadvies"),
        ("ontwikelvoucher", "ontwikkelvoucher"),
        ("ontwikelvouscher", "ontwikkelvoucher"),
        ("loobaanskan", "loopbaanscan"),
        ("shoonmaakster", "schoonmaakster"),
        ("scholingsbudjet", "scholingsbudget"),
    ],
)
def test_up_to_two_typing_errors_in_a_long_word_are_understood(search, typed, meant):
    assert found(search, typed)[:2] == found(search, meant)[:2] != []


@pytest.mark.parametrize("query", ["kas", "das"])
def test_a_short_word_is_taken_as_it_is(search, query):
    assert bool(found(search, query)) == (query == "kas")


@pytest.mark.parametrize(
    "query",
    [
        "ik wil graag een",
        "hallo, kunt u mij iets vertellen?",
        "de",
        "???",
        "xqzvwk blorf",
        "12 345",
    ],
)
def test_what_means_nothing_here_finds_nothing(search, query):
    answer = look(search, query)
    assert answer.provisions == []
    assert all(counted == {} for counted in answer.facets.values())


def test_small_talk_around_a_word_changes_nothing(search):
    said = "hallo, ik wil graag weten of er voor mij een voucher is, dank u wel"
    assert found(search, said) == found(search, "voucher")


def test_an_unknown_word_beside_a_known_one_does_not_empty_the_answer(search):
    assert found(search, "voucher blorfkwast") == found(search, "voucher")


def test_what_holds_more_of_the_words_comes_first(search):
    assert found(search, "voucher glastuinbouw loopbaan")[0] == "glastuinbouw-loopbaanvoucher"
    assert found(search, "gratis loopbaancoach schoonmaak")[0] == "schoonmaak-loopbaancheck"


def test_a_known_sector_without_provisions_finds_what_is_for_everyone(search):
    answer = found(search, "postbode")
    assert {"gidsfunctie-vakbond", "werkcentrum", ANY_TARGET} <= set(answer[:5])
    assert "schoonmaak-loopbaancheck" not in answer


@given(st.text(max_size=120))
def test_no_text_is_too_strange(search, query):
    answer = look(search, query)
    assert sum(answer.facets["status"].values()) == len(answer.provisions)


# Filters and facets


@pytest.mark.parametrize("sector", ["horeca", "bouw", "schoonmaak", "zorg"])
def test_what_holds_for_any_target_sector_is_found_for_each(search, sector):
    assert ANY_TARGET in found(search, sector=sector, side=Side.target)
    assert ANY_TARGET in found(search, sector=sector)
    assert ANY_TARGET not in found(search, sector=sector, side=Side.origin)


def test_what_holds_for_any_target_sector_is_found_by_side_alone(search):
    assert ANY_TARGET in found(search, side=Side.target)
    assert ANY_TARGET not in found(search, side=Side.origin)


def test_a_provision_of_one_sector_is_not_found_for_another(search):
    cleaning = "schoonmaak-loopbaancheck"
    assert cleaning in found(search, sector="schoonmaak", side=Side.origin)
    assert cleaning not in found(search, sector="schoonmaak", side=Side.target)
    assert cleaning not in found(search, sector="horeca")


def test_a_sector_that_nobody_knows_is_refused(search):
    with pytest.raises(InvalidInput) as refused:
        found(search, sector="circus")
    assert [one.pointer for one in refused.value.faults] == ["query/sector"]


FILTERS = {
    "service": ("service", Service),
    "building_block": ("building_block", BuildingBlock),
    "status": ("status", ProvisionStatus),
    "side": ("side", Side),
}


@pytest.mark.parametrize("query", [None, "loopbaan", "opleiding in de bouw"])
def test_a_facet_counts_what_its_filter_finds(search, query):
    whole = look(search, query, sector="bouw")
    for facet, (name, values) in FILTERS.items():
        for value in values:
            narrowed = set(found(search, query, sector="bouw", **{name: value}))
            # With a filter another provision may be the best, and so the floor a lower one.
            kept = narrowed & {one.id for one in whole.provisions}
            assert whole.facets[facet].get(value, 0) == len(kept)


def test_filters_and_words_are_combined(search):
    both = found(search, "loopbaan", status=ProvisionStatus.ended)
    assert both == ["h2016-tweede-loopbaanadvies", *both[1:]]
    assert set(both) <= set(found(search, status=ProvisionStatus.ended))


# Pages


@pytest.mark.parametrize("query", [None, "opleiding of coach"])
def test_pages_of_any_size_give_every_provision_once_in_one_order(search, query):
    whole = found(search, query)
    for limit in (1, 3, 10):
        pages, after = [], None
        while True:
            page = search.find(ProvisionFilter(query=query), on=TODAY, after=after, limit=limit)
            pages += [one.id for one in page.provisions]
            assert page.facets == look(search, query).facets
            if (after := page.next) is None:
                break
        assert pages == whole


@pytest.mark.parametrize("after", ["no-such-provision", "schoonmaak-loopbaancheck"])
def test_a_cursor_that_is_not_among_what_is_found_is_refused(search, after):
    with pytest.raises(InvalidInput) as refused:
        search.find(ProvisionFilter(sector="bouw"), on=TODAY, after=after, limit=5)
    assert [one.pointer for one in refused.value.faults] == ["query/after"]
    # It may have been the `next` of a page of yesterday: then that is what to do.
    assert "begin again" in refused.value.faults[0].detail


def test_what_is_written_is_what_the_contract_shows(search):
    answer = search.find(ProvisionFilter(query="loopbaan"), on=TODAY, limit=7)
    for _ in range(2):
        page = ProvisionPage.model_validate_json(written_page(search, answer, on=TODAY))
        assert page.items == [ProvisionSummary.of(one, on=TODAY) for one in answer.provisions]
        assert page.next == answer.next == answer.provisions[-1].id
        counted = {one.value: one.count for one in page.facets.building_block}
        assert counted == answer.facets["building_block"]
