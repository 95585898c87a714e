"""What a receiving desk filled in on its page: read, and said in Dutch where it is not right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError

from app.domain.referrals import REASONS
from app.domain.terms import Party, ReferralReason, ReferralStatus
from app.schemas.base import OWN_FAULT, Text
from app.services.hand_over import HandOver

FIELDS = ("status", "answer_by", "reason", "note")
"""In the order of the page."""
LONGEST_NOTE = 500

Fields = Mapping[str, str]
"""What was filled in, by the name of the field."""
Faults = Mapping[str, str]
"""What is wrong with it, likewise; one thing per field."""

_NOTE: TypeAdapter[str] = TypeAdapter(Annotated[str, Text(LONGEST_NOTE, lines=True)])
_TOO_LONG = f"Maak uw bericht korter: hoogstens {LONGEST_NOTE} tekens"
_NOTE_FAULTS = {
    "string_too_long": _TOO_LONG,
    f"{OWN_FAULT}too-long": _TOO_LONG,
    f"{OWN_FAULT}bsn": "Haal het burgerservicenummer weg uit uw bericht",
}
_UNREADABLE_NOTE = "Typ uw bericht opnieuw: er staat een teken in dat wij niet kunnen bewaren"


class FaultyFormError(Exception):
    """The form cannot be accepted; `faults` say why, to whoever filled it in."""

    def __init__(self, faults: Faults) -> None:
        """Refuse because of these faults (at least one)."""
        super().__init__()
        self.faults = faults


class OvertakenError(Exception):
    """The answer is one that the hand-over no longer allows."""


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """What a desk says of a referral; `answer_by` with more time, a reason with declined."""

    status: ReferralStatus
    reason: ReferralReason | None
    answer_by: date | None
    note: str | None


def read_fields(body: bytes) -> Fields:
    """Take a form apart, as a browser sends it (URL Standard, 5.1).

    Raises:
        ValueError: it is not written so, or not in UTF-8.

    """
    pairs = parse_qsl(
        body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=len(FIELDS)
    )
    # Every browser sends a line break as CR LF; whoever typed it counts one character.
    return {name: value.replace("\r\n", "\n") for name, value in pairs}


def read_form(fields: Fields, view: HandOver) -> DeskAnswer:
    """Read what a desk answers, given what it could choose from.

    Raises:
        FaultyFormError: something is missing or not right.
        OvertakenError: it could choose this before, and cannot now.

    """
    faults: dict[str, str] = {}
    status = ReferralStatus.__members__.get(fields.get("status", ""))
    answer_by = reason = note = None
    if status is None:
        faults["status"] = "Kies een antwoord"
    elif status not in view.choices and not _is_said_already(status, view):
        raise OvertakenError
    elif status is ReferralStatus.received:
        days = {day.isoformat(): day for day in view.days}
        answer_by = days.get(fields.get("answer_by", ""))
        if answer_by is None:
            faults["answer_by"] = "Kies op welke dag u uw antwoord geeft"
    elif status is ReferralStatus.declined:
        reason = ReferralReason.__members__.get(fields.get("reason", ""))
        if reason not in REASONS[Party.desk][status]:
            faults["reason"] = "Kies waarom u niet kunt helpen"
    try:
        note = _note(fields.get("note", ""))
    except ValidationError as error:
        faults["note"] = _NOTE_FAULTS.get(error.errors()[0]["type"], _UNREADABLE_NOTE)
    if status is None or faults:
        raise FaultyFormError(faults)
    return DeskAnswer(status, reason, answer_by, note)


def _is_said_already(status: ReferralStatus, view: HandOver) -> bool:
    return status is view.status and status is not ReferralStatus.received


def _note(text: str) -> str | None:
    return _NOTE.validate_python(text) if text.strip() else None
