"""How long a start takes, empty and with many events, and what a suite at rest holds in memory.

A start is a new process of the `crm` command, measured from its birth to the first 200 of `/readyz`.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx

from bench import data
from bench.figures import Figure, at_most, show
from crm.serve import set_up
from crm.settings import Settings

EVENTS = 1_000_000
ENGINES = 2  # the warehouse's writer and a reader


def run(rounds: int = 5, events: int = EVENTS) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        empty = Path(folder) / "empty"
        asyncio.run(set_up(Settings(empty), "Bench", "Bench", data.EMAIL, data.PASSWORD, "en"))
        directories = {"empty": empty, "full": data.accounts(events)}
        starts = {name: [start(found) for _ in range(rounds)] for name, found in directories.items()}
    seconds = {name: median(s for s, _ in found) for name, found in starts.items()}
    memory = median(m for _, m in starts["empty"])
    return [
        at_most("start to ready, empty", seconds["empty"], 4, "s", "a new process, imports included"),
        at_most(f"start to ready, {events:,} events", seconds["full"], 8, "s", "views and warehouse caught up before"),
        at_most("memory at rest", memory, 600, "MB", "the suite and both engines, what they share counted once"),
    ]


def start(directory: Path) -> tuple[float, float]:
    """Seconds from a new process to ready, and the megabytes that it and its engines hold when both are there."""
    with served(directory) as (process, _, seconds):
        while len(engines := children(process.pid)) < ENGINES:
            time.sleep(0.05)
        time.sleep(1)
        return seconds, sum(resident(pid) for pid in (process.pid, *engines))


@contextmanager
def served(
    directory: Path, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], str, float]]:
    """`crm run` on a free port until the block ends: its process, its address, how long it took to be ready."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    url, begun = f"http://127.0.0.1:{port}", time.perf_counter()
    command = [sys.executable, "-m", "crm", "run", "--data", str(directory), "--port", str(port)]
    known = {**os.environ, **(environment or {})}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=known)
    try:
        while not _ready(port):
            if process.poll() is not None:
                raise RuntimeError(f"crm run ended with {process.returncode}")
            time.sleep(0.005)
        yield process, url, time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait()


def settle(url: str) -> None:
    """Let the views finish, so that no case pays for the one before."""
    while httpx.get(f"{url}/readyz").json()["lag"]:
        time.sleep(0.05)


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


def children(pid: int) -> list[int]:
    """The processes that one has started."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds; of what it shares with others, its part (Pss)."""
    found = re.search(r"Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text())
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    show("Start", run())
