"""The change feed of the catalogue: every import tells what it added, changed and removed."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from app.catalogue import Record, read_files
from app.db import Database
from app.domain.access import EVERY_REGION
from app.services.catalogue import import_catalogue
from tests.conftest import MONDAY

CHANGED = "schoonmaak-loopbaancheck"
LATER = MONDAY + timedelta(days=1)


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """The reviewed records."""
    return read_files()


def stored(database: Database, records: list[Record]) -> None:
    with database.write(EVERY_REGION) as session:
        import_catalogue(session, records, now=LATER)


def told(client: httpx.Client, after: int) -> list[dict[str, object]]:
    """Ask on until nothing comes any more, as who keeps a copy does."""
    items: list[dict[str, object]] = []
    while True:
        page = client.get("/catalogue-changes", params={"after": after, "limit": 100}).json()
        items += page["items"]
        if not page["next"]:
            return items
        after = int(page["next"])


def test_the_first_import_adds_every_record(client: httpx.Client, records: list[Record]) -> None:
    items = told(client, 0)
    assert [one["number"] for one in items] == list(range(1, len(records) + 1))
    assert [(one["kind"], one["id"]) for one in items] == [(one.kind, one.id) for one in records]
    assert {one["type"] for one in items} == {"added"}
    assert {one["catalogueVersion"] for one in items} == {1}


def test_a_later_import_tells_what_is_new_other_or_gone(
    client: httpx.Client, database: Database, records: list[Record]
) -> None:
    seen = len(records)
    kept = [one for one in records if one.kind != "adjacency"]
    gone = [("adjacency", one.id) for one in records if one.kind == "adjacency"]
    other = [
        replace(one, document={**one.document, "summary": "Anders."}) if one.id == CHANGED else one
        for one in kept
    ]
    moved = [replace(one, file="elders.yaml") for one in other]
    stored(database, moved)
    items = told(client, seen)
    assert [one["number"] for one in items] == list(range(seen + 1, seen + len(gone) + 2))
    assert (items[0]["type"], items[0]["kind"], items[0]["id"]) == ("changed", "provision", CHANGED)
    assert [(one["kind"], one["id"]) for one in items[1:]] == gone
    assert {one["type"] for one in items[1:]} == {"removed"}
    assert {(one["catalogueVersion"], one["at"]) for one in items} == {(2, "2026-11-24T09:00:00Z")}
    stored(database, moved)
    assert told(client, seen + len(items)) == []
    stored(database, records)
    back = told(client, seen + len(items))
    assert {one["type"] for one in back} == {"added", "changed"}


def test_who_comes_with_a_number_that_is_not_there_is_told_to_begin_again(
    client: httpx.Client, records: list[Record]
) -> None:
    last = len(records)
    assert client.get("/catalogue-changes", params={"after": last}).json()["items"] == []
    refused = client.get("/catalogue-changes", params={"after": last + 1})
    assert refused.status_code == 400
    (fault,) = refused.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("query/after", "unknown")
