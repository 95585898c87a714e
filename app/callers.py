"""Who asks, read from the Authorization header (RFC 6750, 2.1), or from the cookie of a sign-in.

A cookie goes along with whatever a browser asks, also for a page of another site. So it counts only
where the browser says that a page of this service asks (Fetch Metadata; OWASP, CSRF prevention).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import Scope

from app.domain.access import ANONYMOUS, Caller, Unauthenticated

Recognise = Callable[[str], Caller | None]
"""Says whose token or cookie this is, when that is known without waiting."""

LARGEST_COOKIE = 3800
"""Bytes of a value: browsers take 4096 with the name and what else is said of it."""
MOST_COOKIES = 5

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


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


@dataclass(frozen=True, slots=True)
class Cookies:
    """How a sign-in travels: in one cookie, or in several where it is too long for one."""

    secure: bool
    """Over https only; in the demo, on this machine, there is no https."""
    origin: str
    """Of the service, as clients reach it."""
    seconds: int

    @property
    def name(self) -> str:
        """Name the cookie; a browser takes a name with __Host- from this very host alone."""
        return "__Host-gids" if self.secure else "gids"

    def shown(self, headers: Headers, method: str) -> str | None:
        """Return what the browser shows, when a page of this service asks; else None."""
        if not any(self.name in one for one in headers.getlist("cookie")):
            return None
        if not self._is_own(headers, method):
            return None
        held = jar(headers)
        parts = [held.get(name) for name in self._names]
        return "".join(part for part in parts if part) or None

    def given(self, value: str) -> list[str]:
        """Say in Set-Cookie what the browser is to keep; what is left of a longer one goes."""
        parts = [
            value[begin : begin + LARGEST_COOKIE] for begin in range(0, len(value), LARGEST_COOKIE)
        ]
        return [
            self.cookie(name, parts[number], self.seconds)
            if number < len(parts)
            else self.cookie(name, "", 0)
            for number, name in enumerate(self._names[: max(2, len(parts))])
        ]

    def fits(self, value: str) -> bool:
        """Whether browsers and servers take so much."""
        return len(value) <= MOST_COOKIES * LARGEST_COOKIE

    def gone(self) -> list[str]:
        """Say in Set-Cookie that nothing is to be kept."""
        return [self.cookie(name, "", 0) for name in self._names]

    def cookie(self, name: str, value: str, seconds: int) -> str:
        """Write one Set-Cookie header; with no seconds the cookie goes."""
        secure = "; Secure" if self.secure else ""
        return f"{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax{secure}"

    @property
    def _names(self) -> list[str]:
        return [self.name, *(f"{self.name}-{number}" for number in range(1, MOST_COOKIES))]

    def _is_own(self, headers: Headers, method: str) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        # A browser that does not say so says where a page is from with whatever changes something.
        origin, host = headers.get("origin"), headers.get("host", "")
        if origin is None:
            return method in SAFE
        return origin in {self.origin, f"https://{host}", f"http://{host}"}


def jar(headers: Headers) -> dict[str, str]:
    """Return the cookies of a request; none when they cannot be read."""
    held: SimpleCookie = SimpleCookie()
    for line in headers.getlist("cookie"):
        try:
            held.load(line)
        except CookieError:
            return {}
    return {name: morsel.value for name, morsel in held.items()}


@dataclass(frozen=True, slots=True)
class Callers:
    """Says who asks when that takes no waiting."""

    token: Recognise
    cookie: Recognise
    cookies: Cookies

    def shown(self, scope: Scope) -> bool:
        """Whether a request shows something that says who asks."""
        headers = Headers(scope=scope)
        return "authorization" in headers or bool(self.cookies.shown(headers, scope["method"]))

    def known_at_once(self, scope: Scope) -> Caller | None:
        """Say who asks; None when it takes looking into: app.dependencies.get_caller does that."""
        tokens = [value for name, value in scope["headers"] if name == b"authorization"]
        if tokens:
            try:
                return self.token(bearer([one.decode("latin-1") for one in tokens]))
            except Unauthenticated:
                return None
        if not any(name == b"cookie" for name, _ in scope["headers"]):
            return ANONYMOUS
        held = self.cookies.shown(Headers(scope=scope), scope["method"])
        return ANONYMOUS if held is None else self.cookie(held)
