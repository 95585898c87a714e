"""The closed loop: a worker is handed over warm, or gets sessions; and everybody knows.

One service that delivers by itself, over real HTTP and real SMTP.
"""

import base64
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from app.services import signatures
from app.vault import Vault
from tests.calendar_parsers import read_with_javascript
from tests.callback_server import CallbackServer, receiving
from tests.loop import (
    ANNA,
    CHECK,
    DESK,
    DETAILS,
    LOG,
    NOOR,
    PERSONAL,
    QUESTION,
    REGION,
    SAID,
    TOKENS,
    Loop,
    body_of,
    calendar_of,
    file_in,
    leaked,
    loop,
    made,
    readable,
    says,
)
from tests.receiver import Receiver

__all__ = ["loop"]


@pytest.fixture
def receiver(loop: Loop, tmp_path: Path) -> Iterator[Receiver]:
    """The werkcentrum of the region, which keeps up with its session log by a webhook."""
    receiver = Receiver(
        tmp_path,
        log_url=f"{loop.address}/v1{LOG}",
        secret="",
        token=TOKENS["werkcentrum"],
        now=loop.clock.now,
    )
    hook = {"url": receiver.url}
    receiver.secret = made(loop.ask("werkcentrum", "POST", f"/regions/{REGION}/webhooks", hook))[
        "secret"
    ]
    receiver.start()
    yield receiver
    receiver.close()


def test_a_worker_is_handed_over_and_everybody_knows_how_far_it_is(
    loop: Loop, receiver: Receiver
) -> None:
    desk_id = loop.desk()
    case = loop.intake()
    assert (case.read()["outcome"], case.read()["sessions"]) == ("warm_referral", [])
    assert case.stands() == ("proposed", None, None, False)
    refused = case.put("sent")
    assert (refused.status_code, refused.json()["title"]) == (409, "The worker has not consented")

    case.consent("name", "telephone", "question")
    contact = case.say("sent")["contact"]
    assert (contact["deskId"], contact["telephone"]) == (desk_id, "070 123 45 67")
    assert case.stands() == ("sent", "desk", "2026-11-30", False)

    (letter,) = loop.letters(DESK)
    assert letter["Subject"] == f"Aanvraag {case.referral['id'][:8]}: kunt u iemand helpen?"
    text = body_of(letter)
    for part in ("Beste medewerker van Loket Schoonmaak,", f"Anna de Vries ({ANNA})", QUESTION):
        assert part in text
    for part in ("- Naam: Noor Kanarie", "- Telefoon: 06 12345678", "maandag 30 november 2026"):
        assert part in text
    assert leaked(loop, "Noor Kanarie", "06 12345678", QUESTION) == []
    link = loop.link()
    page = httpx.get(link)
    assert "Kunt u deze persoon helpen?" in page.text
    assert [part for part in PERSONAL if part in page.text] == [
        DETAILS["name"],
        DETAILS["telephone"],
        QUESTION,
    ]
    assert case.stands()[0] == "sent"

    assert "Neem nu contact op met de werkende." in says(link, status="accepted")
    assert case.stands() == ("accepted", "desk", "2026-11-30", False)
    subject, text = loop.letter(ANNA)
    assert subject == f"Intake {case.reference}: Loket Schoonmaak neemt het over"
    assert "Het loket neemt zelf contact op met de werkende. U hoeft nu niets te doen." in text

    assert "Laat het ons ook weten als het is afgerond." in says(link, status="in_contact")
    assert case.stands() == ("in_contact", "desk", "2026-12-21", False)
    page_at_the_end = says(link, status="completed")
    assert "U hoeft niets meer te doen." in page_at_the_end
    assert [part for part in PERSONAL if part in page_at_the_end] == []
    assert case.stands() == ("completed", "desk", None, False)
    assert case.read()["outcome"] == "warm_referral"

    assert [len(loop.letters(to)) for to in (DESK, ANNA, NOOR)] == [1, 1, 0]
    assert leaked(loop, "Noor Kanarie", "06 12345678", QUESTION) == []
    assert loop.told() == [
        "intake_completed warm_referral",
        "referral_sent",
        "referral_accepted",
        "referral_in_contact",
        "referral_completed",
    ]
    assert receiver.entries() == loop.log()
    (seen,) = made(loop.ask("werkcentrum", "GET", f"/regions/{REGION}/referrals"))["items"]
    assert (seen["status"], seen["provisionId"], seen["number"]) == ("completed", CHECK, 5)
    assert seen["intake"] == loop.log()[0]["intake"] != case.id
    (sent,) = made(case.ask("GET", "/personal-data"))["sent"]
    assert (sent["kind"], sent["desk"]) == ("hand_over", "Loket Schoonmaak")
    assert sent["data"] == ["name", "telephone", "question"]


def test_a_desk_declines_and_the_worker_gets_three_sessions_and_invitations(
    loop: Loop, receiver: Receiver
) -> None:
    loop.desk()
    case = loop.handed_over("name")
    case.consent("email", provision=None)
    link = loop.link()
    assert "Uw reden: wij hebben nu geen plek." in says(
        link, status="declined", reason="no_capacity", note="Vanaf januari weer"
    )
    assert case.stands() == ("declined", "desk", None, False)
    now = case.read()
    assert now["outcome"] == "guidance"
    assert [one["status"] for one in now["sessions"]] == ["planned"] * 3

    declined, reopened = loop.letters(ANNA)
    assert declined["Subject"] == f"Intake {case.reference}: Loket Schoonmaak kan niet helpen"
    assert "De reden: Er is nu geen plek." in body_of(declined)
    assert reopened["Subject"] == f"Intake {case.reference}: er komen gidsgesprekken"
    assert "- Gesprekken met een datum: 3" in body_of(reopened)

    invitations = loop.letters(NOOR)
    assert [one["Subject"] for one in invitations] == ["Uw gidsgesprek is gepland"] * 3
    for letter, session in zip(invitations, now["sessions"], strict=True):
        text = body_of(letter)
        assert f"- Met: {session['adviser']['name']}" in text
        more = ("Schoonmaak", "geen plek", "januari", *PERSONAL)
        assert [part for part in more if part in readable(letter)] == [NOOR]
    agenda = calendar_of(invitations)
    before = dict(agenda.planned)
    assert len(before) == 3
    assert read_with_javascript(file_in(invitations[0])).events[0].clock in before.values()

    others = [one for one in loop.mail.messages if one["To"] not in {NOOR, ANNA, DESK}]
    assert [one["Subject"] for one in others] == [
        f"Intake {case.reference}: gidsgesprek gepland"
    ] * 3
    assert leaked(loop, "Noor Kanarie") == []
    assert calendar_of(others).planned == before

    session = now["sessions"][0]
    found = loop.ask("adviser", "GET", f"/slots?region={REGION}&mode=phone&limit=100")
    slot = made(found)["items"][-1]
    path = f"/sessions/{session['id']}/slot"
    moved = made(loop.ask("adviser", "PUT", path, {"slotId": slot["id"]}))
    assert moved["startsAt"] == slot["startsAt"]
    assert loop.letter(NOOR)[0] == "Uw gidsgesprek is verzet"
    after = calendar_of(loop.letters(NOOR)[3:], agenda).planned
    assert after.keys() == before.keys()
    (changed,) = (uid for uid in after if after[uid] != before[uid])
    assert session["id"] in changed

    assert loop.told() == [
        "intake_completed warm_referral",
        "referral_sent",
        "referral_declined no_capacity",
        "outcome_changed referrals_ended guidance",
        *["session_planned"] * 3,
        "session_moved",
    ]
    assert receiver.entries() == loop.log()


@pytest.fixture
def system() -> Iterator[CallbackServer]:
    """The own system of a desk."""
    with receiving() as server:
        yield server


def test_the_system_of_a_desk_gets_it_as_data_and_answers_at_the_address_in_it(
    loop: Loop, system: CallbackServer
) -> None:
    url = f"http://localhost:{system.port}/in"
    desk_id = loop.desk(channel="webhook", webhookUrl=url, email=None)
    case = loop.handed_over("name", "answers")
    loop.settle()
    (request,) = system.requests
    assert request.line == "POST /in HTTP/1.1"

    message, at = (request.header(f"webhook-{name}")[0] for name in ("id", "timestamp"))
    secret = signatures.secret(Vault.of(loop.settings), UUID(desk_id), 1)
    signed = f"{message}.{at}.".encode() + request.body
    right = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    assert request.header("webhook-signature") == [f"v1,{right}"]
    assert int(at) == int(loop.clock.now.timestamp())

    data = json.loads(request.body)["data"]
    assert (data["name"], data["telephone"], data["email"]) == ("Noor Kanarie", None, None)
    assert {"about": "Beroep", "said": "glazenwasser"} in data["answers"]
    assert (data["question"], data["answerBy"]) == (None, "2026-11-30")
    assert case.stands() == ("received", "desk", "2026-11-30", False)
    says(loop.page(data["answerUrl"]), status="accepted")
    assert case.stands()[0] == "accepted"
    assert loop.letter(ANNA)[0].endswith("Loket Schoonmaak neemt het over")
    assert len(system.requests) == 1
    assert loop.told()[1:] == ["referral_sent", "referral_received", "referral_accepted"]


def test_a_desk_that_asks_for_more_time_has_it_and_the_adviser_knows_until_when(
    loop: Loop,
) -> None:
    loop.desk()
    case = loop.handed_over()
    link = loop.link()
    for day in ("2026-11-23", "2026-12-08", "2026-11-29"):  # today, too late, a Sunday
        refused = httpx.post(link, data={"status": "received", "answer_by": day})
        assert (refused.status_code, "Kies op welke dag" in refused.text) == (400, True)
    shown = says(link, status="received", answer_by="2026-12-07")
    assert "tot en met maandag 7 december 2026" in shown
    assert case.stands() == ("received", "desk", "2026-12-07", False)
    subject, text = loop.letter(ANNA)
    assert subject == f"Intake {case.reference}: Loket Schoonmaak heeft meer tijd nodig"
    assert "Het loket antwoordt uiterlijk maandag 7 december 2026." in text
    says(link, status="accepted")
    assert case.stands()[0] == "accepted"
    assert leaked(loop, "Noor Kanarie", "06 12345678") == []


def test_a_new_intake_is_answered_as_it_is_read_with_the_desks_it_would_go_to(loop: Loop) -> None:
    loop.desk(capacity=1)
    desks = []
    for changes in ({}, {"originSector": "bouw"}, {"employment": "self_employed"}):
        answered = made(loop.ask("adviser", "POST", "/intakes", SAID | changes))
        assert loop.ask("adviser", "GET", f"/intakes/{answered['id']}").json() == answered
        desks += [one["contact"] for one in answered["referrals"]]
    assert "Ontwikkelingsfonds" in [desk["organisation"] for desk in desks if desk], desks
    assert None in desks
