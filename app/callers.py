"""Who asks, read from the Authorization header (RFC 6750, 2.1)."""

from collections.abc import Callable, Sequence

from starlette.types import Scope

from app.domain.access import ANONYMOUS, Caller, Unauthenticated

Recognise = Callable[[str], Caller | None]
"""Says whose token this is, when that is known without waiting."""


def bearer(shown: Sequence[str]) -> str:
    """Return the token in the Authorization headers of one request.

    Raises:
        Unauthenticated: there is none, or it is not shown as a bearer token.

    """
    scheme, _, token = shown[0].partition(" ") if shown else ("", "", "")
    # Of two, whoever stands in between could have looked at the other one.
    if len(shown) > 1 or scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return token


def known_at_once(scope: Scope, recognise: Recognise) -> Caller | None:
    """Say who asks; None when it takes looking into: app.dependencies.get_caller does that."""
    shown = [value for name, value in scope["headers"] if name == b"authorization"]
    if not shown:
        return ANONYMOUS
    try:
        return recognise(bearer([one.decode("latin-1") for one in shown]))
    except Unauthenticated:
        return None
