"""What a werkcentrum's webhook gets: CloudEvents 1.0 in the NL GOV profile 1.1, as JSON.

An event is a bell, the session log is the truth: it says which entry there is to be read, and
where ("informatiearm notificeren" in the profile, under dataref). docs/integration.md explains it
to who receives it.
"""

import json
from datetime import UTC, datetime
from uuid import UUID

from app.domain.terms import LogEntryType

MEDIA_TYPE = "application/cloudevents+json"

DATA_SOURCE = "nl.vanwerknaarwerk"
"""What types begin with: a data source and no organisation, as that would not last (`type`)."""


def log_event(
    *,
    message_id: UUID,
    source: str,
    public_url: str,
    region: str,
    number: int,
    entry_type: LogEntryType,
    at: datetime,
) -> bytes:
    """Tell that the session log of a region has an entry; `at` is when it was logged.

    The id is that of the message, which was there before the event and stays the same over all
    attempts.
    """
    return _event(
        f"session-log.{entry_type.value.replace('_', '-')}",
        {"region": region, "number": number, "type": entry_type.value},
        message_id=message_id,
        source=source,
        at=at,
        dataref=f"{public_url.rstrip('/')}/v1/regions/{region}/session-log"
        f"?after={number - 1}&limit=1",
    )


def test_event(*, message_id: UUID, source: str, region: str, at: datetime) -> bytes:
    """Tell nothing: for a werkcentrum to see that events arrive."""
    data: dict[str, str | int] = {"region": region}
    return _event("webhook-test", data, message_id=message_id, source=source, at=at)


def _event(
    name: str,
    data: dict[str, str | int],
    *,
    message_id: UUID,
    source: str,
    at: datetime,
    **extensions: str,
) -> bytes:
    event = {
        "specversion": "1.0",
        "id": str(message_id),
        "source": source,
        "type": f"{DATA_SOURCE}.{name}.v1",
        "time": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        **extensions,
        "data": data,
    }
    return json.dumps(event, separators=(",", ":")).encode()
