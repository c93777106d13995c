"""`python -m bench [NAME…]`: run the benches one after the other, print them, write docs/benchmarks.md.

Each bench is a process of its own, so that none inherits another's memory. `--quick` takes small sizes and fewer rounds
and leaves the page alone.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from rich.console import Console

from bench import page
from bench.figures import Figure, show

BENCHES = (
    "append",
    "load",
    "views",
    "http",
    "lag",
    "imports",
    "export",
    "warehouse",
    "start",
    "memory",
    "attack",
    "peers",
    "search",
    "growth",
    "changes",
    "timetravel",
    "pastdoor",
    "board",
    "backup",
    "recovery",
    "bulk",
    "compression",
    "metrics",
    "kafka",
    "projectors",
    "eventstoredb",
    "mongo",
    "ledger",
    "reads",
    "web",
)
QUICK: dict[str, dict[str, int]] = {
    "ledger": {"leaves": 200_000},
    "views": {"small": 1_000, "large": 20_000, "records": 500},
    "http": {"listed": 1_000},
    "imports": {"long_rows": 5_000},
    "export": {"rows": 1_000},
    "warehouse": {"facts": 200_000},
    "start": {"events": 10_000},
    "memory": {"seconds": 5, "rest": 35},
    "attack": {"accounts": 1_000},
    "peers": {"customers": 1_000},
    "search": {"largest": 10_000},
    "growth": {"largest": 10_000},
    "timetravel": {"records": 2_000},
    "pastdoor": {"records": 2_000},
    "board": {"deals": 5_000},
    "recovery": {"events": 2_000, "seconds": 30},
    "bulk": {"records": 500},
    "metrics": {"deals": 5_000},
    "kafka": {"batches": 5},
    "projectors": {"events": 1_000},
    "mongo": {"records": 2_000},
    "reads": {"records": 200},
    "web": {"count": 2_000},
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", metavar="NAME", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if unknown := [n for n in (*asked.names, *([asked.one] if asked.one else [])) if n not in BENCHES]:
        parser.error(f"there is no bench {unknown[0]}; there are {', '.join(BENCHES)}")
    if asked.one:
        json.dump([asdict(f) for f in _run(asked.one, asked.rounds, asked.quick)], sys.stdout)
        return
    found = {name: _in_process(name, asked.rounds, asked.quick) for name in asked.names or BENCHES}
    before = page.landed()
    for name, figures in found.items():
        show(name, figures)
    for line in page.regressions(before, found):
        Console().print(f"[bold red]{line}[/]")
    if not asked.quick:
        page.write(before | {name: [asdict(f) for f in figures] for name, figures in found.items()})


def _run(name: str, rounds: int, quick: bool) -> list[Figure]:
    run = importlib.import_module(f"bench.{name}").run
    options: dict[str, Any] = QUICK.get(name, {}) if quick else {}
    if "rounds" in inspect.signature(run).parameters:
        options = {"rounds": 2 if quick else rounds, **options}
    figures: list[Figure] = run(**options)
    return figures


def _in_process(name: str, rounds: int, quick: bool) -> list[Figure]:
    command = [sys.executable, "-m", "bench", "--one", name, "--rounds", str(rounds), *(["--quick"] if quick else [])]
    Console(stderr=True).print(f"measuring {name} …")
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return [Figure(**figure) for figure in json.loads(done.stdout.splitlines()[-1])]


if __name__ == "__main__":
    main()
