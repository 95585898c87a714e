"""The commands as programs: what they leave behind, and how they end."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from app import migrate
from tests.server import ROOT, free_port


def process(*arguments: str, folder: Path, **settings: str) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    return subprocess.Popen(  # noqa: S603 - our own arguments, no shell
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_commands_run_as_a_program_with_state_under_var_alone(tmp_path):
    with process("db", "upgrade", folder=tmp_path, GIDS_DEMO="1") as done:
        out, err = done.communicate(timeout=60)
    assert (done.returncode, err) == (0, "")
    assert out.splitlines()[-1] == f"the schema is at {migrate.head()}"
    assert [one.name for one in tmp_path.iterdir()] == ["var"]


def test_a_reader_that_leaves_early_is_no_fault(tmp_path):
    with process("openapi", folder=tmp_path) as writer:
        assert writer.stdout is not None
        writer.stdout.close()
        assert writer.stderr is not None
        assert writer.stderr.read() == ""
    assert writer.returncode == 0


def test_the_demo_sets_itself_up_serves_and_stops_cleanly(tmp_path):
    for start in ("first", "second"):
        port = free_port()
        with process("demo", folder=tmp_path, GIDS_PORT=str(port)) as demo:
            try:
                wait_until_ready(demo, port)
                answer = httpx.post(
                    f"http://127.0.0.1:{port}/v1/provision-checks",
                    json={"originSector": "schoonmaak", "employment": "employee"},
                )
                assert answer.json()["referrals"][0]["provisionId"] == "schoonmaak-loopbaancheck"
                free = httpx.get(
                    f"http://127.0.0.1:{port}/v1/slots",
                    params={"region": "AM35"},
                    headers={"Authorization": "Bearer demo-adviser"},
                )
                assert free.json()["items"], start
                demo.send_signal(signal.SIGINT)
                out, err = demo.communicate(timeout=60)
            finally:
                demo.kill()  # a fault is a failure, and not a wait for ever
        assert (demo.returncode, err) == (0, "")
        assert f"http://127.0.0.1:{port}/v1/openapi.json" in out
        assert "each letter is a file in var/mail/new" in out
        assert (tmp_path / "var" / "mail" / "new").is_dir()
        assert "Traceback" not in out
        assert ("the audit log begins" in out) is (start == "first")
    assert [one.name for one in tmp_path.iterdir()] == ["var"]


def wait_until_ready(demo: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert demo.poll() is None
        assert time.monotonic() < deadline
        try:
            if httpx.get(f"http://127.0.0.1:{port}/v1/health/ready").is_success:
                return
        except httpx.TransportError:
            threading.Event().wait(0.05)
