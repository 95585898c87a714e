"""Processes to be measured, each kept to a core: the service, the baseline, the load generator.

Linux tells through /proc what they use.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Self

import httpx

from tests.server import free_port

ROOT = Path(__file__).resolve().parent.parent
CORES = sorted(os.sched_getaffinity(0))
SERVICE_CORE = CORES[0]
OTHER_CORE = CORES[-1]
SECONDS_TO_START = 300
SECONDS_TO_STOP = 60
POLL_SECONDS = 0.005
MIB = 2**20

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

NO_LIMIT = "1000000000"
RATE = {"GIDS_RATE_ANONYMOUS": NO_LIMIT, "GIDS_RATE_IDENTIFIED": NO_LIMIT}
"""One load generator stands for many askers, so nobody is told to wait."""


def need_two_cores() -> None:
    """Refuse to measure where the load would take the time of what it measures.

    Raises:
        SystemExit: this process may use one core only.

    """
    if SERVICE_CORE == OTHER_CORE:
        raise SystemExit(
            f"needs two cores, one for the service and one for the load; there is {SERVICE_CORE}"
        )


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Let what is started here run on one core only; None: wherever there is room."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before if core is None else {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def memory_of(pid: int | str) -> int:
    """Return the bytes of memory a process has now (resident); "self" is this one."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def peak_of(pid: int | str) -> int:
    """Return the bytes it had at the most, since it began or was told to forget."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


class Server:
    """A server that was started, with the processes it started itself."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        """Use `started` or one of the functions below."""
        self._process = process
        self.url = url
        self.seconds_to_ready = 0.0

    @classmethod
    def started(
        cls,
        command: list[str],
        environment: Mapping[str, str],
        *,
        port: int,
        log: Path,
        core: int | None,
        path: str,
    ) -> Self:
        """Start a command, and wait until it answers at `path`.

        Raises:
            RuntimeError: it ended, or never answered; with what it wrote.

        """
        begin = time.monotonic()
        with on_core(core), log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
                [sys.executable, "-m", *command],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
                cwd=log.parent,
                stdout=out,
                stderr=out,
            )
        server = cls(process, f"http://127.0.0.1:{port}")
        with httpx.Client(base_url=server.url, timeout=SECONDS_TO_START) as client:
            while not _answers(client, path):
                if process.poll() is not None or time.monotonic() > begin + SECONDS_TO_START:
                    server.stop()
                    raise RuntimeError(f"{' '.join(command)} did not start:\n{log.read_text()}")
                time.sleep(POLL_SECONDS)
        server.seconds_to_ready = time.monotonic() - begin
        return server

    @property
    def pids(self) -> list[int]:
        """The process and its children."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    @property
    def cpu_seconds(self) -> float:
        """What they computed so far."""
        stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2] for pid in self.pids)
        return sum(sum(map(int, stat.split()[11:13])) for stat in stats) / _TICKS

    @property
    def memory(self) -> int:
        """Bytes of memory they have now (resident)."""
        return sum(map(memory_of, self.pids))

    def forget_peak(self) -> None:
        """Let `peak` count from now on."""
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")

    @property
    def peak(self) -> int:
        """Bytes of memory the process itself had at the most."""
        return peak_of(self._process.pid)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it orderly."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        self._process.wait(SECONDS_TO_STOP)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def service(
    folder: Path,
    database_url: str,
    *,
    core: int | None,
    workers: int = 1,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Server:
    """Start the service as an operator does, by `gids serve`, in demo mode.

    `settings` go before what the bench sets itself; an empty one is left as the service has it.
    """
    port = free_port()
    environment = {**settings_of(folder, database_url), "GIDS_PORT": str(port), **RATE, **settings}
    return Server.started(
        ["app.cli", "serve", "--workers", str(workers)],
        {name: value for name, value in environment.items() if value},
        port=port,
        log=folder / f"service-{port}.log",
        core=core,
        path="/v1/health/ready",
    )


def app(factory: str, folder: Path, environment: Mapping[str, str], *, path: str) -> Server:
    """Start an app of the bench itself, as the service is: one process on its core."""
    port = free_port()
    return Server.started(
        [
            *("uvicorn", factory, "--factory", "--port", str(port)),
            *("--no-access-log", "--no-server-header", "--log-level", "warning"),
        ],
        environment,
        port=port,
        log=folder / f"app-{port}.log",
        core=SERVICE_CORE,
        path=path,
    )


def settings_of(folder: Path, database_url: str) -> dict[str, str]:
    """Return the environment of a service, or of a command, in a scratch folder."""
    return {
        "GIDS_DEMO": "1",
        "GIDS_DATABASE_URL": database_url,
        "GIDS_ERASURE_LIST": str(folder / "erasures.log"),
        "GIDS_MAIL_FOLDER": str(folder / "mail"),
    }


def command(folder: Path, database_url: str, *words: str) -> str:
    """Run a `gids` command to its end; return what it said.

    Raises:
        RuntimeError: it failed; with what it wrote.

    """
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [sys.executable, "-m", "app.cli", *words],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            **settings_of(folder, database_url),
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"gids {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _answers(client: httpx.Client, path: str) -> bool:
    try:
        return client.get(path).status_code < httpx.codes.BAD_REQUEST
    except httpx.TransportError:
        return False
