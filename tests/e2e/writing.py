"""An adviser who writes an intake, and what of it waits on the device."""

import re
from typing import Any
from uuid import uuid4

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.conftest import Site

SAVED = re.compile(r"^bewaard \d\d\.\d\d$")
ORIGIN, TARGET = "Huidige of laatste sector", "Waar de werknemer naartoe wil"
MOTIVATION = "Wat de werknemer drijft"
SEND, SIGN_OUT = "Intake afronden", "Afmelden"
"""What the fields and buttons of the screen are called."""

WAITS = "wordt verstuurd zodra er verbinding is"
HELD = """() => new Promise((give) => {
    const asked = indexedDB.open("gids-keeping", 1);
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = () => give([]);
    asked.onsuccess = () => {
        const all = asked.result.transaction("unsent").objectStore("unsent").getAll();
        all.onsuccess = () => { asked.result.close(); give(all.result); };
    };
})"""
UNTIL = """async (said) => {
    for (let times = 0; times < 750; times += 1) {
        const held = (await (HELD)()).map((one) => one.draft.mine.motivation);
        if (said === null ? held.length === 0 : held.includes(said)) return;
        await new Promise((again) => setTimeout(again, 20));
    }
    throw new Error("the device does not come to hold it");
}""".replace("HELD", HELD)


def hold(page: Page, address: str) -> list[Route]:
    """Let what goes to this address wait, to be let go of one by one."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def is_ready(page: Page) -> None:
    expect(page.locator("form[aria-busy=false]")).to_be_visible()


def is_sent(page: Page) -> None:
    expect(page).to_have_url(re.compile("/zaken/"))


def begin(site: Site, context: BrowserContext, user: str = "demo-adviser") -> Page:
    """Open a new intake, as somebody who has signed in."""
    page = site.signed_in(f"/intake/{uuid4()}", user=user, context=context)
    expect(page.get_by_label(MOTIVATION)).to_be_editable()
    is_ready(page)
    return page


def write(page: Page, motivation: str, origin: str | None = "schoonmaak") -> None:
    if origin:
        page.get_by_role("combobox", name=ORIGIN).fill(origin)
    page.get_by_label(MOTIVATION).press_sequentially(motivation)


def is_saved(page: Page) -> None:
    expect(page.locator(".saved")).to_have_text(SAVED)


def send(page: Page) -> None:
    page.get_by_role("button", name=SEND).click()


def on_device(page: Page) -> list[dict[str, Any]]:
    """Give what waits on the device, of whomever."""
    held: list[dict[str, Any]] = page.evaluate(HELD)
    return held


def device_holds(page: Page, motivation: str) -> None:
    page.evaluate(UNTIL, motivation)


def device_is_empty(page: Page) -> None:
    page.evaluate(UNTIL, None)


def intakes(site: Site) -> list[str]:
    """Say of which sector each intake is, as it was said."""
    found = site.api("GET", "/intakes")["items"]
    return [site.api("GET", f"/intakes/{one['id']}")["origin"]["said"] for one in found]


def sent_once(site: Site, page: Page) -> None:
    expect(page.get_by_text(WAITS)).to_have_count(0)
    device_is_empty(page)
    assert intakes(site) == ["schoonmaak"]
