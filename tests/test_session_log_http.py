"""A session log of 200,000 entries is read as a stream, in memory that stays flat."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import insert, text

from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.domain.terms import LogEntryType, Mode, Outcome, Purpose
from app.models import SessionLogCounter, SessionLogEntry
from app.services.session_log import BATCH_OF_LINES
from tests.conftest import ENGINES, MONDAY, filled_database
from tests.identity import WhoeverMay
from tests.server import ServerProcess

ENTRIES = 200_000
MEBIBYTES = 50
REGION = "AM22"
ELSEWHERE = "AM01"
OF_EVERY_TYPE = "AM02"
URL = f"/regions/{REGION}/session-log"

# Ten entries tell of one intake; the trigger that keeps the numbers gapless sees each of them.
FILL = {
    "sqlite": """
        INSERT INTO session_log_entry (region, number, at, type, intake_pseudonym, session_number)
        WITH RECURSIVE n (number) AS
            (SELECT 1 UNION ALL SELECT number + 1 FROM n WHERE number < :entries)
        SELECT :region, number,
            strftime('%Y-%m-%d %H:%M:%f', :begin, '+' || number || ' seconds'),
            CASE number % 10 WHEN 1 THEN 'intake_completed' ELSE 'session_moved' END,
            printf('%032x', (number - 1) / 10), CASE number % 10 WHEN 1 THEN NULL ELSE 1 END
        FROM n ORDER BY number""",
    "postgresql": """
        INSERT INTO session_log_entry (region, number, at, type, intake_pseudonym, session_number)
        SELECT :region, number, CAST(:begin AS timestamptz) + number * interval '1 second',
            CASE number % 10 WHEN 1 THEN 'intake_completed' ELSE 'session_moved' END,
            CAST(lpad(to_hex((number - 1) / 10), 32, '0') AS uuid),
            CASE number % 10 WHEN 1 THEN NULL ELSE 1 END
        FROM generate_series(1, :entries) AS number ORDER BY number""",
}


def entry(number: int) -> dict[str, Any]:
    """Say what the entry with this number tells."""
    first = number % 10 == 1
    return {
        "number": number,
        "at": (MONDAY + timedelta(seconds=number)).isoformat().replace("+00:00", "Z"),
        "type": "intake_completed" if first else "session_moved",
        "intake": str(UUID(int=(number - 1) // 10)),
        "outcome": None,
        "purpose": None,
        "originSectorId": None,
        "targetSectorId": None,
        "sessionNumber": None if first else 1,
        "mode": None,
        "provisionId": None,
        "reason": None,
    }


def of_every_type() -> list[dict[str, Any]]:
    """Return an entry of each type without any fact, and one with each, in awkward letters."""
    everything = {
        "outcome": Outcome.guidance,
        "purpose": Purpose.other_work,
        "session_number": 3,
        "mode": Mode.in_person,
        "origin_sector": "zorg",
        "target_sector": "caf\u00e9 \U0001f600",
        "provision_id": "a/b'c\"d\\e",
        "reason": "\t\n\r\b\f\x01\x1f\x7f\x85\u2028<&>",
    }
    told = product(LogEntryType, (dict.fromkeys(everything), everything))
    return [
        {
            "region": OF_EVERY_TYPE,
            "number": number,
            "at": MONDAY + timedelta(seconds=number - 0.000001),
            "type": one,
            "intake_pseudonym": uuid4(),
            **facts,
        }
        for number, (one, facts) in enumerate(told, start=1)
    ]


@pytest.fixture(scope="module", params=ENGINES)
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """Run the service on a database in which a region has a long log."""
    url = filled_database(request.param, request, tmp_path_factory.mktemp("log"))
    database = Database(Settings(database_url=url))
    values = {"region": REGION, "entries": ENTRIES, "begin": MONDAY.isoformat()}
    with database.engine.execution_options(sees=EVERY_REGION).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO session_log_counter (region, last_number) VALUES (:region, :entries)"
            ),
            values,
        )
        connection.execute(text(FILL[request.param]), values)
        entries = of_every_type()
        connection.execute(
            insert(SessionLogCounter), {"region": OF_EVERY_TYPE, "last_number": len(entries)}
        )
        connection.execute(insert(SessionLogEntry), entries)
    database.dispose()
    service = ServerProcess(url)
    service.start()
    yield service
    service.stop()


class Memory:
    """How much a process has in memory, and how much it had at most since a moment."""

    def __init__(self, pid: int) -> None:
        self._proc = Path(f"/proc/{pid}")
        (self._proc / "clear_refs").write_text("5")  # the peak begins anew (proc(5))
        self._before = self._mebibytes("VmRSS")

    def grown(self) -> float:
        """Return by how much the peak is above what it was."""
        return self._mebibytes("VmHWM") - self._before

    def _mebibytes(self, name: str) -> float:
        found = re.search(rf"{name}:\s+(\d+) kB", (self._proc / "status").read_text())
        assert found, name
        return int(found[1]) / 1024


def test_a_long_log_is_streamed_whole_and_in_order_in_flat_memory(service: ServerProcess) -> None:
    with httpx.Client(base_url=service.url, timeout=60, auth=WhoeverMay()) as client:
        assert client.get(URL, headers={"Accept": "text/csv"}, params={"limit": 5000}).is_success
        memory = Memory(service.pid)

        with client.stream("GET", URL, headers={"Accept": "application/x-ndjson"}) as answer:
            assert answer.headers["Content-Type"] == "application/x-ndjson"
            count = 0
            for count, line in enumerate(answer.iter_lines(), start=1):
                if count % 997 in {0, 1} or count > ENTRIES - 3:
                    assert json.loads(line) == entry(count)
                else:
                    assert line.startswith(f'{{"number":{count},')
            assert count == ENTRIES
        assert memory.grown() < MEBIBYTES

        begin = ENTRIES - 50_000
        csv_from = {"after": begin}
        with client.stream("GET", URL, headers={"Accept": "text/csv"}, params=csv_from) as answer:
            assert answer.headers["Content-Type"].startswith("text/csv")
            rows = csv.reader(answer.iter_lines())
            assert next(rows) == list(entry(1))
            for count, row in enumerate(rows, start=begin + 1):
                assert row[0] == str(count)
            assert count == ENTRIES
        assert memory.grown() < MEBIBYTES


def test_pages_and_streams_of_a_long_log_tell_the_same(service: ServerProcess) -> None:
    with httpx.Client(base_url=service.url, timeout=60, auth=WhoeverMay()) as client:
        memory = Memory(service.pid)
        after: str | None = str(ENTRIES - 50_000)
        pages = []
        while after is not None:
            page = client.get(URL, params={"after": after, "limit": 1000}).json()
            pages += [one["number"] for one in page["items"]]
            after = page["next"]
        assert pages == list(range(ENTRIES - 50_000 + 1, ENTRIES + 1))
        for query in ({"after": 123_456, "limit": 3}, {"after": ENTRIES - 2}):
            expected = [entry(number) for number in range(query["after"] + 1, ENTRIES + 1)][:3]
            assert client.get(URL, params=query).json()["items"] == expected
            lines = client.get(URL, params=query, headers={"Accept": "application/x-ndjson"}).text
            assert [json.loads(line) for line in lines.splitlines()] == expected
            table = client.get(URL, params=query, headers={"Accept": "text/csv"}).text
            rows = list(csv.DictReader(StringIO(table)))
            told = [{k: "" if v is None else str(v) for k, v in one.items()} for one in expected]
            assert rows == told
        assert memory.grown() < MEBIBYTES


def test_a_line_is_an_entry_of_a_page_byte_for_byte(service: ServerProcess) -> None:
    url = f"/regions/{OF_EVERY_TYPE}/session-log"
    with httpx.Client(base_url=service.url, timeout=60, auth=WhoeverMay()) as client:
        page = client.get(url, params={"limit": 1000}).content
        lines = client.get(url, headers={"Accept": "application/x-ndjson"}).content
    assert len(json.loads(page)["items"]) == 2 * len(LogEntryType)
    assert lines.endswith(b"}\n")
    assert b'{"items":[' + b",".join(lines[:-1].split(b"\n")) + b'],"next":null}' == page


def test_lines_end_where_they_are_told_to(service: ServerProcess) -> None:
    with httpx.Client(base_url=service.url, timeout=60, auth=WhoeverMay()) as client:
        for query, numbers in (
            ({"after": ENTRIES}, range(0)),
            ({"after": ENTRIES + 5, "limit": 1}, range(0)),
            ({"after": 7, "limit": BATCH_OF_LINES + 3}, range(8, BATCH_OF_LINES + 11)),
            ({"after": ENTRIES - BATCH_OF_LINES}, range(ENTRIES - BATCH_OF_LINES + 1, ENTRIES + 1)),
        ):
            told = client.get(URL, params=query, headers={"Accept": "application/x-ndjson"}).text
            assert [json.loads(line)["number"] for line in told.splitlines()] == list(numbers)


def test_whoever_stops_reading_halfway_holds_up_nobody(service: ServerProcess) -> None:
    with httpx.Client(base_url=service.url, timeout=60, auth=WhoeverMay()) as client:
        for _ in range(30):  # more than there are connections to the database
            with client.stream("GET", URL, headers={"Accept": "application/x-ndjson"}) as answer:
                assert next(answer.iter_lines()).startswith('{"number":1,')
        body = {"originSector": "bouw", "employment": "self_employed", "region": ELSEWHERE}
        made = client.post("/intakes", json=body, headers={"Idempotency-Key": "k"})
        assert made.status_code == 201
        page = client.get(f"/regions/{ELSEWHERE}/session-log").json()
        types = [one["type"] for one in page["items"]]
        assert types == ["intake_completed", *["session_planned"] * 3]
