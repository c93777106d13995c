"""Imports: rows per second from file to the last view, against the same rows by hand; memory over many rows."""

from __future__ import annotations

import asyncio
import csv
import resource
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson

from bench.figures import Figure, at_least, at_most, interleaved, show
from crm.compose import Suite
from crm.settings import Settings
from services.identity.setup import set_up
from services.integration.imports.embedded import run_import

ROWS = 10_000
GOAL = 2_000  # rows/s
GROWTH_GOAL = 64  # MB over the long run
HEADER = ("name", "sector", "year", "revenue", "employees", "country")
MAPPING = """\
name: bench
steps:
  - name: accounts
    file: accounts.csv
    resource: account
    fields:
      name: name
      industry: sector
      founded: year
      annual_revenue: { column: revenue, scale: 1000000 }
      currency: { constant: USD }
      employees: employees
      country: country
      allow_duplicate: { constant: true } # names are not compared: what is measured is the import
"""


def write_rows(folder: Path, rows: int) -> Path:
    """The file and its mapping; returns the mapping's path."""
    with (folder / "accounts.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            row = (f"Company {n} Holdings", "technology", 1990 + n % 30, n % 1000 + 0.5, n % 5000, "US")
            writer.writerow(row)
    (folder / "mapping.yaml").write_text(MAPPING)
    return folder / "mapping.yaml"


async def _import(folder: Path, rows: int) -> tuple[float, float]:
    """Seconds, and MB of memory that the second half of the rows added to the peak of the first."""
    mapping = write_rows(folder, rows)
    suite = await Suite.open(Settings(folder / "data"))
    try:
        done = await set_up(suite.kernel, "Bench", "Ada", "ada@bench.example", "seven kinds of boxes", "en")
        await suite.start()
        await suite.kernel.projector.catch_up()
        access = await suite.kernel.directory.access(done.tenant, done.user)
        assert access is not None
        peaks: dict[bool, int] = {}

        def note(progress: dict[str, Any]) -> None:
            peaks[progress.get("done", rows) * 2 > rows] = _peak()

        begun = time.perf_counter()
        report = await run_import(suite.kernel, mapping, folder, access, progress=note)
        seconds = time.perf_counter() - begun
        assert report["totals"]["created"] == rows, report
        return seconds, _peak() - peaks.get(False, _peak())
    finally:
        await suite.close()


def _peak() -> int:
    """The process's highest resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform != "darwin" else 1 << 20)


def imported() -> float:
    """Rows per second to the last view."""
    with tempfile.TemporaryDirectory() as folder:
        return ROWS / asyncio.run(_import(Path(folder), ROWS))[0]


def by_hand() -> float:
    """Rows per second of a script: read the CSV, insert events and documents with sqlite3, a durable commit per 512."""
    with tempfile.TemporaryDirectory() as folder:
        write_rows(Path(folder), ROWS)
        db = sqlite3.connect(Path(folder) / "by-hand.db", isolation_level=None)
        db.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE events(position INTEGER PRIMARY KEY, stream TEXT, version INTEGER, data BLOB,"
            " UNIQUE(stream, version));"
            "CREATE TABLE documents(id TEXT PRIMARY KEY, name TEXT, body BLOB);"
            "CREATE INDEX by_name ON documents(name);"
        )
        begun = time.perf_counter()
        with (Path(folder) / "accounts.csv").open(newline="") as file:
            batch: list[tuple[str, bytes, str]] = []
            for n, row in enumerate(csv.DictReader(file)):
                batch.append((f"account-{n:012d}", orjson.dumps(row), row["name"]))
                if len(batch) == 512:
                    _commit(db, batch)
                    batch = []
            _commit(db, batch)
        seconds = time.perf_counter() - begun
        db.close()
        return ROWS / seconds


def _commit(db: sqlite3.Connection, batch: list[tuple[str, bytes, str]]) -> None:
    db.execute("BEGIN")
    db.executemany("INSERT INTO events(stream, version, data) VALUES(?, 1, ?)", [(s, d) for s, d, _ in batch])
    db.executemany("INSERT INTO documents VALUES(?, ?, ?)", [(s, name, d) for s, d, name in batch])
    db.execute("COMMIT")


def growth(rows: int) -> tuple[float, float]:
    """A long import: rows per second, and MB that its second half adds."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, grown = asyncio.run(_import(Path(folder), rows))
    return rows / seconds, grown


def run(rounds: int = 3, long_rows: int = 1_000_000) -> list[Figure]:
    rates = interleaved({"import": imported, "by hand": by_hand}, rounds)
    detail = f"{ROWS} accounts; a bare sqlite3 script: {rates['by hand']:,.0f} rows/s"
    rate, grown = growth(long_rows)
    long_detail = f"added by the second half of the rows, at {rate:,.0f} rows/s over all of them"
    return [
        at_least("import, file to the last view", rates["import"], GOAL, "rows/s", detail),
        at_most(f"memory over {long_rows:,} rows", grown, GROWTH_GOAL, "MB", long_detail),
    ]


if __name__ == "__main__":
    show("imports", run())
