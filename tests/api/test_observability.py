import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from io import FileIO, TextIOWrapper
from typing import Any

import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from app.observability import (
    CurrentRequest,
    Lines,
    WithoutAddress,
    current_request,
    telemetry,
)
from tests.api.things import SECRET, asker, build_api

ID = "2f0f4b7e-6f0a-4f5b-9d39-0c8c9c0b1e11"


REQUESTS = {
    ("GET", f"/v1/things?q={SECRET}"): ("/v1/things", 200, None),
    ("HEAD", "/v1/things"): ("/v1/things", 200, None),
    ("GET", "/v1/things/late"): ("/v1/things/{thing_id}", 409, "too-late"),
    ("GET", f"/v1/things/{SECRET}"): ("/v1/things/{thing_id}", 400, "invalid-input"),
    ("GET", f"/v1/things?{SECRET}=1"): ("/v1/things", 400, "invalid-input"),
    ("DELETE", "/v1/things"): ("/v1/things", 405, "method-not-allowed"),
    ("GET", f"/v1/{SECRET}"): (None, 404, "not-found"),
    ("GET", f"/{SECRET}"): (None, 404, "not-found"),
}


@pytest.mark.parametrize(("method", "url"), REQUESTS)
def test_a_request_is_one_line_with_its_template_and_nothing_that_was_said(ask, lines, method, url):
    ask(method, url, headers={"X-Request-Id": ID})
    (line,) = lines
    assert isinstance(line.pop("duration_ms"), float)
    assert line.pop("time")
    route, status, problem = REQUESTS[method, url]
    expected = {
        "level": "INFO",
        "logger": "app.observability",
        "message": "request",
        "request_id": ID,
        "method": method,
        "route": route,
        "status": status,
    }
    assert line == expected | ({"problem": problem} if problem else {})


def test_a_failure_is_written_once_with_its_place_and_without_its_text(ask, lines):
    ask("GET", "/v1/fail", headers={"X-Request-Id": ID})
    failure, request = lines
    assert (failure["level"], failure["error"]) == ("ERROR", "builtins.ValueError")
    assert failure["request_id"] == request["request_id"] == ID
    assert request["status"] == 500
    assert any(place.endswith(" fail") for place in failure["exception"])
    assert SECRET not in json.dumps(list(lines))


def test_a_line_that_cannot_be_written_stops_no_request_and_is_told(ask, caplog, capsys):
    device = FileIO("/dev/full", "w")
    full = TextIOWrapper(device, write_through=True)
    handler = Lines(full)
    with caplog.at_level("INFO", logger="app"):
        logging.root.addHandler(handler)
        assert ask("GET", "/v1/things").status_code == 200
        logging.root.removeHandler(handler)
    full.detach()
    device.close()
    assert "No space left on device" in capsys.readouterr().err


def refuse() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise KeyError(SECRET) from error


def test_the_chain_of_an_exception_is_kept_by_type(lines):
    try:
        refuse()
    except KeyError:
        logging.getLogger("app").exception("x")
    types = [each for each in next(iter(lines))["exception"] if not each.startswith(" ")]
    assert types == ["builtins.KeyError", "builtins.ValueError"]
    assert SECRET not in json.dumps(list(lines))


def test_two_requests_do_not_share_their_id(ask):
    first, second = (ask("GET", "/v1/things").headers["X-Request-Id"] for _ in range(2))
    assert first != second
    assert current_request.get() is None


CONFIGURED = """
import logging
from app.observability import configure_logging
configure_logging("INFO")
logging.getLogger("app.x").info("ours")
logging.getLogger("uvicorn.error").info("server")
logging.getLogger("uvicorn.access").warning("GET /v1/zwanger-van-Piet")
logging.getLogger("sqlalchemy.engine").info("values")
logging.getLogger("httpx").info("address")
"""


def test_configured_logs_are_json_lines_of_ours_and_of_the_server_without_access_lines():
    done = subprocess.run(  # noqa: S603 - our own text, no shell
        [sys.executable, "-c", CONFIGURED], capture_output=True, text=True, check=True
    )
    assert [json.loads(line)["message"] for line in done.stdout.splitlines()] == ["ours", "server"]
    assert done.stderr == ""


class Span(NonRecordingSpan):
    """What FastAPI writes on a span."""

    def __init__(self) -> None:
        super().__init__(SpanContext(1, 1, is_remote=False, trace_flags=TraceFlags(1)))
        self.attributes: dict[str, object] = {}

    def set_attribute(self, key: str, value: Any) -> None:
        self.attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, Any]) -> None:
        self.attributes |= attributes


class Tracing(trace.NoOpTracer, trace.TracerProvider):
    """The outside of OpenTelemetry: keeps the spans that would be sent away."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def get_tracer(self, *_args: Any, **_kwargs: Any) -> "Tracing":
        return self

    def start_span(self, name: str, *_args: Any, **options: Any) -> Span:
        span = Span()
        span.set_attributes({"name": name} | (options.get("attributes") or {}))
        self.spans.append(span)
        return span


def traced(*, hide: bool) -> list[Span]:
    tracing = Tracing()
    root = FastAPI(openapi_url=None, telemetry={"tracer_provider": tracing, "logs": False})
    if hide:
        root.add_middleware(WithoutAddress)
    root.mount("/v1", build_api())
    asker(root)("GET", f"/v1/things?q={SECRET}")
    asker(root)("GET", f"/v1/things/{SECRET}")
    return tracing.spans


def test_no_span_leaves_with_what_was_said_but_it_keeps_the_template():
    spans = traced(hide=True)
    assert {span.attributes.get("http.route") for span in spans} >= {
        "/v1/things",
        "/v1/things/{thing_id}",
    }
    assert not [span for span in spans if SECRET in str(span.attributes)]


def test_without_the_middleware_a_span_would_hold_what_was_said():
    assert [span for span in traced(hide=False) if SECRET in str(span.attributes)]


def test_telemetry_is_off_until_it_is_turned_on(monkeypatch):
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    tracing = Tracing()
    app = FastAPI(telemetry={**telemetry(enabled=False), "tracer_provider": tracing})
    asker(app)("GET", "/")
    assert tracing.spans == []
    assert telemetry(enabled=False)["auto_configure"] is False


def test_the_request_id_stands_on_every_line_written_meanwhile(lines):
    token = current_request.set(CurrentRequest(ID))
    logging.getLogger("app.somewhere").warning("x")
    current_request.reset(token)
    logging.getLogger("app.somewhere").warning("y")
    assert [line.get("request_id") for line in lines] == [ID, None]
