"""Who asks, and what one can sign in with."""

from typing import Literal
from uuid import UUID

from app.domain.terms import Role
from app.schemas.base import Answer, OptionalInstant


class CallerAnswer(Answer):
    """Who asks."""

    id: UUID
    name: str | None
    roles: list[Role]
    organisation: str | None
    """Of an adviser."""
    region: str | None
    """Of a werkcentrum."""
    signed_in_until: OptionalInstant
    """When somebody who signed in with a browser must do so again; null for who shows a token."""


class SignInChoice(Answer):
    """Something one can sign in with: at `/sign-in/{id}` of this service."""

    id: str
    name: str
    kind: Literal["issuer", "demo"]
    """`demo`: a user of the demo, whom everybody may be."""
