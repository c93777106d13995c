"""The ledger: how fast a log is verified, how long a proof takes, and what the notary costs those who append."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from bench.append import DATA, IDS, METADATA, _callers
from bench.figures import Figure, at_least, at_most, in_milliseconds, interleaved, show
from shared.clock import SystemClock
from shared.events.envelope import Stored
from shared.eventstore.sqlite import SqliteEventStore
from shared.json import kept_json
from shared.ledger.file import LedgerFile
from shared.ledger.leaf import leaves_of
from shared.ledger.ledger import Ledger
from shared.ledger.merkle import verify_inclusion
from shared.ledger.tiles import Tiles

VERIFIED, APPENDED, PROOFS = 50_000, 20_000, 200
RATE, SHARE, MILLISECONDS = 200_000, 90, 20


def run(rounds: int = 3, leaves: int = 10_000_000) -> list[Figure]:
    events = _events(VERIFIED)
    rate = interleaved({"verify": lambda: _verified(events)}, rounds)["verify"]
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        p50, p95, p99 = _proofs(Path(folder), leaves)
        loop, cases = uvloop.new_event_loop(), {}
        paths = (Path(folder) / f"{n}" for n in range(1_000))
        cases["without"] = lambda: loop.run_until_complete(_appending(next(paths), notary=False))
        cases["with"] = lambda: loop.run_until_complete(_appending(next(paths), notary=True))
        appended = interleaved(cases, rounds)
        loop.close()
    share = 100 * appended["with"] / appended["without"]
    detail = f"{appended['with']:,.0f} events/s; without {appended['without']:,.0f}"
    return [
        at_least("ledger, events to root", rate, RATE, "leaves/s", f"{VERIFIED:,} events of {len(DATA)} bytes"),
        at_most(
            f"ledger, a proof among {leaves:,}, p95", p95, MILLISECONDS, "ms", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
        ),
        at_least("ledger, appending while it follows", share, SHARE, "%", detail),
    ]


def _events(count: int) -> list[Stored]:
    by = kept_json(METADATA)
    heads = ((n, "t1", f"account-{IDS.new()}", 1, IDS.new(), "customer.AccountDetailsChanged", 1) for n in range(count))
    return [Stored(*head, 1, 1, DATA, by) for head in heads]


def _verified(events: list[Stored]) -> float:
    """Leaves per second, from stored events to the root."""
    stored: dict[tuple[int, int], bytes] = {}
    started = time.perf_counter()
    tree = Tiles(0, lambda level, number: stored[level, number])
    for start in range(0, len(events), 1_000):
        for one in tree.extend(leaves_of(events[start : start + 1_000])):
            stored[one.level, one.number] = one.hashes
    tree.root()
    return len(events) / (time.perf_counter() - started)


def _proofs(folder: Path, leaves: int) -> tuple[float, float, float]:
    """Milliseconds for a proof from the file, and its verification."""
    file, position = LedgerFile(folder / "ledger.db", "bench"), 0
    tree = Tiles(0, file.tile)
    file._db.execute("PRAGMA synchronous=OFF")
    while position < leaves:
        count = min(100_000, leaves - position)
        noise = os.urandom(32 * count)
        tiles = tree.extend([noise[n : n + 32] for n in range(0, len(noise), 32)])
        rows = [(t.level << 48 | t.number, t.hashes) for t in tiles]
        file._db.execute("BEGIN")
        file._db.executemany("INSERT OR REPLACE INTO tiles VALUES(?, ?)", rows)
        file._db.execute("COMMIT")
        position += count
    file._db.execute("UPDATE state SET size = ?", (leaves,))
    took, root = [], tree.root()
    for n in range(PROOFS):
        index = n * (leaves // PROOFS)
        started = time.perf_counter()
        found = Tiles(leaves, file.tile)  # as a process that knows no tile yet
        proven = verify_inclusion(index, leaves, found.leaf(index), found.inclusion(index, leaves), root)
        took.append(time.perf_counter() - started)
        assert proven
    file.close()
    return in_milliseconds(took)


async def _appending(folder: Path, *, notary: bool) -> float:
    store = SqliteEventStore.open(folder / "events.db", SystemClock())
    file = LedgerFile(folder / "ledger.db", store.installation)
    ledger = Ledger(store, file, SystemClock())
    await ledger.start()
    following = asyncio.create_task(ledger.run()) if notary else None
    rate = await _callers(store, 100, APPENDED)
    if following is not None:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    file.close()
    await store.close()
    return rate


if __name__ == "__main__":
    show("ledger", run())
