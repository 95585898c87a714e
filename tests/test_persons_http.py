"""Contact details, consents, insight and erasure as an adviser's system meets them."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import AnyHttpUrl

from app.main import create_app
from app.services.activities import VERSION
from tests.identity import adviser
from tests.server import running

HOLDER = {"Authorization": f"Bearer {adviser('holder')}"}
COLLEAGUE = {"Authorization": f"Bearer {adviser('colleague')}"}
STRANGER = {"Authorization": f"Bearer {adviser('stranger', 'Andere bond')}"}
CLEANER = {"originSector": "schoonmaak", "employment": "employee", "region": "AM22"}
CHECK = "schoonmaak-loopbaancheck"
DETAILS = {"name": "Klaartje Klaver", "telephone": "06-12345678", "email": "k@klaver.example"}
CONSENT = {"provisionId": CHECK, "data": ["telephone", "name"], "textVersion": "2026-11"}


@pytest.fixture
def intake(client: httpx.Client) -> str:
    key = {"Idempotency-Key": str(uuid4())}
    answer = client.post("/intakes", json=CLEANER, headers=HOLDER | key)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def ask(
    client: httpx.Client, method: str, url: str, body: Any = None, who: Any = None
) -> httpx.Response:
    return client.request(method, f"/intakes/{url}", json=body, headers=who or HOLDER)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    assert answer.status_code == 400, answer.text
    return {(one["pointer"], one["code"]) for one in answer.json()["errors"]}


def requests(intake: str, consent: str) -> dict[str, tuple[str, str, Any]]:
    """Give a good request of every kind: those that change something, and then those that read."""
    return {
        "change": ("PUT", f"{intake}/contact-details", DETAILS),
        "remove": ("DELETE", f"{intake}/contact-details", None),
        "consent": ("POST", f"{intake}/consents", CONSENT),
        "withdraw": ("PUT", f"{intake}/consents/{consent}/withdrawal", None),
        "erase": ("DELETE", intake, None),
        "read": ("GET", f"{intake}/contact-details", None),
        "list": ("GET", f"{intake}/consents", None),
        "insight": ("GET", f"{intake}/personal-data", None),
    }


def test_contact_details_are_put_read_replaced_and_removed(client, intake):
    url = f"{intake}/contact-details"
    assert problem(ask(client, "GET", url)) == (404, "not-found")
    assert ask(client, "PUT", url, DETAILS).json() == DETAILS
    assert ask(client, "GET", url).json() == DETAILS
    name = {"name": "  Klaar Klaver "}
    expected = {"name": "Klaar Klaver", "telephone": None, "email": None}
    assert ask(client, "PUT", url, name).json() == expected
    assert ask(client, "GET", url).json() == expected
    for _ in range(2):
        removed = ask(client, "DELETE", url)
        assert (removed.status_code, removed.content) == (204, b"")
    assert ask(client, "GET", url).status_code == 404


def test_every_fault_of_contact_details_is_told_at_once_and_none_is_repeated(client, intake):
    body = {"name": "Klaver 123456782", "telephone": "geheim", "email": "geheim", "iban": "geheim"}
    answer = ask(client, "PUT", f"{intake}/contact-details", body)
    assert faults(answer) == {
        ("/name", "bsn"),
        ("/telephone", "telephone"),
        ("/email", "email"),
        ("/iban", "unknown"),
    }
    assert "geheim" not in answer.text
    for empty in ({}, {"name": None}, {"name": None, "email": None}):
        answer = ask(client, "PUT", f"{intake}/contact-details", empty)
        assert faults(answer) == {("", "required")}


def test_a_consent_is_given_listed_and_withdrawn(client, intake):
    given = ask(client, "POST", f"{intake}/consents", CONSENT)
    assert given.status_code == 201, given.text
    told = given.json()
    assert told == {
        "id": told["id"],
        "provisionId": CHECK,
        "recipient": "Loopbaancoach van FNV of CNV",
        "purpose": "hand_over",
        "data": ["name", "telephone"],
        "textVersion": "2026-11",
        "givenAt": "2026-11-23T09:00:00Z",
        "withdrawnAt": None,
    }
    assert problem(ask(client, "POST", f"{intake}/consents", CONSENT)) == (409, "consent-given")
    url = f"{intake}/consents/{told['id']}/withdrawal"
    withdrawn = [ask(client, "PUT", url) for _ in range(2)]
    assert [one.json() for one in withdrawn] == [told | {"withdrawnAt": "2026-11-23T09:00:00Z"}] * 2
    second = ask(client, "POST", f"{intake}/consents", CONSENT).json()
    everything = ask(client, "GET", f"{intake}/consents").json()
    assert {one["id"] for one in everything["items"]} == {told["id"], second["id"]}
    first = ask(client, "GET", f"{intake}/consents?limit=1").json()
    rest = ask(client, "GET", f"{intake}/consents?after={first['next']}").json()
    assert first["items"] + rest["items"] == everything["items"]
    assert rest["next"] is None
    unknown = ask(client, "GET", f"{intake}/consents?after={uuid4()}")
    assert faults(unknown) == {("query/after", "unknown")}


def test_a_worker_consents_to_invitations_and_to_their_address_alone(client, intake):
    body = {"purpose": "invitations", "data": ["email"], "textVersion": "2026-11"}
    given = ask(client, "POST", f"{intake}/consents", body)
    assert given.status_code == 201, given.text
    told = given.json()
    assert (told["purpose"], told["provisionId"], told["recipient"]) == (
        "invitations", None, "U zelf",
    )  # fmt: skip
    assert problem(ask(client, "POST", f"{intake}/consents", body)) == (409, "consent-given")
    withdrawn = ask(client, "PUT", f"{intake}/consents/{told['id']}/withdrawal")
    assert withdrawn.json()["withdrawnAt"] == "2026-11-23T09:00:00Z"
    assert ask(client, "POST", f"{intake}/consents", body).status_code == 201
    wrong = {**body, "provisionId": CHECK, "data": ["email", "name"]}
    assert faults(ask(client, "POST", f"{intake}/consents", wrong)) == {
        ("/provisionId", "not-wanted"),
        ("/data", "not-wanted"),
    }
    nowhere = {"data": ["email"], "textVersion": "2026-11"}
    assert faults(ask(client, "POST", f"{intake}/consents", nowhere)) == {
        ("/provisionId", "required")
    }


FAULTS: list[tuple[dict[str, Any], set[tuple[str, str]]]] = [
    ({"data": []}, {("/data", "too-short")}),
    ({"data": ["name", "name"]}, {("/data", "repeated")}),
    (
        {"data": ["bsn"], "textVersion": "vandaag"},
        {("/data/0", "not-a-choice"), ("/textVersion", "pattern")},
    ),
    (
        {"provisionId": "geheim", "textVersion": "1999-01"},
        {("/provisionId", "unknown"), ("/textVersion", "unknown")},
    ),
    ({"recipient": "mijn baas"}, {("/recipient", "unknown")}),
]


def test_consent_with_faults_or_where_nothing_can_be_handed_over_is_refused(client, intake):
    for changes, expected in FAULTS:
        assert faults(ask(client, "POST", f"{intake}/consents", CONSENT | changes)) == expected
    signpost = CONSENT | {"provisionId": "leeroverzicht"}
    elsewhere = ask(client, "POST", f"{intake}/consents", signpost)
    assert problem(elsewhere) == (409, "not-referred")
    employer = ask(
        client, "POST", f"{intake}/consents", CONSENT | {"provisionId": "ziekenhuizen-plb"}
    )
    assert problem(employer) == (409, "through-the-employer")
    key = HOLDER | {"Idempotency-Key": "once"}
    first, second = (ask(client, "POST", f"{intake}/consents", CONSENT, key) for _ in range(2))
    assert (first.status_code, second.content) == (201, first.content)
    other = ask(client, "POST", f"{intake}/consents", CONSENT | {"data": ["name"]}, key)
    assert problem(other) == (422, "idempotency-key-reused")


def test_the_words_of_a_consent_are_there_for_everybody(open_client):
    answer = httpx.get(f"{open_client.base_url}consent-texts")
    assert answer.status_code == 200, answer.text
    text, of_invitations = answer.json()["items"]
    assert (text["purpose"], text["version"]) == ("hand_over", "2026-11")
    assert of_invitations["purpose"] == "invitations"
    assert of_invitations["data"] == [{"data": "email", "said": "uw e-mailadres"}]
    first = httpx.get(f"{open_client.base_url}consent-texts", params={"limit": 1}).json()
    after = httpx.get(f"{open_client.base_url}consent-texts", params={"after": first["next"]})
    assert [*first["items"], *after.json()["items"]] == [text, of_invitations]
    assert {"{recipient}", "{data}"} <= set(
        text["text"].replace(".", " ").replace("?", " ").split()
    )
    assert {one["data"]: one["said"] for one in text["data"]}["telephone"] == "uw telefoonnummer"


def test_insight_gives_everything_that_is_held(client, intake):
    ask(client, "PUT", f"{intake}/contact-details", DETAILS)
    consent = ask(client, "POST", f"{intake}/consents", CONSENT).json()
    for holder in ("nobody", "me"):
        body = {"holder": holder, "reason": "absence", "note": f"Briefje {holder}"}
        assert ask(client, "PUT", f"{intake}/holder", body).status_code == 200
    (referral,) = ask(client, "GET", intake).json()["referrals"]
    url, body = f"/referrals/{referral['id']}/status", {"status": "sent", "note": "Zij belt zelf"}
    assert client.put(url, json=body, headers=HOLDER).status_code == 200
    held = ask(client, "GET", f"{intake}/personal-data").json()
    assert held["intake"] == ask(client, "GET", intake).json()
    assert held["contactDetails"] == DETAILS
    assert held["consents"] == [consent]
    assert {one["note"] for one in held["holderChanges"]} == {"Briefje nobody", "Briefje me"}
    assert held["intake"]["referrals"][0]["changes"] == [
        {
            "at": "2026-11-23T09:00:00Z",
            "previous": "proposed",
            "status": "sent",
            "party": "adviser",
            "reason": None,
            "answerBy": "2026-11-30",
            "note": "Zij belt zelf",
        }
    ]
    assert (held["outcomeChanges"], held["sent"]) == ([], [])
    told, sent = held["sessionLog"]
    assert (sent["type"], sent["provisionId"]) == ("referral_sent", CHECK)
    assert (told["region"], told["number"], told["type"]) == ("AM22", 1, "intake_completed")
    assert told["intake"] != intake
    assert len(held["processing"]) == 7
    assert held["processing"][0]["at"] == "2026-11-23T09:00:00Z"
    assert {one["activity"].partition("#")[2] for one in held["processing"]} == {
        "intake-created", "contact-details-changed", "consent-given", "intake-given-back",
        "holder-changed", "intake-read", "referral-changed",
    }  # fmt: skip
    # A desk has yet to finish: the worker must be reached as long as the intake is there.
    assert held["contactDetailsErasedAt"] == "2028-11-22T09:00:00Z"
    assert held["intakeErasedAt"] == "2028-11-22T09:00:00Z"


def test_a_worker_reads_where_the_processing_register_is_published(settings, clock):
    published = AnyHttpUrl("https://bond.example/avg")
    elsewhere = create_app(settings.model_copy(update={"register_url": published}), clock=clock)
    with running(elsewhere) as address, httpx.Client(base_url=f"{address}/v1") as client:
        made = client.post("/intakes", json=CLEANER, headers=HOLDER | {"Idempotency-Key": "k"})
        held = ask(client, "GET", f"{made.json()['id']}/personal-data").json()
    assert [one["activity"] for one in held["processing"]] == [
        f"https://bond.example/avg/{VERSION}#intake-created"
    ]


def test_an_erased_intake_is_not_there_any_more(client, intake):
    consent = ask(client, "POST", f"{intake}/consents", CONSENT).json()["id"]
    erased = ask(client, "DELETE", intake)
    assert (erased.status_code, erased.content) == (204, b"")
    for method, url, body in requests(intake, consent).values():
        assert problem(ask(client, method, url, body)) == (404, "not-found")
    assert ask(client, "GET", intake).status_code == 404
    listed = client.get("/intakes", headers=HOLDER).json()["items"]
    assert intake not in {one["id"] for one in listed}


def test_an_intake_of_another_organisation_or_adviser_cannot_be_told_from_none(client, intake):
    consent = ask(client, "POST", f"{intake}/consents", CONSENT).json()["id"]
    asked = requests(intake, consent)
    for who in (STRANGER, COLLEAGUE):
        for method, url, body in asked.values():
            assert problem(ask(client, method, url, body, who)) == (404, "not-found")
    assert ask(client, "GET", intake).status_code == 200


def test_what_waits_is_read_by_a_colleague_and_changed_after_taking_it_over(client, intake):
    ask(client, "PUT", f"{intake}/contact-details", DETAILS)
    consent = ask(client, "POST", f"{intake}/consents", CONSENT).json()["id"]
    away = {"holder": "nobody", "reason": "absence"}
    assert ask(client, "PUT", f"{intake}/holder", away).status_code == 200
    asked = requests(intake, consent)
    for name in ("change", "remove", "consent", "withdraw", "erase"):
        method, url, body = asked[name]
        answer = ask(client, method, url, body, COLLEAGUE)
        assert problem(answer) == (409, "take-it-over-first"), name
    for name in ("read", "list", "insight"):
        method, url, body = asked[name]
        assert ask(client, method, url, body, COLLEAGUE).status_code == 200, name
        assert ask(client, method, url, body, STRANGER).status_code == 404, name
    taken = {"holder": "me", "reason": "workload"}
    assert ask(client, "PUT", f"{intake}/holder", taken, COLLEAGUE).status_code == 200
    assert ask(client, "DELETE", intake, None, COLLEAGUE).status_code == 204
