"""A web site on this machine that plays the issuer, well or badly."""

import json
import ssl
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc.jwk import Key

from tests.services.forge import published

DISCOVERY = "/.well-known/openid-configuration"


class Site:
    """Answers what `pages` says, once `open` is set; keeps what it was asked."""

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        site = self
        self.drips = False
        self.heard = threading.Event()
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        self.sent: list[str] = []
        self.open = threading.Event()
        self.open.set()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.requestline.split()[1]  # self.path has lost a double slash
                site.asked.append(path)
                site.heard.set()
                site.open.wait(20)
                status, headers, body = site.pages.get(path, (404, {}, b""))
                with suppress(ConnectionError):  # who asked may not have waited
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    for byte in body if site.drips else ():
                        self.wfile.write(bytes([byte]))
                        threading.Event().wait(0.01)
                    self.wfile.write(b"" if site.drips else body)

            def do_POST(self) -> None:
                site.sent.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.do_GET()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
                """Keep the output of the tests clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate is not None:
            self._server.socket = certificate.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        scheme = "http" if certificate is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"
        self.answer(DISCOVERY, {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"})

    def answer(self, path: str, document: object, status: int = 200, **headers: str) -> None:
        """Answer with this document from now on."""
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.pages[path] = (status, headers, body)

    def publish(self, *keys: Key) -> None:
        """Answer with these keys from now on."""
        self.answer("/jwks", published(*keys))

    def close(self) -> None:
        """Stop answering; nobody listens any more."""
        self.open.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
