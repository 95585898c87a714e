"""Answers of the open catalogue: strong ETags, `304`, compression, and no work done twice.

A route says with `Cache-Control: public` that its answer follows from the request line, the
catalogue that holds and the day alone. Such an answer is kept until one of the last two changes
(RFC 9110, sections 8.8.3, 12.5.3 and 13.1.2; RFC 9111). Nothing else is kept or compressed: who
can choose a part of an answer that holds a secret could guess the rest from its packed size.
"""

import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from starlette.types import Message, Scope, Send

PUBLIC = "public, max-age=60"
"""Whoever keeps an answer asks again after a minute, and mostly hears `304`."""

ROOM = 16 * 1024 * 1024
"""Bytes of answers a process keeps; the ones asked for longest ago go first."""

LONGEST_KEY = 1024
"""Bytes of a query string with an Accept header; what is longer is answered, and not kept."""

WORTH_PACKING = 1024
"""Bytes; a smaller body would hardly fit in fewer packets."""

LEVEL = 5
OVERHEAD = 1024

TAG_LENGTH = 32
"""Of a SHA-256, for which processors have instructions: half of it tells any two bodies apart."""

_MADE_HERE = frozenset({b"content-length", b"cache-control", b"vary"})
_LONG_WAY = frozenset({b"authorization", b"content-length", b"transfer-encoding"})
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_CODING = re.compile(
    r"\s*(gzip|x-gzip|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?", re.IGNORECASE
)

Key = tuple[str, bytes, bytes]
"""Path, query string and Accept header, as they came."""

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says that decides how a kept answer is given."""

    key: Key
    packed: bool
    tags: str


@dataclass(slots=True)
class Kept:
    """An answer `200`, as the app gave it, with what was made of it since."""

    headers: Headers
    body: bytes
    tag: str
    packed: bytes | None = None

    def messages(self, asked: Asked) -> Iterable[Message]:
        """Give it as it was asked: packed or not, or as not changed."""
        packed = asked.packed and len(self.body) >= WORTH_PACKING
        tag = f'"{self.tag}-gzip"' if packed else f'"{self.tag}"'
        told: Headers = (
            (b"cache-control", PUBLIC.encode()),
            (b"vary", b"Accept-Encoding"),
            (b"etag", tag.encode()),
        )
        if asked.tags and _is_among(tag, asked.tags):
            return (_start(304, told), _body(b""))
        body = self._gzipped() if packed else self.body
        coding: Headers = ((b"content-encoding", b"gzip"),) if packed else ()
        length = ((b"content-length", str(len(body)).encode()),)
        return (_start(200, (*self.headers, *told, *coding, *length)), _body(body))

    def _gzipped(self) -> bytes:
        if self.packed is None:
            self.packed = gzip.compress(self.body, LEVEL, mtime=0)
        return self.packed

    @property
    def size(self) -> int:
        """Bytes it takes, roughly; a packed body is counted beforehand."""
        return 2 * len(self.body) + OVERHEAD


class AnswerCache:
    """What this process has answered of the open catalogue. Used by the event loop alone."""

    def __init__(self, holds: Callable[[], tuple[object, date]], *, room: int = ROOM) -> None:
        """`holds` gives the catalogue that holds, the very object, and the day."""
        self._holds = holds
        self._room = room
        self._taken = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._of: tuple[object, date] | None = None

    def find(self, scope: Scope) -> Iterable[Message] | None:
        """Return the answer to this request, when it was given before and still holds.

        None for whoever shows a token, because it must be looked at, and for a request with a body.
        """
        if not self._kept or scope["method"] != "GET":
            return None
        if any(name in _LONG_WAY for name, _ in scope["headers"]):
            return None
        asked = _asked(scope)
        self._let_go_of_what_was()
        kept = self._kept.get(asked.key)
        if kept is None:
            return None
        self._kept.move_to_end(asked.key)
        return kept.messages(asked)

    def keeping(self, scope: Scope, send: Send) -> Send:
        """Return a `send` that gives public answers their ETag, and keeps them.

        Call it before the app answers: what is made while the catalogue is replaced is not kept.
        """
        if scope["method"] != "GET":
            return send
        of = self._holds()
        held: list[Message] = []

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_public(message):
                held.append(message)
            elif held and not message.get("more_body", False):
                for one in self._answered(scope, held.pop(), message["body"], of):
                    await send(one)
            else:
                for one in (*held, message):
                    await send(one)
                held.clear()

        return sent

    def _answered(
        self, scope: Scope, start: Message, body: bytes, of: tuple[object, date]
    ) -> Iterable[Message]:
        headers = tuple(pair for pair in start["headers"] if pair[0] not in _MADE_HERE)
        tag = hashlib.sha256(body, usedforsecurity=False).hexdigest()[:TAG_LENGTH]
        kept = Kept(headers, body, tag)
        asked = _asked(scope)
        self._let_go_of_what_was()
        if self._of is not None and of[0] is self._of[0] and of[1] == self._of[1]:
            self._keep(asked.key, kept)
        return kept.messages(asked)

    def _let_go_of_what_was(self) -> None:
        holds = self._holds()
        if self._of is None or holds[0] is not self._of[0] or holds[1] != self._of[1]:
            self._of = holds
            self._kept.clear()
            self._taken = 0

    def _keep(self, key: Key, kept: Kept) -> None:
        if len(key[1]) + len(key[2]) > LONGEST_KEY or kept.size > self._room or key in self._kept:
            return
        self._kept[key] = kept
        self._taken += kept.size
        while self._taken > self._room:
            _, gone = self._kept.popitem(last=False)
            self._taken -= gone.size


def _asked(scope: Scope) -> Asked:
    accept, packed, tags = b"", False, b""
    for name, value in scope["headers"]:
        if name == b"accept":
            accept += b"," + value
        elif name == b"accept-encoding":
            packed = packed or _takes_gzip(value)
        elif name == b"if-none-match":
            tags += b"," + value
    return Asked((scope["path"], scope["query_string"], accept), packed, tags.decode("latin-1"))


def _takes_gzip(accepts: bytes) -> bool:
    """Whether a packed body is welcome: gzip by name, or anything when gzip is not named."""
    weights = {
        found[1].lower().removeprefix("x-"): float(found[2] or 1)
        for element in accepts.decode("latin-1").split(",")
        if (found := _CODING.fullmatch(element))
    }
    return weights.get("gzip", weights.get("*", 0)) > 0


def _is_among(tag: str, tags: str) -> bool:
    """Whether a client has this already (RFC 9110, 13.1.2: compared weakly; * is any)."""
    return "*" in tags.replace(" ", "").split(",") or tag in _TAG.findall(tags)


def _is_public(start: Message) -> bool:
    return start["status"] == HTTPStatus.OK and any(
        name == b"cache-control" and value == PUBLIC.encode() for name, value in start["headers"]
    )


def _start(status: int, headers: Headers) -> Message:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def _body(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body}
