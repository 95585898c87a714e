"""The published document holds the NL API Design Rules 2.2: the official linter's rules, restated.

Each rule is a function from the document to its offences, and is shown one that it must see.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import httpx
import jsonschema_rs
import pytest

from app.openapi import API_VERSION
from tests.named_paths import NAMED

Document = dict[str, Any]
METHODS = ("get", "put", "post", "delete")
PROBLEM = "application/problem+json"


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def resolved(document: Document, part: Document) -> Document:
    while "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def answers(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            yield f"{method} {path}", status, resolved(document, answer)


def parameters(document: Document) -> Iterator[tuple[str, Document]]:
    for path, method, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            yield f"{method} {path}", parameter


def contents(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield every part with a schema and examples."""
    for where, status, answer in answers(document):
        for media_type, content in answer.get("content", {}).items():
            yield f"{where} {status} {media_type}", content
    for path, method, operation in operations(document):
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{method} {path} {media_type}", content
    for where, parameter in parameters(document):
        yield f"{where} {parameter['name']}", parameter


def properties(part: Any) -> Iterator[tuple[str, Document]]:
    """Yield every property of every schema below a part."""
    if isinstance(part, list):
        for below in part:
            yield from properties(below)
    elif isinstance(part, dict):
        if isinstance(part.get("properties"), dict):
            yield from part["properties"].items()
        for below in part.values():
            yield from properties(below)


def keys(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, list):
        for below in part:
            yield from keys(below)
    elif isinstance(part, dict):
        yield from part.items()
        for below in part.values():
            yield from keys(below)


def openapi_3(document: Document) -> list[str]:
    """openapi-root-exists, openapi3."""
    return [] if re.fullmatch(r"3\.\d+\.\d+", document.get("openapi", "")) else ["openapi"]


def schemas_are_schemas(document: Document) -> list[str]:
    """oas3-schema, as far as schemas go; the rest of the form is FastAPI's own model."""
    schemas = document["components"]["schemas"]
    found = [name for name, schema in schemas.items() if not jsonschema_rs.meta.is_valid(schema)]
    return found + [
        where
        for where, part in contents(document)
        if not jsonschema_rs.meta.is_valid(part["schema"])
    ]


def ids_are_unique_and_readable(document: Document) -> list[str]:
    """operation-operationId-unique."""
    counted = Counter(operation["operationId"] for _, _, operation in operations(document))
    name = re.compile(r"[a-z]+([A-Z][a-z]+)*")
    return [one for one, times in counted.items() if times > 1 or not name.fullmatch(one)]


def path_parameters_are_declared(document: Document) -> list[str]:
    """path-params."""
    return [
        f"{method} {path}"
        for path, method, operation in operations(document)
        if set(re.findall(r"{(\w+)}", path))
        != {one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"}
    ]


def tags_are_there_and_unique(document: Document) -> list[str]:
    """openapi-tags-uniqueness."""
    tags = [tag["name"] for tag in document.get("tags", ())]
    bare = [operation["operationId"] for _, _, operation in operations(document)
            if len(operation.get("tags", ())) != 1]  # fmt: skip
    return [tag for tag in tags if tags.count(tag) > 1] + bare


def examples_are_valid(document: Document) -> list[str]:
    """oas3-valid-media-example, oas3-valid-schema-example."""
    found = []
    for where, part in contents(document):
        schema = part["schema"] | {"components": document["components"]}
        for name, example in part.get("examples", {}).items():
            if not jsonschema_rs.is_valid(schema, example["value"]):
                found.append(f"{where} {name}")
    return found


def servers_are_https_with_the_version(document: Document) -> list[str]:
    """oas3-api-servers, oas3-server-variables, servers-use-https, include-major-version-in-uri."""
    servers = document.get("servers") or [{"url": "none"}]
    return [
        server["url"]
        for server in servers
        if not re.fullmatch(r"https://[^{}?]+/v[0-9]+", server["url"])
    ]


def paths_are_kebab_case_without_a_slash_at_the_end(document: Document) -> list[str]:
    """path-keys-no-trailing-slash, paths-no-trailing-slash, paths-kebab-case."""
    segment = r"/(_?[a-z0-9]+(-[a-z0-9]+)*|{[a-z][A-Za-z0-9]*})"
    return [path for path in document["paths"] if not re.fullmatch(f"({segment})+", path)]


def query_keys_are_camel_case(document: Document) -> list[str]:
    """query-keys-camel-case."""
    name = re.compile(r"[a-z][a-z0-9]*([A-Z][a-z0-9]*)*")
    return [
        f"{where} {parameter['name']}"
        for where, parameter in parameters(document)
        if parameter["in"] == "query" and not name.fullmatch(parameter["name"])
    ]


def successes_name_the_version(document: Document) -> list[str]:
    """missing-header, missing-version-header."""
    return [
        f"{where} {status}"
        for where, status, answer in answers(document)
        if status < "400" and "API-Version" not in answer.get("headers", {})
    ]


def there_is_somebody_to_ask(document: Document) -> list[str]:
    """info-contact, info-contact-fields-exist."""
    return sorted({"name", "url", "email"} - set(document["info"].get("contact", {})))


def methods_are_standard(document: Document) -> list[str]:
    """http-methods."""
    return [f"{method} {path}" for path, method, _ in operations(document) if method not in METHODS]


def failures_are_problems(document: Document) -> list[str]:
    """use-problem-schema, problem-schema-members."""
    found = []
    for where, status, answer in answers(document):
        if status < "400":
            continue
        schema = resolved(document, answer.get("content", {}).get(PROBLEM, {}).get("schema", {}))
        if not {"status", "title", "detail"} <= set(schema.get("required", ())):
            found.append(f"{where} {status}")
    return found


def input_can_be_refused(document: Document) -> list[str]:
    """problem-invalid-input; here every operation, because an unknown query key is refused."""
    return [
        f"{method} {path}"
        for path, method, operation in operations(document)
        if "400" not in operation["responses"]
    ]


def the_linter_sees_no_method_in_a_name(document: Document) -> list[str]:
    """The trap of problem-invalid-input: it takes any such key below paths for an operation."""
    found = []
    for path, item in document["paths"].items():
        for operation in item.values():
            for key, value in keys(operation):
                if re.search("put|post|patch", key) or (re.search("get|delete", key) and not value):
                    found.append(f"{path} {key}")
    return found


def moments_are_moments_and_dates_are_dates(document: Document) -> list[str]:
    """The rules date-time-ensure-timezone, time-without-timezone, specify-format-for-date-and-time
    and use-date-instead-of-datetime; ours besides: `...At` and `...Before` are moments, `...On`
    is a date.
    """
    found = []
    for name, schema in properties(document["components"]["schemas"]):
        kind = schema.get("format")
        if kind in {"time", "date-time-local"}:
            found.append(name)
        if re.fullmatch(r"date|datum|\w+(Date|Datum|On)|validFrom", name) and kind != "date":
            found.append(name)
        if re.fullmatch(r"at|\w+(At|Before)", name) and kind != "date-time":
            found.append(name)
    return found


def the_version_is_semantic_and_the_one_in_the_header(document: Document) -> list[str]:
    """semver."""
    version = document["info"]["version"]
    right = re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", version) and version == API_VERSION
    return [] if right else [version]


def properties_are_camel_case(document: Document) -> list[str]:
    """Ours: one way of writing names."""
    name = re.compile(r"[a-z]+([A-Z][a-z]+)*")
    return [
        one for one, _ in properties(document["components"]["schemas"]) if not name.fullmatch(one)
    ]


def lists_are_pages(document: Document) -> list[str]:
    """Ours: a GET that gives several things gives a page and takes `after` and `limit`."""
    found = []
    for path, method, operation in operations(document):
        if method != "get" or not operation["operationId"].startswith("list"):
            continue
        content = operation["responses"]["200"]["content"]["application/json"]
        page = resolved(document, content["schema"])
        taken = {one["name"] for one in operation["parameters"]}
        if page["required"][:2] != ["items", "next"] or not {"after", "limit"} <= taken:
            found.append(path)
    return found


def everything_is_explained(document: Document) -> list[str]:
    """Ours: each operation says in words what it does, and what a parameter or answer is for."""
    return [
        operation["operationId"]
        for _, _, operation in operations(document)
        if not operation.get("summary") or not operation.get("description")
    ]


def objects_are_closed(document: Document) -> list[str]:
    """Ours: an unknown name in a body is refused, and every object says which names there are."""
    return [
        name
        for name, schema in document["components"]["schemas"].items()
        if schema["type"] == "object" and schema.get("additionalProperties") is not False
    ]


def _session_post(document: Document) -> Document:
    found: Document = document["paths"]["/intakes/{intakeId}/sessions"]["post"]
    return found


def _spoil_path(document: Document, name: str) -> None:
    document["paths"][name] = document["paths"].pop("/slots")


def _intake_in(document: Document) -> Document:
    found: Document = document["components"]["schemas"]["IntakeIn"]
    return found


Rule = Callable[[Document], list[str]]
RULES: dict[Rule, Callable[[Document], Any]] = {
    openapi_3: lambda d: d.pop("openapi"),
    schemas_are_schemas: lambda d: _intake_in(d).update(type="thing"),
    ids_are_unique_and_readable: lambda d: _session_post(d).update(operationId="listSlots"),
    path_parameters_are_declared: lambda d: _session_post(d)["parameters"].pop(0),
    tags_are_there_and_unique: lambda d: d.update(tags=[{"name": "a"}, {"name": "a"}]),
    examples_are_valid: lambda d: d["components"]["schemas"]["SlotChoice"].update(type="array"),
    servers_are_https_with_the_version: lambda d: d.update(servers=[{"url": "/v1"}]),
    paths_are_kebab_case_without_a_slash_at_the_end: lambda d: _spoil_path(d, "/slots/"),
    query_keys_are_camel_case: lambda d: d["paths"]["/slots"]["get"]["parameters"][0].update(
        name="region_code"
    ),
    successes_name_the_version: lambda d: _session_post(d)["responses"]["201"].pop("headers"),
    there_is_somebody_to_ask: lambda d: d["info"]["contact"].pop("email"),
    methods_are_standard: lambda d: d["paths"]["/slots"].update(
        patch=d["paths"]["/slots"].pop("get")
    ),
    failures_are_problems: lambda d: d["components"]["schemas"]["Problem"]["required"].remove(
        "detail"
    ),
    input_can_be_refused: lambda d: _session_post(d)["responses"].pop("400"),
    the_linter_sees_no_method_in_a_name: lambda d: d["paths"]["/slots"]["get"].update(
        signposts=["a"]
    ),
    moments_are_moments_and_dates_are_dates: lambda d: _intake_in(d)["properties"].update(
        birthDate={"type": "string"}
    ),
    the_version_is_semantic_and_the_one_in_the_header: lambda d: d["info"].update(version="1.0"),
    properties_are_camel_case: lambda d: _intake_in(d)["properties"].update(job_loss={}),
    lists_are_pages: lambda d: d["paths"]["/slots"]["get"]["parameters"].pop(),
    everything_is_explained: lambda d: _session_post(d).pop("description"),
    objects_are_closed: lambda d: _intake_in(d).pop("additionalProperties"),
}


@pytest.fixture(scope="module")
def document(open_client: httpx.Client) -> Document:
    found: Document = open_client.get("/openapi.json").json()
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_document_holds(rule: Rule, document: Document) -> None:
    assert rule(document) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_an_offence_is_seen_by(rule: Rule, document: Document) -> None:
    spoiled = deepcopy(document)
    RULES[rule](spoiled)
    assert rule(spoiled) != []


def test_whoever_asks_too_often_is_refused_everywhere_but_at_the_health_of_the_service(
    document: Document,
) -> None:
    # What is counted is read from the document (app/api_rules.py).
    counted = {path: "429" in one["responses"] for path, _, one in operations(document)}
    assert {path for path in counted if not counted[path]} == {"/health/live", "/health/ready"}


def test_the_document_is_about_what_the_design_names(document: Document) -> None:
    found: dict[str, set[str]] = {}
    for path, method, _ in operations(document):
        found.setdefault(path, set()).add(method.upper())
    assert found == {path: set(methods.split()) for path, methods in NAMED.items()}
