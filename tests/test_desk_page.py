"""The desk's page is for everybody: each of its states, in a real browser."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app.domain.referrals import allowed
from app.domain.terms import HandedBy, Party, ReferralReason, ReferralStatus
from app.routers.desk_rendering import (
    LINK_EXPIRED,
    MESSAGES,
    STYLE,
    page,
    render_message,
    render_page,
)
from app.services.hand_over import HandOver
from tests.browser import Browser, Step, browser
from tests.server import running

__all__ = ["browser"]

S = ReferralStatus
DAYS = tuple(date(2026, 11, day) for day in (24, 25, 26, 27, 30))
HOSTILE = "</textarea><script>document.title='hacked'</script>\"'><img src=x onerror=alert(1)>"
LONG = "Loopbaanadvies&arbeidsmarktoriëntatiebijeenkomstenvoorschoonmaakmedewerkersinloondienst"


def hand_over(status: ReferralStatus, **more: Any) -> HandOver:
    """What a desk sees of a referral with this status, with everything that can be there."""
    view = HandOver(
        status=status,
        choices=allowed(status, Party.desk, HandedBy.desk),
        days=DAYS,
        answer_by=date(2026, 11, 30),
        more_time=False,
        desk="Ontwikkelingsfonds Schoonmaak",
        provision="Loopbaancheck De Vakbeweging",
        adviser="Anna de Vries van FNV",
        name="Wilhelmina Klaproos-van den Nieuwenhuizen",
        telephone="(010) 123 45 67",
        email="wilhelmina.klaproos@een-heel-lange-naam.van.een.aanbieder.voorbeeld.nl",
        question="Ik wil iets anders.\nMaar wat? <b>Help</b> mij.",
        answers=(("Werkt nu in", "schoonmaak"), (LONG, "nee")),
        checked=("U werkt in de schoonmaak.", "U gebruikte de check nog niet."),
        to_confirm=("Werkt u langer dan een jaar bij dit bedrijf?",),
        reason=None,
        note=None,
        consent_ended=False,
    )
    return replace(view, **more)


SPARSE: dict[str, Any] = {
    "answer_by": None,
    "adviser": None,
    "name": None,
    "telephone": None,
    "email": None,
    "question": None,
    "answers": (),
    "checked": (),
    "to_confirm": (),
}
ENDED: dict[str, Any] = {**SPARSE, "adviser": "Anna de Vries van FNV", "consent_ended": True}
TOO_LONG = "Maak uw bericht korter: hoogstens 500 tekens"
FAULTY = {
    "no answer": ({}, {"status": "Kies een antwoord"}, "status-accepted"),
    "no day": ({"status": "received"}, {"answer_by": "Kies op welke dag"}, "answer_by"),
    "no reason": ({"status": "declined"}, {"reason": "Kies waarom"}, "reason"),
}
"""What was filled in besides a long note, what is wrong with it, and what that leads to."""
STATES = {
    "open": render_page(hand_over(S.sent)),
    "taken in by a system": render_page(hand_over(S.received)),
    "nothing shared": render_page(hand_over(S.sent, **SPARSE)),
    "more time": render_page(hand_over(S.received, more_time=True, note="Tot morgen.")),
    "accepted": render_page(hand_over(S.accepted, note=f"{HOSTILE} {LONG}")),
    "in contact": render_page(hand_over(S.in_contact)),
    "consent ended": render_page(hand_over(S.accepted, **ENDED)),
    "consent ended in contact": render_page(hand_over(S.in_contact, **ENDED)),
    "done": render_page(hand_over(S.completed)),
    "declined": render_page(hand_over(S.declined, reason=ReferralReason.no_capacity)),
    "not in time": render_page(hand_over(S.expired)),
    "withdrawn": render_page(hand_over(S.withdrawn)),
    **{
        state: render_page(
            hand_over(S.sent), {**faults, "note": TOO_LONG}, {**filled, "note": HOSTILE}
        )
        for state, (filled, faults, _field) in FAULTY.items()
    },
    "overtaken": render_page(hand_over(S.withdrawn), overtaken=True),
    "link expired": render_message(LINK_EXPIRED),
    **{str(status): render_message(message) for status, message in MESSAGES.items()},
}


BAD = (
    "<!DOCTYPE html><title>T</title><p style='width:400px;color:#ccc'>Nauwelijks te lezen"
    "<a href='https://elsewhere.example/'>x</a><img src='https://elsewhere.example/i.png'>"
)


async def show_state(request: Request) -> Response:
    return page(STATES[request.path_params["state"]])


async def show_bad(_request: Request) -> Response:
    return HTMLResponse(BAD)


async def show_style(_request: Request) -> Response:
    return Response(STYLE, media_type="text/css")


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    """Where the states are; how the service serves them is in test_desk_page_http.py."""
    routes = [
        Route("/style.css", show_style),
        Route("/bad", show_bad),
        Route("/{state}", show_state),
    ]
    with running(Starlette(routes=routes)) as url:
        yield url


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_for_everybody(state, pages: str, browser: Browser):
    url = f"{pages}/{state}"
    for shown in (
        browser.visit(url, scripts=True),
        browser.visit(url, scripts=True, scheme="dark", width=320),
        browser.visit(url, forced_colors=True, width=320, text_size=2),
    ):
        assert shown.statuses == [200]
        assert shown.violations == []
        assert shown.beyond == []
        assert shown.pageWidth == shown.windowWidth
        assert shown.small == []
        assert shown.complaints == []
        assert shown.elsewhere == []
        assert "hacked" not in shown.title
        assert len(shown.text) > 100


def test_the_browser_sees_what_is_wrong(pages: str, browser: Browser):
    shown = browser.visit(f"{pages}/bad", scripts=True, width=320)
    found = {one.partition(":")[0] for one in shown.violations}
    assert {"color-contrast", "html-has-lang", "page-has-heading-one", "image-alt"} <= found
    assert shown.beyond != []
    assert shown.pageWidth > shown.windowWidth
    assert shown.elsewhere == ["https://elsewhere.example/i.png"]
    assert shown.small != []


@pytest.mark.parametrize("state", STATES)
def test_no_page_holds_a_script_or_a_style_of_its_own(state):
    html = STATES[state].lower()
    assert "<script" not in html
    assert "style=" not in html
    assert "<style" not in html
    assert " onerror=" not in html.replace("&gt;&lt;img src=x onerror=", "")
    assert "http://" not in html
    assert "https://" not in html


def test_text_of_others_is_text(pages: str):
    for state in ("accepted", "no reason"):
        html = httpx.get(f"{pages}/{state}").text
        assert "&lt;/textarea&gt;&lt;script&gt;" in html
    assert "&lt;b&gt;Help&lt;/b&gt;" in STATES["open"]


@pytest.mark.parametrize("state", ["done", "declined", "not in time", "withdrawn", "overtaken"])
def test_what_is_over_shows_nothing_of_the_worker(state):
    for part in ("Klaproos", "123 45 67", "voorbeeld.nl", "Ik wil iets anders", "schoonmaak"):
        assert part not in STATES[state]
    assert "<form" not in STATES[state]


def test_what_was_not_consented_to_is_not_there():
    assert "tel:" not in STATES["nothing shared"]
    assert "mailto:" not in STATES["nothing shared"]
    for heading in ("Wat is de vraag?", "Wat vertelde", "al nagekeken", "nog niet zeker"):
        assert heading in STATES["open"]
        assert heading not in STATES["nothing shared"]


@pytest.mark.parametrize("state", ["consent ended", "consent ended in contact"])
def test_a_desk_whose_consent_ended_is_sent_to_the_adviser_and_not_to_the_worker(state):
    html = STATES[state]
    assert "De werkende heeft de toestemming ingetrokken" in html
    assert "Overleg met de adviseur" in html
    assert "De adviseur is Anna de Vries van FNV" in html
    assert "Neem nu contact op" not in html
    assert "De werkende wil geen naam" not in html
    assert 'value="declined"' in html


def test_who_reads_of_a_worker_is_asked_to_tell_the_employer_nothing():
    for state in ("open", "more time", "accepted", "in contact"):
        assert "De werkgever weet hier niets van. Vertel de werkgever ook niets." in STATES[state]


@pytest.mark.parametrize("state", FAULTY)
def test_every_fault_leads_to_its_field(state, pages: str, browser: Browser):
    fields = (FAULTY[state][2], "note")
    for number, field in enumerate(fields, start=1):
        tabs: list[Step] = [("press", "Tab")] * number
        shown = browser.visit(f"{pages}/{state}", *tabs, ("press", "Enter"))
        assert shown.focus[0]["id"] == "faults"
        assert shown.focus[-2]["tag"] == "a"
        assert shown.focus[-1]["id"] == field
        assert shown.focus[-1]["inView"]
