"""A catalogue that grows to 100,000 provisions: what loading costs, and whether anybody notices."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import httpx

from app.catalogue import Record
from app.config import Settings
from app.db import opened
from app.domain.access import NO_REGION
from app.services.catalogue import CatalogueWatch, import_catalogue
from bench import catalogues, questions
from bench.answers import real
from bench.figures import Plan, Row
from bench.load import Heard, Load, worst
from bench.processes import (
    MIB,
    OTHER_CORE,
    SERVICE_CORE,
    Server,
    command,
    memory_of,
    on_core,
    peak_of,
)

SIZES = (20_000, 60_000, catalogues.MANY)
"""Two steps of as many provisions: what a load costs anyhow falls out of both."""
FLAT = 1.5
"""The second step beside the first; it would be 2 if time or memory grew with the square."""

A_SECOND = 50
"""Requests per second while the catalogue is replaced: a busy day, and no overload."""
SLOW = 250
"""Milliseconds that somebody who waits for an answer would notice."""
BEFORE, AFTER = 5, 5
"""Seconds of load around a replacement."""
SECONDS_TO_TAKE_OVER = 300
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Loaded:
    """What it cost a process to load a catalogue: seconds of CPU, and bytes of memory."""

    cpu: float
    at_most: int
    stays: int


def loading(plan: Plan) -> Iterator[Row]:
    """Load 20,000, 60,000 and 100,000 provisions, each in a process of its own."""
    records = catalogues.hundred_thousand()
    url = f"sqlite:///{plan.scratch / 'growing.db'}"
    settings = _settings(plan.scratch, url)
    command(plan.scratch, url, "db", "upgrade")
    seen = []
    for size in SIZES:
        _store(settings, catalogues.first(records, size))
        with (
            on_core(SERVICE_CORE),
            ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process,
        ):
            seen.append(process.submit(_loaded, settings).result())
    step = SIZES[1] - SIZES[0]
    took = [(more.cpu - less.cpu) / step * 1e6 for less, more in pairwise(seen)]
    grew = [(more.at_most - less.at_most) / step / 1024 for less, more in pairwise(seen)]
    whole = seen[-1]
    yield _flat(
        "loading, CPU a provision from 60,000 to 100,000 beside 20,000 to 60,000 (µs; at most)",
        took,
        f"{whole.cpu:.1f} s of CPU for {SIZES[-1]:,}",
    )
    yield _flat(
        "loading, memory a provision likewise (KiB; at most)",
        grew,
        f"{whole.at_most / MIB:.0f} MiB at the most for {SIZES[-1]:,},"
        f" of which {whole.stays / MIB:.0f} stay",
    )


def swap(plan: Plan) -> Iterator[Row]:
    """Replace the catalogue by one of 100,000 provisions, and that by another, while people ask."""
    large = catalogues.hundred_thousand()
    # Every process reads all of it again, whatever has changed.
    other = [*large[:-1], _renamed(large[-1])]
    with real(plan, "swapped") as (server, url):
        settings = _settings(plan.scratch, url)
        queries = questions.searches(next(questions.different_queries()))
        asked = [one for pair in zip(queries, questions.checks(), strict=False) for one in pair]
        Load.on(server.url, asked, seconds=plan.seconds).heard()  # once warm
        load = Load.on(
            server.url,
            asked,
            seconds=3 * SECONDS_TO_TAKE_OVER,
            connections=A_SECOND,
            every_second=True,
        )
        time.sleep(BEFORE)
        weights = [server.memory]
        begins, took = [], []
        for records in (large, other):
            server.forget_peak()
            begins.append(time.time())
            took.append(_replaced(server, settings, records))
            time.sleep(AFTER)
            weights += [server.peak, server.memory]
        load.stop()
        heard = load.heard()
    failed = len(heard.answers) - len(heard.served()) + heard.broken
    before, peak, after, second_peak, second_after = (weight / MIB for weight in weights)
    yield Row(
        name="swap to 100,000 provisions and to as many others, failed requests (at most)",
        value=failed,
        target=0,
        at_most=True,
        told=f"of {len(heard.answers):,}",
    )
    first, second = begins
    quiet = _times(heard, 0, first)
    yield _slowest(
        "swap to 100,000 provisions, slowest request (ms; at most)",
        _times(heard, first, second),
        f"before it {quiet}; taken over in {took[0]:.0f} s;"
        f" {before:.0f} MiB before, {peak:.0f} at the most, {after:.0f} after",
    )
    yield _slowest(
        "swap of 100,000 provisions for as many others, slowest request (ms; at most)",
        _times(heard, second, float("inf")),
        f"taken over in {took[1]:.0f} s; {second_peak:.0f} MiB at the most,"
        f" {second_after:.0f} after",
    )


@dataclass(frozen=True, slots=True)
class _Times:
    """Milliseconds that answers took."""

    median: float
    hundredth: float
    slowest: float

    def __str__(self) -> str:
        return f"{self.median:.0f}, {self.hundredth:.0f} and {self.slowest:.0f}"


def _times(heard: Heard, since: float, until: float) -> _Times:
    """Return how long answers took that came between two moments, in seconds since the epoch.

    That is what was asked from the first on, and what was still waiting for an answer by then.
    """
    return _Times(*worst(heard.served(since=since - heard.began, until=until - heard.began)))


def _slowest(name: str, times: _Times, told: str) -> Row:
    return Row(
        name=name,
        value=times.slowest,
        target=SLOW,
        at_most=True,
        told=f"median, 99th percentile and slowest: {times}; {told}",
    )


def _flat(name: str, steps: Sequence[float], told: str) -> Row:
    first, second = steps
    return Row(
        name=name,
        value=second,
        baseline=first,
        ratio=second / first,
        target=FLAT,
        at_most=True,
        told=told,
    )


def _loaded(settings: Settings) -> Loaded:
    """Load the catalogue as a process of the service does; say what it cost this one."""
    with opened(settings) as database:
        small, begin = memory_of("self"), time.process_time()
        watch = CatalogueWatch(database)
        took = time.process_time() - begin
        if not watch.knowledge.catalogue.provisions:
            raise RuntimeError("nothing was loaded")
        return Loaded(took, peak_of("self") - small, memory_of("self") - small)


def _replaced(server: Server, settings: Settings, records: Sequence[Record]) -> float:
    """Import a catalogue beside the service; return how many seconds it then took to be taken over.

    Raises:
        RuntimeError: it took too long.

    """
    with on_core(OTHER_CORE):
        _store(settings, records)
    stored = time.time()
    with httpx.Client(base_url=server.url, timeout=SECONDS_TO_TAKE_OVER) as client:
        while client.get(f"/v1/provisions/{records[-1].id}").status_code != httpx.codes.OK:
            if time.time() > stored + SECONDS_TO_TAKE_OVER:
                raise RuntimeError("the catalogue was not taken over")
            time.sleep(POLL_SECONDS)
    return time.time() - stored


def _store(settings: Settings, records: Sequence[Record]) -> None:
    with opened(settings) as database, database.write(NO_REGION) as session:
        import_catalogue(session, records, now=datetime.now(UTC))


def _renamed(provision: Record) -> Record:
    name = f"{provision.id}-renamed"
    return replace(provision, id=name, document={**provision.document, "id": name})


def _settings(folder: Path, url: str) -> Settings:
    return Settings(demo=True, database_url=url, erasure_list=folder / "erasures.log")
