"""What every operation takes and gives, read from its route: what app/api_rules.py holds it to.

The OpenAPI document says the same of the same routes (tests/test_operations.py). It takes a third
of a second to make, and nobody can be served before this is known.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import UnionType
from typing import Any, Union, get_args, get_origin

from fastapi import FastAPI
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.security.base import SecurityBase
from pydantic import BaseModel
from starlette.routing import compile_path

from app.openapi import API_PREFIX, DOCUMENT_PATH, is_counted

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method of one path takes and gives, as published.

    query: the query keys, with whether a key may be repeated.
    consumes, produces: media types; empty when there is no body.
    protected: it needs a token. counted: who asks too often is refused.
    """

    query: Mapping[str, bool]
    consumes: tuple[str, ...]
    produces: tuple[str, ...]
    protected: bool = False
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Path:
    """One path template with its operations by method."""

    template: str
    pattern: re.Pattern[str]
    operations: Mapping[str, Operation]


def served_paths(api: FastAPI) -> Iterator[Path]:
    """Yield what the API mounted at /v1 serves at each path, and its document."""
    found: dict[str, dict[str, Operation]] = {}
    for route in iter_route_contexts(api.routes):
        if isinstance(route.original_route, APIRoute):
            operations = found.setdefault(str(route.path_format), {})
            operations |= dict.fromkeys(route.methods or (), _operation(route))
    document = Operation(query={}, consumes=(), produces=(JSON,), counted=False)
    for template, operations in {**found, DOCUMENT_PATH: {"GET": document}}.items():
        yield Path(API_PREFIX + template, compile_path(API_PREFIX + template)[0], operations)


def _operation(route: RouteContext) -> Operation:
    dependants = list(_all_of(route.dependant))
    return Operation(
        query={name: repeats for one in dependants for name, repeats in _query(one)},
        consumes=(route.body_field.field_info.media_type,) if route.body_field else (),
        produces=tuple(_produces(route)),
        protected=any(isinstance(one.call, SecurityBase) for one in dependants),
        counted=is_counted(route.tags),
    )


def _all_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for below in dependant.dependencies:
        yield from _all_of(below)


def _query(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    for one in dependant.query_params:
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                yield field.alias or name, _may_repeat(field.annotation)
        else:
            yield one.alias, _may_repeat(kind)


def _may_repeat(kind: Any) -> bool:  # noqa: ANN401 - any annotation
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        return any(map(_may_repeat, get_args(kind)))
    found = origin or kind
    return isinstance(found, type) and issubclass(found, Sequence) and not issubclass(found, str)


def _produces(route: RouteContext) -> dict[str, object]:
    """Return the media types of what succeeds, the one that is given unasked first."""
    status = route.status_code or HTTPStatus.OK
    kind = route.response_class
    usual = (kind.value if isinstance(kind, DefaultPlaceholder) else kind).media_type
    found: dict[str, object] = {}
    if usual and status != HTTPStatus.NO_CONTENT:
        found[usual] = None
    for code, said in route.responses.items():
        if int(code) < HTTPStatus.MULTIPLE_CHOICES:
            found |= said.get("content", {})
    return found
