"""How long a start takes, empty and with many events, and what a suite at rest holds in memory.

A start is a new process of the `crm` command, measured from its birth to the first 200 of `/readyz`.
"""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.figures import Figure, at_most, show
from crm.compose import Suite
from crm.serve import set_up
from crm.settings import Settings
from services.customer.account import ACCOUNT
from shared.clock import SystemIds
from shared.events.customer import AccountCreated, AccountTypeChanged
from shared.events.envelope import Metadata
from shared.eventstore.port import NO_STREAM

EVENTS = 1_000_000
PER_RECORD = 10
AT_ONCE = 200  # records appended side by side while the directory is filled


def run(rounds: int = 5, events: int = EVENTS) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        empty, full = Path(folder) / "empty", Path(folder) / "full"
        for data in (empty, full):
            asyncio.run(
                set_up(Settings(data), "Bench", "Bench", f"{data.name}@example.com", "four words of load", "en")
            )
        asyncio.run(_fill(full, events))
        starts = {name: [start(data) for _ in range(rounds)] for name, data in (("empty", empty), ("full", full))}
    seconds = {name: median(s for s, _ in found) for name, found in starts.items()}
    memory = median(m for _, m in starts["empty"])
    return [
        at_most("start to ready, empty", seconds["empty"], 4, "s", "a new process, imports included"),
        at_most(f"start to ready, {events:,} events", seconds["full"], 8, "s", "views and warehouse caught up before"),
        at_most("memory at rest", memory, 600, "MB", "resident, the warehouse's engine open"),
    ]


def start(data: Path) -> tuple[float, float]:
    """Seconds from a new process to ready, and its resident megabytes a second later."""
    with served(data) as (process, _, seconds):
        time.sleep(1)
        return seconds, resident(process.pid)


@contextmanager
def served(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, float]]:
    """`crm run` on a free port until the block ends: its process, its address, how long it took to be ready."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    url, begun = f"http://127.0.0.1:{port}", time.perf_counter()
    command = [sys.executable, "-m", "crm", "run", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not _ready(port):
            if process.poll() is not None:
                raise RuntimeError(f"crm run ended with {process.returncode}")
            time.sleep(0.005)
        yield process, url, time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait()


def _ready(port: int) -> bool:
    """One plain request: a full client would take the start a good part of a core."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds (VmRSS)."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


async def _fill(data: Path, events: int) -> None:
    """Accounts with ten events each, through the store itself; views and warehouse then catch up."""
    suite = await Suite.open(Settings(data))
    try:
        tenant = (await suite.platform.store.read_all(0, 1))[0].tenant
        left = events // PER_RECORD
        while left > 0:
            await asyncio.gather(*(_record(suite, tenant) for _ in range(min(AT_ONCE, left))))
            left -= AT_ONCE
        await suite.platform.projector.catch_up()
        assert suite.platform.feed is not None
        await suite.platform.feed.catch_up()
    finally:
        await suite.close()


_ids = SystemIds()


async def _record(suite: Suite, tenant: str) -> None:
    id, now = _ids.new(), suite.platform.clock.now()
    history = [AccountCreated({"name": f"Account {id}", "city": "Shanghai", "country": "CN"}, None)]
    turns = [AccountTypeChanged("customer" if n % 2 else "prospect", "prospect") for n in range(PER_RECORD - 1)]
    stream, all_events = ACCOUNT.stream(id), [*history, *turns]
    ids = [_ids.new() for _ in all_events]
    encoded = await suite.platform.codec.encode(tenant, stream, all_events, ids, now)
    await suite.platform.store.append(tenant, stream, NO_STREAM, encoded, Metadata(actor="bench"))


if __name__ == "__main__":
    show("Start", run())
