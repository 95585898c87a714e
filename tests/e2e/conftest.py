"""The workbench as an adviser has it: a real Chromium, the real service, on both engines."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.config import Settings
from app.main import create_app
from tests.browser import environment
from tests.conftest import TestClock
from tests.server import running
from tests.workbench import built

FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

expect.set_options(timeout=15_000)


@dataclass
class Chromium:
    """How to start a browser, and what looks for faults in a page."""

    start: Callable[..., Browser]
    persistent: Callable[..., BrowserContext]
    axe: str


# Not for the whole run: while it is there, other tests of this process have an event loop too.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """The browser of the tests, found and ready to be started."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        packages, found = environment(home)
        how: dict[str, Any] = {
            "executable_path": found["CHROMIUM"],
            "env": {**found, "HOME": home},
            "args": list(FLAGS),
            "chromium_sandbox": False,
        }
        yield Chromium(
            lambda **more: playwright.chromium.launch(**how, **more),
            lambda folder, **more: playwright.chromium.launch_persistent_context(
                folder, **how, **more
            ),
            (packages / "node_modules" / "axe-core" / "axe.min.js").read_text(),
        )


@pytest.fixture(scope="module")
def browser(chromium: Chromium) -> Iterator[Browser]:
    """One browser for a module; each test has windows of its own."""
    one = chromium.start()
    yield one
    one.close()


Scheme = Literal["light", "dark"]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"scheme": "dark"},
    "forced": {"forced_colors": True},
    "narrow": {"width": 320},
}
"""In which every state of every screen is looked at."""


@dataclass
class Site:
    """The service with its workbench, at an address, at a time."""

    url: str
    clock: TestClock
    browser: Browser
    axe: str
    mail: Path
    windows: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def window(
        self, *, width: int = 1280, scheme: Scheme = "light", forced_colors: bool = False
    ) -> BrowserContext:
        """Open a window of somebody who has never been here."""
        context = self.browser.new_context(
            **looks(width=width, scheme=scheme, forced_colors=forced_colors)
        )
        self.windows.append(context)
        return context

    def page(self, path: str = "/", context: BrowserContext | None = None, **look: Any) -> Page:
        """Open a page in a window of its own, or in this one."""
        page = (context or self.window(**look)).new_page()
        page.clock.set_fixed_time(self.clock.now)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.url}{path}")
        return page

    def signed_in(
        self,
        path: str = "/zaken",
        *,
        user: str = "demo-adviser",
        context: BrowserContext | None = None,
        **look: Any,
    ) -> Page:
        """Open a page as somebody who has signed in."""
        return self.page(f"/sign-in/{user}?returnTo={path}", context, **look)

    def api(self, method: str, path: str, *, user: str = "demo-adviser", **more: Any) -> Any:
        """Ask the API directly, to see what has become of it or to make a beginning."""
        headers = {"Authorization": f"Bearer {user}", **more.pop("headers", {})}
        answer = httpx.request(method, f"{self.url}/v1{path}", headers=headers, timeout=30, **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def faults(self, page: Page) -> list[str]:
        """Let axe look at a page as it stands: WCAG 2.2 AA and good practice."""
        # A page that has just changed may still be drawing itself; a picture waits for that.
        page.screenshot()
        page.evaluate(self.axe)
        found = page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", list(RULES)
        )
        return [
            f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]


def good(site: Site, page: Page) -> None:
    """See that axe finds nothing, and that nothing sticks out of the window."""
    assert site.faults(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def looks(*, width: int, scheme: Scheme, forced_colors: bool) -> dict[str, Any]:
    """Say how a window is, in the words of Playwright."""
    return {
        "viewport": {"width": width, "height": 900},
        "color_scheme": scheme,
        "forced_colors": "active" if forced_colors else "none",
        "locale": "nl-NL",
        "timezone_id": "Europe/Amsterdam",
        "reduced_motion": "reduce",
        "permissions": ["clipboard-read", "clipboard-write"],
    }


@pytest.fixture
def site_settings(database_url: str, tmp_path: Path) -> Settings:
    """Demo mode, in which nobody asks too often."""
    return Settings(
        demo=True,
        database_url=database_url,
        mail_folder=tmp_path / "mail",
        deliver=True,
        delivery_poll=timedelta(milliseconds=100),
        rate_anonymous=1_000_000,
        rate_identified=1_000_000,
    )


@pytest.fixture
def site(
    site_settings: Settings, clock: TestClock, browser: Browser, chromium: Chromium
) -> Iterator[Site]:
    """The service with its workbench; no page of it may have met an error in the end."""
    built()
    with running(create_app(site_settings, clock=clock)) as url:
        one = Site(url, clock, browser, chromium.axe, site_settings.mail_folder)
        yield one
        for window in one.windows:
            window.close()
        assert one.complaints == []
