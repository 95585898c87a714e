"""With telemetry no answer is given past FastAPI, which makes the spans."""

import signal

import httpx

from tests.callback_server import answer, receiving
from tests.server import free_port
from tests.test_cli_processes import process, wait_until_ready

ASKED = 3
"""The second time an answer would be kept, and from the third on given."""


def test_every_request_has_its_span_also_when_it_was_answered_before(tmp_path):
    port = free_port()
    with receiving(answer("200 OK")) as collector:
        settings = {
            "GIDS_PORT": str(port),
            "GIDS_OTEL": "1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        }
        with process("demo", folder=tmp_path, **settings) as demo:
            try:
                wait_until_ready(demo, port)
                for _ in range(ASKED):
                    asked = {"q": "omscholen"}
                    httpx.get(f"http://127.0.0.1:{port}/v1/provisions", params=asked)
                demo.send_signal(signal.SIGINT)
                demo.communicate(timeout=60)
            finally:
                demo.kill()
        sent = b"".join(one.body for one in collector.requests if "/v1/traces" in one.line)
    assert sent.count(b"GET /v1/provisions") == ASKED
