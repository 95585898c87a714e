"""A sign-in that ends, is renewed or is not: the screen goes on and nothing typed is lost."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.e2e.conftest import Site, good
from tests.e2e.writing import (
    MOTIVATION,
    SIGN_OUT,
    begin,
    device_holds,
    intakes,
    is_ready,
    is_saved,
    is_sent,
    on_device,
    send,
    write,
)

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])

ENDED = "U bent niet meer aangemeld"


def end(site: Site, page: Page) -> None:
    """Let the sign-in be over."""
    page.context.clear_cookies()
    site.clock.forward(minutes=1)


def asked(page: Page) -> Locator:
    dialog = page.get_by_role("dialog", name=ENDED)
    expect(dialog).to_be_visible()
    return dialog


def not_now(page: Page) -> None:
    asked(page).get_by_role("button", name="Nu niet").click()
    expect(page.get_by_role("dialog", name=ENDED)).to_have_count(0)


def sign_in_beside(site: Site, window: BrowserContext, user: str = "demo-adviser") -> None:
    """Sign in in another window, that tells this one."""
    other = window.new_page()
    other.goto(f"{site.url}/sign-in/{user}?returnTo=/aanmelden/klaar")
    expect(other.get_by_role("heading", level=1)).to_have_text("U bent weer aangemeld")


def test_who_does_not_sign_in_again_keeps_a_work_list_that_works(site: Site) -> None:
    page = site.signed_in("/zaken")
    expect(page.get_by_role("heading", name="Zaken")).to_be_visible()
    end(site, page)
    page.evaluate("() => dispatchEvent(new Event('focus'))")
    not_now(page)
    expect(page.get_by_text("Meld u opnieuw aan").first).to_be_visible()
    good(site, page)
    page.get_by_role("link", name="Voorzieningen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Voorzieningen")


def test_a_change_to_a_case_waits_for_who_does_not_sign_in_at_once(site: Site) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    made = site.api("POST", "/intakes", headers=key, json={"originSector": "schoonmaak"})
    page = site.signed_in(f"/zaken/{made['id']}")
    page.get_by_role("button", name="Contactgegevens invullen").click()
    page.get_by_label("Naam").fill("Noor Jansen")
    end(site, page)
    page.get_by_role("button", name="Bewaar contactgegevens").click()
    not_now(page)
    expect(page.get_by_role("alert")).to_contain_text("Meld u opnieuw aan")
    page.get_by_role("button", name="Bewaar contactgegevens").click()
    asked(page)
    sign_in_beside(site, page.context)
    expect(page.get_by_role("dialog")).to_have_count(0)
    stored = site.api("GET", f"/intakes/{made['id']}/contact-details")
    assert stored["name"] == "Noor Jansen"


def test_writing_goes_on_unasked_after_not_now_and_is_saved_after_signing_in(site: Site) -> None:
    window = site.window()
    page = begin(site, window)
    write(page, "eerst")
    is_saved(page)
    end(site, page)
    write(page, ", toen", origin=None)
    not_now(page)
    expect(page.locator(".saved")).to_contain_text("Meld u opnieuw aan")
    write(page, ", en nu", origin=None)
    device_holds(page, "eerst, toen, en nu")
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Opnieuw aanmelden").click()
    asked(page)
    sign_in_beside(site, window)
    is_saved(page)
    expect(page.get_by_label(MOTIVATION)).to_have_value("eerst, toen, en nu")


def test_what_was_sent_meanwhile_goes_when_the_sign_in_is_renewed(site: Site) -> None:
    window = site.window()
    page = begin(site, window)
    write(page, "verstuurd")
    is_saved(page)
    end(site, page)
    send(page)
    not_now(page)
    expect(page.locator(".outbox")).to_be_visible()
    sign_in_beside(site, window)
    is_sent(page)
    assert intakes(site) == ["schoonmaak"]


def test_a_sign_in_seen_on_coming_back_lets_the_question_go(site: Site) -> None:
    window = site.window()
    page = begin(site, window)
    write(page, "a")
    is_saved(page)
    end(site, page)
    write(page, "b", origin=None)
    asked(page)
    other = window.new_page()
    other.goto(f"{site.url}/sign-in/demo-adviser?returnTo=/hulp")
    page.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("dialog")).to_have_count(0)
    is_saved(page)
    assert site.api("GET", f"/drafts/{page.url.rsplit('/')[-1]}")["answers"]["motivation"] == "ab"


def unsent(site: Site, window: BrowserContext, motivation: str) -> Page:
    """Let somebody write what the server cannot have yet."""
    page = begin(site, window)
    window.route("**/v1/drafts/*", lambda route: route.abort())
    write(page, motivation)
    device_holds(page, motivation)
    return page


def test_somebody_else_at_the_desk_does_not_throw_away_what_was_not_sent(site: Site) -> None:
    window = site.window()
    page = unsent(site, window, "van Ana")
    window.unroute("**/v1/drafts/*")
    end(site, page)
    write(page, "!", origin=None)
    asked(page).get_by_role("button", name=re.compile("^Ik ben .* niet$")).click()
    page.wait_for_url(f"{site.url}/")
    assert [one["draft"]["mine"]["motivation"] for one in on_device(page)] == ["van Ana!"]


def test_a_sign_out_that_failed_throws_nothing_away(site: Site) -> None:
    window = site.window()
    page = unsent(site, window, "blijft")
    window.route("**/sign-out", lambda route: route.fulfill(status=503, body=""))
    page.get_by_role("button", name=SIGN_OUT).click()
    page.get_by_role("dialog").get_by_role("button", name="Toch afmelden").click()
    expect(page.get_by_text("Afmelden lukt nu niet")).to_be_visible()
    assert "/intake/" in page.url
    assert [one["draft"]["mine"]["motivation"] for one in on_device(page)] == ["blijft"]
    good(site, page)


def test_a_device_that_cannot_be_wiped_is_told_of(site: Site) -> None:
    window = site.window()
    page = unsent(site, window, "blijft staan")
    page.evaluate(
        "() => { IDBObjectStore.prototype.delete = () => { throw new DOMException('x'); }; }"
    )
    page.get_by_role("button", name=SIGN_OUT).click()
    page.get_by_role("dialog").get_by_role("button", name="Toch afmelden").click()
    expect(page.get_by_text("U bent afgemeld")).to_contain_text("wissen")


def test_a_service_that_is_busy_at_first_does_not_ask_to_sign_in(site: Site) -> None:
    window = site.window()
    site.signed_in("/hulp", context=window)
    page = window.new_page()
    left = [1]

    def busy(route: Route) -> None:
        left[0] -= 1
        if left[0] < 0:
            route.fallback()
        else:
            route.fulfill(status=503, body="")

    page.route("**/v1/caller", busy)
    page.goto(f"{site.url}/zaken")
    expect(page.get_by_role("alert")).to_contain_text("Probeer het zo opnieuw")
    assert page.url == f"{site.url}/zaken"
    page.get_by_role("button", name="Probeer opnieuw").click()
    expect(page.get_by_role("button", name=SIGN_OUT)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn werk")


def test_who_is_signed_in_already_goes_on_to_where_they_were_going(site: Site) -> None:
    window = site.window()
    site.signed_in("/hulp", context=window)
    page = site.page("/aanmelden?terug=%2Fvoorzieningen", window)
    expect(page).to_have_url(f"{site.url}/voorzieningen")
    page = site.page("/aanmelden?fout=geweigerd&terug=%2Fvoorzieningen", window)
    expect(page.get_by_role("alert")).to_contain_text("Het aanmelden is niet gelukt")


def test_a_draft_opened_while_the_service_is_busy_is_opened_later(site: Site) -> None:
    window = site.window()
    page = begin(site, window)
    write(page, "eerst")
    is_saved(page)
    draft = page.url
    page.close()
    page = window.new_page()
    seen: list[int] = []

    def busy_once(route: Route) -> None:
        seen.append(1)
        # The frame asks first; then the draft does.
        if len(seen) == 2:
            route.fulfill(status=503, body="", headers={"Retry-After": "1"})
        else:
            route.fallback()

    page.route("**/v1/caller", busy_once)
    page.goto(draft)
    is_ready(page)
    expect(page.get_by_label(MOTIVATION)).to_have_value("eerst")
    assert len(seen) > 2
