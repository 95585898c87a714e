"""What every refusal and failure looks like (RFC 9457)."""

from typing import Annotated

from pydantic import Field

from app.schemas.base import Answer

MOST_FAULTS = 100


class ProblemFault(Answer):
    """One thing wrong with the request."""

    pointer: str
    """Where: a JSON pointer into the body ("/scheduling/sessions", "" for the whole body), or the
    place and the name ("query/limit", "path/region", "header/Idempotency-Key")."""

    code: str
    """What kind of fault; stable, for programs."""

    detail: str
    """What would be right. Never holds what was sent."""


class Problem(Answer):
    """A refusal or failure, as application/problem+json."""

    type: str
    """Names the kind of problem; its last part (the slug) is stable and meant for programs. There
    is nothing at this address: docs/problems.md of the source explains every slug."""

    title: str
    """What kind of problem; the same for every occurrence."""

    status: int
    """The HTTP status once more."""

    detail: str
    """This occurrence, and what to do about it."""

    instance: str
    """The request id as a URN; quote it when asking for help."""

    errors: Annotated[list[ProblemFault], Field(max_length=MOST_FAULTS)] | None = None
    """The faults that were found, for invalid input: 100 at most."""

    allowed: list[str] | None = None
    """What would be accepted, where that can be named."""
