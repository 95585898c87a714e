"""What of the workbench is values in, values out: tests in TypeScript, run by Node itself."""

import re
import subprocess

import pytest

from tests import npm
from tests.workbench import ROOT

SOURCE = ROOT / "frontend"
FILES = sorted((SOURCE / "tests").glob("*.test.ts"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_in_typescript(file):
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [npm.NODE, "--import", "./tests/modules.mjs", "--test", "--test-reporter=tap", file],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[0]) > 0


def test_there_are_tests_in_typescript():
    assert FILES
