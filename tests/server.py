"""The app behind a real socket: in a thread for most tests, in processes for the hard ones."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import IO

import httpx
import uvicorn
from starlette.types import ASGIApp

from tests import identity

SECONDS_TO_START = 60

ROOT = Path(__file__).resolve().parent.parent


class _Server(uvicorn.Server):
    """Tells when it listens, or will not."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:  # uvicorn leaves by SystemExit when the app refuses to start
            self.listens.set()


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve the app from a thread; yield its address, and end it orderly."""
    # asyncio sends at once only on what it knows to be TCP; otherwise an answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        if not server.listens.wait(SECONDS_TO_START) or not server.started:
            message = "the app did not start"
            raise RuntimeError(message)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def asked_too_often(ask: Callable[[], httpx.Response], limit: int) -> list[httpx.Response]:
    """Ask until it is too often; at the latest after twice the limit, for a minute may end."""
    answers = [ask()]
    while answers[-1].status_code != HTTPStatus.TOO_MANY_REQUESTS and len(answers) <= 2 * limit:
        answers.append(ask())
    return answers


def free_port() -> int:
    """Give a port at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def hold_port() -> socket.socket:
    """Keep a port for a server that comes and goes, until the socket is closed.

    Nobody is given what is bound. A server that says SO_REUSEADDR, as asyncio and http.server do,
    may listen there all the same, as nothing else does.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


class ServerProcess:
    """The service as an operator runs it, to be killed and started again on one port."""

    def __init__(self, database_url: str, **settings: str) -> None:
        self.port = free_port()
        self._environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "GIDS_DEMO": "1",
            "GIDS_DATABASE_URL": database_url,
            "GIDS_PORT": str(self.port),
            "GIDS_LOG_LEVEL": "WARNING",
            "GIDS_OIDC_ISSUERS": identity.AS_JSON,
            "GIDS_RATE_ANONYMOUS": "1000000",
            "GIDS_RATE_IDENTIFIED": "1000000",
            "GIDS_ERASURE_LIST": os.environ["GIDS_ERASURE_LIST"],
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self, log: IO[bytes] | None = None) -> None:
        """Start it, and wait until it is ready; it writes to `log`, or where we write."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"],
            env=dict(self._environment),
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                message = f"the service did not start (exit code {self._process.poll()})"
                raise RuntimeError(message)
            threading.Event().wait(0.05)

    @property
    def pid(self) -> int:
        """The number of the running process."""
        assert self._process is not None, "the service is not running"
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it as an operator would; returns its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = self._process.wait(SECONDS_TO_START)
        self._process = None
        return code

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=5).is_success
        except httpx.TransportError:
            return False
