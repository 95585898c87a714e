"""The examples of the API document as requests: a good one for every operation of the contract."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from app.domain.reference import reference_of
from app.schemas.examples import Exchange, exchanges

RANDOM = re.compile(
    r"(?<!/)\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    r"|\bwhsec_[A-Za-z0-9+/]{43}="
)
"""A random id, unlike those of demo advisers; a word of ESCO has a slash before it. Or a secret."""


@dataclass
class Request:
    """What is sent, in parts that a test can spoil; path and query by name, body as JSON."""

    operation: str
    method: str
    template: str
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def copy(self) -> "Request":
        """Return one that can be changed without changing this one."""
        return deepcopy(self)

    def send(self, client: httpx.Client) -> httpx.Response:
        """Ask it."""
        url = self.template
        for name, value in self.path.items():
            url = url.replace(f"{{{name}}}", value)
        headers, content = self.headers, None
        if self.body is not None:
            # Escaped, so that it can hold what UTF-8 cannot.
            headers, content = (
                {"Content-Type": "application/json", **headers},
                json.dumps(self.body),
            )
        return client.request(
            self.method, url, params=self.query or None, headers=headers, content=content
        )


class Story:
    """Tells the examples, in order, to a service; its random ids stand for those shown."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, item in client.get("/openapi.json").json()["paths"].items()
            for method, operation in item.items()
        }
        self._real: dict[str, str] = {}

    def requests(self) -> list[Request]:
        """Return the requests that end well, unsent, with the ids as shown or as learnt."""
        return [self._request(exchange) for exchange in exchanges() if exchange.status < 400]

    def tell(self) -> Iterator[tuple[Exchange, Request, httpx.Response]]:
        """Ask what each example asks, learning the ids from the answers."""
        for exchange in exchanges():
            request = self._request(exchange)
            answer = request.send(self._client)
            shown = exchange.answer
            self._learn(shown if isinstance(shown, str) else json.dumps(shown), answer.text)
            yield exchange, request, answer

    def as_shown(self, real: str) -> str:
        """Put the ids of the examples in the place of the real ones."""
        shown_for = {real: shown for shown, real in self._real.items()}
        assert len(shown_for) == len(self._real), "two ids of the examples are one real id"
        for theirs, ours in shown_for.items():
            if theirs.startswith("whsec_"):
                continue
            # The number of a case follows from its id.
            real = real.replace(reference_of(UUID(theirs)), reference_of(UUID(ours)))
        return RANDOM.sub(lambda found: shown_for.get(found[0], found[0]), real)

    def _request(self, exchange: Exchange) -> Request:
        method, path, operation = self._operations[exchange.operation]
        request = Request(exchange.operation, method, path, headers={"Accept": exchange.accept})
        if exchange.caller is not None:
            request.headers["Authorization"] = f"Bearer {exchange.caller}"
        places = {one["name"]: one["in"] for one in operation.get("parameters", ())}
        for name, value in exchange.parameters.items():
            if places[name] == "path":
                request.path[name] = self._as_real(str(value))
            elif places[name] == "query":
                request.query[name] = value
            else:
                request.headers[name] = str(value)
        if exchange.body is not None:
            request.body = json.loads(self._as_real(json.dumps(exchange.body)))
        return request

    def _learn(self, shown: str, real: str) -> None:
        for ours, theirs in zip(RANDOM.findall(shown), RANDOM.findall(real), strict=False):
            self._real.setdefault(ours, theirs)

    def _as_real(self, shown: str) -> str:
        return RANDOM.sub(lambda found: self._real.get(found[0], found[0]), shown)
