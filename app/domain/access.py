"""Who asks, and what they may see."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from app.domain.errors import DomainError
from app.domain.terms import Role

EVERY_REGION = "*"
NO_REGION = ""
"""For what touches no secured table: the catalogue, availability of advisers, looking up keys."""

NATIONWIDE = "NL01"
"""CBS code of the whole country: the session log of intakes whose region is not known."""


class Unauthenticated(DomainError):  # noqa: N818 - the name a reader of a service expects
    """The route needs to know who asks, and nobody said, or what they showed does not hold."""

    slug = "authentication-required"
    title = "Authentication required"
    detail = "Send a valid access token: Authorization: Bearer <token>."


class TooManyRequests(DomainError):  # noqa: N818 - as above
    """The caller asks more often than is fair to others."""

    slug = "too-many-requests"
    title = "Too many requests"
    detail = "You ask too often. Wait as long as Retry-After says; a key allows more."

    def __init__(self, seconds: int) -> None:
        """Refuse for so many seconds."""
        super().__init__()
        self.seconds = seconds


class Forbidden(DomainError):  # noqa: N818 - as above
    """The caller is known, and this is not for their role."""

    slug = "not-for-this-role"
    title = "Not for this role"
    detail = "This token is valid, but none of its roles may do this."


class CrossSite(DomainError):  # noqa: N818 - as above
    """The request was made by a web page of a site that is not known here."""

    slug = "cross-site"
    title = "Not for pages of other sites"
    detail = "Origin or Host names a site that is not known here. Ask at the published address."


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks: a person or a system with a token, a chatbot with a key, or a stranger.

    `id` follows from the issuer and the subject, so it is the same in every token of one caller;
    of an adviser it is also the id under which their availability is kept. `region` is set for a
    werkcentrum alone, `organisation` for an adviser, `email` where the token says it.
    """

    id: UUID
    actor: str
    roles: frozenset[Role]
    name: str | None = None
    organisation: str | None = None
    region: str | None = None
    email: str | None = None

    @property
    def sees(self) -> str:
        """Which regions' rows the database shows in what this caller does.

        An adviser's cases lie in any region. Others do nothing on persons, whatever their role:
        who reads a session log is shown the one region asked for, if it is among `logs`.
        """
        whole = Role.adviser in self.roles or self in (SYSTEM, DESK)
        return EVERY_REGION if whole else NO_REGION

    @property
    def logs(self) -> frozenset[str]:
        """Which session logs this caller may read.

        A werkcentrum its own region's. What happened in no known region has no werkcentrum: that
        is read by who follows where agreements are lacking.
        """
        own = {self.region} if Role.werkcentrum in self.roles and self.region else set()
        return frozenset(own | ({NATIONWIDE} if Role.policy in self.roles else set()))


def caller_id(issuer: str, subject: str) -> UUID:
    """Make the id of a caller; an issuer gives a subject to one person only (OIDC Core, 2)."""
    return uuid5(NAMESPACE_URL, f"{issuer} {subject}")


SYSTEM = Caller(UUID(int=1), "system", frozenset({Role.operator}))
"""The service itself: upkeep, retention, the operator at a terminal. No token stands for it."""

DESK = Caller(UUID(int=2), "desk", frozenset())
"""Whoever holds the link to one hand-over: a receiving desk, without an account."""

ANONYMOUS = Caller(UUID(int=0), "anonymous", frozenset())
