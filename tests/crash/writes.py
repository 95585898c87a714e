"""Every operation that writes, as something to send that ends well."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx

from app.config import Settings
from app.services import desk_links
from app.vault import Vault

RECEIVED = "dierhouderij-loopbaancheck"
DESK = {
    "name": "Loket",
    "organisation": "Loket",
    "channel": "webhook",
    "webhookUrl": "http://localhost/loket",
    "provisions": [RECEIVED],
}
HOOKS = "/regions/AM05/webhooks"
WEBHOOK = {"url": "http://localhost/hook"}

Send = Callable[[httpx.Client], httpx.Response]
GUIDANCE = {
    "originSector": "bouw",
    "employment": "self_employed",
    "region": "AM05",
    "scheduling": {"sessions": 2},
}
ORIENTATION = {"originSector": "ziekenhuizen", "employment": "employee", "purpose": "orientation"}
GROWTH = {"originSector": "dierhouderij", "employment": "employee", "purpose": "growth_in_sector"}
CONSENT = {
    "provisionId": "dierhouderij-scholingsvouchers",
    "data": ["name", "question"],
    "textVersion": "2026-11",
}


def an_intake(client: httpx.Client, body: dict[str, Any]) -> Any:
    return client.post("/intakes", json=body, headers={"Idempotency-Key": str(uuid4())}).json()


def a_place(client: httpx.Client) -> dict[str, str]:
    slots = client.get("/slots", params={"region": "AM05", "limit": "50"}).json()["items"]
    return {"slotId": slots[-1]["id"]}


def create_intake(_client: httpx.Client) -> Send:
    key = {"Idempotency-Key": "once"}
    return lambda client: client.post("/intakes", json=GUIDANCE, headers=key)


def add_referral(client: httpx.Client) -> Send:
    intake = an_intake(client, ORIENTATION)
    provision = intake["alsoAvailable"][0]["provisionId"]
    path, body = f"/intakes/{intake['id']}/referrals", {"provisionId": provision}
    return lambda client: client.post(path, json=body)


def book_session(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GUIDANCE)['id']}/sessions"
    body = a_place(client)
    return lambda client: client.post(path, json=body, headers={"Idempotency-Key": "once"})


def move_session(client: httpx.Client) -> Send:
    path = f"/sessions/{an_intake(client, GUIDANCE)['sessions'][0]['id']}/slot"
    body = a_place(client)
    return lambda client: client.put(path, json=body)


def conclude_session(client: httpx.Client) -> Send:
    path = f"/sessions/{an_intake(client, GUIDANCE)['sessions'][0]['id']}/outcome"
    return lambda client: client.put(path, json={"outcome": "held"})


def change_session_note(client: httpx.Client) -> Send:
    path = f"/sessions/{an_intake(client, GUIDANCE)['sessions'][0]['id']}"
    client.put(f"{path}/outcome", json={"outcome": "held", "note": "Kort."}).raise_for_status()
    return lambda client: client.put(f"{path}/note", json={"note": "Iets langer."})


def save_draft(_client: httpx.Client) -> Send:
    path = f"/drafts/{uuid4()}"
    return lambda client: client.put(path, json=GUIDANCE, headers={"If-None-Match": "*"})


def discard_draft(client: httpx.Client) -> Send:
    begun = save_draft(client)(client).raise_for_status()
    path = begun.request.url.path.removeprefix("/v1")
    return lambda client: client.delete(path)


def change_holder(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GUIDANCE)['id']}/holder"
    return lambda client: client.put(path, json={"holder": "nobody", "reason": "absence"})


def change_contact_details(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GUIDANCE)['id']}/contact-details"
    return lambda client: client.put(path, json={"name": "Noor", "telephone": "06 12345678"})


def remove_contact_details(client: httpx.Client) -> Send:
    send = change_contact_details(client)
    path = send(client).request.url.path.removeprefix("/v1")
    return lambda client: client.delete(path)


def give_consent(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GROWTH)['id']}/consents"
    return lambda client: client.post(path, json=CONSENT)


def withdraw_consent(client: httpx.Client) -> Send:
    given = give_consent(client)(client)
    path = f"{given.request.url.path.removeprefix('/v1')}/{given.json()['id']}/withdrawal"
    return lambda client: client.put(path)


def erase_intake(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GUIDANCE)['id']}"
    return lambda client: client.delete(path)


def create_desk(_client: httpx.Client) -> Send:
    return lambda client: client.post("/desks", json=DESK)


def a_desk(client: httpx.Client) -> Any:
    return create_desk(client)(client).raise_for_status().json()


def change_desk(client: httpx.Client) -> Send:
    desk = a_desk(client)
    body = {**DESK, "capacity": 3, "version": desk["version"]}
    return lambda client: client.put(f"/desks/{desk['id']}", json=body)


def remove_desk(client: httpx.Client) -> Send:
    path = f"/desks/{a_desk(client)['id']}"
    return lambda client: client.delete(path)


def change_referral_status(client: httpx.Client) -> Send:
    """Hand somebody over to a desk that can be told."""
    a_desk(client)
    intake = an_intake(client, GROWTH)
    (referral,) = (one for one in intake["referrals"] if one["provisionId"] == RECEIVED)
    consent = {**CONSENT, "provisionId": RECEIVED}
    client.post(f"/intakes/{intake['id']}/consents", json=consent).raise_for_status()
    path = f"/referrals/{referral['id']}/status"
    return lambda client: client.put(path, json={"status": "sent"})


def answer_hand_over(client: httpx.Client) -> Send:
    referral = UUID(change_referral_status(client)(client).raise_for_status().json()["id"])
    link = desk_links.make(Vault.of(Settings()), referral, datetime(2027, 1, 1, tzinfo=UTC))
    url = client.base_url.join(f"/overdracht/{link}")
    return lambda client: client.post(url, data={"status": "accepted"})


def change_outcome(client: httpx.Client) -> Send:
    path = f"/intakes/{an_intake(client, GROWTH)['id']}/outcome"
    body = {"outcome": "guidance", "reason": "worker_prefers"}
    return lambda client: client.put(path, json=body)


def create_webhook(_client: httpx.Client) -> Send:
    return lambda client: client.post(HOOKS, json={"url": "http://localhost/another"})


def a_webhook(client: httpx.Client) -> str:
    return f"{HOOKS}/{create_webhook(client)(client).raise_for_status().json()['id']}"


def change_webhook(client: httpx.Client) -> Send:
    path = a_webhook(client)
    return lambda client: client.put(
        path, json={**WEBHOOK, "url": "http://localhost/3", "paused": True}
    )


def remove_webhook(client: httpx.Client) -> Send:
    path = a_webhook(client)
    return lambda client: client.delete(path)


def renew_webhook_secret(client: httpx.Client) -> Send:
    path = a_webhook(client)
    return lambda client: client.post(f"{path}/secret")


def send_test_event(client: httpx.Client) -> Send:
    path = a_webhook(client)
    return lambda client: client.post(f"{path}/test")


def change_delivery_status(client: httpx.Client) -> Send:
    """Have an event sent again that the test gives up meanwhile."""
    sent = send_test_event(client)(client).raise_for_status()
    webhook = sent.request.url.path.removeprefix("/v1").removesuffix("/test")
    path = f"{webhook}/deliveries/{sent.json()['id']}/status"
    return lambda client: client.put(path, json={"status": "pending"})


def renew_calendar_feed(_client: httpx.Client) -> Send:
    return lambda client: client.put("/calendar-feed")


def end_calendar_feed(client: httpx.Client) -> Send:
    renew_calendar_feed(client)(client).raise_for_status()
    return lambda client: client.delete("/calendar-feed")


CASES = {
    "createIntake": create_intake,
    "addReferral": add_referral,
    "bookSession": book_session,
    "moveSession": move_session,
    "concludeSession": conclude_session,
    "changeSessionNote": change_session_note,
    "saveDraft": save_draft,
    "discardDraft": discard_draft,
    "changeHolder": change_holder,
    "changeContactDetails": change_contact_details,
    "removeContactDetails": remove_contact_details,
    "giveConsent": give_consent,
    "withdrawConsent": withdraw_consent,
    "eraseIntake": erase_intake,
    "createDesk": create_desk,
    "changeDesk": change_desk,
    "removeDesk": remove_desk,
    "changeReferralStatus": change_referral_status,
    "changeOutcome": change_outcome,
    "createWebhook": create_webhook,
    "changeWebhook": change_webhook,
    "removeWebhook": remove_webhook,
    "renewWebhookSecret": renew_webhook_secret,
    "sendTestEvent": send_test_event,
    "changeDeliveryStatus": change_delivery_status,
    "renewCalendarFeed": renew_calendar_feed,
    "endCalendarFeed": end_calendar_feed,
    "answerHandOver": answer_hand_over,
}

BY_LINK = {"answerHandOver"}
"""What a desk does on its page is no operation of the API."""

OF_NO_PERSON = {
    "createDesk",
    "changeDesk",
    "removeDesk",
    "createWebhook",
    "changeWebhook",
    "removeWebhook",
    "renewWebhookSecret",
    "sendTestEvent",
    "changeDeliveryStatus",
    "renewCalendarFeed",
    "endCalendarFeed",
}
"""What is in the audit log, and not in the register of what is done to data of persons."""

WITH_EFFECTS = {
    "createIntake",
    "bookSession",
    "moveSession",
    "concludeSession",
    "eraseIntake",
    "changeReferralStatus",
    "changeOutcome",
    "answerHandOver",
    "sendTestEvent",
    "changeDeliveryStatus",
}
"""What somebody outside is told of; there is a webhook of the region in which it is done."""
