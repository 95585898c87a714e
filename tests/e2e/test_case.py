"""A case after its intake: handed over with consent, or three sessions; nothing typed is lost."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LOOKS, Site, good
from tests.e2e.writing import hold

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])


def intake(site: Site, **answers: Any) -> Any:
    body = {"region": "AM22", "purpose": "orientation", "employment": "employee", **answers}
    key = {"Idempotency-Key": str(uuid4())}
    return site.api("POST", "/intakes", json=body, headers=key)


def referred(site: Site) -> Any:
    return intake(site, originSector="schoonmaak", motivation="Liever werk met mensen")


def desk(site: Site) -> None:
    """Let somebody receive who is referred."""
    made = {
        "name": "Demo-loket",
        "organisation": "Demo-organisatie",
        "channel": "email",
        "email": "loket@demo-loket.example",
        "provisions": ["schoonmaak-loopbaancheck"],
    }
    once = {"Idempotency-Key": str(uuid4())}
    site.api("POST", "/desks", user="demo-editor", json=made, headers=once)


def guided(site: Site, sessions: int = 1) -> Any:
    scheduling = {"modes": ["phone"], "sessions": sessions}
    return intake(site, originSector="horeca", scheduling=scheduling)


def opened(site: Site, case: Any, **look: Any) -> Page:
    page = site.signed_in(f"/zaken/{case['id']}", **look)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Zaak {case['reference']}")
    expect(page.get_by_text("Intake gedaan")).to_be_visible()
    return page


def told(page: Page) -> Locator:
    return page.locator(".case-told")


def focus(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.textContent")
    return found.strip()


def press(page: Page, name: str) -> Locator:
    """Open a dialog by keyboard."""
    page.get_by_role("button", name=name, exact=True).press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


@pytest.mark.parametrize("look", LOOKS)
def test_a_worker_is_handed_over_with_consent(site: Site, look: str) -> None:
    desk(site)
    case = referred(site)
    page = opened(site, case, **LOOKS[look])
    name = case["referrals"][0]["name"]
    good(site, page)
    expect(page.locator(".case-next")).to_contain_text(f"Draag de werknemer over aan {name}.")

    dialog = press(page, "Contactgegevens invullen")
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_role("heading", name="Er is nog iets niet goed")).to_be_focused()
    good(site, page)
    dialog.get_by_label("Naam").fill("Noor")
    dialog.get_by_label("Telefoon").fill("06 12345678")
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_have_text("De contactgegevens zijn bewaard.")
    expect(page.get_by_role("heading", name="De werknemer", exact=True)).to_be_focused()

    dialog = press(page, "Toestemming vragen")
    for one in ("naam", "telefoonnummer"):
        dialog.get_by_role("checkbox", name=one).press("Space")
    expect(dialog.locator("blockquote")).to_contain_text(
        "geven aan Demo-organisatie? Wij geven: uw naam en uw telefoonnummer. Zo kan"
    )
    good(site, page)
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_have_text("Toestemming voor Demo-organisatie is vastgelegd.")

    page.get_by_text("Tekst om over te dragen").click()
    text = page.get_by_label("Alleen wat de werknemer met Demo-organisatie wil delen")
    expect(text).to_have_value(re.compile("Naam: Noor\n- Telefoon: 06 12345678"))
    assert "Liever werk met mensen" not in text.input_value()
    page.get_by_role("button", name="Kopieer de tekst").press("Enter")
    expect(page.get_by_text("De tekst is gekopieerd.")).to_be_visible()
    good(site, page)

    press(page, "Overdragen")
    good(site, page)
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("Wij hebben het loket bericht gestuurd.")
    expect(page.get_by_role("heading", name=name)).to_be_focused()
    assert site.api("GET", f"/intakes/{case['id']}")["referrals"][0]["status"] == "sent"


def test_what_was_typed_stays_until_it_is_thrown_away(site: Site) -> None:
    page = opened(site, referred(site))
    dialog = press(page, "Intrekken")
    note = dialog.get_by_label("Toelichting")
    note.fill("De werknemer belde net")
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("button", name="Verder invullen")).to_be_focused()
    assert site.faults(page) == []
    page.keyboard.press("Escape")
    expect(note).to_have_value("De werknemer belde net")
    dialog.get_by_role("radio", name="vergissing").check()
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("Er is geen verbinding")
    expect(note).to_have_value("De werknemer belde net")
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("De uitkomst is nu: gidsgesprekken.")
    expect(page.locator(".case-time")).to_contain_text("De werknemer belde net")


def test_the_answer_of_a_desk_appears(site: Site) -> None:
    case = referred(site)
    [referral] = case["referrals"]
    path = f"/intakes/{case['id']}"
    site.api("PUT", f"{path}/contact-details", json={"name": "Noor", "telephone": "06 12345678"})
    consent = {"provisionId": referral["provisionId"], "data": ["name"], "textVersion": "2026-11"}
    once = {"Idempotency-Key": str(uuid4())}
    site.api("POST", f"{path}/consents", json=consent, headers=once)
    status = f"/referrals/{referral['id']}/status"
    site.api("PUT", status, json={"status": "sent"})
    page = opened(site, case)
    press(page, "Loket neemt over")
    site.api("PUT", status, json={"status": "received"})
    # Nobody is interrupted in a dialog.
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Loket neemt over")).to_be_focused()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(told(page)).to_contain_text("Het loket heeft het ontvangen en moet nog antwoorden.")
    assert focus(page) == "Loket neemt over"


@pytest.mark.parametrize("look", LOOKS)
def test_a_taken_place_offers_the_next_ones(site: Site, look: str) -> None:
    case, other = guided(site), guided(site)
    page = opened(site, case, **LOOKS[look])
    expect(page.locator("main")).to_contain_text("1 van 3 gidsgesprekken: 1 gepland, 2 vrij.")
    good(site, page)
    dialog = press(page, "Gidsgesprek plannen")
    dialog.get_by_role("radio", name="beeldbellen", exact=True).check()
    first = dialog.get_by_role("group", name="Eerste vrije plek").get_by_role("radio")
    expect(first).to_be_checked()
    good(site, page)
    slot = site.api("GET", "/slots?region=AM22&mode=video&limit=1")["items"][0]["id"]
    once = {"Idempotency-Key": str(uuid4())}
    site.api("POST", f"/intakes/{other['id']}/sessions", json={"slotId": slot}, headers=once)
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("is net door iemand anders genomen")
    following = dialog.get_by_role("group", name="Volgende vrije plek").get_by_role("radio")
    expect(following).to_be_focused()
    expect(following).to_be_checked()
    good(site, page)
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("Gidsgesprek 2 is gepland op")
    expect(page.get_by_role("heading", name="Gidsgesprek 2")).to_be_focused()


def test_a_session_is_moved_and_keeps_its_number(site: Site) -> None:
    case = guided(site, 2)
    page = opened(site, case)
    dialog = press(page, "Verzetten gidsgesprek 1")
    expect(dialog).to_contain_text("Het gesprek houdt nummer 1.")
    dialog.get_by_role("radio", name="met Demo-adviseur").last.check()
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("Gidsgesprek 1 is verzet naar")
    before, after = case["sessions"], site.api("GET", f"/intakes/{case['id']}")["sessions"]
    assert [one["number"] for one in after] == [1, 2]
    assert after[0]["startsAt"] != before[0]["startsAt"]


def test_a_session_is_held_with_a_note_that_is_corrected_and_the_guidance_closes(
    site: Site,
) -> None:
    case = guided(site, 2)
    site.clock.now += timedelta(days=4)
    page = opened(site, case)
    expect(page.locator(".case-next")).to_contain_text("Leg vast hoe gidsgesprek 1 ging.")
    dialog = press(page, "Vastleggen hoe het ging gidsgesprek 1")
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_role("heading", name="Er zijn nog 2 dingen niet goed")).to_be_focused()
    assert site.faults(page) == []
    dialog.get_by_role("radio", name="gehouden").check()
    dialog.get_by_role("radio", name="verder met").check()
    dialog.get_by_label("Notitie").fill("Sprak over zorg.\nBelt een school.")
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("Gidsgesprek 1: gehouden.")
    expect(page.locator("main")).to_contain_text("Belt een school.")

    dialog = press(page, "Notitie verbeteren bij gidsgesprek 1")
    dialog.get_by_label("Notitie").fill("Sprak over de zorg.")
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_have_text("De notitie is bewaard.")
    expect(page.locator("main")).not_to_contain_text("Belt een school.")

    dialog = press(page, "Begeleiding afsluiten")
    expect(dialog).to_contain_text("Gidsgesprek 2:")
    dialog.get_by_role("radio", name="de werknemer heeft werk gevonden").check()
    assert site.faults(page) == []
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_have_text("De begeleiding is afgesloten.")
    expect(page.get_by_role("heading", name="Gidsgesprekken", exact=True)).to_be_focused()
    ended = site.api("GET", f"/intakes/{case['id']}")
    assert ended["closedAt"]
    assert [(one["status"], one["reason"]) for one in ended["sessions"]] == [
        ("held", None),
        ("cancelled", "found_work"),
    ]


def test_an_adviser_decides_otherwise_and_hands_the_case_on(site: Site) -> None:
    case = referred(site)
    page = opened(site, case)
    dialog = press(page, "Anders beslissen")
    expect(dialog).to_contain_text("Deze doorverwijzingen trekken wij in")
    assert site.faults(page) == []
    dialog.get_by_role("radio", name="de voorziening past niet").check()
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("Uw beslissing is bewaard.")
    expect(page.get_by_role("heading", name="Gidsgesprekken", exact=True)).to_be_focused()

    dialog = press(page, "Zaak aan een collega geven")
    dialog.get_by_role("radio", name="te veel werk").check()
    dialog.get_by_label("Toelichting").fill("Graag overnemen")
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("De zaak wacht nu op een collega")
    expect(page.get_by_role("button", name="Zaak aan een collega geven")).to_have_count(0)
    assert site.faults(page) == []
    assert focus(page) != ""

    press(page, "Zaak overnemen").get_by_role("radio", name="afwezigheid").check()
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("U behandelt nu deze zaak.")
    expect(page.locator(".case-time")).to_contain_text("Graag overnemen")


def test_a_change_to_a_case_that_waits_offers_to_take_it_over(site: Site) -> None:
    case = referred(site)
    page = opened(site, case)
    dialog = press(page, "Contactgegevens invullen")
    dialog.get_by_label("Naam").fill("Noor")
    gone = {"holder": "nobody", "reason": "workload"}
    site.api("PUT", f"/intakes/{case['id']}/holder", json=gone)
    page.keyboard.press("Control+Enter")
    expect(dialog).to_contain_text("U behandelt deze zaak niet.")
    assert site.faults(page) == []
    dialog.get_by_role("radio", name="een andere reden").check()
    dialog.get_by_role("button", name="Zaak overnemen en doorgaan").press("Enter")
    expect(told(page)).to_have_text("De contactgegevens zijn bewaard.")
    details = site.api("GET", f"/intakes/{case['id']}/contact-details")
    assert details["name"] == "Noor"


def contact_details(site: Site) -> Page:
    """Let somebody come from the work list and be halfway a dialog."""
    case = referred(site)
    page = site.signed_in("/zaken")
    page.get_by_role("link", name=case["reference"]).click()
    press(page, "Contactgegevens invullen")
    page.get_by_label("Naam").fill("Noor Jansen")
    return page


def test_going_back_asks_before_it_throws_away_what_was_typed(site: Site) -> None:
    page = contact_details(site)
    address = page.url
    page.go_back()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("nog niet bewaard")
    assert page.url == address
    good(site, page)
    dialog.get_by_role("button", name="Verder invullen").click()
    expect(page.get_by_label("Naam")).to_have_value("Noor Jansen")
    page.go_back()
    dialog.get_by_role("button", name="Weggooien en sluiten").click()
    expect(dialog).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn werk")


def test_a_dialog_that_is_busy_does_not_close_without_a_word(site: Site) -> None:
    page = opened(site, guided(site))
    held = hold(page, "**/v1/sessions/*/slot")
    page.get_by_role("button", name="Verzetten").first.press("Enter")
    dialog = page.get_by_role("dialog")
    first = dialog.get_by_role("group", name="Eerste vrije plek")
    expect(first.get_by_role("radio")).to_be_checked()
    dialog.get_by_role("button", name=re.compile("^Verzet gidsgesprek")).click()
    expect(dialog.get_by_role("button", name="Bezig")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_contain_text("nog niet bewaard")
    held[0].fulfill(status=503, body="")
    expect(dialog.get_by_role("alert")).to_contain_text("Probeer het")


def test_consent_that_is_still_being_read_is_not_said_to_be_missing(site: Site) -> None:
    case = referred(site)
    page = site.page("/sign-in/demo-adviser?returnTo=/hulp")
    page.route("**/consents*", lambda route: route.fulfill(status=503, body=""))
    page.goto(f"{site.url}/zaken/{case['id']}")
    page.get_by_role("button", name="Overdragen").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("De werknemer overdragen")
    expect(dialog).not_to_contain_text("gaf nog geen toestemming")
