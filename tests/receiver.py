"""The receiver that docs/integration.md shows, run as whoever copies it from there runs it."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.server import ROOT, SECONDS_TO_START, hold_port

PAGE = ROOT / "docs" / "integration.md"

OTHER_CLOCK = """import time
real = time.time
time.time = lambda: real() + {ahead}
"""


def source() -> str:
    """Take the program from the page."""
    (program,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return str(program)


class Receiver:
    """A process of it, to be killed and started again; `secret` and `log_url` hold at its start.

    `now`: what its clock then says, where that is not the real time.
    """

    def __init__(
        self, folder: Path, *, log_url: str, secret: str, token: str, now: datetime | None = None
    ) -> None:
        self.secret = secret
        self._log_url = log_url
        self._held = hold_port()
        self._port: int = self._held.getsockname()[1]
        self._kept = folder / "kept.db"
        self._token = folder / "token"
        self._program = folder / "receiver.py"
        self._program.write_text(source())
        ahead = 0.0 if now is None else (now - datetime.now(UTC)).total_seconds()
        # Read by every Python at its start (docs.python.org, site).
        (folder / "sitecustomize.py").write_text(OTHER_CLOCK.format(ahead=ahead))
        self._process: subprocess.Popen[bytes] | None = None
        self.renew(token)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}/"

    def renew(self, token: str) -> None:
        """Write another token, which it reads at once."""
        self._token.write_text(token)

    def start(self) -> None:
        """Start it, and wait until it has caught up and listens."""
        self._process = subprocess.Popen(  # noqa: S603 - the program of our own page
            [sys.executable, str(self._program)],
            env={
                "PATH": os.environ["PATH"],
                "WEBHOOK_SECRET": self.secret,
                "LOG_URL": self._log_url,
                "TOKEN_FILE": str(self._token),
                "KEPT_IN": str(self._kept),
                "PORT": str(self._port),
                "PYTHONPATH": str(self._program.parent),
            },
        )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                message = f"the receiver did not start (exit code {self._process.poll()})"
                raise RuntimeError(message)
            threading.Event().wait(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(SECONDS_TO_START)
            self._process = None

    def close(self) -> None:
        """End it for good."""
        self.kill()
        self._held.close()

    def entries(self) -> list[Any]:
        """Read what it kept, in order."""
        database = sqlite3.connect(self._kept)
        try:
            rows = database.execute("SELECT told FROM entry ORDER BY number").fetchall()
        finally:
            database.close()
        return [json.loads(told) for (told,) in rows]

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=5).close()
        except ConnectionRefusedError:
            return False
        return True
