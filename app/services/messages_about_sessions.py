"""What adviser and worker are told of a guidance session: an invitation, its end, a reminder.

A worker is written to only with their consent, and as long as it holds.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.terms import Mode, SessionStatus
from app.models import Adviser, GuidanceSession, Intake, OutboxMessage
from app.services import letters
from app.services.acts import Act
from app.services.calendar_feed import DESCRIPTION, HOW
from app.services.contact_details import open_details
from app.services.invitations import Place, may_write, place_of
from app.services.letters import News
from app.services.messages import Channels, FailedError, Made, letter, reference, who
from app.services.outbox import to_adviser, to_worker

ERASED = "(gewist)"
"""What stands in the place of an intake that is gone."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told to whom: at which address, and in which words."""

    to: str
    content: letters.AdviserSession | letters.WorkerSession
    described: str


def invitation(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Invite to a session as it stands now, or say that it is off, where it stood then."""
    from app.services import calendar_files  # noqa: PLC0415 - see app/services/calendar_feed.py

    row = act.session.get(GuidanceSession, UUID(message.facts["session"]))
    off = message.facts["method"] == "cancel"
    news = News.cancelled if off else News(message.facts["news"])
    place = _place_then(message) if off else _place_now(message, row)
    if place is not None and place.starts_at <= act.now:
        return None  # nobody can go there any more, nor stay away
    told = _told(act, message, row, place, news) if place else None
    if place is None or told is None:
        return None
    appointment = calendar_files.Appointment(
        session_id=UUID(message.facts["session"]),
        sequence=max(message.facts["sequence"], row.sequence if row else 0),
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        summary=f"Gidsgesprek ({HOW[place.mode]})",
        description=told.described,
        changed_at=message.created_at,
    )
    write = calendar_files.cancellation if off else calendar_files.invitation
    file = write(appointment, organizer=channels.mail_from, attendee=told.to)
    method = "CANCEL" if off else "REQUEST"
    return letter(channels, message, told.to, told.content, act.now, invitation=file, method=method)


def reminder(act: Act, channels: Channels, message: OutboxMessage) -> Made:
    """Remind of a session that is still to come, where it was to be."""
    row = act.session.get(GuidanceSession, UUID(message.facts["session"]))
    place = _place_now(message, row)
    if row is None or place is None or place.starts_at <= act.now:
        return None
    if row.sequence != message.facts["sequence"]:
        return None  # moved: there is another reminder of that
    told = _told(act, message, row, place, News.reminder)
    return letter(channels, message, told.to, told.content, act.now) if told else None


def is_to_worker(message: OutboxMessage) -> bool:
    """Tell whether a message goes to a worker."""
    return message.intake_id is not None and message.recipient == to_worker(message.intake_id)


def _place_now(message: OutboxMessage, row: GuidanceSession | None) -> Place | None:
    """Say where a session is to be held, to who is to hear that."""
    place = place_of(row) if row and row.status is SessionStatus.planned else None
    if place is None or is_to_worker(message):
        return place
    return place if message.recipient == to_adviser(place.adviser_id) else None


def _place_then(message: OutboxMessage) -> Place:
    facts = message.facts
    starts_at, ends_at = (datetime.fromisoformat(facts[name]) for name in ("startsAt", "endsAt"))
    return Place(who(message), Mode(facts["mode"]), starts_at, ends_at)


def _told(
    act: Act, message: OutboxMessage, row: GuidanceSession | None, place: Place, news: News
) -> Told | None:
    if is_to_worker(message):
        return _told_to_worker(act, row, place, news)
    adviser = act.session.get(Adviser, who(message))
    if adviser is None:
        return None
    if adviser.email is None:
        raise FailedError("no-address", final=True)
    content = letters.AdviserSession(
        news=news,
        adviser=adviser.name,
        reference=reference(row.intake_id) if row else ERASED,
        mode=place.mode,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
    )
    return Told(adviser.email, content, DESCRIPTION)


def _told_to_worker(act: Act, row: GuidanceSession | None, place: Place, news: News) -> Told | None:
    intake = act.session.get(Intake, row.intake_id) if row else None
    adviser = act.session.get(Adviser, row.adviser_id) if row and row.adviser_id else None
    if intake is None or adviser is None or not may_write(act.session, intake.id):
        return None
    details = open_details(act, intake)
    if details is None or details.email is None:
        return None
    content = letters.WorkerSession(
        news=news,
        adviser=adviser.name,
        mode=place.mode,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
    )
    return Told(details.email, content, f"Met {adviser.name}.")
