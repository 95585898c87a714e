"""How soon the intake can be typed into on a slow line, from a cold cache."""

import tempfile
from collections.abc import Iterator
from statistics import median
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from bench.answers import real
from bench.figures import Plan, Row
from tests.browser import environment
from tests.workbench import built

SLOW_LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
"""1.6 Mbit/s and 150 ms, as the developer tools of browsers have it."""

SLOWER = 4
"""How many times slower the processor is made."""

FIRST_FIELD = "Huidige of laatste sector"
TYPED = "s"
MOST_SECONDS = 2.5

WHEN_IT_CAN = """() => {
    const look = () => {
        const field = document.querySelector("main input[role=combobox]");
        if (field && !field.disabled && field.closest("form")?.ariaBusy !== "true") {
            window.couldType = performance.now();
            return;
        }
        requestAnimationFrame(look);
    };
    look();
}"""
ONCE_IT_CAN = """() => new Promise((give) => {
    const look = () => {
        if (window.couldType === undefined) requestAnimationFrame(look);
        else give(window.couldType);
    };
    look();
})"""
"""Notes when the first field of the form takes letters; the form is busy while it may not."""


def workbench(plan: Plan) -> Iterator[Row]:
    """Open the intake as somebody who signed in, each time as if for the first time."""
    built()
    with (
        tempfile.TemporaryDirectory() as home,
        sync_playwright() as playwright,
        real(plan) as (server, _),
    ):
        _, found = environment(home)
        browser = playwright.chromium.launch(
            executable_path=found["CHROMIUM"],
            env={**found, "HOME": home},
            args=["--disable-gpu", "--no-first-run", "--disable-background-networking"],
            chromium_sandbox=False,
        )
        took = [_opened(browser, server.url) for _ in range(plan.rounds + 1)][1:]
        browser.close()
    yield Row(
        name="intake can be typed into on a slow line (s; at most)",
        value=median(took),
        target=MOST_SECONDS,
        at_most=True,
        told=f"{min(took):.2f} to {max(took):.2f}; 1.6 Mbit/s, 150 ms, processor at a quarter",
    )


def _opened(browser: Browser, url: str) -> float:
    """Say in how many seconds after the address was entered a letter could be typed."""
    context = browser.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam")
    page = context.new_page()
    page.goto(f"{url}/sign-in/demo-adviser?returnTo=/hulp")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("about:blank")
    devtools: Any = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.clearBrowserCache")
    devtools.send("Network.emulateNetworkConditions", SLOW_LINE)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(f"({WHEN_IT_CAN})()")
    page.goto(f"{url}/intake", wait_until="commit")
    milliseconds: float = page.evaluate(ONCE_IT_CAN)
    page.get_by_role("combobox", name=FIRST_FIELD).press_sequentially(TYPED)
    expect(page.get_by_role("combobox", name=FIRST_FIELD)).to_have_value(TYPED)
    context.close()
    return milliseconds / 1000
