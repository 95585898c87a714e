"""What an adviser writes is not lost, and is not sent twice, whatever happens to the line."""

import os
import signal
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.conftest import Chromium, Site, looks
from tests.e2e.writing import (
    MOTIVATION,
    ORIGIN,
    SIGN_OUT,
    WAITS,
    begin,
    device_holds,
    device_is_empty,
    intakes,
    is_ready,
    is_saved,
    is_sent,
    on_device,
    send,
    sent_once,
    write,
)


def test_what_is_written_is_kept_on_the_server_and_leaves_the_device(site):
    page = begin(site, site.window())
    write(page, "liever met mensen")
    is_saved(page)
    device_is_empty(page)
    answers = site.api("GET", f"/drafts/{page.url.rsplit('/')[-1]}")["answers"]
    assert (answers["originSector"], answers["motivation"]) == ("schoonmaak", "liever met mensen")
    send(page)
    is_sent(page)
    sent_once(site, page)


def test_sent_without_a_connection_goes_once_when_it_returns(site):
    window = site.window()
    page = begin(site, window)
    window.set_offline(True)
    write(page, "zonder lijn")
    expect(page.locator(".saved")).to_contain_text("Geen verbinding")
    send(page)
    expect(page.locator(".outbox")).to_contain_text(WAITS)
    assert site.faults(page) == []
    assert intakes(site) == []
    window.set_offline(False)
    is_sent(page)
    sent_once(site, page)


def test_loaded_anew_within_the_second(site):
    page = begin(site, site.window())
    write(page, "net getypt")
    device_holds(page, "net getypt")
    page.reload()
    expect(page.get_by_label(MOTIVATION)).to_have_value("net getypt")
    is_saved(page)
    device_is_empty(page)


def test_loaded_anew_while_it_waits(site):
    window = site.window()
    page = begin(site, window)
    window.set_offline(True)
    write(page, "wacht")
    send(page)
    expect(page.locator(".outbox")).to_contain_text(WAITS)
    window.set_offline(False)
    window.route("**/v1/drafts/*", lambda route: route.abort())
    page.reload()
    expect(page.locator(".outbox")).to_contain_text(WAITS)
    expect(page.get_by_label(MOTIVATION)).to_have_value("wacht")
    window.unroute("**/v1/drafts/*")
    is_sent(page)
    sent_once(site, page)


def reopened(site: Site, chromium: Chromium, folder: str, path: str) -> tuple[BrowserContext, Page]:
    window = chromium.persistent(folder, **looks(width=1280, scheme="light", forced_colors=False))
    return window, site.page(path, window)


def end(window: BrowserContext, how: str, folder: str) -> None:
    """Close a browser, or end it as a power cut does."""
    if how == "closed":
        window.close()
    else:
        with window.expect_event("close"):
            kill(folder)


def kill(folder: str) -> None:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if f"--user-data-dir={folder}".encode() in command:
            try:
                os.kill(int(process.name), signal.SIGKILL)
            except ProcessLookupError:
                continue


@pytest.mark.parametrize("how", ["closed", "killed"])
def test_a_browser_that_was_closed_or_killed_sends_what_waited(site, chromium, how):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        window, page = reopened(
            site, chromium, folder, "/sign-in/demo-adviser?returnTo=/intake/" + str(uuid4())
        )
        is_ready(page)
        window.set_offline(True)
        write(page, "wacht")
        send(page)
        expect(page.locator(".outbox")).to_contain_text(WAITS)
        end(window, how, folder)
        window, page = reopened(site, chromium, folder, "/sign-in/demo-adviser?returnTo=/hulp")
        sent_once(site, page)
        window.close()


@pytest.mark.parametrize("how", ["closed", "killed"])
def test_a_browser_that_was_closed_or_killed_still_has_what_was_written(site, chromium, how):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = f"/intake/{uuid4()}"
        window, page = reopened(site, chromium, folder, f"/sign-in/demo-adviser?returnTo={path}")
        is_ready(page)
        window.set_offline(True)
        write(page, "halverwege een gespr")
        device_holds(page, "halverwege een gespr")
        end(window, how, folder)
        window, page = reopened(site, chromium, folder, f"/sign-in/demo-adviser?returnTo={path}")
        expect(page.get_by_label(MOTIVATION)).to_have_value("halverwege een gespr")
        is_saved(page)
        device_is_empty(page)
        window.close()


def lose_answer(window: BrowserContext, address: str, method: str) -> list[str]:
    """Break the line once, after the service has done what was asked."""
    lost: list[str] = []

    def break_off(route: Route) -> None:
        if route.request.method != method or lost:
            route.fallback()
            return
        lost.append(route.request.method)
        route.fetch()
        route.abort()

    window.route(address, break_off)
    return lost


def test_a_save_whose_answer_was_lost_is_not_somebody_elses(site):
    window = site.window()
    page = begin(site, window)
    lost = lose_answer(window, "**/v1/drafts/*", "PUT")
    write(page, "eerst dit")
    expect(page.locator(".saved")).to_contain_text("Geen verbinding")
    write(page, ", dan dat", origin=None)
    is_saved(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    device_is_empty(page)
    assert lost == ["PUT"]
    assert (
        site.api("GET", f"/drafts/{page.url.rsplit('/')[-1]}")["answers"]["motivation"]
        == "eerst dit, dan dat"
    )


def test_an_intake_whose_answer_was_lost_is_sent_once(site):
    window = site.window()
    page = begin(site, window)
    write(page, "een keer")
    lost = lose_answer(window, "**/v1/intakes", "POST")
    send(page)
    is_sent(page)
    assert lost == ["POST"]
    sent_once(site, page)


def test_a_refused_intake_comes_back_with_what_was_wrong(site):
    window = site.window()
    page = begin(site, window)
    window.set_offline(True)
    write(page, "zonder sector", origin=None)
    send(page)
    expect(page.locator(".outbox")).to_contain_text(WAITS)
    page.get_by_role("link", name="Mijn werk").click()
    window.set_offline(False)
    expect(page.locator(".outbox")).to_contain_text("is niet verstuurd")
    assert site.faults(page) == []
    page.reload()
    page.locator(".outbox").get_by_role("link").click()
    expect(page.get_by_label(MOTIVATION)).to_have_value("zonder sector")
    expect(page.get_by_role("heading", name="nog niet verstuurd")).to_be_visible()
    page.get_by_role("combobox", name=ORIGIN).fill("schoonmaak")
    send(page)
    is_sent(page)
    sent_once(site, page)


def test_what_the_service_says_about_waiting_holds(site):
    window = site.window()
    page = begin(site, window)
    asked: list[int] = []

    def overloaded(route: Route) -> None:
        asked.append(1)
        if len(asked) > 1:
            route.fallback()
        else:
            busy = {"Retry-After": "2", "Content-Type": "application/problem+json"}
            route.fulfill(status=503, headers=busy, body='{"type": "/unavailable"}')

    window.route("**/v1/intakes", overloaded)
    write(page, "druk")
    send(page)
    expect(page.locator(".outbox")).to_contain_text(WAITS)
    is_sent(page)
    assert len(asked) == 2
    sent_once(site, page)


def test_nothing_stays_after_signing_out(site):
    window = site.window()
    page = begin(site, window)
    other = site.page(page.url.removeprefix(site.url), window)
    is_ready(other)
    window.route("**/v1/drafts/*", lambda route: route.abort())
    write(page, "weg ermee")
    device_holds(page, "weg ermee")
    page.get_by_role("button", name=SIGN_OUT).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("nog alleen op dit apparaat")
    assert site.faults(page) == []
    dialog.get_by_role("button", name="Toch afmelden").click()
    for one in (page, other):
        one.wait_for_url(f"{site.url}/")
        assert on_device(one) == []
    assert "weg ermee" not in page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    )


def test_another_adviser_on_the_same_device_neither_sees_nor_sends_it(site):
    window = site.window()
    page = begin(site, window)
    window.set_offline(True)
    write(page, "van Ana")
    send(page)
    expect(page.locator(".outbox")).to_contain_text(WAITS)
    window.set_offline(False)
    window.route("**/v1/**", lambda route: route.abort())
    other = site.signed_in("/hulp", user="demo-adviser-2", context=window)
    # Who turns to another window leaves this one; without a screen, every window has the focus.
    page.evaluate("dispatchEvent(new Event('blur'))")
    window.unroute("**/v1/**")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_label(MOTIVATION)).to_have_value("")
    page.close()
    other.reload()
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    other.goto(f"{site.url}/intake/{uuid4()}")
    is_ready(other)
    expect(other.locator(".outbox")).to_be_hidden()
    assert intakes(site) == []
    device_holds(other, "van Ana")
    other.get_by_role("button", name=SIGN_OUT).click()
    other.wait_for_url(f"{site.url}/")
    again = site.signed_in("/hulp", context=window)
    sent_once(site, again)


def test_a_draft_that_is_thrown_away_is_gone_here_and_there(site):
    page = begin(site, site.window())
    draft = page.url.rsplit("/")[-1]
    write(page, "toch niet")
    is_saved(page)
    page.get_by_role("button", name="Weggooien").click()
    page.get_by_role("dialog").get_by_role("button", name="Weggooien").click()
    expect(page).to_have_url(f"{site.url}/zaken")
    device_is_empty(page)
    assert site.api("GET", "/drafts")["items"] == []
    page.goto(f"{site.url}/intake/{draft}")
    is_ready(page)
    expect(page.get_by_label(MOTIVATION)).to_have_value("")
