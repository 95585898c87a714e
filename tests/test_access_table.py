"""Every operation by every kind of caller: who is answered, and who is told how little."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.db import Database
from app.domain.access import EVERY_REGION, caller_id
from app.domain.terms import Role
from app.main import create_app
from app.services import api_keys
from app.services.tokens import DEMO_CALLERS
from tests.access import CHATBOT, NOBODY, PREVIOUS, REVOKED, TABLE, TOKENS
from tests.conftest import ENGINES, MONDAY, TestClock, filled_database, open_settings
from tests.crash.staff import replace_staff, staff
from tests.identity import ISSUER, token, werkcentrum
from tests.operations import (
    REGION,
    Case,
    Operations,
    open_case,
    published,
    with_a_desk,
    with_a_draft,
    with_a_place,
    with_a_webhook,
)
from tests.operations import request as to_send
from tests.server import running
from tests.story import Request


@dataclass(frozen=True)
class Service:
    """A service with one case, which nobody may change who is refused."""

    client: httpx.Client
    tokens: Mapping[str, str | None]
    document: Mapping[str, Any]
    operations: Operations
    case: Case
    before: Mapping[str, Any]


@contextmanager
def serving(engine: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Service]:
    """Run it, with a client that sends no token by itself, and the tokens and keys there are."""
    settings = open_settings(filled_database(engine, request, folder))
    database = Database(settings)
    # All sessions are those of one adviser, who has nothing else to do with the cases.
    replace_staff(database, staff({1: [REGION]}, who=lambda _: caller_id(ISSUER, "gerda")))
    with database.write(EVERY_REGION) as session:
        _, key = api_keys.create(session, "chatbot", now=MONDAY)
        _, old = api_keys.create(session, "old chatbot", now=MONDAY)
        api_keys.revoke(session, "old chatbot", now=MONDAY)
    database.dispose()
    with (
        running(create_app(settings, clock=TestClock())) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30) as client,
    ):
        case = with_a_webhook(client, werkcentrum(REGION), taken_over(client))
        case = with_a_desk(client, TOKENS["catalogue-editor"] or "", case)
        case = with_a_draft(client, TOKENS["adviser"] or "", case)
        yield Service(
            client,
            {**TOKENS, CHATBOT: key, REVOKED: old},
            client.get("/openapi.json").json(),
            published(client),
            case,
            seen(client, case),
        )


def taken_over(client: httpx.Client) -> Case:
    """Open a case, and let another adviser take all of it over."""
    case = open_case(client, TOKENS[PREVIOUS] or "")
    for intake in (case.intake, case.referred):
        taken = client.put(
            f"/intakes/{intake}/holder",
            json={"holder": "me", "reason": "absence"},
            headers={"Authorization": f"Bearer {TOKENS['adviser']}"},
        )
        assert taken.is_success, taken.text
    return with_a_place(client, TOKENS["adviser"] or "", case)


def with_another(client: httpx.Client, path: str, case: Case) -> Case:
    """Make one more of what is changed at this path."""
    if "{webhookId}" in path:
        # A second test waits for the first.
        return with_a_webhook(client, werkcentrum(REGION), case, tested="/test" not in path)
    if "{draftId}" in path:
        return with_a_draft(client, TOKENS["adviser"] or "", case)
    if "{deskId}" in path:
        return with_a_desk(client, TOKENS["catalogue-editor"] or "", case)
    return taken_over(client)


def seen(client: httpx.Client, case: Case) -> Mapping[str, Any]:
    """Say all there is to a case, but who looked at it."""
    shown = {"Authorization": f"Bearer {TOKENS['adviser']}"}
    told = (
        client.get(f"/intakes/{intake}/personal-data", headers=shown).json()
        for intake in (case.intake, case.referred)
    )
    return {one["intake"]["id"]: {**one, "processing": None} for one in told}


@pytest.fixture(scope="module")
def sqlite(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    with serving("sqlite", request, tmp_path_factory.mktemp("table")) as service:
        yield service


@pytest.fixture(scope="module")
def postgresql(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    with serving("postgresql", request, tmp_path_factory.mktemp("table")) as service:
        yield service


@pytest.fixture
def client(sqlite: Service) -> httpx.Client:
    return sqlite.client


def ask(client: httpx.Client, asked: Request, shown: str | None) -> httpx.Response:
    bearer = {} if shown is None else {"Authorization": f"Bearer {shown}"}
    asked.headers = {**asked.headers, **bearer}
    return asked.send(client)


REFUSED = {
    401: (
        "authentication-required",
        "Authentication required",
        "Send a valid access token: Authorization: Bearer <token>.",
    ),
    403: (
        "not-for-this-role",
        "Not for this role",
        "This token is valid, but none of its roles may do this.",
    ),
    404: ("not-found", "Not found", "There is nothing here. Check the address and the id in it."),
    409: (
        "take-it-over-first",
        "You do not hold this intake",
        # To who sees the case, and so may know why.
        None,
    ),
}
"""All that is told, whatever the reason."""

CHALLENGES = {
    (401, False): 'Bearer realm="gidsfunctie"',
    (401, True): 'Bearer realm="gidsfunctie", error="invalid_token"',
    (403, True): 'Bearer realm="gidsfunctie", error="insufficient_scope"',
    (404, True): None,
    (409, True): None,
}


def check_refusal(answer: httpx.Response, status: int, *, shown: bool) -> None:
    """Hold that it is told that it is refused, and how to come again, and nothing else."""
    assert answer.status_code == status, answer.text
    assert answer.headers.get("WWW-Authenticate") == CHALLENGES[status, shown]
    slug, title, detail = REFUSED[status]
    told = answer.json()
    assert told == {
        "type": f"https://gidsfunctie.example/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail or told["detail"],
        "instance": f"urn:uuid:{answer.headers['X-Request-Id']}",
    }


def test_every_operation_has_its_line_and_every_line_every_caller(sqlite: Service) -> None:
    assert set(TABLE) == set(sqlite.operations)
    assert [name for name, line in TABLE.items() if set(line) != set(sqlite.tokens)] == []


def test_every_role_is_among_the_callers_and_has_a_token_in_the_demo() -> None:
    assert {*TOKENS, CHATBOT} >= {role.value for role in Role}
    shown = {role for caller in DEMO_CALLERS.values() for role in caller.roles}
    assert shown == set(Role) - {Role.chatbot}


@pytest.mark.parametrize("operation", TABLE)
@pytest.mark.parametrize("engine", ENGINES)
def test_who_may_do_it_may_and_nobody_else(
    engine: str, operation: str, request: pytest.FixtureRequest
) -> None:
    service: Service = request.getfixturevalue(engine)
    method, path = service.operations[operation]
    changes_a_case = method != "GET" and "{" in path
    for who, status in TABLE[operation].items():
        case = service.case
        if changes_a_case and status < 400:
            case = with_another(service.client, path, case)
        answer = ask(
            service.client, to_send(service.operations, operation, case), service.tokens[who]
        )
        assert answer.status_code == status, f"{who}: {answer.text}"
        if answer.is_error:
            check_refusal(answer, status, shown=who != NOBODY)
    assert seen(service.client, service.case) == service.before


@pytest.mark.parametrize("operation", TABLE)
def test_the_document_tells_what_the_table_holds(operation: str, sqlite: Service) -> None:
    paths = sqlite.document["paths"].values()
    every = {one["operationId"]: one for item in paths for one in item.values()}
    told = every[operation]
    assert ("security" in told) == (TABLE[operation][NOBODY] == 401)
    assert {str(status) for status in TABLE[operation].values()} <= set(told["responses"])


@pytest.mark.parametrize("operation", [name for name in TABLE if name[:4] in {"read", "list"}])
def test_a_head_is_refused_as_the_get_is(operation: str, sqlite: Service) -> None:
    asked = to_send(sqlite.operations, operation, Case())
    asked.method = "HEAD"
    assert asked.send(sqlite.client).status_code == TABLE[operation][NOBODY]


VALID = token("anna", "adviser")
OTHER = token("bram", "adviser")

NO_GOOD: dict[str, list[str | bytes]] = {
    "an empty header": [""],
    "a scheme alone": ["Bearer"],
    "another scheme": ["Basic YW5uYTphbm5h"],
    "another scheme with a token": [f"Token {VALID}"],
    "a token without a scheme": [VALID],
    "two spaces": [f"Bearer  {VALID}"],
    "a tab": [f"Bearer\t{VALID}"],
    "two tokens in one header": [f"Bearer {VALID}, Bearer {VALID}"],
    "two headers with one token": [f"Bearer {VALID}"] * 2,
    "two headers with two tokens": [f"Bearer {VALID}", f"Bearer {OTHER}"],
    "a good and a broken header": [f"Bearer {VALID}", "Bearer x"],
    "a broken and a good header": ["Bearer x", f"Bearer {VALID}"],
    "two schemes": [f"Bearer {VALID}", "Basic YW5uYTphbm5h"],
    "bytes that are no text": [b"Bearer \xff\xfe"],
    "a demo token of nobody": ["Bearer demo-nobody"],
    "a demo token in capitals": ["Bearer DEMO-ADVISER"],
    "a key of nobody": [f"Bearer gids_{'A' * 43}"],
    "half a key": ["Bearer gids_A"],
    "ten thousand characters": [f"Bearer {'a' * 10_000}"],
}


@pytest.mark.parametrize("shown", NO_GOOD.values(), ids=list(NO_GOOD))
@pytest.mark.parametrize("path", ["/intakes", "/sectors", "/regions/AM22/session-log"])
def test_a_header_that_is_no_good_is_refused_where_no_token_is_needed_too(
    client: httpx.Client, path: str, shown: list[str | bytes]
) -> None:
    headers = [(b"Authorization", one if isinstance(one, bytes) else one.encode()) for one in shown]
    check_refusal(client.get(path, headers=headers), 401, shown=True)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_may_be_written_in_any_case(client: httpx.Client, scheme: str) -> None:
    answer = client.get("/intakes", headers={"authorization": f"{scheme} {VALID}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/intakes", "/sectors"])
@pytest.mark.parametrize("name", ["access_token", "token", "authorization"])
def test_a_token_in_the_address_is_no_token(client: httpx.Client, path: str, name: str) -> None:
    for headers in ({}, {"Authorization": f"Bearer {VALID}"}):
        answer = client.get(path, params={name: VALID}, headers=headers)
        assert VALID not in answer.text
        if path == "/intakes" and not headers:
            check_refusal(answer, 401, shown=False)
            continue
        assert answer.status_code == 400
        faults: list[dict[str, Any]] = answer.json()["errors"]
        assert [(one["pointer"], one["code"]) for one in faults] == [(f"query/{name}", "unknown")]


def test_a_token_in_a_body_is_no_token(client: httpx.Client) -> None:
    answer = client.post(
        "/intakes",
        json={"originSector": "bouw", "access_token": VALID},
        headers={"Idempotency-Key": str(uuid4())},
    )
    check_refusal(answer, 401, shown=False)
