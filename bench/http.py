"""The suite over HTTP against a no-op FastAPI application: durable commands, a record by id, a page of a list.

Both run as processes of their own on one worker; the load comes from a third one over 32 connections. The suite does
everything: token, permission, validation, idempotency, WAL with full flushes, and the projector in the same process.
The list is asked by itself, over two connections: accounts of one country, by name from the end.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
import orjson

from bench import data
from bench.client import Load, Order, send
from bench.figures import Figure, at_least, at_most, interleaved, show
from bench.start import served, settle
from crm.serve import set_up
from crm.settings import Settings

CONNECTIONS, SECONDS = 32, 3.0
LISTED = 1_000_000
BODY = orjson.dumps(
    {
        "name": "Acme Trading {n}",
        "type": "customer",
        "industry": "retail",
        "email": "info@example.com",
        "city": "Shanghai",
        "country": "CN",
        "employees": 120,
        "allow_duplicate": True,
    }
).decode()
PAGE = "/customer/accounts?country=CN&sort=-name&limit=25"

NO_OP = """
import gc, sys, uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

class Account(BaseModel):
    name: str
    type: str
    industry: str
    email: str
    city: str
    country: str
    employees: int
    allow_duplicate: bool

app = FastAPI()

@app.post("/accounts", status_code=201)
async def create(account: Account) -> dict[str, object]:
    return {"id": account.name, "version": 1}

@app.get("/accounts/{id}")
async def read(id: str) -> dict[str, object]:
    return {"id": id, "version": 1, "name": "Acme", "city": "Shanghai", "country": "CN"}

gc.collect()
gc.freeze()
uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="error")
"""
SUITE = "from crm.cli import main; main()"


@dataclass(slots=True)
class _Bench:
    no_op: int
    suite: int
    token: str
    id: str
    numbers: Iterator[int] = field(default_factory=lambda: count(0, 1_000_000))
    loads: dict[str, list[Load]] = field(default_factory=dict)

    def measure(self, name: str, port: int, method: str, path: str) -> float:
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        if port == self.suite:
            headers |= {"Authorization": f"Bearer {self.token}"}
        if method == "POST":
            headers |= {"Idempotency-Key": "bench-{n}"}
        body = BODY if method == "POST" else ""
        order = Order(port, method, path, headers, body, CONNECTIONS, SECONDS, next(self.numbers))
        found = send(order)
        self.loads.setdefault(name, []).append(found)
        settle(f"http://127.0.0.1:{self.suite}")
        return found.rate

    def of(self, name: str, what: str) -> float:
        """The median of a latency over all rounds but the first, which warms up."""
        figures: list[float] = [getattr(found, what) for found in self.loads[name][1:]]
        return median(figures)


def run(rounds: int = 5, listed: int = LISTED) -> list[Figure]:
    """listed: the number of accounts of which a page is asked."""
    with TemporaryDirectory(prefix="crm-bench-") as folder, _servers(Path(folder)) as bench:
        rate = interleaved(
            {
                "no-op POST": lambda: bench.measure("no-op POST", bench.no_op, "POST", "/accounts"),
                "command": lambda: bench.measure("command", bench.suite, "POST", "/customer/accounts"),
                "no-op GET": lambda: bench.measure("no-op GET", bench.no_op, "GET", f"/accounts/{bench.id}"),
                "record": lambda: bench.measure("record", bench.suite, "GET", f"/customer/accounts/{bench.id}"),
            },
            rounds,
        )
    return [
        _share("durable command over HTTP", rate, "command", "no-op POST", 50),
        _tail("its p99", bench, "command", "no-op POST", 2.5),
        _share("record by id over HTTP", rate, "record", "no-op GET", 60),
        _page(listed, rounds),
    ]


def _page(accounts: int, rounds: int) -> Figure:
    with served(data.accounts(accounts)) as (_, url, _):
        headers = {"Authorization": f"Bearer {data.sign_in(url)}"}
        order = Order(int(url.rpartition(":")[2]), "GET", PAGE, headers, "", 2, SECONDS)
        loads = [send(order) for _ in range(rounds + 1)][1:]  # the first one warms up
    rate, p50, p95 = (median(getattr(load, what) for load in loads) for what in ("rate", "p50", "p95"))
    detail = f"{rate:,.0f}/s at 2 connections, p50 {p50:.1f} ms"
    return at_most(f"page of 25 out of {accounts:,} accounts over HTTP, p95", p95, 40, "ms", detail)


def _share(name: str, rate: dict[str, float], ours: str, theirs: str, goal: float) -> Figure:
    share = 100 * rate[ours] / rate[theirs]
    return at_least(name, share, goal, "%", f"{rate[ours]:,.0f}/s; {theirs} {rate[theirs]:,.0f}/s")


def _tail(name: str, bench: _Bench, ours: str, theirs: str, goal: float) -> Figure:
    mine, base = bench.of(ours, "p99"), bench.of(theirs, "p99")
    return at_most(name, mine / base, goal, "×", f"{mine:.1f} ms; {theirs} {base:.1f} ms")


@contextmanager
def _servers(folder: Path) -> Iterator[_Bench]:
    """Both applications, answering; the suite is set up and holds one account."""
    no_op, suite = free_port(), free_port()
    directory = folder / "data"
    asyncio.run(set_up(Settings(directory), "Bench", "Bench", data.EMAIL, data.PASSWORD, "en"))
    started = [
        subprocess.Popen([sys.executable, "-c", NO_OP, str(no_op)]),
        subprocess.Popen(
            [sys.executable, "-c", SUITE, "run", "--data", str(directory), "--port", str(suite)],
            stderr=subprocess.DEVNULL,
        ),
    ]
    try:
        _wait(f"http://127.0.0.1:{no_op}/accounts/1")
        _wait(f"http://127.0.0.1:{suite}/readyz")
        yield _signed_in(no_op, suite)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _signed_in(no_op: int, suite: int) -> _Bench:
    url = f"http://127.0.0.1:{suite}"
    token = data.sign_in(url)
    headers = {"Authorization": f"Bearer {token}"}
    made = httpx.post(f"{url}/customer/accounts", json={"name": "First"}, headers=headers).raise_for_status()
    return _Bench(no_op, suite, token, made.json()["id"])


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait(url: str, seconds: float = 30) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")


if __name__ == "__main__":
    show("HTTP", run())
