"""docs/benchmarks.md and docs/benchmarks.json: what was measured last, on which machine, by which command."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.figures import Figure

DOCS = Path(__file__).parents[1] / "docs"
PAGE, DATA = DOCS / "benchmarks.md", DOCS / "benchmarks.json"
WORSE_BY = 0.2  # of a ratio, against the last landed page
RATIOS = ("%", "×")
GROWS = 0.25  # a smaller power is shown as hardly growing
TITLES = {
    "append": "Appending to the event store",
    "load": "Loading an aggregate",
    "views": "Lists and rebuilds",
    "http": "Over HTTP",
    "lag": "From a command to what people see",
    "imports": "Imports",
    "export": "Exports",
    "warehouse": "The warehouse",
    "start": "Start and memory",
    "memory": "Memory after a load",
    "attack": "Under attack",
    "peers": "Against what a user could pick instead",
    "search": "Search",
    "growth": "How cost grows",
    "timetravel": "Lists, counts and boards of the past",
    "pastdoor": "The past of another process",
    "board": "Boards",
    "changes": "Live changes",
    "backup": "Backups, and what they cost those who write",
    "recovery": "The way back from a loss",
    "bulk": "Bulk acts",
    "compression": "Compressed answers",
    "metrics": "Figures by name",
    "eventstoredb": "EventStoreDB's protocol",
    "kafka": "Kafka: the relay against a bare producer",
    "projectors": "Kafka: the projector against bare upserts",
    "mongo": "MongoDB: a list's page against the bare driver",
    "ledger": "The ledger: verification, proofs, and what it costs those who append",
    "reads": "What the read log costs those who read",
    "web": "How the client feels",
}
Found = dict[str, list[dict[str, Any]]]


def landed() -> Found:
    """The figures of the last page; empty when there is none."""
    return json.loads(DATA.read_text())["benches"] if DATA.exists() else {}


def regressions(before: Found, now: Mapping[str, Sequence[Figure]]) -> list[str]:
    """A line for each ratio that is more than 20 % worse than the landed one."""
    known = {f["name"]: f for figures in before.values() for f in figures}
    lines = []
    for figure in (f for figures in now.values() for f in figures):
        old = known.get(figure.name)
        if old is None or figure.unit not in RATIOS or not old["ratio_or_value"]:
            continue
        change = figure.ratio_or_value / old["ratio_or_value"]
        worse = change < 1 - WORSE_BY if figure.goal.startswith("≥") else change > 1 + WORSE_BY
        if worse:
            lines.append(f"{figure.name}: {old['ratio_or_value']:.3g} → {figure.ratio_or_value:.3g} {figure.unit}")
    return lines


def write(found: Found) -> None:
    """Write both files whole."""
    DATA.write_text(json.dumps({"benches": found}, indent=1, ensure_ascii=False) + "\n")
    parts = [_head()]
    for name, title in TITLES.items():
        if name in found:
            parts += [f"## {title}", f"`python -m bench {name}` · " + _how(name), _table(found[name])]
        if name == "growth" and name in found:
            parts += ["![Cost by the number of records, both axes logarithmic](benchmarks.svg)", _bends(found[name])]
    PAGE.write_text("\n\n".join(parts) + "\n")


def _head() -> str:
    parts = {"FastAPI": "fastapi", "uvicorn": "uvicorn", "chDB": "chdb", "clickhouse-connect": "clickhouse-connect"}
    versions = ", ".join(f"{shown} {version(name)}" for shown, name in parts.items())
    return f"""# Benchmarks

Written by `make bench`; do not edit by hand. Ratios are of medians over rounds that take every case in turn, in one
run on one machine; absolute figures in the details say what that machine gave then, and move by a factor of two.
Last written {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores ({platform.machine()}, {platform.system()}), Python
{platform.python_version()}, SQLite {sqlite3.sqlite_version}, {versions}."""


def _how(name: str) -> str:
    import importlib

    doc = importlib.import_module(f"bench.{name}").__doc__ or ""
    return " ".join(doc.split())


def _table(figures: Sequence[Mapping[str, Any]]) -> str:
    rows = ["| figure | measured | goal | | detail |", "|---|---|---|---|---|"]
    for f in figures:
        verdict = ("met" if f["ok"] else "**missed**") if f["goal"][:1] in "≥≤" else ""
        rows.append(
            f"| {f['name']} | {f['ratio_or_value']:.3g} {f['unit']} | {f['goal']} | {verdict} | {f['detail']} |"
        )
    return "\n".join(rows)


def _bends(figures: Sequence[Mapping[str, Any]]) -> str:
    """What grows, steepest first, and what does not: said from the measured powers alone."""
    steep = sorted(figures, key=lambda f: -float(f["ratio_or_value"]))
    first, *others = steep
    grows = [f for f in others if f["ratio_or_value"] >= GROWS]
    flat = [f for f in steep if f["ratio_or_value"] < GROWS]
    said = [
        f"**What bends first: {first['name']}**, by the power {first['ratio_or_value']:.2f} of the records between the "
        f"two largest sizes ({first['detail']})."
    ]
    if grows:
        said.append("It is followed by " + ", ".join(_power(f) for f in grows) + ".")
    if flat:
        said.append(f"Below a power of {GROWS:g}: " + ", ".join(_power(f) for f in flat) + ".")
    return " ".join(said) + " A power of 1 grows as the records do, 0 not at all."


def _power(f: Mapping[str, Any]) -> str:
    return f"{f['name']} ({f['ratio_or_value']:.2f})"
