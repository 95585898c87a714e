"""What every answer of the real service has, whatever was asked: the rules at run time."""

import json
import re
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from app.api_rules import DEFAULT_HEADERS
from app.config import Settings
from app.db import Database
from app.domain.access import EVERY_REGION
from app.main import create_app
from app.openapi import API_VERSION
from app.services.session_log import lock_region
from tests.identity import WhoeverMay
from tests.named_paths import NAMED
from tests.server import running
from tests.story import Request, Story

METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[^\",\s]*")
INTAKE = {"originSector": "bouw", "municipality": "Rotterdam"}

OF_THE_OPEN_CATALOGUE = tuple(
    f"/v1/{name}" for name in ("sectors", "municipalities", "skills", "provisions", "coverage")
)
"""What follows from the catalogue and the day alone, and may be kept for a minute."""


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def check(answer: httpx.Response, status: int) -> None:
    """Hold an answer against what every answer has."""
    asked = f"{answer.request.method} {answer.request.url}"
    assert answer.status_code == status, f"{asked}: {answer.text}"
    kept = status == 200 and (
        answer.url.path == "/v1/regions" or answer.url.path.startswith(OF_THE_OPEN_CATALOGUE)
    )
    wanted = {**DEFAULT_HEADERS, "Cache-Control": "public, max-age=60" if kept else "no-store"}
    assert {name: answer.headers.get(name) for name in DEFAULT_HEADERS} == wanted, asked
    assert answer.headers["API-Version"] == API_VERSION, asked
    request_id = UUID(answer.headers["X-Request-Id"])
    if status >= 400 and answer.request.method != "HEAD":
        assert answer.headers["Content-Type"] == "application/problem+json", asked
        problem = answer.json()
        assert problem["status"] == status, asked
        assert problem["instance"] == f"urn:uuid:{request_id}", asked
        assert problem["title"], asked
        assert problem["detail"], asked
        assert re.fullmatch(r"https://\S+/problems/[a-z0-9]+(-[a-z0-9]+)*", problem["type"]), asked


def pointers(answer: httpx.Response) -> set[str]:
    return {fault["pointer"] for fault in answer.json()["errors"]}


@pytest.fixture(scope="module")
def requests(open_client: httpx.Client) -> list[Request]:
    """Give a request per example, for rules that refuse whatever the ids in it are."""
    return Story(open_client).requests()


def test_every_answer_has_its_headers_and_tells_moments_in_utc(client: httpx.Client) -> None:
    statuses, moments = set(), []
    for exchange, _, answer in Story(client).tell():
        check(answer, exchange.status)
        statuses.add(exchange.status)
        moments += MOMENT.findall(answer.text)
    assert statuses == {200, 201, 202, 204, 400, 401, 403, 404, 406, 409, 412, 422, 428}
    assert len(moments) > 10
    assert [one for one in moments if not re.fullmatch(r"[^.]{19}Z", one)] == []


def test_head_answers_as_get_without_the_body(client: httpx.Client) -> None:
    for _, request, answer in Story(client).tell():  # at once: later in the story it is gone
        if request.method != "GET" or answer.status_code != 200:
            continue
        got = request.send(client)
        head = request.copy()
        head.method = "HEAD"
        told = head.send(client)
        check(told, 200)
        assert told.content == b""
        assert told.headers["Content-Type"] == got.headers["Content-Type"]
        if request.operation != "readPersonalData":  # which tells of each time it was read
            assert told.headers.get("Content-Length") == got.headers.get("Content-Length")


def test_a_method_that_is_not_there_is_refused_with_all_that_are(
    open_client: httpx.Client, requests: list[Request]
) -> None:
    taken: dict[str, set[str]] = {}
    for request in requests:
        known = taken.setdefault(request.template, set())
        known |= {"GET", "HEAD"} if request.method == "GET" else {request.method}
    assert len(taken) == len(NAMED)
    for request in {request.template: request for request in requests}.values():
        for method in sorted(METHODS - taken[request.template]):
            other = request.copy()
            other.method, other.body = method, None
            answer = other.send(open_client)
            check(answer, 405)
            assert set(answer.headers["Allow"].split(", ")) == taken[request.template]


def test_an_address_that_ends_in_a_slash_does_not_exist(
    open_client: httpx.Client, requests: list[Request]
) -> None:
    for request in requests:
        slashed = request.copy()
        slashed.template += "/"
        check(slashed.send(open_client), 404)


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/", "/v2/sectors", "/sectors", "/v1/docs", "/v1/redoc", "/openapi.json"],
)
def test_nothing_is_where_the_document_names_nothing(open_client: httpx.Client, path: str) -> None:
    check(open_client.get(open_client.base_url.copy_with(path=path)), 404)


def test_an_answer_in_a_form_we_do_not_make_is_refused_before_anything_is_done(
    open_client: httpx.Client, requests: list[Request]
) -> None:
    for request in requests:
        if request.method == "DELETE":
            continue  # its answer is empty, and so has no form
        other = request.copy()
        other.headers["Accept"] = "text/html"
        answer = other.send(open_client)
        check(answer, 406)
        assert answer.json()["allowed"][0] == "application/json"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_a_body_in_a_form_we_do_not_read_is_refused(
    open_client: httpx.Client, requests: list[Request], headers: dict[str, str]
) -> None:
    for request in requests:
        if request.body is not None:
            other = request.copy()
            other.headers |= headers
            answer = other.send(open_client)
            check(answer, 415)
            assert answer.json()["allowed"] == ["application/json"]


def test_a_query_key_we_do_not_know_is_refused_everywhere(
    open_client: httpx.Client, requests: list[Request]
) -> None:
    for request in requests:
        other = request.copy()
        other.query["page"] = "2"
        answer = other.send(open_client)
        check(answer, 400)
        assert "query/page" in pointers(answer)


def test_a_name_in_a_body_we_do_not_know_is_refused_everywhere(
    open_client: httpx.Client, requests: list[Request]
) -> None:
    for request in requests:
        if request.body is not None:
            other = request.copy()
            other.body["colour"] = "blue"
            answer = other.send(open_client)
            check(answer, 400)
            assert "/colour" in pointers(answer)


def test_every_fault_of_a_request_is_named_at_once(open_client: httpx.Client) -> None:
    answer = open_client.post(
        "/intakes?colour=blue",
        headers={"Idempotency-Key": "two words"},
        json={
            "targetSector": "",
            "skills": ["lassen", 3],
            "employment": "boss",
            "region": "Rijnmond",
            "yearsOfService": 71,
            "usedProvisions": [{"provisionId": "NOT AN ID", "usedOn": "yesterday"}],
            "scheduling": {"notBefore": "2026-11-30T08:00:00", "modes": [], "sessions": 4, "at": 1},
            "age": 44,
        },
    )
    check(answer, 400)
    assert pointers(answer) == {"query/colour"}  # found before anything of ours reads the body
    answer = open_client.post(
        "/intakes", headers={"Idempotency-Key": "two words"}, content=answer.request.content,
    )  # fmt: skip
    check(answer, 415)
    answer = open_client.post(
        "/intakes",
        headers={"Idempotency-Key": "two words", "Content-Type": "application/json"},
        content=answer.request.content,
    )
    check(answer, 400)
    assert pointers(answer) == {
        "header/Idempotency-Key",
        "/originSector",
        "/targetSector",
        "/skills/1",
        "/employment",
        "/region",
        "/yearsOfService",
        "/usedProvisions/0/provisionId",
        "/usedProvisions/0/usedOn",
        "/scheduling/notBefore",
        "/scheduling/modes",
        "/scheduling/sessions",
        "/scheduling/at",
        "/age",
    }


def test_what_only_the_catalogue_knows_is_named_at_once_as_well(open_client: httpx.Client) -> None:
    answer = open_client.post(
        "/provision-checks",
        json={
            "originSector": "bouw",
            "municipality": "Groningen",
            "region": "AM22",
            "usedProvisions": [
                {"provisionId": "no-such"},
                {"provisionId": "rijk-loopbaanscan", "usedOn": "2026-11-24"},
            ],
        },
    )
    check(answer, 400)
    assert pointers(answer) == {
        "/region",
        "/usedProvisions/0/provisionId",
        "/usedProvisions/1/usedOn",
    }


@pytest.mark.parametrize(
    "moment", ["2026-11-30T08:00:00", "2026-11-30T08:00:00-00:00", "2026-11-30"]
)
def test_a_moment_without_its_offset_is_refused(open_client: httpx.Client, moment: str) -> None:
    body = {**INTAKE, "scheduling": {"notBefore": moment}}
    answer = open_client.post("/provision-checks", json=body)
    check(answer, 400)
    assert pointers(answer) == {"/scheduling/notBefore"}
    query = {"region": "AM22", "from": moment, "until": moment}
    answer = open_client.get("/slots", params=query)
    check(answer, 400)
    assert pointers(answer) == {"query/from", "query/until"}


def test_a_moment_in_another_zone_is_the_same_moment(open_client: httpx.Client) -> None:
    asked = ("2026-12-07T08:00:00Z", "2026-12-07T09:00:00+01:00", "2026-12-07T03:00:00-05:00")
    found = [
        open_client.get("/slots", params={"region": "AM22", "from": moment, "limit": 1}).json()
        for moment in asked
    ]
    assert found[0]["items"][0]["startsAt"] == asked[0]
    assert found == [found[0]] * 3


def test_a_new_intake_can_be_read_where_the_answer_says(client: httpx.Client) -> None:
    answer = client.post("/intakes", json=INTAKE, headers=key())
    check(answer, 201)
    found = client.get(client.base_url.copy_with(path=answer.headers["Location"]))
    check(found, 200)
    assert found.json() == answer.json()


def test_only_the_api_document_may_be_read_by_any_web_page(open_client: httpx.Client) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    document = open_client.get("/openapi.json", headers=origin)
    check(document, 200)
    assert document.headers["Access-Control-Allow-Origin"] == "*"
    other = open_client.get("/sectors", headers=origin)
    assert not [name for name in other.headers if name.startswith("access-control")]


def test_a_body_past_the_limit_is_refused(open_client: httpx.Client) -> None:
    for size, status in ((65536, 400), (65537, 413)):
        content = json.dumps({"originSector": ""}).encode().ljust(size)
        headers = {"Content-Type": "application/json"}
        check(open_client.post("/provision-checks", content=content, headers=headers), status)


def test_a_mistake_of_ours_is_a_problem_that_tells_nothing(
    client: httpx.Client, database: Database
) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE intake RENAME TO elsewhere"))
    for answer in (client.get("/intakes"), client.post("/intakes", json=INTAKE, headers=key())):
        check(answer, 500)
        assert answer.json()["type"].endswith("/internal-error")
        assert "intake" not in answer.json()["detail"]
    check(client.get("/sectors"), 200)


def test_who_waits_too_long_is_told_to_come_back(settings: Settings, database: Database) -> None:
    impatient = settings.model_copy(update={"lock_timeout": timedelta(milliseconds=100)})
    with (
        running(create_app(impatient)) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30, auth=WhoeverMay()) as client,
    ):
        with database.write(EVERY_REGION) as session:
            lock_region(session, "AM22")
            answer = client.post("/intakes", json=INTAKE, headers=key())
        check(answer, 503)
        assert answer.json()["type"].endswith("/busy")
        assert answer.headers["Retry-After"].isdecimal()
        check(client.post("/intakes", json=INTAKE, headers=key()), 201)


def test_what_is_stated_and_inferred_are_fields_of_the_answer(open_client: httpx.Client) -> None:
    for one in open_client.get("/provisions", params={"limit": 100}).json()["items"]:
        told = open_client.get(f"/provisions/{one['id']}").json()
        assert {*told["stated"], *told["inferred"]} <= set(told), one["id"]
        assert all(condition["basis"] for condition in told["conditions"])
