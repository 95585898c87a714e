"""A draft on the screen again: what was typed stands there, and that alone is sent."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Site, good
from tests.e2e.writing import (
    MOTIVATION,
    SEND,
    begin,
    device_holds,
    device_is_empty,
    hold,
    is_ready,
    is_saved,
    is_sent,
    on_device,
    send,
    write,
)

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])

YEARS, DAY, SKILLS = "Jaren in dit werk", "Niet eerder dan", "Vaardigheden"


def written(site: Site, page: Page) -> dict[str, object]:
    """Give what the server has of the draft on the screen."""
    found: dict[str, object] = site.api("GET", f"/drafts/{page.url.rsplit('/')[-1]}")["answers"]
    return found


def is_written(site: Site, page: Page, field: str, value: object) -> None:
    """See that the server comes to have it."""
    device_is_empty(page)
    is_saved(page)
    assert written(site, page)[field] == value


def test_a_draft_begun_here_is_found_again_from_the_work_list(site: Site) -> None:
    page = site.signed_in("/zaken")
    page.get_by_role("link", name="Nieuwe intake").first.click()
    is_ready(page)
    write(page, "eerste tekst")
    is_saved(page)
    device_is_empty(page)
    page.get_by_role("link", name="Mijn werk").click()
    page.get_by_role("link", name=re.compile("Intake .*schoonmaak")).click()
    expect(page.get_by_label(MOTIVATION)).to_have_value("eerste tekst")
    write(page, ", en meer", origin=None)
    is_written(site, page, "motivation", "eerste tekst, en meer")
    expect(page.get_by_role("dialog")).to_have_count(0)


def again(site: Site, motivation: str) -> tuple[Page, str]:
    """Let a draft be on the server, and open a window that has nothing of it yet."""
    window = site.window()
    page = begin(site, window)
    write(page, motivation)
    is_saved(page)
    device_is_empty(page)
    address = page.url
    page.close()
    return window.new_page(), address


def test_a_draft_is_written_in_when_it_is_here_and_not_before(site: Site) -> None:
    page, address = again(site, "een lang verhaal")
    held = hold(page, "**/v1/drafts/*")
    page.goto(address)
    expect(page.get_by_text("De intake wordt opgehaald")).to_be_visible()
    expect(page.get_by_label(MOTIVATION)).to_be_disabled()
    good(site, page)
    held[0].continue_()
    expect(page.get_by_label(MOTIVATION)).to_have_value("een lang verhaal")
    expect(page.get_by_label(MOTIVATION)).to_be_editable()


def test_a_draft_that_could_not_be_read_is_not_written_over(site: Site) -> None:
    page, address = again(site, "een lang verhaal")
    left = [1]

    def busy(route: Route) -> None:
        left[0] -= 1
        if left[0] < 0:
            route.fallback()
        else:
            route.fulfill(status=503, body="", headers={"Retry-After": "2"})

    page.route("**/v1/drafts/*", busy)
    page.goto(address)
    expect(page.locator(".saved")).to_contain_text("nog niet opgehaald")
    expect(page.get_by_label(MOTIVATION)).to_be_disabled()
    is_ready(page)
    expect(page.get_by_label(MOTIVATION)).to_have_value("een lang verhaal")


def test_days_and_years_stand_there_after_loading_anew(site: Site) -> None:
    page = begin(site, site.window())
    write(page, "a")
    page.get_by_label(YEARS).fill("11")
    page.get_by_text("Als het gidsgesprekken worden").click()
    page.get_by_label(DAY).fill("1-7-2027")
    is_written(site, page, "yearsOfService", 11)
    scheduling = written(site, page)["scheduling"]
    assert isinstance(scheduling, dict)
    assert scheduling["notBefore"] == "2027-06-30T22:00:00Z"
    page.reload()
    is_ready(page)
    expect(page.get_by_label(YEARS)).to_have_value("11")
    page.get_by_text("Als het gidsgesprekken worden").click()
    expect(page.get_by_label(DAY)).to_have_value("01-07-2027")


def test_the_years_of_the_other_version_stand_there_when_they_are_chosen(site: Site) -> None:
    page = begin(site, site.window())
    write(page, "a")
    page.get_by_label(YEARS).fill("11")
    is_written(site, page, "yearsOfService", 11)
    draft = f"/drafts/{page.url.rsplit('/')[-1]}"
    known = site.api("GET", draft)
    theirs = {k: v for k, v in known["answers"].items() if v is not None} | {"yearsOfService": 5}
    site.api("PUT", draft, headers={"If-Match": f'"{known["version"]}"'}, json=theirs)
    page.get_by_label(YEARS).fill("12")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("^Alles van (?!u$)")).click()
    dialog.get_by_role("button", name="Bewaar deze keuze").click()
    expect(page.get_by_label(YEARS)).to_have_value("5")
    is_written(site, page, "yearsOfService", 5)


def test_what_cannot_be_read_is_not_sent_as_nothing(site: Site) -> None:
    page = begin(site, site.window())
    write(page, "a")
    is_saved(page)
    page.get_by_label(YEARS).fill("1x")
    page.get_by_text("Als het gidsgesprekken worden").click()
    page.get_by_label(DAY).fill("1-7-27")
    page.get_by_role("combobox", name="Eerder gebruikte voorzieningen").fill("iets van de cao")
    page.keyboard.press("Control+Enter")
    heading = page.get_by_role("heading", name="nog niet verstuurd")
    expect(heading).to_be_focused()
    lines = page.locator(".fault-notice li")
    expect(lines).to_have_count(3)
    good(site, page)
    lines.filter(has_text=YEARS).get_by_role("link").click()
    expect(page.get_by_label(YEARS)).to_be_focused()
    page.get_by_label(YEARS).fill("1")
    lines.filter(has_text=DAY).get_by_role("link").click()
    expect(lines).to_have_count(2)
    page.get_by_label(DAY).fill("1-7-2027")
    page.get_by_role("combobox", name="Eerder gebruikte voorzieningen").fill("")
    send(page)
    is_sent(page)
    answers = site.api("GET", f"/intakes/{page.url.split('/zaken/')[1]}")["answers"]
    assert answers["yearsOfService"] == 1


def test_half_a_skill_goes_with_the_intake(site: Site) -> None:
    page = begin(site, site.window())
    write(page, "a")
    is_saved(page)
    page.get_by_role("combobox", name=SKILLS).fill("heftruck rijden")
    page.keyboard.press("Control+Enter")
    is_sent(page)
    found = site.api("GET", f"/intakes/{page.url.split('/zaken/')[1]}")
    assert "heftruck rijden" in str(found["skills"])


def test_the_button_keeps_the_focus_while_it_is_sent(site: Site) -> None:
    window = site.window()
    page = begin(site, window)
    write(page, "a")
    is_saved(page)
    window.set_offline(True)
    button = page.get_by_role("button", name=SEND)
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".outbox")).to_be_visible()
    expect(button).to_be_focused()


def test_a_full_device_keeps_the_copy_that_another_tab_left(site: Site) -> None:
    window = site.window()
    page = begin(site, window)
    window.route("**/v1/drafts/*", lambda route: route.abort())
    write(page, "alleen hier")
    device_holds(page, "alleen hier")
    address = page.url
    other = window.new_page()
    other.add_init_script(
        "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }"
    )
    page.close()
    other.goto(address)
    expect(other.get_by_label(MOTIVATION)).to_have_value("alleen hier")
    expect(other.locator(".saved")).to_contain_text("Laat dit venster open")
    assert [one["draft"]["mine"]["motivation"] for one in on_device(other)] == ["alleen hier"]
    window.unroute("**/v1/drafts/*")
    other.evaluate("() => dispatchEvent(new Event('online'))")
    is_saved(other)
    device_is_empty(other)
