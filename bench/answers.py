"""What the open catalogue serves, beside a bare FastAPI app that serves the same ready-made."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from statistics import fmean
from types import MappingProxyType

import httpx

from bench import catalogues, questions
from bench.figures import Plan, Rounds, Row
from bench.load import Order, Side
from bench.processes import SERVICE_CORE, Server, app, command, service
from bench.questions import Request

KEPT = 200
"""Answers the baseline has ready; so many that their mean size is that of all."""

UNPACKED = {"Accept-Encoding": "identity"}
"""As the load generator asks, unless it is told otherwise."""

PACKED = {"Accept-Encoding": "gzip"}
"""As nearly every client asks."""

NOTHING: Mapping[str, str] = MappingProxyType({})


def thousand_stored(plan: Plan) -> str:
    """Store a catalogue of a thousand provisions, as an operator does; return where."""
    url = f"sqlite:///{plan.scratch / 'thousand.db'}"
    folder = plan.scratch / "thousand"
    if not folder.exists():
        catalogues.write(catalogues.thousand(), folder)
        command(plan.scratch, url, "db", "upgrade")
        command(plan.scratch, url, "catalogue", "import", "--folder", str(folder))
    return url


def thousand(plan: Plan, settings: Mapping[str, str] = NOTHING) -> Server:
    """Serve a catalogue of a thousand provisions."""
    return service(plan.scratch, thousand_stored(plan), core=SERVICE_CORE, settings=settings)


@contextmanager
def real(plan: Plan, name: str = "real") -> Iterator[tuple[Server, str]]:
    """Serve the real catalogue from the embedded database of this name; yield its address too."""
    file = plan.scratch / f"{name}.db"
    url = f"sqlite:///{file}"
    if not file.exists():
        command(plan.scratch, url, "db", "upgrade")
        command(plan.scratch, url, "catalogue", "import")
    with service(plan.scratch, url, core=SERVICE_CORE) as server:
        yield server, url


def search(plan: Plan) -> Iterator[Row]:
    """Search for 10,000 different things, in each round others."""
    asked = map(questions.searches, questions.different_queries())
    with thousand(plan) as server:
        name = "search, 10,000 queries (requests/s)"
        yield _ready_made(plan, server, name, asked, target=0.5, order=Order.ONCE)


def search_packed(plan: Plan) -> Iterator[Row]:
    """Search for 10,000 different things, and take the answers packed."""
    asked = map(questions.searches, questions.different_queries())
    with thousand(plan) as server:
        name = "search, 10,000 queries, packed with gzip (requests/s)"
        yield _ready_made(plan, server, name, asked, order=Order.ONCE, headers=PACKED)


def popular(plan: Plan) -> Iterator[Row]:
    """Search for 200 things that everybody looks for."""
    asked = repeat(questions.searches(questions.popular_queries()))
    with thousand(plan) as server:
        name = "search, 200 popular queries (requests/s)"
        yield _ready_made(plan, server, name, asked, target=0.8)


def popular_with_key(plan: Plan) -> Iterator[Row]:
    """Search for 200 things that everybody looks for, as a chatbot with a key."""
    asked = repeat(questions.searches(questions.popular_queries()))
    key = with_key(plan.scratch, thousand_stored(plan))
    with thousand(plan) as server:
        name = "search, 200 popular queries, with an API key (requests/s)"
        yield _ready_made(plan, server, name, asked, headers=key)


def unchanged(plan: Plan) -> Iterator[Row]:
    """Ask again for what has not changed."""
    asked = questions.searches(questions.popular_queries())
    with thousand(plan) as server, _baseline(plan, plan.scratch) as bare:
        with httpx.Client(base_url=server.url, headers=UNPACKED) as client:
            for one in asked:
                one["headers"] = {"If-None-Match": client.get(one["path"]).headers["ETag"]}
        rounds = Rounds.of(
            plan.rounds,
            ours := Side(server, repeat(asked), plan.seconds, status=304),
            theirs := Side(bare, repeat([{"path": "/unchanged"}]), plan.seconds, status=304),
        )
        name = "conditional GET answered 304 (requests/s)"
        yield rounds.row(name, target=0.8, told=ours.beside(theirs))


def check(plan: Plan) -> Iterator[Row]:
    """Check what there is for 2,000 people, no two with the same answers."""
    asked = questions.checks()
    with real(plan) as (server, _):
        yield _ready_made(plan, server, "provision-checks (requests/s)", repeat(asked), target=0.4)


def check_with_key(plan: Plan) -> Iterator[Row]:
    """Check what there is for 2,000 people, as a chatbot with a key."""
    asked = questions.checks()
    with real(plan) as (server, url):
        key = with_key(plan.scratch, url)
        name = "provision-checks, with an API key (requests/s)"
        yield _ready_made(plan, server, name, repeat(asked), headers=key)


def with_key(folder: Path, url: str) -> Mapping[str, str]:
    """Make a key as an operator does; return what a request says to show it."""
    key = command(folder, url, "key", "create", "bench").split()[0]
    return {"Authorization": f"Bearer {key}"}


def _ready_made(
    plan: Plan,
    server: Server,
    name: str,
    asked: Iterator[Sequence[Request]],
    *,
    target: float | None = None,
    order: Order = Order.SHARES,
    headers: Mapping[str, str] = NOTHING,
) -> Row:
    """Hold it against the same answers ready-made: to whoever comes, or to the same bodies.

    Each round asks the next of `asked`, with these headers; those are for the service alone.
    """
    sample = next(asked)
    ready = plan.scratch / f"ready-{len(sample)}"
    size = _keep(server, sample[:: len(sample) // KEPT], ready)
    with _baseline(plan, ready) as bare:
        rounds = Rounds.of(
            plan.rounds,
            ours := Side(server, _said(asked, headers), plan.seconds, order=order),
            theirs := Side(bare, repeat(_to_baseline(sample)), plan.seconds),
        )
    told = f"{ours.beside(theirs)}; {size / 1000:.1f} kB an answer"
    return rounds.row(name, target=target, told=told)


def _said(
    asked: Iterable[Sequence[Request]], headers: Mapping[str, str]
) -> Iterator[list[Request]]:
    return (questions.with_headers(some, headers) for some in asked)


def _to_baseline(asked: Sequence[Request]) -> list[Request]:
    """Ask the baseline: bodies as they are, searches all alike."""
    judged = [{**one, "path": "/judged"} for one in asked if "body" in one]
    return judged or [{"path": "/found"}]


def _baseline(plan: Plan, ready: Path) -> Server:
    """Serve bench/baseline.py, which answers with what lies in a folder."""
    environment = {"BENCH_READY": str(ready)}
    return app("bench.baseline:from_environment", plan.scratch, environment, path="/unchanged")


def _keep(server: Server, asked: Sequence[Request], folder: Path) -> float:
    """Keep what the service answers, for the baseline to give; return the mean size in bytes."""
    folder.mkdir(exist_ok=True)
    sizes = []
    with httpx.Client(base_url=server.url, headers=UNPACKED, timeout=60) as client:
        for number, one in enumerate(asked):
            answer = client.request(
                one.get("method", "GET"),
                one["path"],
                headers=one.get("headers"),
                content=one.get("body"),
            ).raise_for_status()
            (folder / f"{number:03}").write_bytes(answer.content)
            sizes.append(len(answer.content))
    return fmean(sizes)
