"""`python -m bench.profile`: where the time of the hot path goes, as a tree of calls.

By pyinstrument, which looks a thousand times a second at what runs: counting every call, as
cProfile does, makes what consists of many small calls look slower than it is.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pyinstrument import Profiler
from starlette.types import ASGIApp, Receive, Scope, Send

from app import main as service
from bench import questions
from bench.answers import thousand_stored
from bench.figures import Plan
from bench.load import Load
from bench.processes import RATE, app, need_two_cores, settings_of
from bench.questions import Request

ASKED: Mapping[str, Callable[[], list[Request]]] = {
    "search": lambda: questions.searches(next(questions.different_queries())),
    "popular": lambda: questions.searches(questions.popular_queries()),
    "check": questions.checks,
}
READY = "/v1/health/ready"


class Profiled:
    """The service, watched from the first question until it stops."""

    def __init__(self, watched: ASGIApp, seen: Path) -> None:
        """Write what was seen to this file."""
        self._watched = watched
        self._seen = seen
        self._profiler = Profiler(async_mode="disabled")  # the thread of the event loop, all of it

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through one life."""
        if scope["type"] == "http" and scope["path"] != READY and not self._profiler.is_running:
            self._profiler.start()
        await self._watched(scope, receive, send)
        if scope["type"] == "lifespan":
            self._profiler.stop()
            self._seen.write_text(self._profiler.output_text(unicode=True))


def from_environment() -> Profiled:
    """Make the app as a server process does, watched."""
    return Profiled(service.from_environment(), Path(os.environ["BENCH_SEEN"]))


def main() -> int:
    """Serve a thousand provisions under the profiler, and ask; print what it saw."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--ask", choices=ASKED, default="search")
    parser.add_argument("--seconds", type=int, default=5)
    asked = parser.parse_args()
    need_two_cores()
    with tempfile.TemporaryDirectory(prefix="gids-profile-") as scratch:
        folder = Path(scratch)
        seen = folder / "seen.txt"
        environment = {
            **settings_of(folder, thousand_stored(Plan(1, asked.seconds, 0, folder))),
            **RATE,
            "BENCH_SEEN": str(seen),
        }
        with app("bench.profile:from_environment", folder, environment, path=READY) as server:
            Load.on(server.url, ASKED[asked.ask](), seconds=asked.seconds).heard()
        sys.stdout.write(seen.read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
