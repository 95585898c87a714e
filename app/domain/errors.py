"""What the service refuses, without knowing how a refusal is sent.

A refusal has a slug (stable, part of the contract), a title (the same for every occurrence) and a
detail (this occurrence, saying what to do). None of them ever holds something a caller submitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class DomainError(Exception):
    """A refusal the caller can understand; children give the slug, the title and the detail."""

    slug: ClassVar[str]
    title: ClassVar[str]
    detail: str

    def __init__(self, detail: str | None = None, *, allowed: Sequence[str] = ()) -> None:
        """Refuse with this detail, or the class's own; `allowed` names what would be accepted."""
        if detail is not None:
            self.detail = detail
        self.allowed = tuple(allowed)
        super().__init__(self.detail)


class NotFound(DomainError):  # noqa: N818 - the name a reader of a service expects
    """What was asked for does not exist, or not for this caller."""

    slug = "not-found"
    title = "Not found"
    detail = "There is nothing here. Check the address and the id in it."


class Conflict(DomainError):  # noqa: N818 - as above
    """The request is well formed, but what is stored says no; each rule has its own child."""

    slug = "conflict"
    title = "Conflict with the present state"
    detail = "This cannot be done in the present state. Read the resource again and decide anew."


class PreconditionFailed(DomainError):  # noqa: N818 - as above
    """What is stored is not what the caller last saw, so it is left as it is."""

    slug = "precondition-failed"
    title = "Changed since you read it"
    detail = "This was changed since the version you name, or it is there already. Read it again."


class PreconditionRequired(DomainError):  # noqa: N818 - as above
    """A change that could undo another's, without a word on what the caller last saw."""

    slug = "precondition-required"
    title = "Say which version you change"
    detail = "Send If-Match with the ETag you were given, or If-None-Match: * for a new one."


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was submitted.

    pointer: where, as in app/problems.py: "/scheduling/sessions", "query/limit", "path/region".
    code: what kind of fault, stable, for programs.
    detail: what would be right, in plain English, without the submitted value.
    """

    pointer: str
    code: str
    detail: str


class InvalidInput(DomainError):  # noqa: N818 - as above
    """What was submitted cannot be accepted; every fault that was found is named at once."""

    slug = "invalid-input"
    title = "Invalid input"
    detail = "The request holds faults. Each is listed under errors; mend them and send it again."

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Refuse because of these faults (at least one)."""
        super().__init__()
        self.faults = tuple(faults)
