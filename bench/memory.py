"""What a suite holds in memory at rest, at the end of a load of all kinds, and a minute after it.

The load: accounts with long descriptions, edits, records, lists, full text, lists as of moments and exports, over 32
connections. Only the serving process is measured, without its engines.
"""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from bench import data
from bench.figures import Figure, at_most, show
from bench.start import resident, served
from crm.serve import set_up
from crm.settings import Settings

CONNECTIONS, SECONDS, REST = 32, 60.0, 75.0
ACCOUNTS = "/customer/accounts"


def run(rounds: int = 1, seconds: float = SECONDS, rest: float = REST) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        asyncio.run(set_up(Settings(Path(folder)), "Bench", "Bench", data.EMAIL, data.PASSWORD, "en"))
        with served(Path(folder)) as (process, url, _):
            data.sign_in(url)
            time.sleep(2)
            before = resident(process.pid)
            most = asyncio.run(_load(url, process.pid, seconds))
            time.sleep(rest)
            after = resident(process.pid)
    return [
        at_most("memory before the load", before, 600, "MB", "resident, of the process that serves"),
        at_most("memory under load, the most", most, 900, "MB", f"{CONNECTIONS} connections, {seconds:.0f} s"),
        at_most("memory after the load, above what it was before", after - before, 100, "MB", f"{rest:.0f} s after"),
    ]


async def _load(url: str, pid: int, seconds: float) -> float:
    """The most that was held meanwhile, in MB."""
    headers = {"Authorization": f"Bearer {data.sign_in(url)}"}
    ends, ids, most = time.monotonic() + seconds, list[str](), 0.0
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=120, limits=limits) as http:
        workers = [asyncio.create_task(_work(http, ends, ids, n)) for n in range(CONNECTIONS)]
        while any(not w.done() for w in workers):
            most = max(most, resident(pid))
            await asyncio.sleep(0.2)
        await asyncio.gather(*workers)
    return most


async def _work(http: httpx.AsyncClient, ends: float, ids: list[str], seed: int) -> None:
    dice = random.Random(seed)
    while time.monotonic() < ends:
        body: dict[str, Any] = {"name": f"Acme {dice.random()}", "city": "Ulm", "allow_duplicate": True}
        body["description"] = " ".join(f"word{dice.randrange(5_000)}" for _ in range(300))
        made = await http.post(ACCOUNTS, json=body)
        if made.status_code == 201:
            ids.append(made.json()["id"])
        one, act = dice.choice(ids), dice.random()
        await http.patch(f"{ACCOUNTS}/{one}", json={"city": f"City {dice.random()}"})
        await http.get(f"{ACCOUNTS}/{one}")
        if act < 0.3:
            await http.get(ACCOUNTS, params={"limit": 200, "sort": dice.choice(("name", "-created_at", "city"))})
        elif act < 0.4:
            await http.get(ACCOUNTS, params={"q": f"word{dice.randrange(5_000)}"})
        elif act < 0.41:
            past = f"{(await http.get(f'{ACCOUNTS}/{one}')).json()['created_at']}"
            await http.get(ACCOUNTS, params={"as_of": past, "limit": 200})
        elif act < 0.415:
            await http.get(f"{ACCOUNTS}/export", params={"format": "csv"})


if __name__ == "__main__":
    show("Memory", run())
