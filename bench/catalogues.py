"""Catalogues of any size, made of the real one: its provisions again for other sectors and regions.

Made up, and valid: they go in by `gids catalogue import`, or straight into the rule.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from app.catalogue import Record, read_files

Document = dict[str, Any]

MANY, IN_SECTORS = 100_000, 1_000
"""The catalogue of a country in which every sector has a hundred provisions."""


def thousand() -> list[Record]:
    """Return the real catalogue with a thousand provisions: the real ones again in each region.

    What holds for a sector holds for another one in each region, and says so in its name.
    """
    records = read_files()
    sectors = _documents(records, "sector")
    regions = _documents(records, "region")
    provisions = _documents(records, "provision")
    varied = (
        _varied(one, sectors[(place + 7 * number) % len(sectors)], region["name"], number)
        for number, region in enumerate(regions, 1)
        for place, one in enumerate(provisions)
    )
    return [*records, *_provisions(islice(varied, 1_000 - len(provisions)))]


def hundred_thousand() -> list[Record]:
    """Return the real catalogue grown to 100,000 provisions in 1,000 sectors.

    The sectors are the real tree, again and again; each has as many provisions, and what is there
    for everybody is what is there now.
    """
    records = read_files()
    sectors = _documents(records, "sector")
    provisions = _documents(records, "provision")
    bound = [one for one in provisions if _sectors_of(one)]
    grown = list(islice(_forest(sectors), IN_SECTORS - len(sectors)))
    everywhere = [*sectors, *grown]
    varied = (
        _varied(bound[(number + place) % len(bound)], sector, "", number)
        for number in count(1)
        for place, sector in enumerate(everywhere)
    )
    return [
        *records,
        *(Record("sector", one["id"], one, "sectors-grown.yaml") for one in grown),
        *_provisions(islice(varied, MANY - len(provisions))),
    ]


def first(records: list[Record], provisions: int) -> list[Record]:
    """Return what `hundred_thousand` made, with so many of its provisions."""
    return records[: len(records) - MANY + provisions]


def write(records: list[Record], folder: Path) -> None:
    """Write records as files that `gids catalogue import --folder` reads; JSON is YAML too."""
    folder.mkdir()
    kinds = {"adjacency": "adjacency"}
    for kind in dict.fromkeys(record.kind for record in records):
        key = kinds.get(kind, f"{kind}s" if kind != "municipality" else "municipalities")
        documents = _documents(records, kind)
        text = json.dumps({key: documents}, ensure_ascii=False)
        (folder / f"{kind}.yaml").write_text(text, "utf-8")


def _documents(records: list[Record], kind: str) -> list[Document]:
    return [record.document for record in records if record.kind == kind]


def _provisions(documents: Iterator[Document]) -> Iterator[Record]:
    return (Record("provision", one["id"], one, "provisions-varied.yaml") for one in documents)


def _sectors_of(provision: Document) -> list[str]:
    """Return the sectors a provision asks for, on either side."""
    return list(chain.from_iterable(one.get("sectors", ()) for one in provision["conditions"]))


def _varied(provision: Document, sector: Document, where: str, number: int) -> Document:
    """Make the provision of another sector, when it is of one, or else of another region."""
    made = deepcopy(provision)
    name = [provision["name"], where]
    if _sectors_of(provision):
        name.insert(1, sector["name"])
        for condition in made["conditions"]:
            if condition.get("sectors"):
                condition["sectors"] = [sector["id"]]
    made["id"] = f"{provision['id']}-{sector['id']}-{number}"
    made["name"] = " ".join(filter(None, name))
    made["see_also"] = []
    return made


def _forest(sectors: list[Document]) -> Iterator[Document]:
    """Yield the tree of sectors over and over, each time with names of its own."""
    for number in count(2):
        for sector in sectors:
            parent = sector["parent"]
            yield {
                **sector,
                "id": f"{sector['id']}-{number}",
                "name": f"{sector['name']} {number}",
                "parent": None if parent is None else f"{parent}-{number}",
                "aliases": [],
                "occupations": [],
            }
