"""The words in which a worker is asked for consent: by what for, and by version.

AVG, articles 4 (11) and 7: who receives, which data, what for, and that it can be withdrawn. A
version that somebody has consented to stays here as it is; a change of words is a new version.
"""

from app.domain.terms import ConsentPurpose, ContactData

CONSENT_TEXTS = {
    ConsentPurpose.hand_over: {
        "2026-11": (
            "Mogen wij uw gegevens geven aan {recipient}? Wij geven: {data}."
            " Zo kan {recipient} contact met u opnemen en u verder helpen."
            " U hoeft geen toestemming te geven. Zegt u nee, dan vertellen wij u hoe u zelf contact"
            " opneemt. U kunt uw toestemming altijd weer intrekken bij uw adviseur. Daarna geven"
            " wij niets meer."
        ),
    },
    ConsentPurpose.invitations: {
        "2026-11": (
            "Mogen wij u mailen over uw gidsgesprekken? Wij gebruiken daarvoor {data}."
            " U krijgt dan een uitnodiging voor uw agenda, een bericht als er iets verandert, en"
            " een herinnering. In de mail staan alleen de dag en de tijd, hoe u elkaar spreekt en"
            " de naam van uw adviseur. U hoeft geen toestemming te geven. Zegt u nee, dan hoort u"
            " van uw adviseur wanneer uw gesprekken zijn. U kunt uw toestemming altijd weer"
            " intrekken bij uw adviseur. Daarna mailen wij u niet meer."
        ),
    },
}
"""An adviser reads it aloud, with the recipient and the data filled in."""

WORKER = "U zelf"
"""The recipient of invitations: nobody else gets anything."""

DATA = {
    ConsentPurpose.hand_over: tuple(ContactData),
    ConsentPurpose.invitations: (ContactData.email,),
}
"""What may be given: to a desk some of it, for invitations all of it."""

DATA_NAMES = {
    ContactData.name: "uw naam",
    ContactData.telephone: "uw telefoonnummer",
    ContactData.email: "uw e-mailadres",
    ContactData.question: "uw vraag",
    ContactData.answers: "uw antwoorden in de intake",
}
"""What is said in the place of {data}."""
