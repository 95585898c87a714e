"""The published contract: FastAPI's document, made to hold the NL API Design Rules 2.2."""

from functools import cache
from typing import Any

from fastapi import FastAPI

from app.problems import MEDIA_TYPE, OCCURRENCES, PUBLIC_URL
from app.schemas.problem import Problem

API_VERSION = "1.0.0"
API_PREFIX = "/v1"

CONTACT = {
    "name": "Team gidsfunctie",
    "url": "https://gidsfunctie.example/contact",
    "email": "api@gidsfunctie.example",
}
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
_HEADER_REFS = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
_METHODS = ("get", "post", "put", "delete")
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


def install(app: FastAPI, public_url: str = PUBLIC_URL) -> None:
    """Make the app publish this document; it is made once, when it is first asked for."""

    @cache
    def published() -> dict[str, Any]:
        return document(app, public_url)

    app.openapi = published  # type: ignore[method-assign]  # the way FastAPI documents


def document(app: FastAPI, public_url: str = PUBLIC_URL) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the app as mounted at /v1 of the public URL."""
    made = FastAPI.openapi(app)
    made["info"] |= {"version": API_VERSION, "contact": CONTACT, "license": LICENSE}
    made["servers"] = [{"url": public_url.rstrip("/") + API_PREFIX}]
    for template, path in made["paths"].items():
        for method in _METHODS:
            if method in path:
                path[method]["responses"] = _responses(path[method], has_id="{" in template)
                for parameter in path[method].get("parameters", ()):
                    parameter["schema"] = _without_null(parameter["schema"])
    _add_components(made)
    _name_bounds(made)
    return made


def _responses(operation: dict[str, Any], *, has_id: bool) -> dict[str, Any]:
    declared = {code: said for code, said in operation["responses"].items() if code != "422"}
    answers = {code: said for code, said in declared.items() if code < "400"}
    refusals = {code for code in declared if code >= "400"} | {"400", "500", "503"}
    if any("content" in answer for answer in answers.values()):
        refusals.add("406")
    if has_id:
        refusals.add("404")
    if "requestBody" in operation:
        refusals |= {"413", "415"}
    for answer in answers.values():
        answer["headers"] = answer.get("headers", {}) | _HEADER_REFS
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


def _add_components(made: dict[str, Any]) -> None:
    components = made.setdefault("components", {})
    schema = Problem.model_json_schema(
        ref_template="#/components/schemas/{model}", mode="serialization"
    )
    schemas = components.get("schemas", {}) | schema.pop("$defs") | {"Problem": schema}
    for automatic in ("HTTPValidationError", "ValidationError"):
        schemas.pop(automatic, None)
    components["schemas"] = schemas
    components["headers"] = _HEADERS
    components["responses"] = {
        f"Problem{status}": {
            "description": occurrence.title,
            "headers": _HEADER_REFS,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, occurrence in OCCURRENCES.items()
    }
