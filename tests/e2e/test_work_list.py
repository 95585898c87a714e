"""What waits for an adviser: thrown away from the list, told of in another window, looked up."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Site, good
from tests.e2e.writing import (
    begin,
    device_holds,
    device_is_empty,
    is_saved,
    on_device,
    write,
)

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])


def throw_away(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Weggooien")).press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Weggooien").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def saved(site: Site) -> Page:
    """Let an adviser have a draft, and look at the list."""
    page = begin(site, site.window())
    write(page, "a")
    is_saved(page)
    device_is_empty(page)
    page.get_by_role("link", name="Mijn werk").click()
    return page


def test_a_draft_thrown_away_from_the_list_leaves_the_focus_near(site: Site) -> None:
    page = saved(site)
    throw_away(page)
    expect(page.get_by_text("is weggegooid")).to_be_visible()
    expect(page.get_by_role("heading", name="Nog niet verstuurd")).to_be_focused()
    good(site, page)
    assert site.api("GET", "/drafts")["items"] == []


def test_a_draft_that_is_gone_already_is_thrown_away_as_well(site: Site) -> None:
    page = saved(site)
    expect(page.get_by_role("button", name=re.compile("^Weggooien"))).to_be_visible()
    site.api("DELETE", f"/drafts/{site.api('GET', '/drafts')['items'][0]['id']}")
    throw_away(page)
    expect(page.get_by_text("is weggegooid")).to_be_visible()


def test_a_draft_that_cannot_be_thrown_away_now_stays(site: Site) -> None:
    page = saved(site)
    page.route("**/v1/drafts/*", lambda route: route.fulfill(status=503, body=""))
    throw_away(page)
    expect(page.get_by_text("is niet weggegooid")).to_be_visible()
    assert len(site.api("GET", "/drafts")["items"]) == 1


def test_what_waits_on_the_device_goes_with_the_draft(site: Site) -> None:
    window = site.window()
    page = begin(site, window)
    write(page, "a")
    is_saved(page)
    device_is_empty(page)
    window.route("**/v1/drafts/*", offline_for("PUT"))
    write(page, "b", origin=None)
    device_holds(page, "ab")
    page.get_by_role("link", name="Mijn werk").click()
    throw_away(page)
    expect(page.get_by_text("is weggegooid")).to_be_visible()
    device_is_empty(page)
    assert site.api("GET", "/drafts")["items"] == []


def offline_for(method: str) -> Callable[[Route], None]:
    def refuse(route: Route) -> None:
        if route.request.method == method:
            route.abort()
        else:
            route.fallback()

    return refuse


def test_what_came_too_late_is_taken_note_of_where_it_was_written(site: Site) -> None:
    window = site.window()
    page = begin(site, window)
    write(page, "a")
    is_saved(page)
    device_is_empty(page)
    draft = page.url.rsplit("/")[-1]
    version = site.api("GET", f"/drafts/{draft}")["version"]
    window.route("**/v1/drafts/*", offline_for("PUT"))
    write(page, "b", origin=None)
    device_holds(page, "ab")
    answers = {"originSector": "schoonmaak", "motivation": "a"}
    body = {**answers, "draftId": draft, "draftVersion": version}
    site.api("POST", "/intakes", headers={"Idempotency-Key": str(uuid4())}, json=body)
    window.unroute("**/v1/drafts/*")
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(page.locator(".outbox")).to_contain_text("was al verstuurd")
    other = site.page("/zaken", window)
    expect(other.locator(".outbox")).to_contain_text("Kijk in het andere venster")
    expect(other.get_by_role("button", name="Begrepen")).to_have_count(0)
    page.get_by_role("button", name="Begrepen").click()
    expect(other.locator(".outbox")).to_be_hidden()
    assert on_device(page) == []


def test_only_a_case_number_goes_into_the_address(site: Site) -> None:
    page = site.signed_in("/zaken")
    number = page.get_by_label("Zaaknummer")
    number.fill("Mevrouw de Vries")
    number.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="geen zaaknummer")).to_be_visible()
    assert page.url == f"{site.url}/zaken"
    good(site, page)
    number.fill("7k3m 9qx2")
    number.press("Enter")
    expect(page).to_have_url(re.compile("reference=7k3m"))
    page.get_by_role("link", name="toon alles").click()
    expect(number).to_have_value("")
