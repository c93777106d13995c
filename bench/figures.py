"""Figures and how they are taken: rounds over all cases in turn, medians, ratios to a baseline of the same run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

Case = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure against its goal. unit: "×" for a ratio, "%" for a share, else a unit of its own.

    ok: the goal is met. detail: the absolute figures behind it, for people.
    """

    name: str
    ratio_or_value: float
    unit: str
    goal: str
    ok: bool
    detail: str = ""


def interleaved(cases: Mapping[str, Case], rounds: int) -> dict[str, float]:
    """The median of each case's own figure over rounds that take every case in turn, after one round to warm up."""
    seen: dict[str, list[float]] = {name: [] for name in cases}
    for n in range(rounds + 1):
        for name, case in cases.items():
            gc.collect()
            figure = case()
            if n:
                seen[name].append(figure)
    return {name: median(figures) for name, figures in seen.items()}


def in_milliseconds(seconds: Iterable[float]) -> tuple[float, float, float]:
    """p50, p95 and p99."""
    times = sorted(seconds)
    p50, p95, p99 = (1000 * times[int(len(times) * share)] for share in (0.5, 0.95, 0.99))
    return p50, p95, p99


def at_least(name: str, value: float, goal: float, unit: str, detail: str) -> Figure:
    return Figure(name, value, unit, f"≥ {goal:g} {unit}", value >= goal, detail)


def at_most(name: str, value: float, goal: float, unit: str, detail: str) -> Figure:
    return Figure(name, value, unit, f"≤ {goal:g} {unit}", value <= goal, detail)


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print a table with a verdict for each figure."""
    table = Table(title=title)
    for column in ("figure", "measured", "goal", "", "detail"):
        table.add_column(column)
    for f in figures:
        verdict = ("[green]met[/]" if f.ok else "[red]missed[/]") if f.goal[:1] in "≥≤" else ""
        table.add_row(f.name, f"{f.ratio_or_value:.3g} {f.unit}", f.goal, verdict, f.detail)
    Console().print(table)
