"""From records to the catalogue that the rule reads."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from app.catalogue.checks import Contents, findings
from app.catalogue.faults import CatalogueError, Fault
from app.catalogue.records import MODELS, Record, identity
from app.domain.catalogue import Catalogue


def build(records: Iterable[Record]) -> Catalogue:
    """Return the catalogue of these records, in their order.

    Raises CatalogueError with every fault at once: in a record, between records, an id twice.
    """
    everything = list(records)
    faults = list(_identity_faults(everything))
    # One dictionary per kind; the values are the models of that kind.
    valid: dict[str, dict[str, Any]] = {kind: {} for kind in MODELS}
    for record in everything:
        if record.kind not in MODELS:
            continue
        try:
            model = MODELS[record.kind].model_validate(record.document)
        except ValidationError as error:
            faults.extend(_validation_faults(record, error))
        else:
            valid[record.kind][record.id] = model
    contents = _contents(everything, valid)
    files = {(record.kind, record.id): record.file for record in everything}
    faults.extend(
        Fault(files[kind, name], name, where, what)
        for kind, name, where, what in findings(contents)
    )
    if faults:
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


def _identity_faults(records: Sequence[Record]) -> Iterator[Fault]:
    count = Counter((record.kind, record.id) for record in records)
    for record in records:
        if record.kind not in MODELS:
            yield Fault(record.file, record.id, "", f"unknown kind of record {record.kind!r}")
            continue
        if identity(record.kind, record.document) != record.id:
            yield Fault(record.file, record.id, "id", "the document has another id")
        if count[record.kind, record.id] > 1:
            yield Fault(record.file, record.id, "id", f"more than one {record.kind} has this id")


def _validation_faults(record: Record, error: ValidationError) -> Iterator[Fault]:
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        where = list(fault["loc"])
        # Pydantic names the kind of condition after its place in the list; that is no field.
        if where[:1] == ["conditions"] and len(where) > len(("conditions", "place")):
            del where[2]
        yield Fault(record.file, record.id, ".".join(map(str, where)), fault["msg"])


def _contents(records: Iterable[Record], valid: Mapping[str, Mapping[str, Any]]) -> Contents:
    known: dict[str, set[str]] = {kind: set() for kind in MODELS}
    for record in records:
        known.setdefault(record.kind, set()).add(record.id)
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


def _catalogue(valid: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    values = {
        kind: {name: model.value() for name, model in models.items()}
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
