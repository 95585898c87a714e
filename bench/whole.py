"""The service as a whole: how soon it is ready, what it takes, and a catalogue that grows."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx

from app.config import Settings
from app.db import opened
from app.domain.access import NO_REGION
from app.services.catalogue import import_catalogue
from bench import catalogues, questions
from bench.answers import real
from bench.figures import Plan, Row
from bench.load import Load, worst
from bench.processes import MIB, OTHER_CORE, Server, on_core

A_SECOND = 50
"""Requests per second while the catalogue is replaced: a busy day, and no overload."""
SLOW = 250
"""Milliseconds that somebody who waits for an answer would notice."""
BEFORE, AFTER = 5, 3
"""Seconds of load around it."""
SECONDS_TO_TAKE_OVER = 300
POLL_SECONDS = 0.05


def start(plan: Plan) -> Iterator[Row]:
    """Start, until the service says that it is ready."""
    took, cpu = [], []
    for _ in range(plan.rounds + 1):
        with real(plan) as (server, _):
            took.append(server.seconds_to_ready)
            cpu.append(server.cpu_seconds)
    del took[0], cpu[0]  # it warmed the disk
    yield Row(
        name="start to ready (s; at most)",
        value=median(took),
        target=1.5,
        at_most=True,
        told=f"{min(took):.2f} to {max(took):.2f}; CPU {median(cpu):.2f} s",
    )


def memory(plan: Plan) -> Iterator[Row]:
    """Weigh a process that has answered all kinds of questions about the real catalogue."""
    with real(plan) as (server, _):
        fresh = server.memory
        asked = questions.searches(questions.different_queries())
        heard = Load.on(server, [*asked, *questions.checks()], seconds=2 * plan.seconds).heard()
        yield Row(
            name="memory of a process (MiB; at most)",
            value=server.memory / MIB,
            target=150,
            at_most=True,
            told=f"{fresh / MIB:.0f} when it was ready, then {len(heard.answers):,} answers",
        )


def swap(plan: Plan) -> Iterator[Row]:
    """Replace the catalogue by one of 100,000 provisions while people ask."""
    records = catalogues.hundred_thousand()
    with real(plan, "swapped") as (server, url):
        queries = questions.searches(questions.different_queries())
        asked = [one for pair in zip(queries, questions.checks(), strict=False) for one in pair]
        Load.on(server, asked, seconds=plan.seconds).heard()  # once warm
        load = Load.on(server, asked, seconds=SECONDS_TO_TAKE_OVER, rate=A_SECOND)
        time.sleep(BEFORE)
        small = server.memory
        begins = time.time()
        with (
            on_core(OTHER_CORE),
            opened(_settings(plan.scratch, url)) as database,
            database.write(NO_REGION) as session,
        ):
            import_catalogue(session, records, now=datetime.now(UTC))
        stored = time.time()
        _wait_for(server, records[-1].id)
        taken_over = time.time()
        time.sleep(AFTER)
        load.stop()
        heard = load.heard()
        peak = server.peak
    failed = len(heard.answers) - len(heard.served()) + heard.broken
    quiet = worst(heard.served(until=begins - heard.began))
    during = worst(heard.served(since=stored - heard.began, until=taken_over - heard.began))
    grown = f"{small / MIB:.0f} MiB before, {peak / MIB:.0f} at the most"
    took = f"taken over in {taken_over - stored:.1f} s"
    yield Row(
        name="swap to 100,000 provisions, failed requests (at most)",
        value=failed,
        target=0,
        at_most=True,
        told=f"of {len(heard.answers)}; {took}; {grown}",
    )
    yield Row(
        name="swap to 100,000 provisions, slowest request (ms; at most)",
        value=during[2],
        target=SLOW,
        at_most=True,
        told="median, 99th percentile and slowest: "
        + ", ".join(f"{number:.0f}" for number in during)
        + "; before it "
        + ", ".join(f"{number:.0f}" for number in quiet),
    )


def _settings(folder: Path, url: str) -> Settings:
    return Settings(demo=True, database_url=url, erasure_list=folder / "erasures.log")


def _wait_for(server: Server, provision: str) -> None:
    """Wait until the service knows this provision.

    Raises:
        RuntimeError: it took too long.

    """
    deadline = time.monotonic() + SECONDS_TO_TAKE_OVER
    with httpx.Client(base_url=server.url, timeout=60) as client:
        while client.get(f"/v1/provisions/{provision}").status_code != httpx.codes.OK:
            if time.monotonic() > deadline:
                raise RuntimeError("the catalogue was not taken over")
            time.sleep(POLL_SECONDS)
