"""More than the machine can do: what is served stays as it was, the rest is told to wait."""

from collections.abc import Iterator
from itertools import chain, cycle
from statistics import median

from bench import questions
from bench.answers import thousand
from bench.figures import Plan, Row
from bench.load import Load
from bench.processes import MIB
from bench.questions import Request

CONNECTIONS = 200
KEEP = 5
"""Every fifth connection keeps intakes, the others search and check: they do not wait in turns."""
MAY_BE_TOLD = frozenset({200, 201, 429, 503})
STAYS = 1.5
"""The median of the last third beside that of the first: more would be a queue that grows."""
FLAT = 50
"""MiB: as much as an export may take."""


def overload(plan: Plan) -> Iterator[Row]:
    """Ask on 200 connections at once, without a pause, to search, to check and to keep."""
    seconds = plan.overload_seconds
    # One adviser who keeps thousands of intakes a minute is told to wait, as in earnest.
    with thousand(plan, {"GIDS_RATE_IDENTIFIED": ""}) as server:
        third = seconds / 3
        load = Load.on(
            server.url, _mixed(), seconds=seconds, connections=CONNECTIONS, once_only=True
        )
        weights = load.every(third, lambda: server.memory / MIB)
        heard = load.heard()
    others = sum(count for status, count in heard.statuses.items() if status not in MAY_BE_TOLD)
    first, last = (
        median(heard.served(since=begin, until=begin + third)) for begin in (0, 2 * third)
    )
    told = ", ".join(f"{count:,} times {status}" for status, count in heard.statuses.most_common())
    yield Row(
        name="overload, errors but 429 or 503 with Retry-After (at most)",
        value=others + heard.broken + heard.without_retry_after,
        target=0,
        at_most=True,
        told=f"{CONNECTIONS} connections, {seconds} s: {told}",
    )
    yield Row(
        name="overload, median in the last third beside the first (ms; at most)",
        value=last,
        baseline=first,
        ratio=last / first,
        target=STAYS,
        at_most=True,
    )
    yield Row(
        name="overload, growth of memory after the first third (MiB; at most)",
        value=weights[-1] - weights[0],
        target=FLAT,
        at_most=True,
        told=" to ".join(f"{weight:.0f}" for weight in weights),
    )


def _mixed() -> list[Request]:
    kept = cycle(questions.intakes())
    searched, checked = questions.searches(next(questions.different_queries())), questions.checks()
    read = chain.from_iterable(zip(searched, checked, strict=False))
    return [next(kept if place % KEEP == 0 else read) for place in range(CONNECTIONS * KEEP * 5)]
