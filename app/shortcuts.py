"""A way past routing and dependencies for what everybody may ask and many do.

FastAPI takes some 0.4 ms to find a route among many and to check each parameter by itself. What is
answered here is answered alike by the route of that path, which still says what is wrong with a
query or a body, and looks into a token that is not known at once (app/callers.py).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api_rules import again
from app.domain.access import Caller, TooManyRequests
from app.domain.errors import DomainError
from app.problems import from_domain
from app.rate_limit import RateLimits

Asked = TypeVar("Asked", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Shortcut(Generic[Asked]):
    """What a path takes, and what answers it without waiting for anything.

    A GET takes it as its query, a POST as its body.
    """

    asked: type[Asked]
    answer: Callable[[Asked], Response]
    method: str = "GET"

    def understand(self, query: Iterable[tuple[str, str]], body: bytes) -> Asked | None:
        """Read what is asked; None when it is not right."""
        try:
            return self.asked.model_validate(
                json.loads(body) if self.method == "POST" else dict(query)
            )
        except ValueError:  # no JSON, or not what the contract says; both are one
            return None


class Shortcuts:
    """Answers what it can at once, and leaves the rest to the app. Belongs inside ApiRules."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: RateLimits,
        public_url: str,
        paths: Mapping[str, Shortcut[Any]],
    ) -> None:
        """Wrap the root app."""
        self._app = app
        self._limits = limits
        self._public_url = public_url
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        shortcut = self._paths.get(scope["path"]) if scope["type"] == "http" else None
        if (
            shortcut is None
            or scope["method"] != shortcut.method
            or (caller := scope["state"]["known_at_once"]) is None
        ):
            await self._app(scope, receive, send)
            return
        body = b""
        if shortcut.method == "POST":
            body = (await receive()).get("body", b"")  # ApiRules hands it on in one piece
            receive = again(body, receive)
        answer = self._answer(shortcut, caller, scope, body)
        await (answer or self._app)(scope, receive, send)

    def _answer(
        self, shortcut: Shortcut[Any], caller: Caller, scope: Scope, body: bytes
    ) -> Response | None:
        asked = shortcut.understand(scope["state"]["said"], body)
        if asked is None:
            return None
        client = scope.get("client")
        try:
            if wait := self._limits.take(caller, client[0] if client else None):
                raise TooManyRequests(wait)
            return shortcut.answer(asked)
        except DomainError as error:
            return from_domain(error, self._public_url)
