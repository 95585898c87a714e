"""Hostile input: the same list on both engines, each with the refusal that says what is wrong."""

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from app.main import create_app
from tests.conftest import ENGINES, TestClock, filled_database, open_settings
from tests.identity import WhoeverMay, fitting
from tests.server import running

JSON = {"Content-Type": "application/json"}
REGION = "AM22"
SOMEBODY = "9d4c6b61-7f0e-4b0a-8a53-2f4e8c9b7d10"


@pytest.fixture(scope="module", params=ENGINES)
def hostile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """Give a client of one app per engine, for a list that must leave nothing behind."""
    url = filled_database(request.param, request, tmp_path_factory.mktemp("hostile"))
    settings = open_settings(url)
    with (
        running(create_app(settings, clock=TestClock())) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30, auth=WhoeverMay()) as client,
    ):
        yield client
        # Whatever was sent: the service still works, and kept nothing.
        assert client.get("/health/ready").status_code == 200
        assert client.get("/intakes").json() == {"items": [], "next": None}


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


def deep(depth: int, inner: str = "1") -> bytes:
    return ('{"originSector":' + "[" * depth + inner + "]" * depth + "}").encode()


BODIES: dict[str, tuple[bytes, int, str | None]] = {
    "nothing": (b"", 400, "required"),
    "space": (b"   ", 400, "not-json"),
    "null": (b"null", 400, "wrong-type"),
    "a list": (b"[]", 400, "wrong-type"),
    "a string": (b'"bouw"', 400, "wrong-type"),
    "a number": (b"1", 400, "wrong-type"),
    "half": (b'{"originSector": "bouw"', 400, "not-json"),
    "two documents": (b'{"originSector": "bouw"}{}', 400, "not-json"),
    "a comment": (b'{"originSector": "bouw"} // x', 400, "not-json"),
    "single quotes": (b"{'originSector': 'bouw'}", 400, "not-json"),
    "a comma too many": (b'{"originSector": "bouw",}', 400, "not-json"),
    "a form": (b"originSector=bouw", 400, "not-json"),
    "xml": (b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", 400, "not-json"),
    "a raw NUL": (b'{"originSector": "bo\x00uw"}', 400, "not-json"),
    "bytes that are no UTF-8": (b'{"originSector": "\xff\xfe"}', 400, "not-utf-8"),
    "an overlong NUL": (b'{"originSector": "\xc0\x80"}', 400, "not-utf-8"),
    "a surrogate in UTF-8": (b'{"originSector": "\xed\xa0\x80"}', 400, "not-utf-8"),
    "UTF-16": ('{"originSector": "bouw"}'.encode("utf-16"), 400, "not-utf-8"),
    "UTF-32": ('{"originSector": "bouw"}'.encode("utf-32-le"), 400, "not-json"),
    "a byte order mark": (b'\xef\xbb\xbf{"originSector": "bouw"}', 400, "not-json"),
    "a lone high surrogate": (rb'{"originSector": "\ud800"}', 400, "lone-surrogate"),
    "a lone low surrogate": (rb'{"originSector": "\udfff x"}', 400, "lone-surrogate"),
    "a lone surrogate as a name": (rb'{"originSector": "a", "\ud800": 1}', 400, "lone-surrogate"),
    "NaN": (b'{"originSector": "a", "yearsOfService": NaN}', 400, "not-strict-json"),
    "Infinity": (b'{"originSector": "a", "yearsOfService": -Infinity}', 400, "not-strict-json"),
    "1e999": (b'{"originSector": "a", "yearsOfService": 1e999}', 400, "not-strict-json"),
    "4000 digits": (
        b'{"originSector": "a", "yearsOfService": ' + b"9" * 4000 + b"}", 400, "not-strict-json",
    ),
    "2^63": (b'{"originSector": "a", "yearsOfService": 9223372036854775808}', 400,
             "not-strict-json"),
    "the same name twice": (b'{"originSector": "a", "originSector": "b"}', 400, "not-strict-json"),
    "the same name twice, escaped": (
        rb'{"originSector": "a", "originSecto\u0072": "b"}', 400, "not-strict-json",
    ),
    "the same name twice, deep": (
        b'{"originSector": "a", "scheduling": {"sessions": 1, "sessions": 2}}', 400,
        "not-strict-json",
    ),
    "nesting": (deep(40), 400, "too-deep"),
    "much nesting": (deep(30_000), 400, "too-deep"),
    "nesting without an end": (b"[" * 60_000, 400, "too-deep"),
    "a mebibyte of nesting": (b"[" * 2**20, 413, None),
    "a mebibyte of text": (b'{"originSector": "' + b"a" * 2**20 + b'"}', 413, None),
    "a mebibyte of space": (b" " * 2**20, 413, None),
    "a thousand names": (
        b"{" + b",".join(b'"a%d":1' % n for n in range(1000)) + b"}", 400, "unknown",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("url", ["/intakes", "/provision-checks", f"/intakes/{SOMEBODY}/sessions"])
def test_a_body_that_is_no_good_json_is_refused(hostile: httpx.Client, name: str, url: str) -> None:
    content, status, code = BODIES[name]
    headers = JSON | {"Idempotency-Key": str(uuid4())}
    answer = hostile.post(url, content=content, headers=headers)
    assert answer.status_code == status
    assert len(answer.content) < 40_000
    if code:
        pointer, found = faults(answer)[0 if code != "unknown" else 1]
        assert found == code
        assert pointer == "" or code == "unknown"


TOO_LONG = "a" * 201
FIELDS: dict[str, list[tuple[Any, str]]] = {
    "originSector": [
        (None, "wrong-type"), ("", "too-short"), (" ", "empty"), ("\u00a0\u2003", "empty"),
        ("bo\0uw", "control-character"), ("bouw\n", "control-character"),
        ("\x7f", "control-character"), ("\x85", "control-character"), (TOO_LONG, "too-long"),
        ("\ufb2c" * 200, "too-long"), (3, "wrong-type"), (True, "wrong-type"),
        (["bouw"], "wrong-type"), ({"id": "bouw"}, "wrong-type"),
    ],
    "targetSector": [("", "too-short"), (TOO_LONG, "too-long"), (0, "wrong-type")],
    "organisation": [("\x1b[31m", "control-character"), (False, "wrong-type")],
    "occupation": [("\u202e\0", "control-character"), ([], "wrong-type")],
    "skills": [("lassen", "wrong-type"), ([""] , "too-short"),
               (["a"] * 51, "too-long"), ([None], "wrong-type"), ([["lassen"]], "wrong-type"),
               ({}, "wrong-type")],
    "motivation": [("\b", "control-character"), ("a" * 2001, "too-long"), ("\n\t", "empty")],
    "employment": [("boss", "not-a-choice"), ("EMPLOYEE", "not-a-choice"),
                   (" employee", "not-a-choice"), (1, "not-a-choice"), ([], "not-a-choice")],
    "jobLoss": [("", "not-a-choice"), (False, "not-a-choice")],
    "purpose": [("other", "not-a-choice"), ({}, "not-a-choice")],
    "municipality": [("a" * 121, "too-long"), (363, "wrong-type")],
    "region": [("AM222", "pattern"), ("am22", "pattern"), ("AM\uff12\uff12", "pattern"),
               ("AM22\n", "pattern"),
               ("AM00", "unknown"), ("AM99", "unknown"), (22, "wrong-type")],
    "yearsOfService": [("11", "whole-number"), (True, "whole-number"), (1.5, "whole-number"),
                       (-1, "out-of-range"), (71, "out-of-range"), (2**53 - 1, "out-of-range"),
                       ([], "whole-number")],
    "usedProvisions": [
        ([{}], "required"), (["rijk-loopbaanscan"], "wrong-type"),
        ([{"provisionId": "no-such-provision"}], "unknown"),
        ([{"provisionId": "'; DROP TABLE intake; --"}], "pattern"),
        ([{"provisionId": "rijk-loopbaanscan", "usedOn": "2026-02-30"}], "wrong-type"),
        ([{"provisionId": "rijk-loopbaanscan", "usedOn": "2026-2-3"}], "day"),
        ([{"provisionId": "rijk-loopbaanscan", "usedOn": "0000-01-01"}], "wrong-type"),
        ([{"provisionId": "rijk-loopbaanscan", "usedOn": "9999-12-31"}], "in-the-future"),
        ([{"provisionId": "rijk-loopbaanscan", "usedOn": "2024-01-01T00:00:00Z"}], "day"),
        ([{"provisionId": "rijk-loopbaanscan", "usedOn": 1704067200}], "day"),
        ([{"provisionId": "rijk-loopbaanscan"}] * 51, "too-long"),
    ],
    "scheduling": [
        ([], "wrong-type"), ({"sessions": 0}, "out-of-range"),
        ({"sessions": 4}, "out-of-range"), ({"sessions": "3"}, "whole-number"),
        ({"sessions": True}, "whole-number"), ({"modes": []}, "too-short"),
        ({"modes": ["phone"] * 4}, "too-long"), ({"modes": ["fax"]}, "not-a-choice"),
        ({"modes": ["phone", "phone"]}, "repeated"),
        ({"notBefore": "2026-02-30T08:00:00Z"}, "wrong-type"),
        ({"notBefore": "2026-11-30T24:00:00Z"}, "wrong-type"),
        ({"notBefore": "2026-11-30T08:00:00"}, "instant"),
        ({"notBefore": "2026-11-30 08:00:00Z"}, "instant"),
        ({"notBefore": "2026-11-30t08:00:00z"}, "instant"),
        ({"notBefore": "0001-01-01T00:00:00+14:00"}, "out-of-range"),
        ({"notBefore": "9999-12-31T23:59:59-14:00"}, "out-of-range"),
        ({"notBefore": "2026-11-30T08:00:00+99:00"}, "wrong-type"),
        ({"notBefore": "9999-12-31T23:59:59Z"}, "too-far-ahead"),
        ({"notBefore": "2999-06-01T08:00:00+14:00"}, "too-far-ahead"),
        ({"notBefore": 1796025600}, "instant"), ({"notBefore": True}, "instant"),
        ({"notBefore": "now"}, "instant"), ({"adviser": SOMEBODY}, "unknown"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("url", ["/intakes", "/provision-checks"])
def test_a_field_that_cannot_be_is_refused_in_its_place(
    hostile: httpx.Client, field: str, url: str
) -> None:
    headers = JSON | {"Idempotency-Key": str(uuid4())}
    for value, code in FIELDS[field]:
        body = json.dumps({"originSector": "bouw"} | {field: value})
        answer = hostile.post(url, content=body, headers=headers)
        assert answer.status_code == 400, f"{value!r}: {answer.text}"
        found = faults(answer)
        assert {one for _, one in found} == {code}, f"{value!r}: {answer.text}"
        assert all(pointer.startswith(f"/{field}") for pointer, _ in found)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00.123456789-12:00"])
def test_not_before_a_moment_long_ago_is_as_soon_as_possible(
    client: httpx.Client, moment: str
) -> None:
    body = {"originSector": "bouw", "employment": "self_employed", "region": REGION}
    answer, other = (
        client.post("/intakes", json=body | more, headers={"Idempotency-Key": key})
        for key, more in (("k", {"scheduling": {"notBefore": moment}}), ("l", {}))
    )
    assert (answer.status_code, other.status_code) == (201, 201)
    days = [[one["startsAt"][:10] for one in a.json()["sessions"]] for a in (answer, other)]
    assert days[0] == days[1]


QUERIES = {
    "/sectors?q=": "query/q",
    "/sectors?q=%00": "query/q",
    "/sectors?q=%0a": "query/q",
    "/sectors?q=%20": "query/q",
    "/sectors?q=" + "a" * 121: "query/q",
    "/sectors?q=" + "a" * 8192: "query/q",
    "/sectors?q=bouw&q=zorg": "query/q",
    "/sectors?Q=bouw": "query/Q",
    "/sectors?q[]=bouw": "query",
    "/sectors?=bouw": "query",
    "/sectors?bouw": "query/bouw",
    "/sectors?%00=1": "query",
    "/sectors?%ff=1": "query",
    "/sectors?" + "&".join(f"a{n}=1" for n in range(500)): "query/a0",
    "/municipalities?q=%00": "query/q",
    "/skills?q=" + "%F0%9F%92%A9" * 121: "query/q",
    "/provisions?sector=no-such-sector": "query/sector",
    "/provisions?side=both": "query/side",
    "/provisions?buildingBlock=": "query/buildingBlock",
    "/provisions?building_block=career_advice": "query/building_block",
    "/provisions?status=current%00": "query/status",
    "/intakes?outcome=1": "query/outcome",
    "/intakes?region=AM2": "query/region",
    f"/intakes?after={SOMEBODY}%00": "query/after",
    "/slots": "query/region",
    "/slots?region=": "query/region",
    "/slots?region=AM22&mode=fax": "query/mode",
    "/slots?region=AM22&from=2026-02-30T00:00:00Z": "query/from",
    "/slots?region=AM22&from=2026-11-30T08:00:00+01:00": "query/from",  # the plus is a space
    "/slots?region=AM22&until=9999-12-31T23:59:59-23:59": "query/until",
    "/slots?region=AM22&from=1796025600": "query/from",
    "/slots?region=AM22&after=" + "_" * 40: "query/after",
    "/slots?region=AM22&after=" + "a" * 121: "query/after",
    "/regions/AM22/session-log?after=-1": "query/after",
    "/regions/AM22/session-log?after=2147483648": "query/after",
    "/regions/AM22/session-log?after=" + "9" * 400: "query/after",
    "/regions/AM22/session-log?after=1_000": "query/after",
    "/regions/AM22/session-log?limit=0": "query/limit",
    "/regions/AM22/session-log?limit=%D9%A3": "query/limit",
    "/regions/AM22%00/session-log": "path/region",
    "/regions/..%2fAM22/session-log": None,
    "/provisions/RIJK": "path/provisionId",
    "/provisions/%00": "path/provisionId",
    "/provisions/..": "path/provisionId",
    "/provisions/" + "a" * 121: "path/provisionId",
    "/provisions/no-such-provision": None,
    "/intakes/1": "path/intakeId",
    "/intakes/%00": "path/intakeId",
    "/intakes/..%2f..%2fetc%2fpasswd": None,
    "/intakes/%2e%2e/sectors": None,
    f"/intakes/{SOMEBODY}%00": "path/intakeId",
    f"/intakes/{SOMEBODY}": None,
    "/intakes/' OR 1=1 --".replace(" ", "%20"): "path/intakeId",
    f"/intakes/{SOMEBODY}/nothing": None,
    "//sectors": None,
    "/sectors/%2e%2e/%2e%2e/etc/passwd": None,
    "/%ff": None,
    "/static/../../etc/passwd": None,
}
"""What is asked, and the place of the fault; None when there is nothing there."""


@pytest.mark.parametrize("target", QUERIES, ids=lambda target: f"{target[:60]} {len(target)}")
def test_an_address_that_cannot_be_is_refused_in_its_place(
    hostile: httpx.Client, target: str
) -> None:
    authorization = f"Authorization: Bearer {fitting(target)}"
    status, head, body = raw(hostile, f"GET /v1{target} HTTP/1.1", authorization)
    pointer = QUERIES[target]
    assert status == (400 if pointer else 404)
    assert "application/problem+json" in head
    if pointer:
        assert {one["pointer"] for one in json.loads(body)["errors"]} >= {pointer}


def raw(client: httpx.Client, *lines: str) -> tuple[int, str, str]:
    """Send a request as it is written here, which no client of HTTP would."""
    address = urlsplit(str(client.base_url))
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        head = "\r\n".join([*lines, "Host: gids", "Connection: close", "", ""])
        connection.sendall(head.encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1")
    first, _, body = answer.partition("\r\n\r\n")
    return int(first.split()[1]), first.lower(), body


@pytest.mark.parametrize(
    "said",
    ["x", "a" * 4000, SOMEBODY + "0", f"{SOMEBODY}\tSet-Cookie: a=b", "%0d%0aSet-Cookie: a=b",
     "\x80\xff", "{}"],
)  # fmt: skip
def test_a_request_id_that_is_no_uuid_is_not_taken_over(hostile: httpx.Client, said: str) -> None:
    status, head, _ = raw(hostile, "GET /v1/health/live HTTP/1.1", f"X-Request-Id: {said}")
    assert status == 200
    assert said.lower() not in head.partition("x-request-id")[2]
    assert "set-cookie" not in head
    given = next(line for line in head.splitlines() if line.startswith("x-request-id"))
    assert str(UUID(given.partition(": ")[2])) != said


@pytest.mark.parametrize(
    "lines",
    [
        ("GET /v1/health/live HTTP/1.1", "X-Request-Id: a\nSet-Cookie: a=b"),
        ("GET /v1/health/live HTTP/1.1", "X-Request-Id: a\0b"),
        ("GET /v1/health/live HTTP/1.1", "Bad Header: a"),
        ("GET /v1/health live HTTP/1.1",),
        ("POST /v1/intakes HTTP/1.1", "Content-Length: -1"),
        ("POST /v1/intakes HTTP/1.1", "Content-Length: 1", "Content-Length: 2"),
        ("POST /v1/intakes HTTP/1.1", "Content-Length: abc"),
    ],
)
def test_what_is_no_http_is_refused_by_the_server(
    hostile: httpx.Client, lines: tuple[str, ...]
) -> None:
    status, head, _ = raw(hostile, *lines)
    assert "set-cookie" not in head
    assert status in {200, 400}


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": kind} for kind in (
        "", "text/plain", "application/xml", "multipart/form-data; boundary=a",
        "application/json-patch+json", "application/jsonp", "application/json, text/plain",
        "application/json; charset=utf-16", "a" * 4000,
    )] + [JSON | {"Content-Encoding": coding} for coding in ("gzip", "br", "deflate")],
    ids=str,
)  # fmt: skip
def test_a_body_of_another_kind_is_refused(hostile: httpx.Client, headers: dict[str, str]) -> None:
    headers = headers | {"Idempotency-Key": str(uuid4())}
    answer = hostile.post("/intakes", content=b'{"originSector": "bouw"}', headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "body",
    [{"slotId": value} for value in ("", "a" * 81, "../x", "a b", "\0", None, 1, ["a"], True)]
    + [{}, {"slotId": "a", "status": "held"}, {"slot_id": "a"}],
    ids=str,
)
@pytest.mark.parametrize(
    ("method", "url"),
    [("POST", f"/intakes/{SOMEBODY}/sessions"), ("PUT", f"/sessions/{SOMEBODY}/slot")],
)
def test_a_place_that_cannot_be_is_refused(
    hostile: httpx.Client, method: str, url: str, body: Any
) -> None:
    answer = hostile.request(method, url, json=body)
    assert answer.status_code == 400
    assert {pointer for pointer, _ in faults(answer)} <= {"/slotId", "/status", "/slot_id"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"outcome": "held"}, 404),
        ({"outcome": "planned"}, 400),
        ({"outcome": "waiting"}, 400),
        ({"outcome": None}, 400),
        ({"outcome": "held", "nextStep": None}, 400),
        ({"outcome": "held", "nextStep": "stop"}, 400),
        ({"nextStep": "close"}, 400),
        ({"outcome": ["held"]}, 400),
    ],
    ids=str,
)
def test_an_ending_that_cannot_be_is_refused(hostile: httpx.Client, body: Any, status: int) -> None:
    assert hostile.put(f"/sessions/{SOMEBODY}/outcome", json=body).status_code == status


def test_null_is_the_same_as_left_out(hostile: httpx.Client) -> None:
    spare = [name for name in FIELDS if name != "originSector"]
    answer = hostile.post(
        "/provision-checks", json={"originSector": "circus", **dict.fromkeys(spare)}
    )
    assert answer.status_code == 200
    left_out = hostile.post("/provision-checks", json={"originSector": "circus"})
    assert answer.json() == left_out.json()


def test_the_choices_of_a_field_are_told_as_the_contract_writes_them(
    open_client: httpx.Client,
) -> None:
    asked = {"status": "proposed"}
    (fault,) = open_client.put(f"/referrals/{uuid4()}/status", json=asked).json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/status", "not-a-choice")
    assert fault["detail"].startswith("This must be 'sent', 'received', ")
    assert "<" not in fault["detail"]
