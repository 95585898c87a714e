import copy
import json

import pytest

from app.catalogue import Record

CITATION = {"document": "handreiking-2026", "section": "4.3"}
DOCUMENTS = {
    "source": {
        "id": "handreiking-2026",
        "title": "Handreiking",
        "publisher": "Stichting van de Arbeid",
        "date": "2026-05-12",
    },
    "sector": {
        "id": "schoonmaak",
        "name": "Schoonmaak",
        "parent": None,
        "inherits": "yes",
        "aliases": ["poetsen"],
        "occupations": [{"id": "schoonmaker", "name": "Schoonmaker", "aliases": ["poetser"]}],
        "basis": "stated",
        "source": CITATION,
        "note": "alleen voor de lezer",
    },
    "organisation": {
        "id": "abn-amro",
        "name": "ABN AMRO",
        "sector": "schoonmaak",
        "inherits": "uncertain",
        "basis": "inferred",
        "source": CITATION,
    },
    "region": {"code": "AM11", "name": "Rijnmond"},
    "municipality": {"code": "GM0599", "name": "Rotterdam", "region": "AM11"},
    "skill": {"id": "schoonmaken", "name": "Schoonmaken"},
    "profile": {
        "id": "schoonmaker",
        "occupation": "Schoonmaker",
        "esco": "http://data.europa.eu/esco/occupation/1",
        "sector": "schoonmaak",
        "essential": ["schoonmaken"],
        "steps": [{"role": "schoonmaker", "learning": "basisopleiding"}],
        "basis": "inferred",
        "source": CITATION,
    },
    "provision": {
        "id": "schoonmaak-loopbaancheck",
        "name": "Loopbaancheck",
        "summary": "U krijgt gratis hulp van een coach.",
        "building_block": "career_advice",
        "services": ["career_advice"],
        "status": "current",
        "handover": "named",
        "receiver": "Loopbaancoach",
        "ends_on": "2027-01-01",
        "verified_on": "2026-05-12",
        "conditions": [
            {"kind": "works_in", "sectors": ["schoonmaak"], "basis": "stated"},
            {"kind": "must_confirm", "question": "Bent u lid?"},
        ],
        "source": CITATION,
        "stated": ["name", "conditions.works_in"],
        "inferred": ["building_block", "conditions.must_confirm"],
    },
}


@pytest.fixture
def documents():
    """One sound document per kind, free to spoil."""
    return copy.deepcopy(DOCUMENTS)


@pytest.fixture
def records(documents):
    """Turn documents into records, as the files or the database would."""

    def make(**more):
        return [
            Record(
                kind,
                document.get("code") or document["id"],
                json.loads(json.dumps(document)),
                f"{kind}.yaml",
            )
            for kind, document in {**documents, **more}.items()
        ]

    return make


@pytest.fixture
def adjacency():
    """A record of two sectors that are near; `+` joins their ids in alphabetical order."""

    def make(a, b):
        pair = {
            "a": a,
            "b": b,
            "strength": 2,
            "why": "Het werk lijkt op elkaar.",
            "basis": "stated",
        }
        return Record("adjacency", "+".join(sorted([a, b])), pair, "adjacency.yaml")

    return make
