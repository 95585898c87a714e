"""Which web pages of other origins may read an answer: the CORS protocol (Fetch, HTTP-CORS).

A browser keeps an answer from a page of another origin unless the answer names that origin. Such
pages show a token of their own accord, and the cookie of a sign-in is for pages of this service
alone (app/callers.py), so credentials are never allowed.
"""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import Response

ASKED = (
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, MCP-Method, MCP-Name,"
    " MCP-Protocol-Version, Traceparent, X-Request-Id"
)
"""What a page may send besides what every page may."""
TOLD = "Allow, API-Version, ETag, Location, Retry-After, WWW-Authenticate, X-Request-Id"
"""What a page may read besides what every page may."""
PREFLIGHT_SECONDS = 600


class CrossOrigin:
    """The origins whose pages may read answers; of none unless they are named."""

    def __init__(self, origins: Iterable[str]) -> None:
        """Allow these origins, each as a browser writes it: https://desk.example."""
        self._origins = frozenset(origins)

    def allowed(self, asked: Headers) -> str | None:
        """Return the origin of the page that asks, when its pages may read the answer."""
        origin = asked.get("origin")
        return origin if origin in self._origins else None

    def headers(self, asked: Headers) -> dict[str, str]:
        """Return what an answer adds. With no origin named, that is nothing."""
        if not self._origins:
            return {}
        origin = self.allowed(asked)
        # Whoever keeps an answer must know that it is not the same for every origin.
        vary = {"Vary": "Origin"}
        if origin is None:
            return vary
        return vary | {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": TOLD,
        }

    def preflight(self, asked: Headers, methods: Iterable[str]) -> Response | None:
        """Return the answer to a browser that asks beforehand; None when it is not to be had."""
        if self.allowed(asked) is None or "access-control-request-method" not in asked:
            return None
        headers = {
            "Access-Control-Allow-Methods": ", ".join(sorted(methods)),
            "Access-Control-Allow-Headers": ASKED,
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
        return Response(status_code=204, headers=headers)
