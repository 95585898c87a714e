"""Coverage over HTTP: one matrix as JSON and as CSV, and nothing a spreadsheet would run."""

import csv
from io import StringIO
from typing import Any

import httpx
import pytest

from app.routers.coverage import COLUMNS, _as_text

CSV = {"Accept": "text/csv"}


def table(client: httpx.Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/coverage{query}", headers=CSV)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(answer.text)))


def _line(sector: Any, cell: Any, one: Any) -> dict[str, str]:
    told = {
        "sectorId": sector["sectorId"],
        "sector": sector["name"],
        "parentId": sector["parentId"] or "",
        "kind": sector["kind"],
        "buildingBlock": cell["buildingBlock"],
        "status": cell["status"],
    }
    if one is None:
        return told | dict.fromkeys(COLUMNS[len(told) :], "")
    return told | {
        "provisionId": one["provisionId"],
        "provision": one["name"],
        "provisionStatus": one["status"],
        "inherited": str(one["inherited"]).lower(),
        "sourceDocument": one["source"]["document"],
        "sourceSection": one["source"]["section"],
        "verifiedOn": one["verifiedOn"],
        "verifiedRecently": str(one["verifiedRecently"]).lower(),
    }


def test_the_table_has_a_row_for_each_provision_of_each_cell(open_client: httpx.Client) -> None:
    rows = table(open_client)
    assert tuple(rows[0]) == COLUMNS
    found = open_client.get("/coverage").json()
    expected = [
        _line(sector, cell, one)
        for sector in found["sectors"]
        for cell in sector["cells"]
        for one in cell["provisions"] or [None]
    ]
    assert {tuple(one["buildingBlock"] for one in row["cells"]) for row in found["sectors"]} == {
        tuple(found["buildingBlocks"])
    }
    assert rows == expected
    assert {one["status"] for one in rows} >= {"arranged", "uncertain", "ended", "none_known"}


def test_a_sector_may_be_said_as_people_say_it(open_client: httpx.Client) -> None:
    for said in ("schoonmaak", "Schoonmaak", "poetsen"):
        ids = [one["sectorId"] for one in table(open_client, f"?sector={said}")]
        assert list(dict.fromkeys(ids)) == [
            "schoonmaak",
            "glazenwassen",
            "specialistische-reiniging",
        ]
    refused = open_client.get("/coverage?sector=dierentuin")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "query/sector"
    assert "dierentuin" not in refused.text


def test_both_forms_are_kept_apart(open_client: httpx.Client) -> None:
    first, second = open_client.get("/coverage"), open_client.get("/coverage", headers=CSV)
    for _ in range(2):  # and once they are kept
        assert open_client.get("/coverage").content == first.content
        assert open_client.get("/coverage", headers=CSV).content == second.content
    assert first.headers["Content-Type"] == "application/json"
    assert second.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert first.headers["ETag"] != second.headers["ETag"]
    for answer in (first, second):
        assert set(answer.headers["Vary"].split(", ")) == {"Accept", "Accept-Encoding"}
    again = open_client.get("/coverage", headers={**CSV, "If-None-Match": second.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Accept" in again.headers["Vary"].split(", ")
    other = open_client.get("/coverage", headers={**CSV, "If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
    assert open_client.get("/coverage", headers={"Accept": "text/html"}).status_code == 406


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_spreadsheet_takes_a_name_for_a_formula(text: str) -> None:
    assert _as_text(text) == f"'{text}"
    assert _as_text(f"Kas {text}") == f"Kas {text}"
