"""An adviser's own calendar feed."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from app.schemas.base import Answer


class CalendarFeedAnswer(Answer):
    """Where a calendar program finds the sessions of the adviser who asks."""

    url: Annotated[
        str | None, Field(), WithJsonSchema({"type": ["string", "null"], "format": "uri"})
    ]
    """To subscribe to (iCalendar). Whoever has it can read it: keep it to yourself. Null: none."""
