"""The pictures in the README, of the service as it is: `make screenshots`.

Not collected by a run of the tests, as its name says: it writes files of the project.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site
from tests.e2e.test_case import desk

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
CHECK = "schoonmaak-loopbaancheck"


def take(page: Page, name: str) -> None:
    """Take a picture of what the window shows."""
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")


def intake(site: Site, **said: Any) -> Any:
    """Keep an intake."""
    body = {"region": "AM22", "purpose": "orientation", "employment": "employee", **said}
    return site.api("POST", "/intakes", json=body, headers={"Idempotency-Key": str(uuid4())})


def referred(site: Site, *steps: str) -> Any:
    """Refer a cleaner with consent, and go these steps."""
    case = intake(site, originSector="schoonmaak", motivation="liever werk met mensen")
    path = f"/intakes/{case['id']}"
    site.api("PUT", f"{path}/contact-details", json={"name": "Noor", "telephone": "06 12345678"})
    consent = {"provisionId": CHECK, "data": ["name", "telephone"], "textVersion": "2026-11"}
    site.api("POST", f"{path}/consents", json=consent, headers={"Idempotency-Key": str(uuid4())})
    referral = next(one["id"] for one in case["referrals"] if one["provisionId"] == CHECK)
    for status in steps:
        reason = {"reason": "no_capacity"} if status == "declined" else {}
        step = {"status": status, **reason}
        site.api("PUT", f"/referrals/{referral}/status", json=step)
    return case


def guided(site: Site, origin: str, **said: Any) -> Any:
    """Plan three conversations for somebody who works for themselves."""
    return intake(site, originSector=origin, employment="self_employed", **said)


def test_the_intake_in_the_middle_of_a_talk(site: Site) -> None:
    page = site.signed_in("/intake")
    page.get_by_role("combobox", name="Huidige of laatste sector").press_sequentially("schoonmaak")
    page.get_by_role("option").first.click()
    target = page.get_by_role("combobox", name="Waar de werknemer naartoe wil")
    target.press_sequentially("ouderenzorg")
    page.get_by_role("option").first.click()
    skills = page.get_by_role("combobox", name="Vaardigheden")
    skills.fill("met mensen omgaan")
    skills.press("Enter")
    page.get_by_label("Wat de werknemer drijft").fill("liever werk met mensen, en overdag")
    page.get_by_role("radio", name="in loondienst").check()
    expect(page.get_by_role("region", name="Wat is er al")).to_contain_text("warme doorverwijzing")
    expect(page.locator(".saved")).to_contain_text("bewaard")
    page.evaluate("scrollTo(0, 0)")
    take(page, "intake")


def test_a_case_that_was_handed_over_warmly(site: Site) -> None:
    desk(site)
    case = referred(site, "sent")
    page = site.signed_in(f"/zaken/{case['id']}")
    expect(page.get_by_text("Intake gedaan")).to_be_visible()
    expect(page.get_by_role("article").first).to_contain_text("Toestemming: gegeven voor")
    take(page, "case")


def test_three_conversations_of_which_one_is_moved(site: Site) -> None:
    case = guided(site, "bouw")
    page = site.signed_in(f"/zaken/{case['id']}")
    expect(page.get_by_text("3 van 3")).to_be_visible()
    page.get_by_role("button", name="Verzetten gidsgesprek 1", exact=True).click()
    first = page.get_by_role("dialog").get_by_role("group", name="Eerste vrije plek")
    expect(first.get_by_role("radio")).to_be_checked()
    take(page, "sessions")


def test_the_work_of_a_day(site: Site) -> None:
    case = guided(site, "bouw")
    intake(site, originSector="schoonmaak")
    referred(site, "sent")
    referred(site, "sent", "declined")
    stuck = guided(site, "horeca", scheduling={"sessions": 1})
    (only,) = stuck["sessions"]
    site.api("PUT", f"/sessions/{only['id']}/outcome", json={"outcome": "cancelled"})
    starts = datetime.fromisoformat(case["sessions"][0]["startsAt"])
    site.clock.now = starts - timedelta(hours=1)
    page = site.signed_in("/zaken")
    expect(page.get_by_role("link", name=case["reference"]).first).to_be_visible()
    take(page, "work-list")


def test_provisions_in_the_words_of_a_worker(site: Site) -> None:
    page = site.page("/voorzieningen")
    page.get_by_label("Wat zoekt u?").press_sequentially("gratis loopbancoach voor shoonmaker")
    found = page.get_by_role("region", name="Gevonden voorzieningen")
    expect(found.get_by_role("listitem").first).to_contain_text("Loopbaancheck")
    take(page, "provisions")


def test_what_sectors_arranged_and_what_not(site: Site) -> None:
    page = site.page("/dekking")
    expect(page.get_by_role("table").first).to_be_visible()
    take(page, "coverage")
