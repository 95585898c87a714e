"""Every screen, in every look: axe finds nothing, and nothing sticks out of the window."""

from typing import Any

import pytest

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"scheme": "dark"},
    "forced": {"forced_colors": True},
    "narrow": {"width": 320},
}
OPEN = ("/", "/voorzieningen", "/dekking", "/hulp", "/aanmelden")

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])


@pytest.mark.parametrize("look", LOOKS)
def test_screens_for_everybody(site, look):
    page = site.page("/", **LOOKS[look])
    for path in OPEN:
        page.goto(f"{site.url}{path}")
        page.get_by_role("heading", level=1).wait_for()
        assert site.faults(page) == [], path
        assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), path
