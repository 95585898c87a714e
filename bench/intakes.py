"""Keeping an intake on PostgreSQL, beside pgbench that sends the same statements."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path

import sqlalchemy as sa

from bench import questions
from bench.figures import Plan, Rounds, Row
from bench.load import CONNECTIONS, Order, Side
from bench.processes import CORES, command, service
from bench.statements import captured, script
from tests.postgres import Cluster

_PER_SECOND = re.compile(r"tps = ([0-9.]+)")
_FAILED = re.compile(r"number of failed transactions: 0 ")


@contextmanager
def durable() -> Iterator[Cluster]:
    """Run a PostgreSQL that has a commit on disk before it says so."""
    cluster = Cluster.start(durable=True)
    try:
        yield cluster
    finally:
        cluster.stop()


def prepared(plan: Plan, cluster: Cluster, name: str) -> str:
    """Make a database with the real catalogue; return its address."""
    url = cluster.create_database(name)
    command(plan.scratch, url, "db", "upgrade")
    command(plan.scratch, url, "catalogue", "import")
    return url


def intakes(plan: Plan) -> Iterator[Row]:
    """Keep intakes in all regions, with 16 clients and a process per core."""
    asked = questions.intakes()
    with durable() as cluster:
        url = prepared(plan, cluster, "service")
        said = captured(url, plan.scratch, asked[0])
        with service(plan.scratch, url, core=None, workers=len(CORES)) as server:
            Side(server, repeat(asked), 1, status=201, once_only=True)
        other = cluster.create_database("pgbench", template="service")
        with cluster.as_superuser("pgbench") as connection:
            written = script(said, connection)
            # The statements are those of a region that has a log already.
            connection.cursor().executemany(
                "INSERT INTO session_log_counter VALUES (%s, 0) ON CONFLICT DO NOTHING",
                [(region,) for region in questions.regions()],
            )
        scripts = _of_each_region(plan.scratch / "scripts", written, questions.regions())
        with service(plan.scratch, url, core=None, workers=len(CORES)) as server:
            rounds = Rounds.of(
                plan.rounds,
                ours := Side(
                    server,
                    repeat(asked),
                    plan.seconds,
                    order=Order.ANY,  # pgbench takes a region at random, whoever has it now
                    status=201,
                    once_only=True,
                ),
                lambda: _pgbench(cluster, other, scripts, plan.seconds),
            )
        told = f"{len(said[0])} statements; {ours.told()}"
        yield rounds.row("intakes on PostgreSQL (transactions/s)", target=0.5, told=told)


def _of_each_region(folder: Path, written: str, regions: list[str]) -> list[Path]:
    """Write the script once for each region: each has a log and a lock of its own."""
    folder.mkdir()
    files = []
    for region in regions:
        file = folder / f"{region}.sql"
        file.write_text(written.replace(f"'{regions[0]}'", f"'{region}'"))
        files.append(file)
    return files


def _pgbench(cluster: Cluster, url: str, scripts: list[Path], seconds: int) -> float:
    """Return how many transactions per second pgbench does, with statements prepared once."""
    where = sa.make_url(url)
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [
            cluster.binaries / "pgbench",
            *("--no-vacuum", "--protocol=prepared", f"--client={CONNECTIONS}"),
            *(f"--jobs={len(CORES)}", f"--time={seconds}"),
            *(f"--file={file}" for file in scripts),
            *("-h", str(where.host), "-p", str(where.port), "-U", str(where.username)),
            str(where.database),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = _PER_SECOND.search(done.stdout)
    if done.returncode or found is None or not _FAILED.search(done.stdout):
        raise RuntimeError(f"pgbench failed:\n{done.stdout}{done.stderr}")
    return float(found[1])
