"""The world outside: a real mail server and a real receiver of webhooks; both keep what arrives."""

import hmac
import json
import quopri
import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from tests.mailbox_server import MailServer, mail_server

AT_THE_DESK = "@loket.example"
"""What the addresses of receiving desks end with."""

_LINK = re.compile(r"/overdracht/([A-Za-z0-9_-]{52})")
_MESSAGE_ID = re.compile(rb"^Message-ID: <([0-9a-f-]{36})@", re.MULTILINE)
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Arrival(NamedTuple):
    """One message as it came in: its id, where, and what an event told."""

    id: UUID
    place: str
    told: Mapping[str, Any]


@dataclass
class Outside:
    """What came in by mail and by calls, each in its order; `forged` calls have no right signature.

    `secrets` says with which secret calls to a place are signed, as it was shown: `whsec_...`.
    """

    mail: MailServer
    url: str
    secrets: dict[str, str] = field(default_factory=dict)
    calls: list[Arrival] = field(default_factory=list)
    forged: list[str] = field(default_factory=list)
    _links: list[str] = field(default_factory=list)
    _read: int = 0
    _reading: threading.Lock = field(default_factory=threading.Lock)

    @property
    def letters(self) -> list[Arrival]:
        """What came in by mail."""
        return [Arrival(_id_of(one.content), one.to[0], {}) for one in self.mail.received]

    def links(self) -> list[str]:
        """The last parts of the addresses at which desks were asked to answer."""
        with self._reading:
            for one in self.mail.received[self._read :]:
                self._read += 1
                if one.to[0].endswith(AT_THE_DESK):
                    self._links += _LINK.findall(quopri.decodestring(one.content).decode())
            called = [_LINK.search(one.told.get("answerUrl", "")) for one in list(self.calls)]
            return [*self._links, *(found[1] for found in called if found)]

    def take(self, place: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep a call that is signed as Standard Webhooks 1.0.0 has it."""
        message, at, signatures = (headers.get(name, "") for name in _HEADERS)
        secret = b64decode(self.secrets[place].removeprefix("whsec_"))
        digest = hmac.digest(secret, f"{message}.{at}.".encode() + body, "sha256")
        if f"v1,{b64encode(digest).decode()}" in signatures.split():
            self.calls.append(Arrival(UUID(message), place, json.loads(body)["data"]))
        else:
            self.forged.append(message)


def _id_of(content: bytes) -> UUID:
    found = _MESSAGE_ID.search(content)
    assert found is not None, content
    return UUID(found[1].decode())


@contextmanager
def outside(folder: Path) -> Iterator[Outside]:
    """Listen, each in threads of its own; what is cut off halfway never arrived."""

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) == length:
                place.take(self.path.strip("/"), self.headers, body)  # type: ignore[arg-type]  # a Message has get()
                self.send_response(204)
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            """Say nothing: who called was killed."""

    with Server(("127.0.0.1", 0), Take) as server, mail_server(folder, "smtp+plain") as mail:
        place = Outside(mail, f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield place
        finally:
            server.shutdown()
            thread.join()
