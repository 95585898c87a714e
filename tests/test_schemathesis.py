"""The published document against the running service, as schemathesis makes cases of it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.server import ROOT, ServerProcess


def test_schemathesis_finds_no_failure_in_any_phase(database_url: str, tmp_path: Path) -> None:
    service = ServerProcess(database_url)
    service.start()
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments, no shell
            [
                Path(sys.executable).with_name("schemathesis"),
                *("--config-file", ROOT / "schemathesis.toml"),
                *("run", f"{service.url}/openapi.json", "--url", service.url),
                *("--phases", "examples,coverage,fuzzing,stateful"),
                *("--checks", "all", "--continue-on-failure"),
                "--no-color",
            ],
            check=False,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
    finally:
        service.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅  {phase}" in done.stdout, done.stdout
