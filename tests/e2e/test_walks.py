"""What advisers come for, from the first word to the last, on both engines."""

import quopri
import re
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Site
from tests.e2e.test_case import desk, press, told

ORIGIN, TARGET = "Huidige of laatste sector", "Waar de werknemer naartoe wil"
LINK = re.compile(r"/overdracht/[A-Za-z0-9_-]+")
MOST_TABS = 150


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until this has the focus, as somebody does who has no mouse."""
    wanted.wait_for()
    for _ in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    message = f"no Tab leads to {wanted}"
    raise AssertionError(message)


def pick(page: Page, field: str, said: str) -> None:
    """Say something and take the first of what is offered."""
    tab_to(page, page.get_by_role("combobox", name=field))
    page.keyboard.type(said)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option")).to_have_count(0)


def open_by_key(page: Page, button: Locator) -> Locator:
    """Open a dialog, and wait until the focus is in it."""
    tab_to(page, button)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(":focus")).to_have_count(1)
    return dialog


def letter_to_the_desk(site: Site) -> str:
    """Wait for the mail to the desk, and give the address in it at which it answers."""
    folder = site.mail / "new"
    for _ in range(MOST_TABS):
        for path in folder.iterdir() if folder.exists() else ():
            if found := LINK.search(quopri.decodestring(path.read_bytes()).decode()):
                return found[0]
        # A second page of the browser paces this; the mail goes out within a tenth of a second.
        site.windows[0].pages[0].wait_for_timeout(100)
    raise AssertionError("no letter came")


def test_by_keyboard_alone_from_the_intake_to_the_answer_of_a_desk(site: Site) -> None:
    desk(site)
    page = site.signed_in("/zaken")
    page.get_by_role("heading", name="Mijn werk").wait_for()
    tab_to(page, page.get_by_role("main").get_by_role("link", name="Nieuwe intake"))
    page.keyboard.press("Enter")
    pick(page, ORIGIN, "schoonmaak")
    pick(page, TARGET, "ouderenzorg")
    tab_to(page, page.get_by_role("combobox", name="Vaardigheden"))
    page.keyboard.type("met mensen omgaan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Vaardigheden die")).to_contain_text("mensen")
    page.keyboard.press("Tab")
    tab_to(page, page.get_by_role("textbox", name="Wat de werknemer drijft"))
    page.keyboard.type("liever werk met mensen")
    tab_to(page, page.get_by_role("group", name="Soort werk").get_by_role("radio").last)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="in loondienst")).to_be_checked()
    expect(page.get_by_role("region", name="Wat is er al")).to_contain_text("warme doorverwijzing")
    expect(page.locator(".saved")).to_contain_text("bewaard")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/zaken/."))

    dialog = open_by_key(page, page.get_by_role("button", name="Contactgegevens invullen"))
    expect(dialog.get_by_label("Naam")).to_be_focused()
    page.keyboard.type("Noor")
    page.keyboard.press("Tab")
    page.keyboard.type("06 12345678")
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_have_text("De contactgegevens zijn bewaard.")
    dialog = open_by_key(page, page.get_by_role("button", name="Toestemming vragen").first)
    for one in ("naam", "telefoonnummer"):
        tab_to(page, dialog.get_by_role("checkbox", name=one))
        page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("Toestemming voor")
    expect(page.get_by_role("article").first).to_contain_text("Toestemming: gegeven voor")
    open_by_key(page, page.get_by_role("button", name="Overdragen", exact=True))
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("Wij hebben het loket bericht gestuurd.")

    answer = site.page(letter_to_the_desk(site))
    expect(answer.get_by_role("main")).to_contain_text("Noor")
    answer.get_by_role("radio").first.check()
    answer.get_by_role("button").click()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("article").first).to_contain_text("overgenomen")
    assert site.faults(page) == []


def test_three_sessions_one_moved_past_a_place_just_taken_and_closed_early(site: Site) -> None:
    page = site.signed_in("/intake")
    page.get_by_role("combobox", name=ORIGIN).press_sequentially("bouw")
    page.get_by_role("radio", name="zelfstandige").check()
    page.get_by_role("combobox", name="Gemeente").press_sequentially("Rotterdam")
    expect(page.get_by_role("region", name="Wat is er al")).to_contain_text("gidsgesprekken")
    page.get_by_role("button", name="Intake afronden").click()
    page.wait_for_url(re.compile("/zaken/."))
    expect(page.get_by_text("3 van 3")).to_be_visible()
    case = page.url.rsplit("/")[-1]
    before = site.api("GET", f"/intakes/{case}")["sessions"]

    dialog = press(page, "Verzetten gidsgesprek 1")
    first = dialog.get_by_role("group", name="Eerste vrije plek").get_by_role("radio")
    expect(first).to_be_checked()
    # While the adviser talks, somebody else takes that very place.
    [place] = site.api("GET", "/slots", params={"region": "AM22", "limit": 1})["items"]
    other = {
        "originSector": "bouw",
        "employment": "self_employed",
        "region": "AM22",
        "scheduling": {"sessions": 1, "modes": ["video"]},
    }
    once = {"Idempotency-Key": str(uuid4())}
    made = site.api("POST", "/intakes", json=other, headers=once, user="demo-adviser-2")
    taken = {"slotId": place["id"]}
    moved = f"/sessions/{made['sessions'][0]['id']}/slot"
    site.api("PUT", moved, json=taken, user="demo-adviser-2")
    page.keyboard.press("Control+Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("is net door iemand anders genomen")
    assert site.faults(page) == []
    expect(dialog.get_by_role("group", name="Volgende").get_by_role("radio")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(told(page)).to_contain_text("Gidsgesprek 1 is verzet naar")
    after = site.api("GET", f"/intakes/{case}")["sessions"]
    assert [one["number"] for one in after] == [1, 2, 3]
    assert after[0]["startsAt"] != before[0]["startsAt"]

    dialog = press(page, "Begeleiding afsluiten")
    dialog.get_by_role("radio", name="werk gevonden").check()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("De begeleiding is afgesloten.").first).to_be_visible()
    ended = site.api("GET", f"/intakes/{case}")
    assert {one["status"] for one in ended["sessions"]} == {"cancelled"}
    assert ended["closedAt"] is not None
    free = site.api("GET", "/slots", params={"region": "AM22", "limit": 1000})["items"]
    assert after[1]["startsAt"] in {one["startsAt"] for one in free}
