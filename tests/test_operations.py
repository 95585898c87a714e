"""What is enforced is what is published: both are read from the routes, each in its own way."""

from typing import Any

import pytest

from app.config import Settings
from app.main import create_app
from app.openapi import DOCUMENT_PATH
from app.operations import JSON, Operation, served_paths
from tests.api import things


def published(said: dict[str, Any]) -> Operation:
    parameters = [one for one in said.get("parameters", ()) if one["in"] == "query"]
    answers = [answer for code, answer in said["responses"].items() if code < "300"]
    return Operation(
        query={one["name"]: may_repeat(one["schema"]) for one in parameters},
        consumes=tuple(said.get("requestBody", {}).get("content", ())),
        produces=tuple(
            dict.fromkeys(kind for answer in answers for kind in answer.get("content", ()))
        ),
        protected="security" in said,
        counted="429" in said["responses"],
    )


def may_repeat(schema: dict[str, Any]) -> bool:
    return any(one.get("type") == "array" for one in (schema, *schema.get("anyOf", ())))


@pytest.fixture(scope="module", params=["the service", "every kind of route"])
def api_and_document(request):
    if request.param == "the service":
        app = create_app(Settings(demo=True))
        return app.api, app.document()
    api = things.build_api()
    things.assemble(api)
    return api, api.openapi()


def test_what_is_enforced_is_what_is_published(api_and_document):
    api, document = api_and_document
    enforced = {path.template.removeprefix("/v1"): path.operations for path in served_paths(api)}
    of_the_document = enforced.pop(DOCUMENT_PATH)
    assert enforced == {
        template: {method.upper(): published(said) for method, said in item.items()}
        for template, item in document["paths"].items()
    }
    assert of_the_document == {"GET": Operation({}, (), (JSON,), counted=False)}


def test_some_of_it_is_anything_at_all(api_and_document):
    every = [one for path in served_paths(api_and_document[0]) for one in path.operations.values()]
    assert any(one.query for one in every)
    assert any(one.consumes for one in every)
    assert any(len(one.produces) > 1 for one in every)
    assert any(not one.produces for one in every)
