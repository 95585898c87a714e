"""The sessions of a worker as one calendar file, to take home."""

from app.domain.terms import SessionStatus
from app.services.calendar_feed import HOW
from app.services.intakes import IntakeView
from app.services.invitations import place_of

NAME = "Gidsgesprekken"
DESCRIPTION = "Kunt u niet? Laat het uw adviseur weten."


def appointments_of(view: IntakeView) -> bytes:
    """Write the sessions that are planned; no worker is named, for a calendar may be shown."""
    from app.services import calendar_files  # noqa: PLC0415 - see app/services/calendar_feed.py

    return calendar_files.feed(
        (
            calendar_files.Appointment(
                session_id=row.id,
                sequence=row.sequence,
                starts_at=place.starts_at,
                ends_at=place.ends_at,
                summary=f"Gidsgesprek {row.number} ({HOW[place.mode]})",
                description=f"{DESCRIPTION} U spreekt {name}." if name else DESCRIPTION,
                changed_at=row.placed_at or row.created_at,
            )
            for row, name in view.sessions
            if row.status is SessionStatus.planned and (place := place_of(row))
        ),
        name=NAME,
    )
