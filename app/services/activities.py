"""The processing register, as far as this service knows it: an activity per action on a person.

docs/processing-register.md shows the same to people, and is kept in step. The Dutch is what a
worker reads who asks what was done with their data. Legal bases are proposals: the organisations
that are responsible decide on them (AVG, article 30).
"""

from dataclasses import dataclass

from app.domain.terms import Action

VERSION = "2026-11-24"
"""Date of this version. Whoever changes the register dates it anew; old entries keep theirs."""

DATA_SUBJECT = "data-subject"
"""What a pseudonym in the processing log stands for, as a place in the register: the person of one
intake."""

ASKED = "Op verzoek van de werkende (voorstel: AVG artikel 6, lid 1, onder b)"
CONSENT = "Toestemming van de werkende (voorstel: AVG artikel 6, lid 1, onder a)"
PROOF = "Wettelijke plicht: toestemming kunnen aantonen (AVG artikel 7, lid 1)"
WITHDRAWAL = "Wettelijke plicht: toestemming kunnen intrekken (AVG artikel 7, lid 3)"
INSIGHT = "Wettelijke plicht: recht op inzage (AVG artikel 15)"
ERASURE = "Wettelijke plicht: recht op wissen (AVG artikel 17)"
TERM = "Wettelijke plicht: niet langer bewaren dan nodig (AVG artikel 5, lid 1, onder e)"


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that is done with the data of a person: what, what for, and on which ground."""

    name: str
    purpose: str
    legal_basis: str


ACTIVITIES: dict[Action, Activity] = {
    Action.intake_created: Activity(
        "Intake vastleggen",
        "Vastleggen wat de werkende vertelt. Zo is te zien welke hulp er al is,"
        " of dat er gesprekken nodig zijn.",
        ASKED,
    ),
    Action.intake_read: Activity(
        "Intake lezen",
        "De adviseur leest de intake om de werkende te helpen.",
        ASKED,
    ),
    Action.intakes_listed: Activity(
        "Lijst van intakes bekijken",
        "De adviseur zoekt een intake op. De lijst toont alleen wat daarvoor nodig is.",
        ASKED,
    ),
    Action.referral_added: Activity(
        "Doorverwijzing vastleggen",
        "Vastleggen welke voorziening past bij de werkende.",
        ASKED,
    ),
    Action.referral_changed: Activity(
        "Doorverwijzing bijhouden",
        "Vastleggen hoe het met een doorverwijzing gaat, en wie dat zei.",
        ASKED,
    ),
    Action.hand_over_delivered: Activity(
        "Gegevens sturen naar een loket",
        "Een loket vragen om de werkende te helpen."
        " Het loket krijgt alleen de gegevens die de werkende wil delen.",
        CONSENT,
    ),
    Action.hand_over_read: Activity(
        "Gegevens tonen aan een loket",
        "Het loket leest de aanvraag op een eigen pagina en antwoordt daar."
        " Het ziet alleen de gegevens die de werkende wil delen.",
        CONSENT,
    ),
    Action.outcome_changed: Activity(
        "Uitkomst wijzigen",
        "Vastleggen dat het anders verder gaat, en waarom: gesprekken of een doorverwijzing.",
        ASKED,
    ),
    Action.session_booked: Activity(
        "Gesprek afspreken",
        "Een gesprek afspreken op een tijd die de werkende of de adviseur kiest.",
        ASKED,
    ),
    Action.session_planned: Activity(
        "Gesprek inplannen",
        "Een gesprek dat nog wacht een plaats geven als die vrijkomt.",
        ASKED,
    ),
    Action.session_moved: Activity(
        "Gesprek verzetten",
        "Een gesprek op een andere tijd zetten.",
        ASKED,
    ),
    Action.session_concluded: Activity(
        "Gesprek afsluiten",
        "Vastleggen of een gesprek is gevoerd, gemist of afgezegd, en hoe het verder gaat.",
        ASKED,
    ),
    Action.invitation_delivered: Activity(
        "Bericht over een gesprek sturen",
        "De werkende een uitnodiging of een herinnering voor een gesprek mailen.",
        CONSENT,
    ),
    Action.holder_changed: Activity(
        "Intake overnemen",
        "Een andere adviseur helpt de werkende verder.",
        ASKED,
    ),
    Action.intake_given_back: Activity(
        "Intake teruggeven",
        "De intake wacht tot een andere adviseur de werkende verder helpt.",
        ASKED,
    ),
    Action.contact_details_changed: Activity(
        "Contactgegevens wijzigen",
        "Naam, telefoonnummer of e-mail bewaren als de werkende die wil geven.",
        ASKED,
    ),
    Action.consent_given: Activity(
        "Toestemming vastleggen",
        "Vastleggen aan wie welke gegevens mogen worden gegeven, en waarvoor.",
        PROOF,
    ),
    Action.consent_withdrawn: Activity(
        "Toestemming intrekken",
        "Vastleggen dat de werkende de toestemming intrekt. Daarna wordt niets meer gegeven.",
        WITHDRAWAL,
    ),
    Action.personal_data_read: Activity(
        "Alle gegevens van een werkende inzien",
        "De werkende laten zien wat er over hem of haar is vastgelegd.",
        INSIGHT,
    ),
    Action.contact_details_expired: Activity(
        "Contactgegevens verwijderen na de bewaartermijn",
        "Naam, telefoonnummer en e-mail niet langer bewaren dan nodig.",
        TERM,
    ),
    Action.intake_erased: Activity(
        "Intake wissen op verzoek",
        "De gegevens van de werkende wissen als daarom wordt gevraagd.",
        ERASURE,
    ),
    Action.draft_begun: Activity(
        "Concept van een intake bewaren",
        "Bewaren wat de werkende vertelt terwijl het gesprek nog loopt, zodat niets verloren gaat.",
        ASKED,
    ),
    Action.draft_read: Activity(
        "Concept van een intake lezen",
        "De adviseur gaat verder met een intake die nog niet af is.",
        ASKED,
    ),
    Action.draft_discarded: Activity(
        "Concept van een intake weggooien",
        "Wat niet nodig is, wordt niet bewaard.",
        TERM,
    ),
    Action.draft_expired: Activity(
        "Concept van een intake verwijderen na de bewaartermijn",
        "Een concept dat niet wordt afgemaakt niet langer bewaren dan nodig.",
        TERM,
    ),
    Action.intake_expired: Activity(
        "Intake verwijderen na de bewaartermijn",
        "De intake en alles wat erbij hoort niet langer bewaren dan nodig.",
        TERM,
    ),
}


def place_of(action: Action) -> str:
    """Return where in the register an action is told of; the place of a version never changes."""
    return f"{VERSION}#{action.value.replace('_', '-')}"


def address_of(register_url: str, place: str) -> str:
    """Return the address of a place in the register, wherever that is published now.

    Entries from before it could be published elsewhere hold a whole address, which stays.
    """
    if place.startswith("https://"):
        return place
    return f"{register_url.rstrip('/')}/{place}"
