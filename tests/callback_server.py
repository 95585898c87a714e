"""A receiver of webhooks on a real socket, and a network in which its address is a public one."""

import socket
import ssl
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import timedelta
from typing import Any, NamedTuple

import trustme

from app.egress import Egress
from tests.conftest import TestClock

PUBLIC = "93.184.215.14"
"""An address of the public internet, that tests never reach."""

SECONDS_TO_STOP = 10


def answer(status: str, *headers: str, body: bytes = b"") -> bytes:
    """Write an answer of HTTP/1.1."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1") + body


NO_CONTENT = answer("204 No Content")


class Received(NamedTuple):
    """A request as it came in."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> list[str]:
        """Every value of this header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


class CallbackServer:
    """Answers each request the same way; keeps what came in, in the order it came.

    The answer is bytes, or a function that writes to the connection until `stopped` is set or the
    other side is gone; without one, nothing is read either.
    """

    def __init__(self, answer: "Answer", port: int) -> None:
        self.answer = answer
        self.port = port
        self.connections = 0
        self.names: list[str | None] = []
        self.requests: list[Received] = []
        self.stopped = threading.Event()

    def drip(self, connection: socket.socket, piece: bytes) -> None:
        """Write this again and again, with moments between."""
        while not self.stopped.wait(0.02):
            connection.sendall(piece)

    def serve(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Take one connection after another until the listener is shut."""
        if tls is not None:
            tls.sni_callback = self._note_name
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            connection.settimeout(SECONDS_TO_STOP)
            with connection, suppress(OSError):
                if tls is None:
                    self._talk(connection)
                else:
                    with tls.wrap_socket(connection, server_side=True) as secured:
                        self._talk(secured)

    def _note_name(self, _socket: object, name: str | None, _context: object) -> None:
        self.names.append(name)

    def _talk(self, connection: socket.socket) -> None:
        if self.answer is None:
            self.stopped.wait(SECONDS_TO_STOP)
            return
        head, body = b"", b""
        while b"\r\n\r\n" not in head:
            if not (piece := connection.recv(65536)):
                return
            head += piece
        head, _, body = head.partition(b"\r\n\r\n")
        line, *rows = head.decode("latin-1").split("\r\n")
        pairs = [row.split(": ", 1) for row in rows]
        received = Received(line, [(key, value) for key, value in pairs], body)
        length = int(received.header("Content-Length")[0])
        while len(body) < length:
            body += connection.recv(65536)
        self.requests.append(received._replace(body=body))
        if isinstance(self.answer, bytes):
            connection.sendall(self.answer)
        else:
            self.answer(self, connection)


Answer = bytes | Callable[[CallbackServer, socket.socket], None] | None


def shows(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Make the TLS of a server with this certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(tls)
    return tls


def trusts(authority: trustme.CA) -> ssl.SSLContext:
    """Make the TLS of a client that believes this authority alone."""
    return ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())


@contextmanager
def receiving(
    answer: Answer = NO_CONTENT,
    tls: ssl.SSLContext | None = None,
) -> Iterator[CallbackServer]:
    """Serve from a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = CallbackServer(answer, listener.getsockname()[1])
        thread = threading.Thread(target=server.serve, args=(listener, tls))
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            listener.shutdown(socket.SHUT_RDWR)  # a thread that waits in accept() sees no close()
            thread.join(SECONDS_TO_STOP)


class Trap:
    """A listening socket that nobody should connect to."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        listener.setblocking(False)  # noqa: FBT003 - the only way to say it
        self.port: int = listener.getsockname()[1]
        self._caught = 0

    def caught(self) -> int:
        """How many connections were made: each waits here from the moment it is made."""
        with suppress(BlockingIOError):
            while True:
                self._listener.accept()[0].close()
                self._caught += 1
        return self._caught


@contextmanager
def trap() -> Iterator[Trap]:
    """Listen without ever answering."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Trap(listener)


class Network:
    """Names and addresses as a test has them; keeps what was asked of it.

    found: where every name is: a list for each time it is asked, the last one for ever.
    leads_to: the port on this machine at which an address is, or every address.
    """

    def __init__(self, leads_to: int | dict[str, int], *found: Collection[str]) -> None:
        self._leads_to = leads_to
        self._found = found or ((PUBLIC,),)
        self.asked: list[str] = []
        self.dialled: list[tuple[str, int]] = []

    def resolve(self, host: str, port: int, **_: object) -> list[Any]:
        """Answer as socket.getaddrinfo does."""
        self.asked.append(host)
        found = self._found[min(len(self.asked), len(self._found)) - 1]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in found
        ]

    def dial(self, address: str, port: int) -> tuple[str, int]:
        """Lead to this machine."""
        self.dialled.append((address, port))
        ports = self._leads_to
        return "127.0.0.1", ports if isinstance(ports, int) else ports[address]


@contextmanager
def calling(
    authority: trustme.CA, hosts: Mapping[str, Collection[str]]
) -> Iterator[Callable[..., Egress]]:
    """Make what calls, in a network, with other arguments where a test gives them."""
    with ExitStack() as stack:

        def make(network: Network, **others: Any) -> Egress:
            arguments = {
                "hosts": hosts,
                "timeout": timedelta(seconds=10),
                "clock": TestClock(),
                "tls": trusts(authority),
                "resolve": network.resolve,
                "dial": network.dial,
                **others,
            }
            return stack.enter_context(closing(Egress(**arguments)))

        yield make
