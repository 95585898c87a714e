"""A real Chromium for the tests, out of an npm package: nothing is to be installed by hand.

The package brings the browser, the libraries it needs and a font, for Linux on x86-64; on anything
else CHROMIUM names another one. Pages are visited by tests/chromium/browser.mjs.
"""

import fcntl
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from tests import npm

SOURCE = Path(__file__).resolve().parent / "chromium"
SCRIPT = SOURCE / "browser.mjs"
SECONDS_TO_STOP = 30
FONTS = "<fontconfig><dir>{folder}</dir><cachedir>{cache}</cachedir></fontconfig>"

Step = tuple[Literal["press", "type", "follow"], str]
"""A key, a text that is typed, or a key after which another page is to come."""


class Seen(NamedTuple):
    """What a browser showed in the end; `focus` is one entry more than there were steps."""

    url: str
    statuses: list[int]
    title: str
    heading: str | None
    text: str
    pageWidth: int  # noqa: N815 - as in JavaScript
    windowWidth: int  # noqa: N815 - likewise
    beyond: list[str]
    small: list[str]
    focus: list[dict[str, Any]]
    elsewhere: list[str]
    complaints: list[str]
    violations: list[str]


class Browser:
    """One browser; every visit is that of somebody who has never been there."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def visit(
        self,
        url: str,
        *steps: Step,
        width: int = 1280,
        scheme: Literal["light", "dark"] = "light",
        forced_colors: bool = False,
        scripts: bool = False,
        text_size: float = 1,
        picture: Path | None = None,
    ) -> Seen:
        """Open a page, do what the steps say, and tell what is there. Axe looks with `scripts`."""
        asked = {
            "url": url,
            "steps": steps,
            "width": width,
            "scheme": scheme,
            "forcedColors": "active" if forced_colors else "none",
            "scripts": scripts,
            "textSize": text_size,
            "picture": picture and str(picture),
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline() or '{"fault": "the browser is gone"}')
        assert "fault" not in said, said["fault"]
        return Seen(**said)


def unpacked() -> tuple[Path, Path]:
    """Give the packages and the browser that was unpacked from them; the first to ask does so."""
    packages = npm.installed(SOURCE)
    folder = packages / "unpacked"
    with (packages / "unpacked.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # until it is closed: another pytest worker waits here
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=packages) as half:
                subprocess.run(  # noqa: S603  # our own arguments, no shell
                    [npm.NODE, SCRIPT, "unpack"],
                    cwd=packages,
                    env={**os.environ, "TMPDIR": half},
                    check=True,
                )
                Path(half).rename(folder)
    return packages, folder


def environment(home: str) -> tuple[Path, dict[str, str]]:
    """Give the packages, and what a browser is to find: itself, its libraries, its one font."""
    if "CHROMIUM" in os.environ:
        return npm.installed(SOURCE), dict(os.environ)
    packages, folder = unpacked()
    fonts = Path(home, "fonts.conf")
    fonts.write_text(FONTS.format(folder=folder / "fonts", cache=home))
    return packages, {
        **os.environ,
        "CHROMIUM": str(folder / "chromium"),
        "FONTCONFIG_FILE": str(fonts),
        "LD_LIBRARY_PATH": str(folder / "al2023" / "lib"),
    }


@contextmanager
def started() -> Iterator[Browser]:
    """Start a browser, and end it."""
    with tempfile.TemporaryDirectory() as home:
        packages, found = environment(home)
        process = subprocess.Popen(  # noqa: S603  # likewise
            [npm.NODE, SCRIPT, "serve"],
            cwd=packages,
            env={**found, "HOME": home, "TMPDIR": home},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            yield Browser(process)
        finally:
            process.communicate(timeout=SECONDS_TO_STOP)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser per test process."""
    with started() as one:
        yield one
