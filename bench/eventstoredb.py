"""Durable commands over HTTP with the events on EventStoreDB's protocol, against what they cannot do without.

The baseline is the bare client's append and a no-op FastAPI application's answer, one after the other. The server is
`crm eventstore serve`, a process of its own, without TLS as the bare client knows none. Each command bears an
idempotency key, which makes it two appends.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import uvloop
from eventstoredb import Client
from eventstoredb.client.append_to_stream.types import AppendExpectedRevision, AppendToStreamOptions
from eventstoredb.events import JsonEvent

from bench.append import DATA
from bench.figures import Figure, at_least, interleaved, show
from bench.http import CONNECTIONS, SECONDS, _servers, free_port

GOAL = 50.0
NEW = AppendToStreamOptions(AppendExpectedRevision.NO_STREAM)


def run(rounds: int = 3) -> list[Figure]:
    with (
        TemporaryDirectory(prefix="crm-bench-") as name,
        _event_store(Path(name)) as port,
        _servers(Path(name)) as bench,
    ):
        cases = {
            "bare": lambda: uvloop.run(_bare(port)),
            "no-op POST": lambda: bench.measure("no-op POST", bench.no_op, "POST", "/accounts"),
            "command": lambda: bench.measure("command", bench.suite, "POST", "/customer/accounts"),
        }
        rate = interleaved(cases, rounds)
    base = 1 / (1 / rate["bare"] + 1 / rate["no-op POST"])
    detail = f"{rate['command']:,.0f}/s; bare append {rate['bare']:,.0f}/s and no-op {rate['no-op POST']:,.0f}/s"
    return [at_least("durable command on EventStoreDB's protocol", 100 * rate["command"] / base, GOAL, "%", detail)]


@contextmanager
def _event_store(folder: Path) -> Iterator[int]:
    """The server, which the suites that start meanwhile use as well."""
    port = free_port()
    command = [sys.executable, "-m", "crm", "eventstore", "serve", "--data", str(folder / "log"), "--insecure"]
    process = subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.PIPE)
    assert process.stderr is not None
    process.stderr.readline()  # it is ready
    os.environ["CRM_EVENTSTORE"] = f"esdb://127.0.0.1:{port}?tls=false"
    try:
        yield port
    finally:
        del os.environ["CRM_EVENTSTORE"]
        process.terminate()
        process.wait()


async def _bare(port: int) -> float:
    """Appends per second of as many callers as there are connections to the suite."""
    client, done, ends = Client(f"esdb://127.0.0.1:{port}"), 0, time.perf_counter() + SECONDS

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            event = JsonEvent(type="customer.AccountDetailsChanged", data=DATA, metadata=b"{}")
            await client.append_to_stream(f"bare-{uuid4()}", event, NEW)
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CONNECTIONS)))
    client.channel.close()
    return done / (time.perf_counter() - started)


if __name__ == "__main__":
    show("eventstoredb", run())
