"""What a receiving desk reads: the templates of app/pages, filled. Plain Dutch, level B1."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from app.domain.referrals import REASONS
from app.domain.terms import Party, ReferralReason, ReferralStatus
from app.domain.verdicts import in_dutch
from app.routers.desk_form import FIELDS, Faults, Fields
from app.services.hand_over import HandOver
from app.services.letters import TELL_NO_EMPLOYER

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Besides those that app/api_rules.py gives every answer; its own policy would bar the style."""

PAGES = Path(__file__).parent.parent / "pages"
STYLE = (PAGES / "style.css").read_bytes()
WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")

_REASON_WORDS = {
    ReferralReason.not_eligible: "De werkende voldoet niet aan de voorwaarden",
    ReferralReason.no_capacity: "Wij hebben nu geen plek",
    ReferralReason.wrong_desk: "Wij gaan hier niet over",
    ReferralReason.unreachable: "Wij kunnen de werkende niet bereiken",
    ReferralReason.other: "Iets anders",
}
_DECLINED_FOR = {
    reason: _REASON_WORDS[reason] for reason in REASONS[Party.desk][ReferralStatus.declined]
}
_CHOICES = (
    ReferralStatus.accepted,
    ReferralStatus.in_contact,
    ReferralStatus.completed,
    ReferralStatus.received,
    ReferralStatus.declined,
)
"""In the order of the page: first what helps the worker most."""
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Message:
    """A page without a hand-over: what is the matter, and what somebody can do."""

    heading: str
    text: tuple[str, ...]


LINK_EXPIRED = Message(
    "Deze link is verlopen",
    (
        "Een link werkt een bepaalde tijd. Die tijd is voorbij.",
        "Wilt u nog iets laten weten? Neem dan contact op met de adviseur.",
    ),
)
MESSAGES = {
    404: Message(
        "Deze pagina bestaat niet",
        (
            "Wij kennen deze link niet. Misschien is er een stukje van de link weggevallen.",
            "Kopieer de hele link uit ons bericht. Of neem contact op met de adviseur.",
        ),
    ),
    409: Message(
        "Uw antwoord is niet verwerkt",
        (
            "Er is intussen iets veranderd.",
            "Open de link in ons bericht opnieuw. Dan ziet u hoe het nu is.",
        ),
    ),
    413: Message(
        "Uw bericht is te lang",
        ("Ga terug naar de vorige pagina en maak uw bericht korter: hoogstens 500 tekens.",),
    ),
    429: Message(
        "Even wachten",
        ("Deze pagina is te vaak achter elkaar geopend. Wacht een minuut. Probeer het dan weer.",),
    ),
    503: Message(
        "Het lukt nu niet",
        (
            "Er ging iets mis bij ons. Uw antwoord is niet bewaard.",
            "Probeer het over een paar minuten weer.",
        ),
    ),
}
"""What is said of a status; of any other, what is said of 400."""

_REFUSED = Message(
    "Dit kunnen wij niet lezen",
    ("Open de link in ons bericht opnieuw, en vul het formulier nog eens in.",),
)


def page(html: str, status: int = 200, more: Mapping[str, str] = _NOTHING) -> Response:
    """Answer with a page, and with more headers than every page has."""
    return HTMLResponse(html, status, headers={**HEADERS, **more})


def render_page(
    view: HandOver,
    faults: Faults = _NOTHING,
    filled: Fields = _NOTHING,
    *,
    overtaken: bool = False,
) -> str:
    """Show a hand-over as it stands, with what was filled in and what is wrong with that.

    `overtaken` says that an answer came too late: what it answered is no longer asked, or was
    answered otherwise.
    """
    return _templates.get_template("hand_over.html").render(
        view=view,
        status=view.status,
        choices=[one for one in _CHOICES if one in view.choices],
        faults=faults,
        filled={name: filled.get(name, "") for name in FIELDS},
        overtaken=overtaken,
        reasons=_DECLINED_FOR,
        employer=TELL_NO_EMPLOYER,
    )


def render_message(message: Message) -> str:
    """Show a page without a hand-over."""
    return _templates.get_template("message.html").render(message=message, faults=_NOTHING)


def message_of(status: int) -> Message:
    """Say what goes with a status."""
    return MESSAGES.get(status, MESSAGES[503] if status >= 500 else _REFUSED)  # noqa: PLR2004


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {in_dutch(day)}"


def _each_day(days: Iterable[date]) -> Iterator[tuple[str, str]]:
    return ((day.isoformat(), _day(day)) for day in days)


def _first_control(field: str, choices: list[ReferralStatus]) -> str:
    return f"status-{choices[0]}" if field == "status" else field


def _dialled(telephone: str) -> str:
    return re.sub(r"[^0-9+]", "", telephone)


def _addressed(email: str) -> str:
    return quote(email, safe="@")


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


_templates = Environment(
    loader=FileSystemLoader(PAGES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_templates.globals["style_version"] = sha256(STYLE).hexdigest()[:12]
_templates.globals["first_control"] = _first_control
_templates.filters |= {
    "day": _day,
    "each_day": _each_day,
    "dialled": _dialled,
    "addressed": _addressed,
    "lower_first": _lower_first,
}
