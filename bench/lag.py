"""How long until a command shows: in the view at half of the top command rate, and in the warehouse."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from bench.figures import Figure, at_most, show
from bench.http import BODY
from bench.start import served
from crm.serve import set_up
from crm.settings import Settings

EMAIL, PASSWORD = "bench@example.com", "four words of bench load"
CALLERS = 32
SECONDS = 4.0
WAREHOUSE_TRIES = 10


def run(rounds: int = 5) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        data = Path(folder) / "data"
        asyncio.run(set_up(Settings(data), "Bench", "Bench", EMAIL, PASSWORD, "en"))
        with served(data) as (_, url, _):
            return asyncio.run(_measure(url, rounds))


async def _measure(url: str, rounds: int) -> list[Figure]:
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=httpx.Limits(max_connections=CALLERS * 2)) as http:
        signed_in = await http.post("/identity/sessions", json={"email": EMAIL, "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {signed_in.json()['access_token']}"
        http.headers["Content-Type"] = "application/json"
        numbers = count()
        top = await _top_rate(http, numbers)
        lags: list[float] = []
        for _ in range(rounds):
            lags += await _at_rate(http, numbers, top / 2)
        shown = sorted([await _in_warehouse(http, numbers) for _ in range(WAREHOUSE_TRIES)])
    lags.sort()
    p50, p99 = lags[len(lags) // 2] * 1000, lags[int(len(lags) * 0.99)] * 1000
    detail = f"p50 {p50:.1f} ms at {top / 2:,.0f} commands/s from this client; until a read with min_version answers"
    return [
        at_most("command → visible in the view, p99", p99, 50, "ms", detail),
        at_most(
            "command → in the warehouse, slowest",
            shown[-1],
            2,
            "s",
            f"of {len(shown)}; p50 {shown[len(shown) // 2]:.2f} s",
        ),
    ]


async def _create(http: httpx.AsyncClient, n: int) -> tuple[str, int]:
    answer = (await http.post("/customer/accounts", content=BODY.replace("{n}", str(n)))).raise_for_status().json()
    return answer["id"], answer["version"]


async def _top_rate(http: httpx.AsyncClient, numbers: count[int]) -> float:
    """Commands per second that this client gets through with all callers at once."""
    ends, done = time.perf_counter() + SECONDS, 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            await _create(http, next(numbers))
            done += 1

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    await asyncio.sleep(1)
    return done / SECONDS


async def _at_rate(http: httpx.AsyncClient, numbers: count[int], rate: float) -> list[float]:
    """Seconds from an acknowledged command to the first read that shows it, commands coming at a steady rate."""

    async def one() -> float:
        id, version = await _create(http, next(numbers))
        acknowledged = time.perf_counter()
        (await http.get(f"/customer/accounts/{id}?min_version={version}")).raise_for_status()
        return time.perf_counter() - acknowledged

    running: list[asyncio.Task[float]] = []
    begun = time.perf_counter()
    for n in range(int(rate * SECONDS)):
        await asyncio.sleep(max(0.0, begun + n / rate - time.perf_counter()))
        running.append(asyncio.create_task(one()))
    return await asyncio.gather(*running)


async def _in_warehouse(http: httpx.AsyncClient, numbers: count[int]) -> float:
    await asyncio.sleep(0.37)  # so that the tries do not march in step with the feed
    id, _ = await _create(http, next(numbers))
    begun = time.perf_counter()
    question = {"sql": f"SELECT count() AS n FROM accounts WHERE account_id = '{id}'", "format": "json"}
    while not (await http.post("/analytics/sql", json=question)).raise_for_status().json()["rows"][0]["n"]:
        await asyncio.sleep(0.02)
    return time.perf_counter() - begun


if __name__ == "__main__":
    show("Lag", run())
