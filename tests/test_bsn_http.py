"""A citizen service number is refused in every free text, each field named, none repeated."""

from typing import Any

import httpx
import pytest

from app.schemas.intake import IntakeIn

NUMBERS = (
    "123456782",
    "1234.56.782",
    "111 222 333",
    "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff12",
)
TEXTS = ("originSector", "targetSector", "organisation", "occupation", "motivation", "municipality")
DETAIL = "A citizen service number (BSN) is not allowed in this text. Leave it out."


@pytest.mark.parametrize("number", NUMBERS)
def test_every_field_with_a_bsn_is_named_at_once(open_client: httpx.Client, number):
    body: dict[str, object] = dict.fromkeys(TEXTS, f"mijn nummer is {number}")
    body["skills"] = ["lassen", f"bsn {number}", number]
    answer = open_client.post("/provision-checks", json=body)
    assert answer.status_code == 400
    pointers = [f"/{name}" for name in TEXTS] + ["/skills/1", "/skills/2"]
    assert sorted(answer.json()["errors"], key=lambda fault: fault["pointer"]) == [
        {"pointer": pointer, "code": "bsn", "detail": DETAIL} for pointer in sorted(pointers)
    ]
    assert number not in answer.text
    assert "mijn nummer" not in answer.text


def test_the_fields_above_are_all_free_texts_of_an_intake():
    schema = IntakeIn.model_json_schema()
    free = {
        name
        for name, field in schema["properties"].items()
        if any(_is_free(kind) for kind in [field, *field.get("anyOf", [])])
    }
    assert free == {*TEXTS, "skills"}


def _is_free(kind: dict[str, Any]) -> bool:
    """Whether this takes texts with spaces in them."""
    kind = kind.get("items", kind)
    return kind.get("type") == "string" and "maxLength" in kind


@pytest.mark.parametrize(
    "text",
    [
        "06-12345672, na 20241001",
        "http://data.europa.eu/esco/skill/12345672-1234-4234-8234-123456782000",
        "+31 6 1234 5672",
        "123456781",
    ],
)
def test_other_numbers_are_let_through(open_client: httpx.Client, text):
    body = {"originSector": "schoonmaak", "motivation": text, "skills": [text]}
    assert open_client.post("/provision-checks", json=body).status_code == 200


@pytest.mark.parametrize("place", ["sectors", "municipalities", "skills", "provisions"])
def test_a_bsn_in_a_search_is_refused_and_not_repeated(open_client: httpx.Client, place):
    answer = open_client.get(f"/{place}", params={"q": "123456782"})
    assert answer.status_code == 400
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("query/q", "bsn")
    ]
    assert "123456782" not in answer.text
