"""Who may what: every operation by every kind of caller."""

from collections.abc import Mapping

from tests.identity import adviser, token, werkcentrum
from tests.operations import REGION

NOBODY, BROKEN, CHATBOT, REVOKED = "nobody", "a broken token", "chatbot", "a revoked key"
COLLEAGUE, PREVIOUS, WITH_SESSION = "a colleague", "previous holder", "adviser with a session of it"

TOKENS = {
    NOBODY: None,
    "adviser": adviser("anna"),
    COLLEAGUE: adviser("bram"),
    PREVIOUS: adviser("piet"),
    WITH_SESSION: adviser("gerda", "Unie"),
    "adviser of another union": adviser("carla", "Unie"),
    "adviser of no union": token("dirk", "adviser"),
    "werkcentrum": werkcentrum(REGION),
    "werkcentrum elsewhere": werkcentrum("AM01"),
    "catalogue-editor": token("eva", "catalogue-editor"),
    "policy": token("fatma", "policy"),
    "operator": token("gijs", "operator"),
    "no role": token("hans"),
    "a role of elsewhere": token("iris", "hr-manager", "chatbot"),
    BROKEN: adviser("anna")[:-8] + "AAAAAAAA",
}
"""The tokens of who calls; the key of a chatbot is made in the database of the test."""

HEALTH = dict.fromkeys([*TOKENS, CHATBOT, REVOKED], 200)
"""A machine asks this, and no token is looked at."""
OPEN = {**HEALTH, BROKEN: 401, REVOKED: 401}
NOT_FOR_YOU = {**dict.fromkeys(OPEN, 403), NOBODY: 401, BROKEN: 401, REVOKED: 401}


NOT_SEEN = (COLLEAGUE, PREVIOUS, "adviser of another union", "adviser of no union")
"""Advisers to whom the case is not there."""


def advisers(own: int, others: int, with_session: int | None = None) -> dict[str, int]:
    """Say what advisers are answered: who holds the case, and those who do not see it.

    And who has only a session of it, when that is not as the others.
    """
    line = {**NOT_FOR_YOU, "adviser": own, **dict.fromkeys(NOT_SEEN, others)}
    return {**line, WITH_SESSION: others if with_session is None else with_session}


def shared(status: int) -> dict[str, int]:
    """Say what advisers are answered who began a draft, and colleagues who have its id."""
    return {**advisers(status, 404), COLLEAGUE: status, PREVIOUS: status}


def of_its_region(own: int) -> dict[str, int]:
    """Say what a werkcentrum is answered; what is another's does not exist."""
    return {**NOT_FOR_YOU, "werkcentrum": own, "werkcentrum elsewhere": 404}


def reading_desks(status: int) -> dict[str, int]:
    """Say what every adviser and every editor is answered."""
    return {**advisers(status, status), "catalogue-editor": status}


TABLE: Mapping[str, Mapping[str, int]] = {
    "checkAlive": HEALTH,
    "checkReady": HEALTH,
    "readCaller": {**OPEN, NOBODY: 401},
    "listSignIns": OPEN,
    "listSectors": OPEN,
    "listRegions": OPEN,
    "listMunicipalities": OPEN,
    "listSkills": OPEN,
    **dict.fromkeys(["listCatalogueChanges", "listProvisions", "readProvision"], OPEN),
    **dict.fromkeys(["readCoverage", "checkProvisions"], OPEN),
    "listDrafts": advisers(200, 200),
    "readDraft": shared(200),
    "saveDraft": shared(200),
    "discardDraft": shared(204),
    "createIntake": advisers(201, 201),
    "listIntakes": advisers(200, 200),
    "readIntake": advisers(200, 404, 200),
    "addReferral": advisers(201, 404, 201),
    "listReferrals": advisers(200, 200),
    "changeReferralStatus": advisers(200, 404),
    "changeOutcome": advisers(200, 404),
    "listRegionReferrals": of_its_region(200),
    "changeHolder": advisers(200, 404, 409),
    "listHolderChanges": advisers(200, 200),
    "eraseIntake": advisers(204, 404, 409),
    "changeContactDetails": advisers(200, 404, 200),
    "readContactDetails": advisers(200, 404),
    "removeContactDetails": advisers(204, 404),
    "listConsentTexts": OPEN,
    "giveConsent": advisers(201, 404),
    "listConsents": advisers(200, 404),
    "withdrawConsent": advisers(200, 404),
    "readPersonalData": advisers(200, 404),
    "listSlots": advisers(200, 200),
    "bookSession": advisers(201, 404, 201),
    "moveSession": advisers(200, 404, 200),
    "concludeSession": advisers(200, 404, 200),
    "listSessions": advisers(200, 200),
    "readSessions": advisers(200, 404, 200),
    "changeSessionNote": advisers(200, 404, 200),
    "listEvents": advisers(200, 404, 200),
    "readCalendarFeed": advisers(200, 200),
    "renewCalendarFeed": advisers(200, 200),
    "endCalendarFeed": advisers(204, 204),
    "listDesks": reading_desks(200),
    "createDesk": {**NOT_FOR_YOU, "catalogue-editor": 201},
    "readDesk": reading_desks(200),
    "changeDesk": {**NOT_FOR_YOU, "catalogue-editor": 200},
    "removeDesk": {**NOT_FOR_YOU, "catalogue-editor": 204},
    "listWebhooks": of_its_region(200),
    "createWebhook": of_its_region(201),
    "readWebhook": of_its_region(200),
    "changeWebhook": of_its_region(200),
    "removeWebhook": of_its_region(204),
    "renewWebhookSecret": of_its_region(200),
    "sendTestEvent": of_its_region(202),
    "listDeliveries": of_its_region(200),
    "changeDeliveryStatus": of_its_region(200),
    "readSessionLog": {
        **NOT_FOR_YOU,
        "werkcentrum": 200,
        "werkcentrum elsewhere": 404,
        "policy": 404,
    },
}
