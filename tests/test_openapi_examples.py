"""The examples in the API document, told to the real service as the story they are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.schemas.examples import Exchange, exchanges
from tests.story import Story


def shortened(document: Any, exchange: Exchange) -> Any:
    """Cut the lists of a real answer of which the example says that it shows the first items."""
    for pointer in exchange.shortened:
        shown, real = exchange.answer, document
        *steps, last = (int(step) if step.isdecimal() else step for step in pointer.split("/"))
        for step in steps:
            shown, real = shown[step], real[step]
        assert 0 < len(shown[last]) < len(real[last]), f"{pointer} need not be shortened"
        real[last] = real[last][: len(shown[last])]
    return document


def test_every_example_is_what_the_service_answers(client: httpx.Client) -> None:
    story = Story(client)
    for exchange, _, answer in story.tell():
        which = f"{exchange.operation} {exchange.name}"
        assert answer.status_code == exchange.status, f"{which}: {answer.text}"
        if exchange.answer is None:
            assert answer.content == b"", which
        elif isinstance(exchange.answer, str):
            assert answer.headers["Content-Type"].startswith(exchange.accept), which
            assert story.as_shown(answer.text) == exchange.answer, which
        else:
            real = json.dumps(shortened(answer.json(), exchange))
            assert json.loads(story.as_shown(real)) == exchange.answer, which


@pytest.fixture(scope="module")
def document(open_client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = open_client.get("/openapi.json").json()
    return found


def parts(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a reader wants an example of: parameters, bodies, answers and problems."""
    for item in document["paths"].values():
        for operation in item.values():
            name = operation["operationId"]
            for parameter in operation.get("parameters", ()):
                if parameter.get("required"):
                    yield f"{name} {parameter['name']}", parameter
            if "requestBody" in operation:
                yield f"{name} body", operation["requestBody"]["content"]["application/json"]
            for status, answer in operation["responses"].items():
                for media_type, content in answer.get("content", {}).items():
                    yield f"{name} {status} {media_type}", content


AS_TEXT = {
    "checkProvisions 200 application/json",
    "createIntake 201 application/json",
    "readIntake 200 application/json",
    "readPersonalData 200 application/json",
}
"""Answers with a name in which the official ruleset sees a method: see app/openapi.py."""


def test_every_operation_shows_a_request_and_an_answer(document: dict[str, Any]) -> None:
    without = {where for where, part in parts(document) if not part.get("examples")}
    assert without == AS_TEXT


def test_an_answer_that_the_linter_misreads_is_shown_as_text(document: dict[str, Any]) -> None:
    answer = document["paths"]["/intakes"]["post"]["responses"]["201"]["description"]
    shown = [json.loads(text) for text in re.findall(r"```json\n(.*?)\n```", answer, re.DOTALL)]
    kept = [e.answer for e in exchanges() if e.operation == "createIntake" and e.status == 201]
    assert shown == kept


def test_the_problems_a_caller_can_bring_about_are_shown(document: dict[str, Any]) -> None:
    shown = {
        name
        for name, answer in document["components"]["responses"].items()
        if answer["content"]["application/problem+json"].get("examples")
    }
    assert shown == {f"Problem{status}" for status in (400, 401, 403, 404, 406, 409, 412, 422, 428)}


def test_every_exchange_has_a_name_of_its_own_within_its_operation() -> None:
    names = [(exchange.operation, exchange.status < 400, exchange.name) for exchange in exchanges()]
    assert len(names) == len(set(names))
