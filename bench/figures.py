"""Figures: a row of the table, and how rounds become one."""

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure, and where there is room for scratch."""

    rounds: int
    seconds: int
    overload_seconds: int
    scratch: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure with what it is held against.

    With a baseline the target is for the ratio of the two, without one for the value itself. A row
    without a target only tells. `told` is what else was seen.
    """

    name: str
    value: float
    target: float | None = None
    baseline: float | None = None
    ratio: float | None = None
    at_most: bool = False
    told: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is; None when there is none."""
        if self.target is None:
            return None
        reached = self.value if self.ratio is None else self.ratio
        return reached <= self.target if self.at_most else reached >= self.target

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "name": self.name,
            "value": _rounded(self.value),
            "baseline": _rounded(self.baseline),
            "ratio": _rounded(self.ratio),
            "target": self.target,
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Rounds:
    """What was measured in turns: first ours, then theirs, and again."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @classmethod
    def of(cls, rounds: int, ours: Callable[[], float], theirs: Callable[[], float]) -> Self:
        """Measure both in each round, so that what disturbs one disturbs the other."""
        pairs = [(ours(), theirs()) for _ in range(rounds)]
        return cls(tuple(one for one, _ in pairs), tuple(other for _, other in pairs))

    def row(
        self, name: str, *, target: float | None = None, told: str = "", at_most: bool = False
    ) -> Row:
        """Make a row of the medians; the ratio is the median of those of the rounds."""
        ratios = [one / other for one, other in zip(self.ours, self.theirs, strict=True)]
        spread = f"{len(ratios)} rounds with a ratio from {min(ratios):.2f} to {max(ratios):.2f}"
        return Row(
            name=name,
            value=median(self.ours),
            baseline=median(self.theirs),
            ratio=median(ratios),
            target=target,
            at_most=at_most,
            told="; ".join(filter(None, (spread, told))),
        )


_MET = {True: "yes", False: "NO", None: ""}


def table(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown, which also reads well as it is."""
    yield "| what | measured | baseline | ratio | target | met |"
    yield "|---|---:|---:|---:|---:|---|"
    for row in rows:
        figures = (_shown(row[name]) for name in ("value", "baseline", "ratio", "target"))
        yield f"| {' | '.join((row['name'], *figures, _MET[row['met']]))} |"


def measured_on(day: date, cores: int) -> str:
    """Say on which day and on what machine a table was made."""
    told = Path("/proc/cpuinfo").read_text()
    models = [
        line.partition(": ")[2] for line in told.splitlines() if line.startswith("model name")
    ]
    model = models[0] if models else platform.machine()
    return f"On {day.isoformat()}, on {cores} cores of {model}, Python {platform.python_version()}:"


def _shown(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"  # noqa: PLR2004 - digits


def _rounded(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")
