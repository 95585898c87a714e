"""What holds for every request whatever its route: the run-time half of the API Design Rules 2.2.

What an operation takes and gives is read from its route (app/operations.py), as the OpenAPI
document is. This wraps the whole app, because Starlette's own answer to an exception would escape
anything inside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from http import HTTPStatus
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import strict_json
from app.answer_cache import AnswerCache
from app.callers import Callers
from app.cross_origin import CrossOrigin
from app.domain.access import ANONYMOUS, Caller, TooManyRequests, Unauthenticated
from app.domain.errors import Fault, InvalidInput
from app.negotiation import negotiate, understood
from app.observability import CurrentRequest, current_request, log_failure, log_request
from app.openapi import API_PREFIX, API_VERSION, DOCUMENT_PATH
from app.operations import Operation, Path, served_paths
from app.problems import PUBLIC_URL, from_domain, from_status, place
from app.rate_limit import RateLimits

BODY_LIMIT = 64 * 1024
DEFAULT_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer, unless the route set the header itself."""
_DEFAULTS = [
    (name.lower().encode(), value.encode())
    for name, value in {**DEFAULT_HEADERS, "API-Version": API_VERSION}.items()
]


class AnswerInterruptedError(Exception):
    """An answer broke off halfway; the server must close the connection. The cause is logged."""


class ApiRules:
    """The outermost ASGI app: request id, headers, methods, media types, bodies, query keys."""

    def __init__(  # noqa: PLR0913 - what the service is made of, by name
        self,
        app: ASGIApp,
        *,
        api: FastAPI,
        limits: RateLimits,
        answers: AnswerCache,
        callers: Callers,
        public_url: str = PUBLIC_URL,
        body_limit: int = BODY_LIMIT,
        origins: Iterable[str] = (),
        beside: Iterable[Path] = (),
    ) -> None:
        """Wrap the root app, in which `api` is mounted at /v1.

        `callers` says who shows a token or a cookie; `origins` are of web pages; `beside` is what
        is held to these rules and not in the document.
        """
        self._app = app
        self.api = api
        self._limits = limits
        self._answers = answers
        self._callers = callers
        self._public_url = public_url
        self._body_limit = body_limit
        self._cross_origin = CrossOrigin(origins)
        self._beside = tuple(beside)

    @cached_property
    def _paths(self) -> tuple[Path, ...]:
        return (*served_paths(self.api), *self._beside)

    def document(self) -> dict[str, Any]:
        """Return the OpenAPI document, as published."""
        return self.api.openapi()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, log it once, and let no exception out that holds a value."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        headers = Headers(scope=scope)
        request = CurrentRequest(_request_id(headers.getlist("x-request-id")))
        token = current_request.set(request)
        scope.setdefault("state", {})
        more = self._cross_origin.headers(headers)
        answer = _Answer(scope, send, request.request_id, more)
        paths = self._matching(scope["path"])
        try:
            await self._handle(scope, receive, answer, paths)
        except Exception as error:  # noqa: BLE001 - the last one who can answer
            log_failure(error)
            if answer.status is None:
                await from_status(500, self._public_url)(scope, receive, answer.send)
            elif not answer.complete:
                # Without the cause: the server would write its text, with what it holds.
                raise AnswerInterruptedError from None
        finally:
            log_request(
                request,
                method=answer.method,
                route=paths[0].template if paths else None,
                status=answer.status,
                seconds=perf_counter() - started,
            )
            current_request.reset(token)

    @cached_property
    def _fixed(self) -> Mapping[str, list[Path]]:
        """What matches each path that has no parameter, so that most need not be searched for."""
        fixed = (path.template for path in self._paths if "{" not in path.template)
        return {path: self._searched(path) for path in fixed}

    def _matching(self, path: str) -> list[Path]:
        return self._fixed.get(path) or self._searched(path)

    def _searched(self, path: str) -> list[Path]:
        return [known for known in self._paths if known.pattern.fullmatch(path)]

    async def _handle(
        self, scope: Scope, receive: Receive, answer: "_Answer", paths: Sequence[Path]
    ) -> None:
        if answer.method == "HEAD":
            scope = {**scope, "method": "GET"}
        caller = self._callers.known_at_once(scope)
        scope["state"]["known_at_once"] = caller
        asked = self._answers.asked(scope)
        if asked and caller and (kept := self._answers.find(asked)) is not None:
            await self._give(kept, caller, scope, receive, answer)
            return
        operations: dict[str, Operation] = {}
        for path in reversed(paths):
            operations |= path.operations
        operation = operations.get(scope["method"])
        body: bytes | None = None
        refusal = self._refusal(scope, operations)
        if refusal is None and operation and operation.consumes:
            body = await self._read(receive)
            if body is None:
                return
            refusal = self._body_refusal(scope, operation, body)
        if refusal is None and operation:
            said = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            faults = query_faults(said, operation.query)
            scope["state"]["said"] = said
            if body and (fault := strict_json.fault_in(body)):
                faults.append(fault)
            if faults:
                refusal = from_domain(InvalidInput(faults), self._public_url)
        if refusal is not None:
            refusal = self._counted(scope, operation, refusal)
            await refusal(scope, receive, answer.send)
        else:
            receive = receive if body is None else again(body, receive)
            send = self._answers.keeping(asked, answer.send) if asked else answer.send
            await self._app(scope, receive, send)

    async def _give(
        self,
        kept: Iterable[Message],
        caller: Caller,
        scope: Scope,
        receive: Receive,
        answer: "_Answer",
    ) -> None:
        """Give an answer that was given before, to whoever does not ask too often."""
        if wait := self._limits.take(caller, _address(scope)):
            refusal = from_domain(TooManyRequests(wait), self._public_url)
            await refusal(scope, receive, answer.send)
            return
        for message in kept:
            await answer.send(message)

    def _refusal(self, scope: Scope, operations: Mapping[str, Operation]) -> Response | None:
        """What the head of the request alone is answered: a refusal, or a browser's preflight."""
        headers = Headers(scope=scope)
        if operations and scope["method"] not in operations:
            allowed = set(operations) | ({"HEAD"} if "GET" in operations else set())
            if scope["method"] == "OPTIONS" and (
                preflight := self._cross_origin.preflight(headers, allowed)
            ):
                return preflight
            allow = {"Allow": ", ".join(sorted(allowed))}
            return from_status(405, self._public_url, headers=allow)
        operation = operations.get(scope["method"])
        if operation and operation.protected and not self._callers.shown(scope):
            return from_domain(Unauthenticated(), self._public_url)
        for length in headers.getlist("content-length"):
            if length.isdecimal() and float(length) > self._body_limit:
                return from_status(413, self._public_url)
        if operation and operation.produces:
            chosen = negotiate(",".join(headers.getlist("accept")), operation.produces)
            if chosen is None:
                return from_status(406, self._public_url, allowed=operation.produces)
            scope["state"]["media_type"] = chosen
        return None

    def _counted(self, scope: Scope, operation: Operation | None, refusal: Response) -> Response:
        """Count a refusal for who is known, else the address: a token was not looked into yet."""
        if refusal.status_code < HTTPStatus.BAD_REQUEST or (operation and not operation.counted):
            return refusal
        wait = self._limits.take(scope["state"]["known_at_once"] or ANONYMOUS, _address(scope))
        return from_domain(TooManyRequests(wait), self._public_url) if wait else refusal

    async def _read(self, receive: Receive) -> bytes | None:
        """Return the body, at most one byte past the limit kept; None when the caller left."""
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk: bytes = message.get("body", b"")
            body += chunk
            if len(body) > self._body_limit or not message.get("more_body", False):
                return body

    def _body_refusal(self, scope: Scope, operation: Operation, body: bytes) -> Response | None:
        if len(body) > self._body_limit:
            return from_status(413, self._public_url)
        if (body or "content-type" in Headers(scope=scope)) and not understood(
            Headers(scope=scope), operation.consumes
        ):
            return from_status(415, self._public_url, allowed=operation.consumes)
        return None


class _Answer:
    """Sends an answer on with the headers every answer has, and remembers how far it came."""

    def __init__(self, scope: Scope, send: Send, request_id: str, more: Mapping[str, str]) -> None:
        self.method: str = scope["method"]
        self.status: int | None = None
        self.complete = False
        self._send = send
        self._request_id = request_id
        self._state = scope["state"]
        is_document = scope["path"] == API_PREFIX + DOCUMENT_PATH
        self._more = {"Access-Control-Allow-Origin": "*"} if is_document else more

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            said = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *[pair for pair in _DEFAULTS if pair[0] not in said],
                (b"x-request-id", self._request_id.encode()),
                *[(b"set-cookie", one.encode()) for one in self._state.get("cookies", list)()],
            ]
            headers = MutableHeaders(raw=message["headers"])
            for name, value in self._more.items():
                if name == "Vary":
                    headers.add_vary_header(value)
                else:
                    headers[name] = value
        elif message["type"] == "http.response.body":
            self.complete = not message.get("more_body", False)
            if self.method == "HEAD":
                message = {**message, "body": b""}
        await self._send(message)


def query_faults(said: Iterable[tuple[str, str]], known: Mapping[str, bool]) -> list[Fault]:
    """Return a fault for each query key that is not known, or is repeated and may not be."""
    keys = [key for key, _ in said]
    faults = []
    for key in dict.fromkeys(keys):
        if key not in known:
            names = ", ".join(sorted(known)) or "none"
            detail = f"This query key is not known here. Known are: {names}."
            faults.append(Fault(place("query", key), "unknown", detail))
        elif keys.count(key) > 1 and not known[key]:
            faults.append(Fault(place("query", key), "repeated", "Give this query key once."))
    return faults


def again(body: bytes, receive: Receive) -> Receive:
    """Return a receive that gives the body that was read, and then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def _address(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _request_id(said: Sequence[str]) -> str:
    try:
        return str(UUID(said[0])) if said else str(uuid4())
    except ValueError:
        return str(uuid4())
