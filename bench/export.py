"""The session log of a region as one stream, beside COPY of the same rows."""

import subprocess
import time
from collections.abc import Iterator

import httpx
import sqlalchemy as sa

from bench.figures import Plan, Rounds, Row
from bench.intakes import durable, prepared
from bench.processes import MIB, OTHER_CORE, SERVICE_CORE, Server, on_core, service
from tests.postgres import Cluster

ENTRIES = 1_000_000
REGION = "AM22"
TOKEN = "Bearer demo-werkcentrum-AM22"  # noqa: S105 - everybody knows it
MOST_ROUNDS = 3
"""A million entries take their time."""

# Straight into the tables: written one by one, each in its transaction, they would take an hour.
FILL = f"""
SET session_replication_role = replica;
INSERT INTO session_log_counter VALUES ('{REGION}', {ENTRIES});
INSERT INTO session_log_entry
  (region, number, at, type, intake_pseudonym, outcome, purpose, origin_sector, target_sector)
SELECT '{REGION}', n, timestamptz '2026-01-01' + n * interval '20 seconds', 'intake_completed',
  md5(n::text)::uuid, 'warm_referral', 'other_sector', 'schoonmaak', 'ouderenzorg'
FROM generate_series(1, {ENTRIES}) AS n;
"""  # noqa: S608 - made of constants
COPY = f"COPY (SELECT * FROM session_log_entry WHERE region = '{REGION}' ORDER BY number) TO STDOUT"  # noqa: S608 - likewise


def export(plan: Plan) -> Iterator[Row]:
    """Read a log of 1,000,000 entries as NDJSON."""
    with durable() as cluster:
        url = prepared(plan, cluster, "service")
        name = str(sa.make_url(url).database)
        with cluster.as_superuser(name) as connection:
            for statement in (*filter(str.strip, FILL.split(";")), "VACUUM ANALYZE"):
                connection.execute(statement.encode())
        with service(plan.scratch, url, core=SERVICE_CORE) as server:
            before = server.memory
            server.forget_peak()
            rounds = Rounds.of(
                min(plan.rounds, MOST_ROUNDS),
                lambda: _exported(server),
                lambda: _copied(cluster, url),
            )
            grown = (server.peak - before) / MIB
    yield rounds.row("session log export (entries/s)", target=0.2)
    yield Row(
        name="session log export, growth of the service (MiB; at most)",
        value=grown,
        target=50,
        at_most=True,
        told=f"from {before / MIB:.0f} MiB",
    )


def _exported(server: Server) -> float:
    begin = time.perf_counter()
    with (
        on_core(OTHER_CORE),
        httpx.stream(
            "GET",
            f"{server.url}/v1/regions/{REGION}/session-log",
            headers={"Accept": "application/x-ndjson", "Authorization": TOKEN},
            timeout=60,
        ) as answer,
    ):
        lines = sum(chunk.count(b"\n") for chunk in answer.raise_for_status().iter_raw())
    if lines != ENTRIES:
        raise RuntimeError(f"{lines} entries came of {ENTRIES}")
    return lines / (time.perf_counter() - begin)


def _copied(cluster: Cluster, url: str) -> float:
    begin = time.perf_counter()
    where = sa.make_url(url)
    with on_core(OTHER_CORE):
        subprocess.run(  # noqa: S603 - our own arguments, no shell
            [
                cluster.binaries / "psql",
                *("-h", str(where.host), "-p", str(where.port), "-U", "postgres", "-q"),
                *("-c", COPY, str(where.database)),
            ],
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return ENTRIES / (time.perf_counter() - begin)
