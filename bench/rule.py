"""The rule alone, without a service around it: how it grows with the catalogue."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from random import Random

from app.catalogue import build, load
from app.domain.catalogue import Catalogue
from app.domain.person import Person
from app.domain.rule import check_provisions
from app.domain.terms import Employment, JobLoss
from bench import catalogues
from bench.figures import Plan, Rounds, Row
from bench.processes import SERVICE_CORE, on_core

PEOPLE = 2_000
"""Whoever comes again is judged afresh: the rule by itself remembers nobody."""


def rule(plan: Plan) -> Iterator[Row]:
    """Check for somebody at 100,000 provisions in 1,000 sectors, and at those of today."""
    today = load()
    grown = build(catalogues.hundred_thousand())
    with on_core(SERVICE_CORE):
        rounds = Rounds.of(plan.rounds, _Checks(grown, plan.seconds), _Checks(today, plan.seconds))
    name = f"the rule, 100,000 provisions beside {len(today.provisions)} (µs; at most)"
    yield rounds.row(name, target=3, at_most=True)


class _Checks:
    """Called, it checks for so many seconds, and returns microseconds of CPU per check."""

    def __init__(self, catalogue: Catalogue, seconds: float) -> None:
        self._catalogue = catalogue
        self._seconds = seconds
        self._people = cycle(_people(catalogue))
        self._day = datetime.now(UTC).date()
        self._check(PEOPLE)

    def __call__(self) -> float:
        done = 0
        begin = time.process_time()
        while time.process_time() < begin + self._seconds:
            done += self._check(100)
        return (time.process_time() - begin) / done * 1e6

    def _check(self, times: int) -> int:
        for _ in range(times):
            check_provisions(next(self._people), self._catalogue, on=self._day)
        return times


def _people(catalogue: Catalogue) -> list[Person]:
    """Make people of every sector, no two with the same answers."""
    chance = Random(PEOPLE)  # noqa: S311 - the same every time is what is asked
    sectors = list(catalogue.sectors)
    found: dict[Person, None] = {}
    while len(found) < PEOPLE:
        person = Person(
            origin=chance.choice(sectors),
            target=chance.choice((None, chance.choice(sectors))),
            target_named=True,
            employment=chance.choice(tuple(Employment)),
            job_loss=chance.choice(tuple(JobLoss)),
            years_of_service=chance.randrange(40),
        )
        found[person] = None
    return list(found)
