"""The desk's page as the service serves it: answered by keyboard, without scripts or an account."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import col, select

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import Party, ReferralReason, ReferralStatus
from app.main import create_app
from app.models import ReferralChange
from app.services import desk_links
from app.vault import Vault
from tests.browser import Browser, Seen, Step, browser
from tests.conftest import TestClock, Written
from tests.identity import adviser, token
from tests.server import asked_too_often, running

__all__ = ["browser"]

# What the engines do differently is below the pages.
pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])

PROVISION = "schoonmaak-loopbaancheck"
HOSTILE = "</textarea><script>document.title='hacked'</script>\"'><img src=x onerror=alert(1)>"
LIMIT = 30


@dataclass(frozen=True)
class Desk:
    """One referral that was sent to a desk, and what the desk has of it: a link."""

    client: httpx.Client
    vault: Vault
    clock: TestClock
    database: Database
    intake: str
    referral: UUID

    @property
    def root(self) -> str:
        """Where the pages are."""
        return str(self.client.base_url).removesuffix("/v1/") + "/overdracht"

    @property
    def url(self) -> str:
        """The link."""
        return self.link(self.referral)

    def link(self, referral: UUID, **valid: float) -> str:
        """A link to a referral."""
        until = self.clock.now + timedelta(**(valid or {"days": 60}))
        return f"{self.root}/{desk_links.make(self.vault, referral, until)}"

    def status(self) -> str:
        """What the adviser sees."""
        found = self.client.get(f"/intakes/{self.intake}", headers=ANNA).json()
        (status,) = (one["status"] for one in found["referrals"] if one["id"] == str(self.referral))
        return str(status)

    def changes(self) -> list[ReferralChange]:
        """What the desk said, in order."""
        with self.database.read(EVERY_REGION) as session:
            said = col(ReferralChange.party) == Party.desk
            return list(session.exec(select(ReferralChange).where(said)))


ANNA = {"Authorization": f"Bearer {adviser('anna')}"}
EDITOR = {"Authorization": f"Bearer {token('eva', 'catalogue-editor')}"}


def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def desk(client: httpx.Client, settings: Settings, clock: TestClock, database: Database) -> Desk:
    """A worker was handed over: name and e-mail were consented to, the telephone was not."""
    receiver = {
        "name": "Loket Schoonmaak",
        "organisation": "Ontwikkelingsfonds",
        "channel": "email",
        "email": "loket@ontwikkelingsfonds.example",
        "provisions": [PROVISION],
    }
    made(client.post("/desks", json=receiver, headers=EDITOR))
    said = {
        "originSector": "schoonmaak",
        "employment": "employee",
        "purpose": "orientation",
        "region": "AM22",
        "motivation": f"Liever iets anders. {HOSTILE}",
    }
    once = ANNA | {"Idempotency-Key": str(uuid4())}
    intake = made(client.post("/intakes", json=said, headers=once))
    details = {"name": "Wil Klaproos", "telephone": "06 12345678", "email": "wil@voorbeeld.nl"}
    address = f"/intakes/{intake['id']}"
    made(client.put(f"{address}/contact-details", json=details, headers=ANNA))
    consent = {
        "provisionId": PROVISION,
        "data": ["name", "email", "question"],
        "textVersion": "2026-11",
    }
    made(client.post(f"{address}/consents", json=consent, headers=once))
    (referral,) = (one["id"] for one in intake["referrals"] if one["provisionId"] == PROVISION)
    sent = client.put(f"/referrals/{referral}/status", json={"status": "sent"}, headers=ANNA)
    made(sent)
    return Desk(client, Vault.of(settings), clock, database, intake["id"], UUID(referral))


def answered(browser: Browser, url: str, *steps: Step) -> Seen:
    """Go through the page by keyboard, without scripts; whatever has the focus shows that."""
    shown = browser.visit(url, *steps)
    for one in shown.focus:
        assert one["tag"] == "body" or (one["outline"] >= 2 and one["inView"])
    assert "hacked" not in shown.title
    assert shown.elsewhere == []
    return shown


TO_THE_CHOICES: list[Step] = [("press", "Tab")] * 2
"""Past the link to the e-mail address."""
TO_THE_BUTTON: list[Step] = [("press", "Tab")] * 2
"""From the last thing that goes with a choice, past the message."""


def test_a_desk_takes_over_and_ends_it_by_keyboard(desk: Desk, browser: Browser) -> None:
    message: list[Step] = [("press", "Tab"), ("type", HOSTILE), ("press", "Tab")]
    shown = answered(
        browser, desk.url, *TO_THE_CHOICES, ("press", "Space"), *message, ("follow", "Enter")
    )
    assert [one["id"] for one in shown.focus[2:5]] == ["status-accepted", "status-accepted", "note"]
    assert shown.statuses == [200, 303, 200]
    assert shown.heading == "U neemt het over"
    assert HOSTILE in shown.text
    assert desk.status() == "accepted"
    for heading, status in (
        ("U hebt contact gehad", "in_contact"),
        ("Het is afgerond", "completed"),
    ):
        shown = answered(
            browser,
            desk.url,
            *TO_THE_CHOICES,
            ("press", "Space"),
            *TO_THE_BUTTON,
            ("follow", "Enter"),
        )
        assert shown.statuses == [200, 303, 200]
        assert shown.heading == heading
        assert desk.status() == status
    assert "Klaproos" not in shown.text


def test_a_desk_declines_by_keyboard_and_must_say_why(desk: Desk, browser: Browser) -> None:
    shown = answered(
        browser,
        desk.url,
        *TO_THE_CHOICES,
        ("press", "ArrowUp"),  # the last choice
        ("press", "Tab"),
        *TO_THE_BUTTON,
        ("follow", "Enter"),
        ("press", "Tab"),
        ("press", "Enter"),
        ("type", "Wij hebben"),
        *TO_THE_BUTTON,
        ("follow", "Enter"),
    )
    assert shown.focus[4]["id"] == "reason"
    assert shown.focus[7]["id"] == "faults"
    assert shown.focus[9]["id"] == "reason"
    assert shown.statuses == [200, 400, 303, 200]
    assert shown.heading == "U kunt niet helpen"
    assert "Uw reden: wij hebben nu geen plek." in shown.text
    assert [one.reason for one in desk.changes()] == [ReferralReason.no_capacity]


def test_a_desk_asks_for_more_time_by_keyboard(desk: Desk, browser: Browser) -> None:
    shown = answered(
        browser,
        desk.url,
        *TO_THE_CHOICES,
        ("press", "ArrowDown"),
        ("press", "Tab"),
        ("type", "vrijdag"),
        *TO_THE_BUTTON,
        ("follow", "Enter"),
    )
    assert shown.statuses == [200, 303, 200]
    assert shown.heading == "U hebt om meer tijd gevraagd"
    assert "tot en met vrijdag 27 november 2026" in shown.text
    assert "Wij nemen het over" in shown.text
    assert [str(one.answer_by) for one in desk.changes()] == ["2026-11-27"]


def test_an_empty_answer_says_what_is_missing(desk: Desk, browser: Browser) -> None:
    tabs: list[Step] = [("press", "Tab")] * 4
    shown = answered(browser, desk.url, *tabs, ("follow", "Enter"))
    assert shown.statuses == [200, 400]
    assert shown.title.startswith("Fout: ")
    assert shown.text.count("Kies een antwoord") == 2
    assert desk.changes() == []


def test_opening_the_link_answers_nothing(desk: Desk) -> None:
    for method in ("GET", "HEAD"):
        for _ in range(2):
            shown = httpx.request(method, f"{desk.url}?status=accepted&utm_source=mail")
            assert shown.status_code == 200
    assert desk.changes() == []
    assert desk.status() == "sent"


def test_a_desk_sees_what_the_worker_consented_to_and_nothing_else(desk: Desk) -> None:
    html = httpx.get(desk.url).text
    for part in ("Wil Klaproos", "wil@voorbeeld.nl", "Liever iets anders", "Loket Schoonmaak"):
        assert part in html
    assert "06 12345678" not in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_without_consent_or_after_withdrawal_a_desk_sees_nothing_of_the_worker(desk: Desk) -> None:
    consents = f"/intakes/{desk.intake}/consents"
    (consent,) = made(desk.client.get(consents, headers=ANNA))["items"]
    made(desk.client.put(f"{consents}/{consent['id']}/withdrawal", headers=ANNA))
    ended = {"status": "withdrawn", "reason": "worker_withdrew"}
    before = httpx.get(desk.url).text
    path = f"/referrals/{desk.referral}/status"
    if desk.status() != "withdrawn":
        made(desk.client.put(path, json=ended, headers=ANNA))
    after = httpx.get(desk.url).text
    for html in (before, after):
        for part in ("Klaproos", "voorbeeld.nl", "Liever iets anders"):
            assert part not in html
    assert "Uw hulp is niet meer nodig" in after
    late = httpx.post(desk.url, data={"status": "accepted"})
    assert late.status_code == 409
    assert "Uw antwoord is niet verwerkt" in late.text
    assert desk.status() == "withdrawn"


def test_an_answer_sent_twice_is_one_answer(desk: Desk) -> None:
    for _ in range(2):
        answer = httpx.post(desk.url, data={"status": "accepted", "note": "Tot maandag."})
        assert answer.status_code == 303
        assert f"{desk.root}/{answer.headers['Location']}" == desk.url
    assert [one.status for one in desk.changes()] == [ReferralStatus.accepted]


def test_a_link_that_was_not_made_here_is_like_one_whose_referral_is_gone(desk: Desk) -> None:
    nowhere = httpx.get(f"{desk.root}/{'A' * 52}")
    assert nowhere.status_code == 404
    assert "Deze pagina bestaat niet" in nowhere.text
    gone = desk.link(uuid4())
    for url in (gone, desk.url[:-1] + ("A" if desk.url[-1] != "A" else "B"), f"{desk.url}x"):
        for answer in (httpx.get(url), httpx.post(url, data={"status": "accepted"})):
            assert answer.status_code == 404
            assert answer.content == nowhere.content
    assert desk.changes() == []


def test_a_link_that_has_ended_says_so_and_nothing_more(desk: Desk) -> None:
    url = desk.link(desk.referral, seconds=1)
    desk.clock.forward(seconds=1)
    for answer in (httpx.get(url), httpx.post(url, data={"status": "accepted"})):
        assert answer.status_code == 410
        assert "Deze link is verlopen" in answer.text
        assert "Klaproos" not in answer.text
    assert desk.changes() == []


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Chunks:
    """A body that does not say how long it is."""

    def __iter__(self) -> Iterator[bytes]:
        yield from (b"note=", b"x" * 20_000)


NO_GOOD: list[tuple[dict[str, Any], int]] = [
    ({"json": {"status": "accepted"}}, 415),
    ({"files": {"status": (None, "accepted")}}, 415),
    ({"content": b"status=accepted"}, 415),
    ({"data": {"status": "accepted", "note": "x" * 20_000}}, 413),
    ({"data": {"note": "x" * 100_000}}, 413),
    ({"content": Chunks(), "headers": FORM}, 413),
    ({"content": b"status=accepted&note=%FF", "headers": FORM}, 400),
    ({"content": "status=accepted&note=é".encode(), "headers": FORM}, 400),
    ({"content": b"a=1&b=2&c=3&d=4&e=5", "headers": FORM}, 400),
    ({"data": {}}, 415),
    ({"data": {"status": "expired"}}, 409),
    ({"data": {"status": "withdrawn"}}, 409),
    ({"data": {"status": "in_contact"}}, 409),
    ({"data": {"status": "nonsense"}}, 400),
    ({"data": {"status": "received", "answer_by": "2027-11-27"}}, 400),
    ({"data": {"status": "received", "answer_by": "2026-11-28"}}, 400),
    ({"data": {"status": "declined", "reason": "worker_withdrew"}}, 400),
    ({"data": {"status": "accepted", "note": "x" * 501}}, 400),
    ({"data": {"status": "accepted", "note": "BSN 111222333"}}, 400),
    ({"data": {"status": "accepted", "note": "a\x00b"}}, 400),
]


def test_what_is_no_good_answer_changes_nothing(desk: Desk) -> None:
    for options, status in NO_GOOD:
        answer = httpx.post(desk.url, **options)
        assert (options, answer.status_code) == (options, status)
        assert re.search("<h1>|problem", answer.text)
    assert desk.changes() == []


def test_the_longest_message_fits_whatever_it_is_written_in(desk: Desk) -> None:
    note = "Eén\r\n" + "\N{GRINNING FACE}" * 495 + "!"
    assert httpx.post(desk.url, data={"status": "accepted", "note": note}).status_code == 303
    assert note.replace("\r", "") in httpx.get(desk.url).text


def test_other_methods_are_refused_in_words_for_people(desk: Desk) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        answer = httpx.request(method, desk.url)
        assert answer.status_code == 405
        assert answer.headers["Content-Type"].startswith("text/html")


def test_the_page_is_kept_nowhere_found_nowhere_and_tells_nobody(
    desk: Desk, lines: Written
) -> None:
    pages = [
        httpx.get(desk.url),
        httpx.post(desk.url, data={}),
        httpx.post(desk.url, data={"status": "nonsense"}),
        httpx.get(f"{desk.url}x"),
    ]
    for one in pages:
        assert one.headers["Cache-Control"] == "no-store"
        assert one.headers["Referrer-Policy"] == "no-referrer"
        assert one.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert one.headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        )
    assert len(list(lines)) >= len(pages)
    assert desk.url[-52:] not in lines.text


def test_the_style_is_kept(desk: Desk) -> None:
    (address,) = re.findall(r'href="(style\.css\?[0-9a-f]{12})"', httpx.get(desk.url).text)
    style = httpx.get(f"{desk.root}/{address}")
    assert style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert style.headers["Cache-Control"] == "public, max-age=86400"


def test_who_asks_too_often_is_told_to_wait_in_style(settings: Settings, clock: TestClock) -> None:
    strict = settings.model_copy(update={"rate_anonymous": LIMIT})
    with running(create_app(strict, clock=clock)) as root:
        answers = asked_too_often(lambda: httpx.get(f"{root}/overdracht/{'A' * 52}"), LIMIT)
        assert answers[0].status_code == 404
        assert answers[-1].status_code == 429
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert "Wacht een minuut" in answers[-1].text
        assert httpx.get(f"{root}/overdracht/style.css").status_code == 200
