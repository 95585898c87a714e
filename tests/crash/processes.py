"""Service and dispatcher in processes of their own that may be killed: forked from an import.

That one has made what every process makes as well (tests.crash.warm), so a test can afford thirty
starts. A real start is what tests.server.ServerProcess does.
"""

import argparse
import http.client
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from multiprocessing import connection
from pathlib import Path

from app import cli
from app.config import load_settings
from tests import identity
from tests.crash.mutants import CHANGES
from tests.crash.outbox_mutants import CHANGES_OF_THE_OUTBOX
from tests.server import hold_port

SECONDS_TO_START = 60
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.crash.processes", "tests.crash.warm", "pytest"])


class _Process:
    """A process to be killed and started again; its log lines go to one file."""

    def __init__(self, database_url: str, log: Path, *changes: str, **settings: str) -> None:
        """Do nothing yet. `changes` are names of what to spoil, see tests.crash.mutants."""
        self.log = log
        self._changes = changes
        self._environment = {
            "PATH": os.environ["PATH"],
            "GIDS_DEMO": "1",
            "GIDS_DATABASE_URL": database_url,
            # Requests get in each other's way as much as they can.
            "GIDS_DATABASE_TURNS": "20",
            "GIDS_LOG_LEVEL": "WARNING",
            "GIDS_OIDC_ISSUERS": identity.AS_JSON,
            "GIDS_RATE_ANONYMOUS": "1000000",
            "GIDS_RATE_IDENTIFIED": "1000000",
            "GIDS_ERASURE_LIST": os.environ["GIDS_ERASURE_LIST"],
            "GIDS_MAIL_FOLDER": str(log.parent / "mail"),
            **settings,
        }
        self._process: multiprocessing.process.BaseProcess | None = None

    def _begin(self, run: Callable[[], object], *, unchanged: bool) -> None:
        changes = () if unchanged else self._changes
        self._process = FORKS.Process(
            target=_do, args=(run, self._environment, self.log, changes), daemon=True
        )
        self._process.start()

    def died(self, within: float) -> bool:
        """Tell whether it has ended by itself, after waiting for that a moment."""
        return self._process is not None and bool(connection.wait([self._process.sentinel], within))

    def kill(self) -> None:
        """End it as a power cut would, and wait until it is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as an operator would."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None or self._process.pid is None:
            return
        if self._process.is_alive():
            os.kill(self._process.pid, how)
        self._process.join(SECONDS_TO_START)
        self._process.close()
        self._process = None


class ServiceProcess(_Process):
    """The service on one port."""

    def __init__(self, database_url: str, log: Path, *changes: str, **settings: str) -> None:
        """Choose a port, and keep it from others until it is closed."""
        self._held = hold_port()
        self.port: int = self._held.getsockname()[1]
        super().__init__(database_url, log, *changes, GIDS_PORT=str(self.port), **settings)
        self._asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self, *, unchanged: bool = False) -> None:
        """Start it, and wait until it is ready; `unchanged` leaves out what was to be spoilt."""
        self._begin(_serve, unchanged=unchanged)
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if self.died(within=0) or time.monotonic() > deadline:
                raise RuntimeError(f"the service did not start: {self.log.read_text()[-2000:]}")

    def close(self) -> None:
        """End it for good."""
        self.kill()
        self._held.close()

    def _answers(self) -> bool:
        try:
            self._asking.request("GET", "/v1/health/ready")
            return self._asking.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return threading.Event().wait(0.02)
        finally:
            self._asking.close()


class DispatcherProcess(_Process):
    """What `gids worker` is: the dispatcher alone."""

    def start(self, *, unchanged: bool = False) -> None:
        """Start it, and wait for nothing."""
        self._begin(_deliver, unchanged=unchanged)


def _serve() -> None:
    cli._run(load_settings(), workers=1)


def _deliver() -> None:
    cli._worker(argparse.Namespace())


def _do(
    run: Callable[[], object], environment: dict[str, str], log: Path, changes: tuple[str, ...]
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    for change in changes:
        (CHANGES | CHANGES_OF_THE_OUTBOX)[change]()
    run()
