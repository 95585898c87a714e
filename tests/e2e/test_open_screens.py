"""The screens for everybody: provisions in the words of the worker, and what sectors arranged."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LOOKS, Site, good

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])

CHECK = "Loopbaancheck \u2018De Vakbeweging\u2019"


@pytest.mark.parametrize("look", LOOKS)
def test_a_provision_is_found_in_ones_own_words_and_read(site: Site, look: str) -> None:
    page = site.page("/voorzieningen", **LOOKS[look])
    found = page.get_by_role("region", name="Gevonden voorzieningen")
    expect(found.get_by_role("status")).to_contain_text("voorzieningen gevonden")
    page.get_by_label("Wat zoekt u?").press_sequentially("gratis loopbancoach voor shoonmaker")
    first = found.get_by_role("listitem").first
    expect(first.get_by_role("link")).to_have_text(CHECK)
    assert "q=" not in page.url
    good(site, page)
    first.get_by_role("link").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(CHECK)
    expect(page.locator("main")).to_contain_text(
        "U werkt in de sector Schoonmaak, of werkte daar het laatst. (staat in de bron)"
    )
    expect(page.locator("main")).to_contain_text("4.3, rij Schoonmaak. Nagekeken op 12 mei 2026")
    expect(page.get_by_role("link", name="Ontwikkelpaden Schoonmaak")).to_be_visible()
    good(site, page)
    page.go_back()
    expect(page.get_by_label("Wat zoekt u?")).to_have_value("gratis loopbancoach voor shoonmaker")
    expect(first.get_by_role("link")).to_have_text(CHECK)


def test_filters_count_and_stand_in_the_address(site: Site) -> None:
    page = site.page("/voorzieningen")
    found = page.get_by_role("region", name="Gevonden voorzieningen")
    kind = page.get_by_label("Soort hulp")
    expect(kind.locator("option", has_text="zij-instroom")).to_have_text(re.compile(r"\(\d+\)$"))
    option = kind.locator("option", has_text="zij-instroom").inner_text()
    count = re.search(r"\((\d+)\)", option)
    assert count
    kind.select_option("side_entry")
    expect(found.get_by_role("status")).to_have_text(f"{count[1]} voorzieningen gevonden.")
    sector = page.get_by_role("combobox", name="Sector")
    sector.press_sequentially("de kassen")
    page.get_by_role("option", name="Glastuinbouw").wait_for()
    assert site.faults(page) == []
    sector.press("ArrowDown")
    sector.press("Enter")
    expect(page).to_have_url(
        re.compile(
            r"\?service=side_entry&sector=glastuinbouw$|\?sector=glastuinbouw&service=side_entry$"
        )
    )
    page.reload()
    expect(sector).to_have_value("Glastuinbouw")
    expect(page.get_by_label("Soort hulp")).to_have_value("side_entry")
    sector.fill("")
    expect(page).to_have_url(re.compile(r"\?service=side_entry$"))


def test_what_is_not_found_says_what_to_do(site: Site) -> None:
    page = site.page("/voorzieningen?status=nonsense")
    page.get_by_label("Wat zoekt u?").press_sequentially("zzzzqqqq")
    found = page.get_by_role("region", name="Gevonden voorzieningen")
    expect(found.get_by_role("status")).to_contain_text("Niets gevonden. Probeer een ander woord")
    page.goto(f"{site.url}/voorzieningen/bestaat-niet")
    expect(page.get_by_role("alert")).to_contain_text("Dit bestaat niet")


def test_more_is_shown_on_demand(site: Site) -> None:
    page = site.page("/voorzieningen")
    items = page.locator("ol.plain > li")
    expect(items).to_have_count(25)
    page.get_by_role("button", name="Meer tonen").press("Enter")
    expect(items).to_have_count(50)


def test_what_ended_says_so(site: Site) -> None:
    page = site.page("/voorzieningen/h2016-brug-ww")
    expect(page.locator(".notice")).to_contain_text("bestaat niet meer")
    expect(page.locator("main")).to_contain_text("langer dan een jaar geleden")


@pytest.mark.parametrize("look", LOOKS)
def test_coverage_says_in_words_what_each_sector_has(site: Site, look: str) -> None:
    page = site.page("/dekking", **LOOKS[look])
    table = page.get_by_role("table")
    row = table.get_by_role("row", name=re.compile("^Schoonmaak"))
    expect(row).to_contain_text("geregeld")
    expect(row).to_contain_text("onzeker")
    expect(row).to_contain_text("niets bekend")
    cell = row.get_by_role("cell").first
    cell.locator("summary").press("Enter")
    expect(cell.get_by_role("link", name=CHECK)).to_be_visible()
    expect(cell).to_contain_text("Nagekeken op 12 mei 2026")
    good(site, page)


def test_the_heads_stay_in_sight(site: Site) -> None:
    page = site.page("/dekking")
    region = page.get_by_role(
        "region", name="Wat sectoren en werkgevers hebben geregeld, per bouwsteen"
    )
    region.wait_for()
    region.evaluate("one => { one.scrollTop = 2000; }")
    head = page.get_by_role("columnheader", name="loopbaanadvies").bounding_box()
    box = region.bounding_box()
    assert head
    assert box
    assert box["y"] - 2 <= head["y"] < box["y"] + box["height"]


def test_the_heads_hide_nothing_that_has_the_focus(site: Site) -> None:
    page = site.page("/dekking", width=320)
    page.locator(".coverage summary").first.wait_for()
    hidden = page.evaluate(
        """() => [...document.querySelectorAll('.coverage summary')].reverse().filter(one => {
            one.focus();
            const box = one.getBoundingClientRect();
            const there = document.elementFromPoint(box.left + 4, box.top + box.height / 2);
            return !one.contains(there);
        }).length"""
    )
    assert hidden == 0


def test_coverage_of_one_sector_can_be_kept_as_a_table(site: Site, tmp_path: Path) -> None:
    page = site.page("/dekking?sector=schoonmaak")
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(3)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Opslaan als tabel (CSV)").press("Enter")
    waiting.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="") as table:
        sectors = {one["sectorId"] for one in csv.DictReader(table)}
    assert sectors == {"schoonmaak", "glazenwassen", "specialistische-reiniging"}
    assert waiting.value.suggested_filename == "dekking-schoonmaak.csv"
    page.get_by_role("button", name="Alle sectoren tonen").press("Enter")
    expect(rows).not_to_have_count(3)
    expect(page).to_have_url(re.compile(r"/dekking$"))
    expect(page.get_by_role("combobox", name="Sector")).to_have_value("")
