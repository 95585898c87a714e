"""A valid request for every operation of the API document, about a case that is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx

from tests.story import Request

REGION = "AM22"
ABSENT = "9d4c6b61-7f0e-4b0a-8a53-2f4e8c9b7d10"
"""The id of nothing."""

HOOK = "https://localhost/gids"
"""What may be called in the demo."""

DESK = {
    "name": "Loket",
    "organisation": "Fonds",
    "channel": "telephone",
    "telephone": "070 123 45 67",
}

CONSENT = {"data": ["name", "email"], "textVersion": "2026-11"}

REFERRED_TO = "dierhouderij-scholingsvouchers"
"""Where the referral goes that the worker of a case consented to."""

Operations = Mapping[str, tuple[str, str]]
"""Method and path template of each operation, by its id."""


@dataclass(frozen=True)
class Case:
    """What requests are about: an intake with a session, and one with a referral and a consent.

    And a webhook of the region, to which a message waits, and a receiving desk.
    """

    region: str = REGION
    intake: str = ABSENT
    session: str = ABSENT
    referred: str = ABSENT
    referral: str = ABSENT
    consent: str = ABSENT
    webhook: str = ABSENT
    message: str = ABSENT
    desk: str = ABSENT
    draft: str = ABSENT
    slot: str = "AT7THpHHx1z8s3xL-q6KqQsABmIGnMjgAHZBTTIy"

    def requests(self) -> dict[str, dict[str, Any]]:
        """Say per operation what is sent: the values in its path, its query, its body."""
        intake, session = {"intakeId": self.intake}, {"sessionId": self.session}
        referred = {"intakeId": self.referred}
        webhook = {"region": self.region, "webhookId": self.webhook}
        once = {"Idempotency-Key": str(uuid4())}
        answers = {"originSector": "bouw", "employment": "self_employed", "region": self.region}
        return {
            "checkAlive": {},
            "checkReady": {},
            "readCaller": {},
            "listSignIns": {},
            "listSectors": {},
            "listRegions": {},
            "listMunicipalities": {"query": {"limit": 1}},
            "listSkills": {"query": {"limit": 1}},
            "readCoverage": {"query": {"sector": "grafimedia"}},
            "listCatalogueChanges": {"query": {"limit": 1}},
            "listProvisions": {"query": {"limit": 1}},
            "readProvision": {"path": {"provisionId": "ziekenhuizen-plb"}},
            "checkProvisions": {"body": answers},
            "listDrafts": {},
            "readDraft": {"path": {"draftId": self.draft}},
            "saveDraft": {
                "path": {"draftId": self.draft},
                "body": {"originSector": "bouw"},
                "headers": {"If-Match": '"1"'},
            },
            "discardDraft": {"path": {"draftId": self.draft}},
            "createIntake": {"body": answers, "headers": once},
            "listIntakes": {},
            "readIntake": {"path": intake},
            "addReferral": {"path": intake, "body": {"provisionId": "ziekenhuizen-plb"}},
            "listReferrals": {},
            "changeReferralStatus": {
                "path": {"referralId": self.referral},
                "body": {"status": "sent"},
            },
            "changeOutcome": {
                "path": referred,
                "body": {"outcome": "guidance", "reason": "worker_prefers"},
            },
            "listRegionReferrals": {"path": {"region": self.region}},
            "changeHolder": {"path": intake, "body": {"holder": "nobody", "reason": "absence"}},
            "listHolderChanges": {},
            "eraseIntake": {"path": intake},
            "changeContactDetails": {"path": intake, "body": {"name": "Noor"}},
            "readContactDetails": {"path": referred},
            "removeContactDetails": {"path": referred},
            "listConsentTexts": {},
            "giveConsent": {
                "path": referred,
                "body": {**CONSENT, "provisionId": "dierhouderij-loopbaancheck"},
            },
            "listConsents": {"path": referred},
            "withdrawConsent": {"path": {**referred, "consentId": self.consent}},
            "readPersonalData": {"path": referred},
            "listSlots": {"query": {"region": self.region}},
            "bookSession": {"path": intake, "body": {"slotId": self.slot}},
            "moveSession": {"path": session, "body": {"slotId": self.slot}},
            "concludeSession": {"path": session, "body": {"outcome": "held"}},
            "listSessions": {},
            "readSessions": {"path": intake},
            "changeSessionNote": {"path": session, "body": {"note": None}},
            "listEvents": {"path": intake},
            "readCalendarFeed": {},
            "renewCalendarFeed": {},
            "endCalendarFeed": {},
            "readSessionLog": {"path": {"region": self.region}},
            "listDesks": {},
            "createDesk": {"body": DESK},
            "readDesk": {"path": {"deskId": self.desk}},
            "changeDesk": {"path": {"deskId": self.desk}, "body": {**DESK, "version": 1}},
            "removeDesk": {"path": {"deskId": self.desk}},
            "listWebhooks": {"path": {"region": self.region}},
            "createWebhook": {"path": {"region": self.region}, "body": {"url": HOOK}},
            "readWebhook": {"path": webhook},
            "changeWebhook": {"path": webhook, "body": {"url": f"{HOOK}x", "paused": False}},
            "removeWebhook": {"path": webhook},
            "renewWebhookSecret": {"path": webhook},
            "sendTestEvent": {"path": webhook},
            "listDeliveries": {"path": webhook},
            "changeDeliveryStatus": {
                "path": {**webhook, "messageId": self.message},
                "body": {"status": "pending"},
            },
        }


def published(client: httpx.Client) -> Operations:
    """Read which operations there are."""
    document = client.get("/openapi.json").json()
    return {
        operation["operationId"]: (method.upper(), path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def request(operations: Operations, operation: str, case: Case) -> Request:
    """Make the request; an operation that has no entry above is a failure of the test."""
    method, template = operations[operation]
    return Request(operation, method, template, **case.requests()[operation])


def open_guidance(
    client: httpx.Client, token: str, *, said: str = "dank u", region: str = REGION
) -> Case:
    """Let an adviser do an intake that leads to guidance; `said` is what was said of everything."""
    nurse = _told(said, region) | {
        "originSector": "ziekenhuizen",
        "targetSector": "onderwijs",
        "purpose": "orientation",
        "skills": [said],
        "scheduling": {"modes": ["phone"], "sessions": 1},
    }
    made = _made(client, token, "/intakes", nurse)
    return Case(region=region, intake=made["id"], session=made["sessions"][0]["id"])


def open_case(
    client: httpx.Client, token: str, *, said: str = "dank u", region: str = REGION
) -> Case:
    """Do so, and another one that leads to referrals, with contact details and a consent."""
    case = open_guidance(client, token, said=said, region=region)
    keeper = {"originSector": "dierhouderij", "purpose": "growth_in_sector"}
    made = _made(client, token, "/intakes", _told(said, region) | keeper)
    intake: str = made["id"]
    details = client.put(
        f"/intakes/{intake}/contact-details",
        json={"name": said, "telephone": "06 12345678", "email": "n@voorbeeld.nl"},
        headers=_bearer(token),
    )
    assert details.is_success, details.text
    consent = CONSENT | {"provisionId": REFERRED_TO}
    given: str = _made(client, token, f"/intakes/{intake}/consents", consent)["id"]
    referrals = {one["provisionId"]: one["id"] for one in made["referrals"]}
    return replace(case, referred=intake, consent=given, referral=referrals[REFERRED_TO])


def _told(said: str, region: str) -> dict[str, Any]:
    return {"employment": "employee", "region": region, "occupation": said, "motivation": said}


def with_a_place(client: httpx.Client, token: str, case: Case) -> Case:
    """Look for a place that is free, for a session of this case."""
    asked = {"region": case.region, "mode": "video"}
    free = client.get("/slots", params=asked, headers=_bearer(token))
    return replace(case, slot=free.json()["items"][-1]["id"])


def with_a_webhook(client: httpx.Client, token: str, case: Case, *, tested: bool = True) -> Case:
    """Let the werkcentrum of the region make a webhook, and ask for a test of it."""
    path = f"/regions/{case.region}/webhooks"
    hook: str = _made(client, token, path, {"url": f"{HOOK}/{uuid4()}"})["id"]
    if not tested:
        return replace(case, webhook=hook)
    test = client.post(f"{path}/{hook}/test", headers=_bearer(token))
    assert test.status_code == 202, test.text
    return replace(case, webhook=hook, message=test.json()["id"])


def with_a_desk(client: httpx.Client, token: str, case: Case) -> Case:
    """Let a catalogue editor add a desk."""
    return replace(case, desk=_made(client, token, "/desks", DESK)["id"])


def with_a_draft(client: httpx.Client, token: str, case: Case, *, said: str = "dank u") -> Case:
    """Let an adviser begin a draft."""
    draft = str(uuid4())
    begun = client.put(
        f"/drafts/{draft}",
        json={"originSector": "bouw", "motivation": said},
        headers=_bearer(token) | {"If-None-Match": "*"},
    )
    assert begun.status_code == 201, begun.text
    return replace(case, draft=draft)


def _made(client: httpx.Client, token: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    once = {"Idempotency-Key": str(uuid4())}
    made = client.post(path, json=body, headers=_bearer(token) | once)
    assert made.status_code == 201, made.text
    answer: dict[str, Any] = made.json()
    return answer


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
