"""Every state of every screen, in every look: axe finds nothing and nothing sticks out.

Those of a case are in test_case.py, of the card in test_card.py, of the screens for everybody in
test_open_screens.py.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import LOOKS, Site, good
from tests.e2e.writing import (
    MOTIVATION,
    ORIGIN,
    SEND,
    SIGN_OUT,
    TARGET,
    begin,
    device_holds,
    device_is_empty,
    is_ready,
    is_saved,
    write,
)

pytestmark = [
    pytest.mark.parametrize("engine_kind", ["sqlite"]),
    pytest.mark.parametrize("look", LOOKS),
]

OPEN = ("/", "/hulp", "/aanmelden", "/bestaat-niet", "/zaken/geen-nummer", "/voorzieningen/geen")
SIGN_IN_FAULTS = ("verlopen", "geweigerd", "onbereikbaar", "onbekend")


def intake(site: Site, **said: Any) -> Any:
    body = {"region": "AM22", "purpose": "orientation", "employment": "self_employed", **said}
    return site.api("POST", "/intakes", json=body, headers={"Idempotency-Key": str(uuid4())})


def test_screens_for_everybody(site: Site, look: str) -> None:
    page = site.page("/", **LOOKS[look])
    for path in (*OPEN, *(f"/aanmelden?fout={one}" for one in SIGN_IN_FAULTS)):
        page.goto(f"{site.url}{path}")
        expect(page.get_by_role("heading", level=1), path).to_be_visible()
        good(site, page)


def test_an_intake_from_empty_to_full(site: Site, look: str) -> None:
    page = begin(site, site.window(**LOOKS[look]))
    good(site, page)
    page.get_by_role("button", name=SEND).click()
    expect(page.get_by_role("heading", name="De intake is nog niet")).to_be_focused()
    good(site, page)
    for field, said in ((ORIGIN, "schoonmaak"), (TARGET, "ouderenzorg"), ("Vaardigheden", "zorg")):
        combobox = page.get_by_role("combobox", name=field)
        combobox.press_sequentially(said)
        offered = page.get_by_role("listbox", name=field).get_by_role("option")
        expect(offered.first).to_be_visible()
        combobox.press("ArrowDown")
        good(site, page)
        combobox.press("Enter")
        expect(offered).to_have_count(0)
    write(page, "liever werk met mensen", origin=None)
    page.get_by_role("radio", name="in loondienst").check()
    expect(page.get_by_role("region", name="Wat is er al")).to_contain_text("warme doorverwijzing")
    is_saved(page)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    good(site, page)
    page.get_by_role("button", name="Weggooien").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    good(site, page)


def test_an_intake_without_a_connection_and_one_that_two_changed(site: Site, look: str) -> None:
    window = site.window(**LOOKS[look])
    page = begin(site, window)
    write(page, "samen")
    is_saved(page)
    other = site.signed_in(f"/intake/{page.url.rsplit('/')[-1]}", user="demo-adviser-2")
    expect(other.get_by_label(MOTIVATION)).to_have_value("samen")
    window.set_offline(True)
    write(page, " van Ana", origin=None)
    device_holds(page, "samen van Ana")
    expect(page.locator(".saved")).to_contain_text("Geen verbinding")
    good(site, page)
    page.get_by_role("button", name=SIGN_OUT).click()
    expect(page.get_by_role("dialog")).to_contain_text("nog alleen op dit apparaat")
    good(site, page)
    page.get_by_role("button", name="Aangemeld blijven").click()
    write(other, " van Bo", origin=None)
    device_is_empty(other)
    window.set_offline(False)
    expect(page.get_by_role("dialog")).to_contain_text("samen van Bo")
    good(site, page)
    page.get_by_role("dialog").press("Escape")
    expect(page.get_by_role("button", name="Kies wat blijft")).to_be_visible()
    good(site, page)
    site.api("DELETE", f"/drafts/{page.url.rsplit('/')[-1]}")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    good(site, page)


def test_an_intake_that_waits_to_be_sent(site: Site, look: str) -> None:
    window = site.window(**LOOKS[look])
    page = begin(site, window)
    write(page, "straks")
    is_saved(page)
    window.set_offline(True)
    page.get_by_role("button", name=SEND).click()
    expect(page.locator(".outbox li")).to_have_count(1)
    good(site, page)


def full_day(site: Site) -> str:
    """Give an adviser a day with something of everything; gives the number of a case."""
    case = intake(site, originSector="bouw")
    intake(site, originSector="schoonmaak", employment="employee")
    stuck = intake(site, originSector="horeca", scheduling={"sessions": 1})
    (only,) = stuck["sessions"]
    site.api("PUT", f"/sessions/{only['id']}/outcome", json={"outcome": "cancelled"})
    draft = f"/drafts/{uuid4()}"
    site.api("PUT", draft, json={"originSector": "bouw"}, headers={"If-None-Match": "*"})
    site.clock.now = datetime.fromisoformat(case["sessions"][0]["startsAt"]) - timedelta(hours=1)
    return str(case["reference"])


def test_the_work_list_empty_full_and_filtered(site: Site, look: str) -> None:
    page = site.signed_in("/zaken", **LOOKS[look])
    expect(page.get_by_role("heading", name="Zaken")).to_be_visible()
    expect(page.get_by_text("Vandaag", exact=False).first).to_be_visible()
    good(site, page)
    number = full_day(site)
    page = site.signed_in("/zaken", **LOOKS[look])
    expect(page.get_by_role("link", name=number).first).to_be_visible()
    good(site, page)
    page.get_by_role("button", name=re.compile("Weggooien")).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    good(site, page)
    page.get_by_role("dialog").press("Escape")
    page.get_by_label("Wacht op").select_option("no_next_step")
    expect(page).to_have_url(re.compile("attention=no_next_step"))
    expect(page.get_by_text("1 zaak")).to_be_visible()
    good(site, page)
    page.get_by_label("Zaaknummer").fill("ZZZZ-ZZZZ")
    page.get_by_role("button", name="Zoek op nummer").click()
    expect(page.get_by_text("1 zaak")).to_have_count(0)
    good(site, page)
    page.get_by_label("Zaaknummer").fill("x")
    page.get_by_role("button", name="Zoek op nummer").click()
    expect(page.get_by_role("alert")).to_be_visible()
    good(site, page)


def test_going_somewhere_and_the_shortcuts(site: Site, look: str) -> None:
    number = full_day(site)
    page = site.signed_in("/zaken", **LOOKS[look])
    expect(page.get_by_role("link", name=number).first).to_be_visible()
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    palette, offered = dialog.get_by_role("combobox"), dialog.get_by_role("option")
    expect(palette).to_be_focused()
    good(site, page)
    for said, first in ((number, f"Zaak {number}"), ("schoonmaak", ""), ("qqqqqqqqqq", None)):
        palette.fill(said)
        if first is None:
            expect(offered).to_have_count(0)
        else:
            expect(offered.first).to_contain_text(first)
        good(site, page)
    palette.fill(number)
    expect(offered.first).to_contain_text(f"Zaak {number}")
    palette.press("ArrowDown")
    palette.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Zaak {number}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Sneltoetsen")
    good(site, page)


def test_a_sign_in_that_ended_is_renewed_beside_what_was_written(site: Site, look: str) -> None:
    window = site.window(**LOOKS[look])
    page = begin(site, window)
    write(page, "geen letter kwijt")
    is_saved(page)
    page.context.clear_cookies()
    site.clock.forward(minutes=1)
    write(page, ", ook deze niet", origin=None)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("U bent niet meer aangemeld")
    good(site, page)
    with window.expect_page() as opened:
        dialog.get_by_role("link", name="Demo-adviseur A", exact=False).first.click()
    expect(dialog).to_have_count(0)
    assert opened.value is not None
    is_ready(page)
    expect(page.get_by_label(MOTIVATION)).to_have_value("geen letter kwijt, ook deze niet")
    device_is_empty(page)
    answers = site.api("GET", f"/drafts/{page.url.rsplit('/')[-1]}")["answers"]
    assert answers["motivation"] == "geen letter kwijt, ook deze niet"
