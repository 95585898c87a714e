"""The words in which a worker is asked for consent, by version.

AVG, articles 4 (11) and 7: who receives, which data, what for, and that it can be withdrawn. A
version that somebody has consented to stays here as it is; a change of words is a new version.
"""

from app.domain.terms import ContactData

CONSENT_TEXTS = {
    "2026-11": (
        "Mogen wij uw gegevens geven aan {recipient}? Wij geven: {data}."
        " Zo kan {recipient} contact met u opnemen en u verder helpen."
        " U hoeft geen toestemming te geven. Zegt u nee, dan vertellen wij u hoe u zelf contact"
        " opneemt. U kunt uw toestemming altijd weer intrekken bij uw adviseur. Daarna geven wij"
        " niets meer."
    ),
}
"""An adviser reads it aloud, with the recipient and the data filled in."""

DATA_NAMES = {
    ContactData.name: "uw naam",
    ContactData.telephone: "uw telefoonnummer",
    ContactData.email: "uw e-mailadres",
    ContactData.question: "uw vraag",
    ContactData.answers: "uw antwoorden in de intake",
}
"""What is said in the place of {data}."""
