"""From records to the catalogue that the rule reads."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from app.catalogue.checks import Contents, findings
from app.catalogue.faults import CatalogueError, Fault
from app.catalogue.records import MODELS, Record, identity
from app.domain.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a record stands, what it is stored as, and what its document says that it is."""

    kind: str
    id: str
    file: str
    said: str | None


def build(records: Iterable[Record]) -> Catalogue:
    """Return the catalogue of these records, in their order.

    No document is kept, so records that are read one by one need little room.

    Raises CatalogueError with every fault at once: in a record, between records, an id twice.
    """
    places: list[_Place] = []
    invalid: list[Fault] = []
    # One dictionary per kind; the values are the models of that kind.
    valid: dict[str, dict[str, Any]] = {kind: {} for kind in MODELS}
    for record in records:
        said = identity(record.kind, record.document)
        places.append(_Place(record.kind, record.id, record.file, said))
        if record.kind not in MODELS:
            continue
        try:
            model = MODELS[record.kind].model_validate(record.document)
        except ValidationError as error:
            invalid.extend(_validation_faults(record, error))
        else:
            valid[record.kind][record.id] = model
    files = {(place.kind, place.id): place.file for place in places}
    between = (
        Fault(files[kind, name], name, where, what)
        for kind, name, where, what in findings(_contents(places, valid))
    )
    if faults := [*_identity_faults(places), *invalid, *between]:
        raise CatalogueError(faults)
    return _catalogue(valid)


def digest(records: Iterable[Record]) -> str:
    """Return the SHA-256 of what the records say, whatever files or order they stand in."""
    content = sorted(
        json.dumps(
            [record.kind, record.id, record.document],
            ensure_ascii=False,
            separators=(",", ":"),
            sort_keys=True,
        )
        for record in records
    )
    return sha256("\n".join(content).encode()).hexdigest()


def _identity_faults(places: Sequence[_Place]) -> Iterator[Fault]:
    count = Counter((place.kind, place.id) for place in places)
    for place in places:
        if place.kind not in MODELS:
            yield Fault(place.file, place.id, "", f"unknown kind of record {place.kind!r}")
            continue
        if place.said != place.id:
            yield Fault(place.file, place.id, "id", "the document has another id")
        if count[place.kind, place.id] > 1:
            yield Fault(place.file, place.id, "id", f"more than one {place.kind} has this id")


def _validation_faults(record: Record, error: ValidationError) -> Iterator[Fault]:
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        where = list(fault["loc"])
        # Pydantic names the kind of condition after its place in the list; that is no field.
        if where[:1] == ["conditions"] and len(where) > len(("conditions", "place")):
            del where[2]
        yield Fault(record.file, record.id, ".".join(map(str, where)), fault["msg"])


def _contents(places: Iterable[_Place], valid: Mapping[str, Mapping[str, Any]]) -> Contents:
    known: dict[str, set[str]] = {kind: set() for kind in MODELS}
    for place in places:
        known.setdefault(place.kind, set()).add(place.id)
    known["occupation"] = {
        occupation.id for sector in valid["sector"].values() for occupation in sector.occupations
    }
    return Contents(
        known=known,
        sectors=valid["sector"],
        organisations=valid["organisation"],
        adjacency=valid["adjacency"],
        municipalities=valid["municipality"],
        skills=valid["skill"],
        profiles=valid["profile"],
        provisions=valid["provision"],
    )


def _catalogue(valid: Mapping[str, dict[str, Any]]) -> Catalogue:
    # Each model goes when its value is there: of many, both together would take twice the room.
    values = {
        kind: {name: models.pop(name).value() for name in list(models)}
        for kind, models in valid.items()
        if kind != "source"
    }
    return Catalogue(
        sectors=values["sector"],
        organisations=values["organisation"],
        adjacency=tuple(values["adjacency"].values()),
        regions=values["region"],
        municipalities=values["municipality"],
        provisions=values["provision"],
        skills=values["skill"],
        profiles=values["profile"],
    )
