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

ROOM = 8 * 1024 * 1024
"""Bytes of answers a process keeps; the ones asked for longest ago go first."""

ASKED_ONCE = 1024
"""Of so many questions it is remembered that they were asked. An answer is kept the second time:
most of what people type nobody types again, and it would push out what everybody asks."""

LONGEST_KEY = 1024
"""Bytes of a query string with an Accept header; what is longer is answered, and not kept."""

WORTH_PACKING = 1024
"""Bytes; a smaller body would hardly fit in fewer packets."""

LEVEL = 5
OVERHEAD = 2048
"""Bytes an answer takes beside its body, with the longest key."""

LARGEST_PART = 8
"""No answer may take more than one such part of the room: a few would push out all others."""

TAG_LENGTH = 32
"""Of a SHA-256, for which processors have instructions: half of it tells any two bodies apart."""

_MADE_HERE = frozenset({b"content-length", b"cache-control", b"etag", b"vary"})
_LONG_WAY = frozenset({b"content-length", b"transfer-encoding"})
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_TAGS = re.compile(rf"[ \t,]*(?:{_TAG.pattern}[ \t]*(?:,[ \t,]*|$))*")
_CODING = re.compile(
    r"\s*(gzip|x-gzip|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?", re.IGNORECASE
)

Key = tuple[str, bytes, bytes]
"""Path, query string and Accept header, as they came."""

Headers = tuple[tuple[bytes, bytes], ...]


Held = tuple[object, date]
"""The catalogue that holds, the very object, and the day."""


@dataclass(slots=True)
class Asked:
    """What a request says that decides how a kept answer is given, and what held when it came.

    at_once: a kept answer will do.
    """

    key: Key
    packed: bool
    tags: str
    at_once: bool
    of: Held


@dataclass(slots=True)
class Kept:
    """An answer `200`, as the app gave it, with what was made of it since."""

    headers: Headers
    body: bytes
    tag: str
    """Without its quotes."""
    vary: str
    packed: bytes | None = None

    def messages(self, asked: Asked) -> Iterable[Message]:
        """Give it as it was asked: packed or not, or as not changed."""
        packed = asked.packed and len(self.body) >= WORTH_PACKING
        tag = f'"{self.tag}-gzip"' if packed else f'"{self.tag}"'
        told: Headers = (
            (b"cache-control", PUBLIC.encode()),
            (b"vary", self.vary.encode()),
            (b"etag", tag.encode()),
        )
        if asked.tags and is_among(tag, asked.tags):
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

    def __init__(self, holds: Callable[[], Held], *, room: int = ROOM) -> None:
        """`holds` gives the catalogue that holds, the very object, and the day."""
        self._holds = holds
        self._room = room
        self._taken = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()
        self._of: Held | None = None
        self._asked_once: set[int] = set()
        """Hashes only: what was typed once is not kept."""

    def asked(self, scope: Scope) -> Asked | None:
        """Read what a request asks; None when its answer is not kept, whatever it is.

        Call it before the app answers: what is made while the catalogue is replaced is not kept.
        """
        if scope["method"] != "GET":
            return None
        of = self._holds()
        if self._of is None or of[0] is not self._of[0] or of[1] != self._of[1]:
            self._of = of
            self._kept.clear()
            self._taken = 0
        return _asked(scope, self._of)

    def find(self, asked: Asked) -> Iterable[Message] | None:
        """Return the answer to this request, when it was given before and still holds.

        None for a request with a body.
        """
        kept = self._kept.get(asked.key) if asked.at_once else None
        if kept is None:
            return None
        self._kept.move_to_end(asked.key)
        return kept.messages(asked)

    def keeping(self, asked: Asked, send: Send) -> Send:
        """Return a `send` that gives public answers their ETag, and keeps them."""
        start: Message | None = None

        async def sent(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_public(message):
                start = message
            elif start is None:
                await send(message)
            elif message.get("more_body", False):
                await send(start)
                await send(message)
                start = None
            else:
                for one in self._answered(asked, start, message["body"]):
                    await send(one)

        return sent

    def _answered(self, asked: Asked, start: Message, body: bytes) -> Iterable[Message]:
        tag = _header(start, b"etag")
        headers = tuple([pair for pair in start["headers"] if pair[0] not in _MADE_HERE])
        kept = Kept(headers, body, (tag or strong_tag(body)).strip('"'), _varies(start))
        if asked.of is self._of:
            self._keep(asked.key, kept)
        return kept.messages(asked)

    def _keep(self, key: Key, kept: Kept) -> None:
        if (question := hash(key)) not in self._asked_once:
            if len(self._asked_once) == ASKED_ONCE:
                self._asked_once.clear()
            self._asked_once.add(question)
            return
        too_long = len(key[1]) + len(key[2]) > LONGEST_KEY
        if too_long or kept.size > self._room // LARGEST_PART or key in self._kept:
            return
        self._kept[key] = kept
        self._taken += kept.size
        while self._taken > self._room:
            _, gone = self._kept.popitem(last=False)
            self._taken -= gone.size


def strong_tag(told: bytes) -> str:
    """Return the strong ETag of what is told, or of what tells it apart from anything else."""
    return f'"{hashlib.sha256(told, usedforsecurity=False).hexdigest()[:TAG_LENGTH]}"'


def _asked(scope: Scope, of: Held) -> Asked:
    accept, packed, tags, at_once = b"", False, b"", True
    for name, value in scope["headers"]:
        if name == b"accept":
            accept += b"," + value
        elif name == b"accept-encoding":
            packed = packed or takes_gzip(value)
        elif name == b"if-none-match":
            tags += b"," + value
        elif name in _LONG_WAY:
            at_once = False
    key = scope["path"], scope["query_string"], accept
    return Asked(key, packed, tags.decode("latin-1"), at_once, of)


def takes_gzip(accepts: bytes) -> bool:
    """Whether a packed body is welcome: gzip by name, or anything when gzip is not named."""
    weights = {
        found[1].lower().removeprefix("x-"): float(found[2] or 1)
        for element in accepts.decode("latin-1").split(",")
        if (found := _CODING.fullmatch(element))
    }
    return weights.get("gzip", weights.get("*", 0)) > 0


def is_among(tag: str, tags: str) -> bool:
    """Whether a client has this already (RFC 9110, 13.1.2: compared weakly; * is any)."""
    if tags.strip(" \t,") == "*":
        return True
    return bool(_TAGS.fullmatch(tags)) and tag in _TAG.findall(tags)


def _is_public(start: Message) -> bool:
    return start["status"] == HTTPStatus.OK and any(
        name == b"cache-control" and value == PUBLIC.encode() for name, value in start["headers"]
    )


def _header(start: Message, name: bytes) -> str | None:
    return next((value.decode() for known, value in start["headers"] if known == name), None)


def _varies(start: Message) -> str:
    """Add to what the route itself goes by: one of several media types, say."""
    own = _header(start, b"vary")
    return f"{own}, Accept-Encoding" if own else "Accept-Encoding"


def _start(status: int, headers: Headers) -> Message:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def _body(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body}
