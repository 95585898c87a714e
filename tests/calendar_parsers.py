"""Two parsers of iCalendar that are not the one that writes: ical.js from npm, and `ical`.

Both give the same values, so that a test asks each of them the same; and a calendar that does with
invitations what RFC 5546 asks of it.
"""

import json
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from ical.calendar_stream import IcsCalendarStream
from ical.event import Event as IcalEvent
from ical.types import CalAddress, Uri

from tests.npm import NODE, installed

SOURCE = Path(__file__).parent / "calendar"


class Event(NamedTuple):
    """An event as a calendar reads it; `clock` is the local time at which it starts."""

    uid: str
    sequence: int | None
    changed_at: datetime
    status: str | None
    starts_at: datetime
    ends_at: datetime
    clock: str
    summary: str | None
    description: str | None
    organizer: str | None
    attendee: str | None


class Reading(NamedTuple):
    """A file as a calendar reads it."""

    method: str | None
    name: str | None
    events: list[Event]


def read_with_javascript(file: bytes) -> Reading:
    """Read a file as ical.js does: by the rules for the clock that stand in the file."""
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [NODE, SOURCE / "read.mjs"],
        cwd=installed(SOURCE),
        input=file,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(done.stderr.decode())
    read = json.loads(done.stdout)
    events = [_event_from_json(each) for each in read["events"]]
    return Reading(read["method"], read["name"], events)


def _event_from_json(fields: dict[str, Any]) -> Event:
    for moment in ("changed_at", "starts_at", "ends_at"):
        fields[moment] = datetime.fromisoformat(fields[moment])
    return Event(**fields)


def read_with_python(file: bytes) -> Reading:
    """Read a file as `ical` does: by the time zones it knows itself, else by those in the file."""
    calendar = IcsCalendarStream.calendar_from_ics(file.decode())
    name = calendar.name[0] if calendar.name else None
    return Reading(calendar.method, name, [_event_from_ical(each) for each in calendar.events])


def _event_from_ical(event: IcalEvent) -> Event:
    assert isinstance(event.dtstamp, datetime)
    return Event(
        uid=event.uid,
        sequence=event.sequence,
        changed_at=event.dtstamp,
        status=event.status,
        starts_at=event.start_datetime,
        ends_at=event.end_datetime,
        clock=f"{event.dtstart:%Y-%m-%dT%H:%M:%S}",
        summary=event.summary,
        description=event.description,
        organizer=_address(event.organizer),
        attendee=_address(event.attendees[0]) if event.attendees else None,
    )


def _address(given: CalAddress | Uri | None) -> str | None:
    return given.uri if isinstance(given, CalAddress) else given


READERS: list[Callable[[bytes], Reading]] = [read_with_javascript, read_with_python]


class Agenda:
    """A calendar that is sent invitations: per UID the highest SEQUENCE holds (RFC 5546, 2.1.5)."""

    def __init__(self) -> None:
        self._newest: dict[str, Event] = {}

    @property
    def planned(self) -> dict[str, str]:
        """What its owner sees: the time of each event that stands."""
        return {
            each.uid: each.clock for each in self._newest.values() if each.status == "CONFIRMED"
        }

    def receive(self, message: Reading) -> None:
        """Take in a REQUEST or a CANCEL, unless something newer came before it."""
        for event in message.events:
            known = self._newest.get(event.uid)
            if known is None or _age(event) > _age(known):
                status = "CANCELLED" if message.method == "CANCEL" else event.status
                self._newest[event.uid] = event._replace(status=status)


def _age(event: Event) -> tuple[int, datetime]:
    return event.sequence or 0, event.changed_at
