"""The loopbaankaart: what the worker takes home, in plain Dutch and without anything internal."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, expect

from app.domain.reference import reference_of
from tests.e2e.conftest import LOOKS, Site
from tests.e2e.writing import begin, device_holds, write

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])

CHECK = "schoonmaak-loopbaancheck"
INTERNAL = "Vertrouwelijk: liever niet met de chef bellen"


def intake(site: Site, **answers: Any) -> Any:
    body = {"region": "AM22", "motivation": INTERNAL, **answers}
    key = {"Idempotency-Key": str(uuid4())}
    return site.api("POST", "/intakes", json=body, headers=key)


def referred(site: Site) -> Any:
    """Take somebody in who can be handed over: they consented, and can be reached."""
    case = intake(site, originSector="schoonmaak", purpose="orientation", employment="employee")
    path = f"/intakes/{case['id']}"
    site.api("PUT", f"{path}/contact-details", json={"name": "Noor", "telephone": "06 12345678"})
    consent = {"provisionId": CHECK, "data": ["name", "telephone"], "textVersion": "2026-11"}
    once = {"Idempotency-Key": str(uuid4())}
    site.api("POST", f"{path}/consents", json=consent, headers=once)
    return case


def referral(case: Any) -> str:
    return next(str(one["id"]) for one in case["referrals"] if one["provisionId"] == CHECK)


def guided(site: Site) -> Any:
    return intake(
        site,
        originSector="horeca",
        purpose="orientation",
        employment="employee",
        skills=["lassen"],
        scheduling={"modes": ["phone"], "sessions": 2},
    )


def card(site: Site, case: Any, **look: Any) -> Page:
    page = site.signed_in(f"/zaken/{case['id']}/kaart", **look)
    expect(page.get_by_role("heading", name="Waar wij over spraken")).to_be_visible()
    return page


def told(page: Page) -> str:
    return page.locator(".worker-card").inner_text()


@pytest.mark.parametrize("look", LOOKS)
def test_the_card_of_sessions(site: Site, look: str) -> None:
    case = guided(site)
    page = card(site, case, **LOOKS[look])
    text = told(page)
    assert f"Uw nummer bij ons is {reference_of(UUID(case['id']))}." in text
    assert "U wilt weten welk werk bij u past." in text
    assert "Wat u kunt: lassen" in text
    assert "Gesprek 1." in text
    assert " belt u op dat moment." in text
    assert " tot " in text
    assert INTERNAL not in page.content()
    assert page.get_by_role("heading", name="Wat u zelf kunt doen").is_visible()
    assert site.faults(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_a_session_that_was_is_told_as_past(site: Site) -> None:
    case = guided(site)
    first, second = case["sessions"]
    site.clock.now += timedelta(days=200)
    site.api("PUT", f"/sessions/{first['id']}/outcome", json={"outcome": "missed"})
    site.api(
        "PUT", f"/sessions/{second['id']}/outcome", json={"outcome": "held", "nextStep": "close"}
    )
    page = card(site, case)
    text = told(page)
    assert "Het is niet gelukt om elkaar te spreken." in text
    assert "Dit gesprek was op" in text
    assert "hebben wij de gesprekken afgesloten" in text
    assert "Kunt u niet?" not in text
    assert page.get_by_role("button", name="agenda").count() == 0


@pytest.mark.parametrize("look", LOOKS)
def test_the_card_of_a_referral_follows_its_state(site: Site, look: str) -> None:
    case = referred(site)
    path = f"/referrals/{referral(case)}/status"
    page = card(site, case, **LOOKS[look])
    assert "Wij hebben uw gegevens nog niet doorgegeven." in told(page)
    site.api("PUT", path, json={"status": "sent"})
    for status, sentence in (
        ("received", "Wij hebben gevraagd of"),
        ("accepted", "neemt contact met u op"),
        ("in_contact", "heeft contact met u en helpt u verder"),
    ):
        site.api("PUT", path, json={"status": status})
        page.reload()
        expect(page.locator(".worker-card")).to_contain_text(sentence)
    assert INTERNAL not in page.content()
    assert site.faults(page) == []


def test_a_referral_that_came_to_nothing_is_not_the_end(site: Site) -> None:
    case = referred(site)
    path = f"/referrals/{referral(case)}/status"
    site.api("PUT", path, json={"status": "sent"})
    site.api("PUT", path, json={"status": "declined", "reason": "no_capacity", "note": INTERNAL})
    page = card(site, case)
    assert "Uw adviseur zoekt met u naar iets anders." in told(page)
    assert INTERNAL not in told(page)


def test_paper_holds_the_card_and_no_buttons(site: Site) -> None:
    page = card(site, guided(site))
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Afdrukken").press("Enter")
    assert page.title() == "printed"
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Afdrukken").is_visible()
    assert not page.get_by_role("navigation").is_visible()
    assert page.locator(".worker-card").is_visible()
    pages = page.pdf(format="A4").count(b"/Type /Page\n")
    assert pages == 1


def test_paper_holds_nothing_of_another_worker(site: Site) -> None:
    case = guided(site)
    window = site.window()
    page = begin(site, window)
    window.route("**/v1/drafts/*", lambda route: route.abort())
    write(page, "van iemand anders")
    device_holds(page, "van iemand anders")
    page.get_by_role("link", name="Mijn werk").click()
    page.get_by_role("link", name=case["reference"], exact=True).click()
    page.get_by_role("link", name="Loopbaankaart").click()
    expect(page.locator(".worker-card")).to_be_visible()
    expect(page.locator(".outbox")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".outbox")).to_be_hidden()


def test_who_is_not_signed_in_sees_nothing_of_it(site: Site) -> None:
    case = guided(site)["id"]
    page = site.page(f"/zaken/{case}/kaart")
    expect(page.get_by_role("heading", level=1)).to_have_text("Aanmelden")
    expect(page).to_have_url(re.compile("/aanmelden"))
    expect(page.locator(".worker-card")).to_have_count(0)
    page.get_by_role("link", name="Demo", exact=False).first.click()
    expect(page).to_have_url(re.compile(f"/zaken/{case}/kaart$"))
