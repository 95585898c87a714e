"""`python -m bench`: measure, print a table, write var/bench.json."""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

try:
    from bench import answers, export, growing, intakes, overload, rule, whole, workbench
    from bench.figures import Plan, Row, measured_on, table
    from bench.processes import CORES, OTHER_CORE, ROOT, SERVICE_CORE, need_two_cores
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is not installed: run `make bench`, which installs what it needs")

RESULT = ROOT / "var" / "bench.json"

Measure = Callable[[Plan], Iterator[Row]]

ROWS: Mapping[str, Measure] = {
    "search": answers.search,
    "search-packed": answers.search_packed,
    "popular": answers.popular,
    "popular-key": answers.popular_with_key,
    "304": answers.unchanged,
    "check": answers.check,
    "check-key": answers.check_with_key,
    "rule": rule.rule,
    "intakes": intakes.intakes,
    "export": export.export,
    "start": whole.start,
    "workbench": workbench.workbench,
    "memory": whole.memory,
    "loading": growing.loading,
    "swap": growing.swap,
    "overload": overload.overload,
}


def main() -> int:
    """Measure what is asked; 1 when a target is missed."""
    asked = _arguments()
    if asked.markdown:
        day = datetime.fromtimestamp(RESULT.stat().st_mtime, UTC).date()
        _say(measured_on(day, len(CORES)), "", *table(json.loads(RESULT.read_text())))
        return 0
    need_two_cores()
    _say(
        f"{len(CORES)} cores: one for the service ({SERVICE_CORE}), one for the load"
        f" ({OTHER_CORE}). {asked.rounds} rounds of {asked.seconds:g} seconds.",
        "The load comes from one address, so the service's rate limits are out of reach:"
        " GIDS_RATE_ANONYMOUS and GIDS_RATE_IDENTIFIED (not the latter in overload).",
    )
    with tempfile.TemporaryDirectory(prefix="gids-bench-") as scratch:
        plan = Plan(asked.rounds, asked.seconds, asked.overload, Path(scratch))
        rows = measured({name: ROWS[name] for name in asked.rows}, plan, RESULT)
    _say("", *table(row.as_json() for row in rows), "", f"Written to {RESULT.relative_to(ROOT)}.")
    return 1 if any(row.met is False for row in rows) else 0


def measured(rows: Mapping[str, Measure], plan: Plan, result: Path) -> list[Row]:
    """Measure row after row; the file holds those there are, also when a later one fails."""
    result.parent.mkdir(exist_ok=True)
    done: list[Row] = []
    for name, measure in rows.items():
        _say("", f"{name}: {(measure.__doc__ or '').splitlines()[0]}")
        for row in measure(plan):
            done.append(row)
            result.write_text(json.dumps([one.as_json() for one in done], indent=1) + "\n")
            _say(f"  {row.name}: {row.told}")
    return done


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--rows", type=_names, default=list(ROWS), help=f"some of {','.join(ROWS)} (default all)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="of both, in turns (default 5)")
    parser.add_argument(
        "--seconds", type=int, default=3, help="per measurement (default 3); a search asks all once"
    )
    parser.add_argument(
        "--overload", type=int, default=60, metavar="SECONDS", help="of overload (default 60)"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="only print the table of the last run again"
    )
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in ROWS]:
        raise argparse.ArgumentTypeError(f"no such row: {', '.join(unknown)}")
    return names


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
