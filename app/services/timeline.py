"""The time line of a case: what happened, when, and who said so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from app.domain.events import EventType
from app.domain.terms import Action, LogEntryType, Party
from app.models import Adviser, Consent, Intake, OutcomeChange, Referral, ReferralChange
from app.services.acts import Act
from app.services.consents import consents_of
from app.services.holders import changes_of, find_intake
from app.services.outcome_changes import NOTE as OUTCOME_NOTE
from app.services.referrals import NOTE as REFERRAL_NOTE
from app.services.sealed import cipher_of
from app.services.session_log import entries_of

OF_SESSIONS = frozenset(
    {
        LogEntryType.session_planned,
        LogEntryType.session_moved,
        LogEntryType.session_held,
        LogEntryType.session_missed,
        LogEntryType.session_cancelled,
        LogEntryType.guidance_closed,
    }
)
"""What the session log tells of a case, and nothing else does."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `code` is what it became or why, as the type has it."""

    at: datetime
    type: EventType
    by: Party | None = None
    adviser: tuple[UUID, str] | None = None
    referral: tuple[UUID, str] | None = None
    session_number: int | None = None
    code: str | None = None
    note: str | None = None


def events_of(act: Act, intake_id: UUID) -> list[Event]:
    """Tell what happened to a case, newest first.

    Raises:
        NotFound: there is none with this id, or not for this caller.

    """
    intake = find_intake(act, intake_id)
    act.did(Action.intake_read, intake)
    found = [
        Event(intake.created_at, EventType.intake_created, by=Party.adviser),
        *_referrals(act, intake),
        *_outcomes(act, intake),
        *_holders(act, intake),
        *_consents(act, intake),
        *_sessions(act, intake),
    ]
    found.sort(key=lambda event: event.at)
    found.reverse()  # and with it those of one moment, of which the last one is the newest
    return found


def _referrals(act: Act, intake: Intake) -> Iterator[Event]:
    rows = act.session.exec(
        select(ReferralChange, Referral.name, Adviser.name)
        .join(Referral, col(Referral.id) == col(ReferralChange.referral_id))
        .join(Adviser, col(Adviser.id) == col(ReferralChange.adviser_id), isouter=True)
        .where(col(ReferralChange.intake_id) == intake.id)
        .order_by(col(ReferralChange.at), col(ReferralChange.id))
    )
    for change, provision, adviser in rows:
        yield Event(
            change.at,
            EventType.referral_status,
            by=change.party,
            adviser=_named(change.adviser_id, adviser),
            referral=(change.referral_id, provision),
            code=change.status,
            note=_opened(act, intake, REFERRAL_NOTE, change.id, change.note),
        )


def _outcomes(act: Act, intake: Intake) -> Iterator[Event]:
    rows = act.session.exec(
        select(OutcomeChange, Adviser.name)
        .join(Adviser, col(Adviser.id) == col(OutcomeChange.adviser_id), isouter=True)
        .where(col(OutcomeChange.intake_id) == intake.id)
        .order_by(col(OutcomeChange.at), col(OutcomeChange.id))
    )
    for change, adviser in rows:
        yield Event(
            change.at,
            EventType.outcome_changed,
            by=Party.adviser if change.adviser_id else Party.system,
            adviser=_named(change.adviser_id, adviser),
            code=change.reason,
            note=_opened(act, intake, OUTCOME_NOTE, change.id, change.note),
        )


def _holders(act: Act, intake: Intake) -> Iterator[Event]:
    for view in reversed(changes_of(act, intake)):
        change = view.change
        yield Event(
            change.at,
            EventType.holder_changed,
            by=Party.adviser,
            adviser=_named(change.holder_id, view.holder),
            code=change.reason,
            note=view.note,
        )


def _consents(act: Act, intake: Intake) -> Iterator[Event]:
    for consent in consents_of(act, intake):
        yield _of_consent(consent, EventType.consent_given, consent.given_at)
        if consent.withdrawn_at is not None:
            yield _of_consent(consent, EventType.consent_withdrawn, consent.withdrawn_at)


def _of_consent(consent: Consent, kind: EventType, at: datetime) -> Event:
    return Event(at, kind, by=Party.adviser, code=consent.purpose)


def _sessions(act: Act, intake: Intake) -> Iterator[Event]:
    for entry in entries_of(act.session, intake):
        if entry.type in OF_SESSIONS:
            yield Event(entry.at, EventType(entry.type), session_number=entry.session_number)


def _named(adviser_id: UUID | None, name: str | None) -> tuple[UUID, str] | None:
    return (adviser_id, name) if adviser_id is not None and name is not None else None


def _opened(act: Act, intake: Intake, place: str, row: UUID, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    return cipher_of(act.session, act.vault, intake.id).open(place, row, sealed).decode()
