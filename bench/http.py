"""The suite over HTTP against a no-op FastAPI application: durable commands, a record by id, a page of a list.

Both run as processes of their own on one worker; the load comes from a third one over 32 connections. The suite does
everything: token, permission, validation, idempotency, WAL with full flushes, and the projector beside it.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
import orjson

from bench.client import Load, Order
from bench.figures import Figure, at_least, at_most, interleaved, show
from crm.serve import set_up
from crm.settings import Settings

CONNECTIONS, SECONDS = 32, 3.0
EMAIL, PASSWORD = "bench@example.com", "four words of bench load"
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
    id: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: count(0, 1_000_000))
    loads: dict[str, list[Load]] = field(default_factory=dict)

    def measure(self, name: str, port: int, method: str, path: str, connections: int = CONNECTIONS) -> float:
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        if port == self.suite:
            headers |= {"Authorization": f"Bearer {self.token}"}
        if method == "POST":
            headers |= {"Idempotency-Key": "bench-{n}"}
        body = BODY if method == "POST" else ""
        order = Order(port, method, path, headers, body, connections, SECONDS, next(self.numbers))
        sent = [sys.executable, "-m", "bench.client", orjson.dumps(asdict(order)).decode()]
        found = Load(**orjson.loads(subprocess.run(sent, check=True, capture_output=True).stdout))
        if found.failed:
            raise RuntimeError(f"{name}: {found.failed} requests failed")
        self.loads.setdefault(name, []).append(found)
        self.settle()
        return found.rate

    def settle(self) -> None:
        """Let the projector finish, so that no case pays for the one before."""
        while httpx.get(f"http://127.0.0.1:{self.suite}/readyz").json()["lag"]:
            time.sleep(0.05)

    def of(self, name: str, what: str) -> float:
        """The median of a latency over all rounds but the first, which warms up."""
        figures: list[float] = [getattr(found, what) for found in self.loads[name][1:]]
        return median(figures)


def run(rounds: int = 5) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder, _servers(Path(folder)) as bench:
        rate = interleaved(
            {
                "no-op POST": lambda: bench.measure("no-op POST", bench.no_op, "POST", "/accounts"),
                "command": lambda: bench.measure("command", bench.suite, "POST", "/customer/accounts"),
                "no-op GET": lambda: bench.measure("no-op GET", bench.no_op, "GET", f"/accounts/{bench.id}"),
                "record": lambda: bench.measure("record", bench.suite, "GET", f"/customer/accounts/{bench.id}"),
                "page": lambda: bench.measure("page", bench.suite, "GET", PAGE, 2),
            },
            rounds,
        )
        stored = httpx.get(
            f"http://127.0.0.1:{bench.suite}/customer/accounts/count",
            headers={"Authorization": f"Bearer {bench.token}"},
        ).json()["count"]
    return [
        _share("durable command over HTTP", rate, "command", "no-op POST", 50),
        _tail("its p99", bench, "command", "no-op POST", 2.5),
        _share("record by id over HTTP", rate, "record", "no-op GET", 60),
        at_most(
            f"page of 25 out of {stored:,} accounts over HTTP, p95",
            bench.of("page", "p95"),
            40,
            "ms",
            f"{rate['page']:,.0f}/s at 2 connections, p50 {bench.of('page', 'p50'):.1f} ms",
        ),
    ]


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
    data = folder / "data"
    asyncio.run(set_up(Settings(data), "Bench", "Bench", EMAIL, PASSWORD, "en"))
    started = [
        subprocess.Popen([sys.executable, "-c", NO_OP, str(no_op)]),
        subprocess.Popen(
            [sys.executable, "-c", SUITE, "run", "--data", str(data), "--port", str(suite)], stderr=subprocess.DEVNULL
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
    with httpx.Client(base_url=f"http://127.0.0.1:{suite}") as client:
        signed_in = client.post("/identity/sessions", json={"email": EMAIL, "password": PASSWORD}).raise_for_status()
        token = signed_in.json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        made = client.post("/customer/accounts", json={"name": "First"}, headers=headers).raise_for_status()
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
