"""The published contract: FastAPI's document, made to hold the NL API Design Rules 2.2."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from app.config import Settings
from app.problems import MEDIA_TYPE, OCCURRENCES
from app.schemas.examples import Exchange
from app.schemas.problem import Problem

API_VERSION = "1.0.0"
API_PREFIX = "/v1"
DOCUMENT_PATH = "/openapi.json"

CONTACT_NAME = "Team gidsfunctie"
LICENSE = {"name": "European Union Public Licence 1.2", "identifier": "EUPL-1.2"}

_HEADERS = {
    "API-Version": {
        "description": "Full version of this API.",
        "schema": {"type": "string", "example": API_VERSION},
    },
    "X-Request-Id": {
        "description": "Id of this request: the X-Request-Id that was sent if it is a UUID.",
        "schema": {"type": "string", "format": "uuid"},
    },
}
_KEPT_HEADERS = {
    "Cache-Control": {
        "description": "How long who keeps the answer need not ask again.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Of this answer, as it was sent; give it as If-None-Match to ask again.",
        "schema": {"type": "string"},
    },
}
NOT_CHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not changed since the answer with an ETag of If-None-Match."}
}
"""What a route passes as `responses=` whose answers may be kept (app/answer_cache.py)."""

_HEADER_REFS = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
_KEPT_REFS = {name: {"$ref": f"#/components/headers/{name}"} for name in _KEPT_HEADERS}
_METHODS = ("get", "post", "put", "delete")
# The official ruleset takes every such name below `paths` for an operation, also in an example: it
# sees a post in `signposts`, and stumbles over a `target` that is null. Those are shown as text.
_METHOD_IN_A_NAME = re.compile(r'"\w*((put|post|patch)\w*":|(get|delete)\w*": null)')
_BOUNDS = {
    "ge": "minimum",
    "le": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what a route passes as `responses=` to say that it can give these problems.

    What follows from the shape of a route (400, 404 where its path holds an id, 406, 413, 415,
    500, 503) is added by the document itself.

    Raises:
        KeyError: a status that app/problems.py has no words for.

    """
    return {status: {"description": OCCURRENCES[status].title} for status in statuses}


def operation_id(route: APIRoute) -> str:
    """Name an operation after its function: create_intake is createIntake."""
    return to_camel(route.name)


def is_counted(tags: Iterable[str]) -> bool:
    """Whether who asks too often is refused: not who asks whether the service is well."""
    return "health" not in tags


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What the document says of one place where the service runs: its address, and whom to ask."""

    public_url: str
    contact_url: str
    contact_email: str

    @classmethod
    def of(cls, settings: Settings) -> "Whereabouts":
        """Take them from these settings."""
        return cls(str(settings.public_url), str(settings.contact_url), settings.contact_email)


def document(app: FastAPI, where: Whereabouts, examples: Iterable[Exchange] = ()) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the app as mounted at /v1 of the public URL.

    Raises:
        KeyError: an example is about an operation, answer or media type that does not exist.

    """
    made = FastAPI.openapi(app)
    contact = {"name": CONTACT_NAME, "url": where.contact_url, "email": where.contact_email}
    made["info"] |= {"version": API_VERSION, "contact": contact, "license": LICENSE}
    made["servers"] = [{"url": where.public_url.rstrip("/") + API_PREFIX}]
    for template, path in made["paths"].items():
        for method in _METHODS:
            if method in path:
                path[method]["responses"] = _responses(path[method], has_id="{" in template)
                for parameter in path[method].get("parameters", ()):
                    parameter["schema"] = _without_null(parameter["schema"])
    _add_components(made)
    _name_bounds(made)
    for part in (made["paths"], made["components"]["schemas"]):
        _drop_titles(part)
    _add_examples(made, examples)
    return made


def _responses(operation: dict[str, Any], *, has_id: bool) -> dict[str, Any]:
    # FastAPI's own 422 is the one with content; ours only says that there is one.
    declared = {
        code: said
        for code, said in operation["responses"].items()
        if code != "422" or "content" not in said
    }
    answers = {code: said for code, said in declared.items() if code < "400"}
    refusals = {code for code in declared if code >= "400"} | {"400", "500", "503"}
    if any("content" in answer for answer in answers.values()):
        refusals.add("406")
    if "security" in operation:
        refusals |= {"401", "403"}
    if is_counted(operation.get("tags", ())):
        refusals |= {"401", "429"}  # a token that does not hold is refused where none is needed too
    if has_id:
        refusals.add("404")
    if "requestBody" in operation:
        refusals |= {"413", "415"}
    kept = _KEPT_REFS if "304" in answers else {}
    for answer in answers.values():
        answer["headers"] = answer.get("headers", {}) | _HEADER_REFS | kept
    return answers | {
        code: {"$ref": f"#/components/responses/Problem{code}"} for code in sorted(refusals)
    }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what can be sent: outside a body there is no null, a parameter is just left out."""
    rest = {name: said for name, said in schema.items() if name not in {"anyOf", "type"}}
    if isinstance(kinds := schema.get("type"), list):
        return rest | {"type": next(kind for kind in kinds if kind != "null")}
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    return rest | choices[0] if len(choices) == 1 else schema


def _name_bounds(part: Any) -> None:  # noqa: ANN401 - any part of a JSON document
    """Write bounds as JSON Schema does; Pydantic 2.14 writes `ge` outside a validator."""
    if isinstance(part, list):
        for below in part:
            _name_bounds(below)
    elif isinstance(part, dict):
        for below in part.values():
            _name_bounds(below)
        for ours, theirs in _BOUNDS.items():
            if isinstance(part.get(ours), int | float):
                part[theirs] = part.pop(ours)


def _drop_titles(part: Any) -> None:  # noqa: ANN401 - any part of a JSON document
    """Leave out the titles Pydantic makes up: `Originsector` says less than `originSector`."""
    if isinstance(part, list):
        for below in part:
            _drop_titles(below)
    elif isinstance(part, dict):
        if isinstance(part.get("title"), str):
            del part["title"]
        for below in part.values():
            _drop_titles(below)


def _add_components(made: dict[str, Any]) -> None:
    components = made.setdefault("components", {})
    schema = Problem.model_json_schema(
        ref_template="#/components/schemas/{model}", mode="serialization"
    )
    schemas = components.get("schemas", {}) | schema.pop("$defs") | {"Problem": schema}
    for automatic in ("HTTPValidationError", "ValidationError"):
        schemas.pop(automatic, None)
    components["schemas"] = schemas
    components["headers"] = _HEADERS | _KEPT_HEADERS
    components["responses"] = {
        f"Problem{status}": {
            "description": occurrence.title,
            "headers": _HEADER_REFS,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, occurrence in OCCURRENCES.items()
    }


def _add_examples(made: dict[str, Any], examples: Iterable[Exchange]) -> None:
    operations = {
        operation["operationId"]: operation
        for path in made["paths"].values()
        for operation in path.values()
    }
    for exchange in examples:
        if exchange.status >= HTTPStatus.BAD_REQUEST:
            problem = made["components"]["responses"][f"Problem{exchange.status}"]
            _show(problem["content"][MEDIA_TYPE], exchange, exchange.answer)
            continue
        operation = operations[exchange.operation]
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in exchange.parameters:
                _show(parameter, exchange, exchange.parameters[parameter["name"]])
        if exchange.body is not None:
            _show(operation["requestBody"]["content"]["application/json"], exchange, exchange.body)
        answer = operation["responses"][str(exchange.status)]
        if exchange.answer is None:
            continue
        content = answer["content"][exchange.accept]
        text = json.dumps(exchange.answer, ensure_ascii=False, indent=1)
        if _METHOD_IN_A_NAME.search(text):
            answer["description"] += f"\n\n{exchange.summary}:\n\n```json\n{text}\n```"
        else:
            _show(content, exchange, exchange.answer)


def _show(part: dict[str, Any], exchange: Exchange, value: Any) -> None:  # noqa: ANN401 - any JSON
    shown = {"summary": exchange.summary, "value": value}
    part.setdefault("examples", {})[exchange.name] = shown
