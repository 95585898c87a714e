"""What this service is, in plain Dutch, for whoever asks a chatbot (Handreiking, annex 3, 3.e).

Reviewed like a record of the catalogue: what the source states, and what we read into it.
"""

from datetime import date

from app.domain.catalogue import Source

WHAT = (
    "De gidsfunctie is er voor werkenden die ander werk willen of moeten zoeken. "
    "Een adviseur van de vakbond wijst u de weg naar wat er voor u is. "
    "De adviseurs zijn van de vakbonden: FNV, CNV en de bonden van de VCP. "
    "De overheid heeft ook gidsen, in het Regionaal Werkcentrum. "
    "Dat zijn andere gidsen dan die van de vakbond."
)
STEPS = (
    "De adviseur vraagt: waar werkt u, waar wilt u heen, wat kunt u en wat past bij u?",
    "De adviseur kijkt altijd eerst welke voorzieningen er al voor u zijn.",
    "Is er een voorziening? Dan helpt de adviseur u daarheen. Meer gesprekken zijn dan niet nodig.",
    "Is er niets? Dan krijgt u hoogstens drie gesprekken met de adviseur.",
)
REACH = (
    "Vraag uw vakbond naar de gids.",
    "U kunt ook naar het Regionaal Werkcentrum. Elke regio heeft er een.",
    "Onze bronnen noemen geen telefoonnummer, adres of website van een adviseur.",
)
SOURCE = Source("handreiking-2026", "bijlage 3 §3e; 3.1")
VERIFIED_ON = date(2026, 5, 12)
INFERRED = ("reach",)
"""The source says whose gidsen they are (`what`); where to ask for one is our reading."""

DOORS = ("gidsfunctie-vakbond", "werkcentrum", "gidsfunctie-overheid")
"""The provisions that are a way in, by their ids in the catalogue."""
