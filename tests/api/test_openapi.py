import re
from collections.abc import Iterator
from typing import Any

import pytest

from app import openapi
from app.openapi import API_VERSION

METHODS = ("get", "post", "put", "delete")


@pytest.fixture(scope="module")
def document(ask):
    return ask("GET", "/v1/openapi.json").json()


@pytest.fixture(scope="module")
def operations(document):
    return {
        (method, path): said
        for path, item in document["paths"].items()
        for method, said in item.items()
        if method in METHODS
    }


def test_the_document_says_which_version_it_is_and_where_and_whose(document):
    assert document["openapi"].startswith("3.1.")
    assert re.fullmatch(r"\d+\.\d+\.\d+", document["info"]["version"])
    assert document["info"]["version"] == API_VERSION
    assert document["info"]["contact"] == {
        "name": "Team gidsfunctie",
        "url": "https://gids.example/wie",
        "email": "wie@gids.example",
    }
    assert document["info"]["license"]["identifier"] == "EUPL-1.2"
    assert document["servers"] == [{"url": "https://gids.example/v1"}]
    assert document["paths"]
    assert not any(path.startswith("/v1") for path in document["paths"])


def test_nothing_of_the_automatic_422_is_left(document):
    assert '"422"' not in str(document).replace("'", '"')
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])


def test_every_success_carries_the_version_and_the_request_id(operations):
    successes = [
        answer
        for said in operations.values()
        for code, answer in said["responses"].items()
        if code < "400"
    ]
    assert successes
    assert all(set(answer["headers"]) == {"API-Version", "X-Request-Id"} for answer in successes)


@pytest.mark.parametrize(
    ("operation", "refusals"),
    [
        (("get", "/things"), "400 401 406 429 500 503"),
        (("post", "/things"), "400 401 406 409 413 415 429 500 503"),
        (("get", "/things/{thing_id}"), "400 401 404 406 409 429 500 503"),
        (("put", "/things/{thing_id}"), "400 401 404 413 415 429 500 503"),
    ],
)
def test_every_operation_says_which_problems_it_can_give(operations, operation, refusals):
    codes = [code for code in operations[operation]["responses"] if code >= "400"]
    assert codes == refusals.split()


def test_every_problem_is_problem_json_with_what_it_must_hold(document, operations):
    for said in operations.values():
        for code, answer in said["responses"].items():
            if code >= "400":
                name = answer["$ref"].removeprefix("#/components/responses/")
                content = document["components"]["responses"][name]["content"]
                assert list(content) == ["application/problem+json"]
    schema = document["components"]["schemas"]["Problem"]
    assert {"type", "status", "title", "detail", "instance"} == set(schema["required"])
    assert schema["properties"]["errors"]["anyOf"][0]["items"] == {
        "$ref": "#/components/schemas/ProblemFault"
    }


def test_every_reference_leads_somewhere(document):
    def references(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for below in part.values():
                yield from references(below)
        elif isinstance(part, list):
            for below in part:
                yield from references(below)

    found = set(references(document))
    assert found
    for reference in found:
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_a_route_can_only_announce_a_problem_there_are_words_for():
    with pytest.raises(KeyError):
        openapi.problems(418)


def test_the_bounds_of_a_number_are_written_as_json_schema_writes_them(document, operations):
    limit = operations["get", "/things"]["parameters"][0]["schema"]
    assert (limit["type"], limit["minimum"], limit["maximum"]) == ("integer", 1, 100)
    how_many = document["components"]["schemas"]["ThingIn"]["properties"]["howMany"]
    assert (how_many["type"], how_many["minimum"], how_many["maximum"]) == ("integer", 0, 50)
    assert not {"ge", "le"} & (set(limit) | set(how_many))


def test_a_parameter_that_may_be_left_out_is_not_said_to_be_null(operations):
    said = {p["name"]: p["schema"] for p in operations["get", "/things"]["parameters"]}
    assert said["q"]["type"] == "string"
    assert said["tag"]["type"] == "array"
    assert (said["from"]["type"], said["from"]["format"]) == ("string", "date-time")
    assert "null" not in str(said)
