"""What the bench asks: made of the words of the catalogue, the same in every run."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from random import Random
from typing import Any
from urllib.parse import quote

from app.catalogue import load, vocabulary
from app.domain.terms import Employment, JobLoss

DIFFERENT = 10_000
POPULAR = 200
BODIES = 2_000
"""No two alike; a process keeps the answer of none."""

TOKEN = "Bearer demo-adviser"  # noqa: S105 - everybody knows it

Request = dict[str, Any]
"""As autocannon takes one: method, path, headers, body."""


def searches(queries: Iterable[str]) -> list[Request]:
    """Ask for the first 25 provisions for each of these."""
    return [{"path": f"/v1/provisions?q={quote(query)}"} for query in queries]


def with_headers(asked: Iterable[Request], headers: Mapping[str, str]) -> list[Request]:
    """Ask the same with these headers as well."""
    return [{**one, "headers": {**one.get("headers", {}), **headers}} for one in asked]


def checks(count: int = BODIES) -> list[Request]:
    """Ask what there is for so many people, no two with the same answers."""
    return [_post("/v1/provision-checks", body) for body in islice(_people(), count)]


def intakes() -> list[Request]:
    """Keep the same intake, which leads to a warm referral, in each region."""
    return [
        _post(
            "/v1/intakes",
            {"originSector": "schoonmaak", "employment": "employee", "region": region},
            {"Authorization": TOKEN},
        )
        for region in regions()
    ]


def regions() -> list[str]:
    """Return the codes of the regions, in the order of `intakes`."""
    return list(load().regions)


def different_queries() -> Iterator[tuple[str, ...]]:
    """Yield 10,000 queries, and 10,000 others, and so on; no two of them all are the same.

    They are needs and jobs together, a fifth with a slip.
    """
    chance = Random(10_000)  # noqa: S311 - the same every time is what is asked
    seen: set[str] = set()
    while True:
        found: list[str] = []
        while len(found) < DIFFERENT:
            need, place = chance.choice(_needs()), chance.choice(_places())
            query = chance.choice(
                (f"{need} {place}", f"{place} {need}", f"ik werk in {place}, is er {need}?")
            )
            if chance.random() < 1 / 5:
                query = _slipped(query, chance)
            if query not in seen:
                seen.add(query)
                found.append(query)
        yield tuple(found)


@cache
def popular_queries() -> tuple[str, ...]:
    """Return the 200 that everybody asks: a need or a sector alone."""
    names = (sector.name.lower() for sector in load().sectors.values())
    chosen = dict.fromkeys((*names, *_needs()))
    return tuple(islice(chosen, POPULAR))


@cache
def _needs() -> tuple[str, ...]:
    return tuple(said for need in vocabulary().needs for said in (*need.find, *need.say))


@cache
def _places() -> tuple[str, ...]:
    """Return sectors and jobs, in every word for them."""
    return tuple(
        word
        for sector in load().sectors.values()
        for word in (
            sector.name.lower(),
            *sector.aliases,
            *(occupation.name for occupation in sector.occupations),
        )
    )


def _slipped(query: str, chance: Random) -> str:
    """Leave a letter out, as a hasty finger does."""
    place = chance.randrange(1, len(query))
    return query[:place] + query[place + 1 :]


def _people() -> Iterator[dict[str, Any]]:
    chance = Random(2_000)  # noqa: S311 - likewise
    catalogue = load()
    sectors = list(catalogue.sectors)
    municipalities = [one.name for one in catalogue.municipalities.values()]
    skills = [one.name for one in catalogue.skills.values()]
    seen: set[str] = set()
    while True:
        body = {
            "originSector": chance.choice(_places()),
            "targetSector": chance.choice((None, *sectors)),
            "skills": chance.sample(skills, chance.randrange(4)),
            "employment": chance.choice(tuple(Employment)),
            "jobLoss": chance.choice(tuple(JobLoss)),
            "municipality": chance.choice(municipalities),
            "yearsOfService": chance.randrange(40),
        }
        written = json.dumps(body)
        if written not in seen:
            seen.add(written)
            yield body


def _post(path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Request:
    return {
        "method": "POST",
        "path": path,
        "headers": {"Content-Type": "application/json", **(headers or {})},
        "body": json.dumps(body, ensure_ascii=False),
    }
