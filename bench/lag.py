"""How long until a command shows: in the view at half of the top command rate, and in the warehouse.

Every fourth command is followed by a read that waits for it (`min_version`): a read after each of them is as much load
again as the commands, and what is seen then stands in the details.
"""

from __future__ import annotations

import asyncio
import gc
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import uvloop

from bench.data import EMAIL, PASSWORD
from bench.figures import Figure, at_most, in_milliseconds, show
from bench.http import BODY
from bench.start import served
from crm.serve import set_up
from crm.settings import Settings

CALLERS = 32
SECONDS = 4.0
SAMPLED = 4  # one of so many commands is watched
WAREHOUSE_TRIES = 10


def run(rounds: int = 5) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        data = Path(folder) / "data"
        asyncio.run(set_up(Settings(data), "Bench", "Bench", EMAIL, PASSWORD, "en"))
        with served(data) as (_, url, _):
            gc.freeze()
            gc.disable()  # pauses of this client would be measured
            return uvloop.run(_measure(url, rounds))


async def _measure(url: str, rounds: int) -> list[Figure]:
    port = int(url.rpartition(":")[2])
    wire = _Wire(port)
    signed_in = await wire.ask("POST", "/identity/sessions", {"email": EMAIL, "password": PASSWORD})
    wire.token = signed_in["access_token"]
    numbers = count()
    top = await _top_rate(wire, numbers)
    lags: dict[int, list[float]] = {SAMPLED: [], 1: []}
    for _ in range(rounds):
        for every, found in lags.items():
            found += await _at_rate(wire, numbers, top / 2, every)
            await asyncio.sleep(1)
    shown = sorted([await _in_warehouse(wire, numbers) for _ in range(WAREHOUSE_TRIES)])
    p50, _, p99 = in_milliseconds(lags[SAMPLED])
    each_p50, _, each_p99 = in_milliseconds(lags[1])
    detail = f"p50 {p50:.1f} ms at {top / 2:,.0f} commands/s, half of this client's top; with a read after each "
    detail += f"p50 {each_p50:.1f}, p99 {each_p99:.1f} ms"
    slowest = f"of {len(shown)}; p50 {shown[len(shown) // 2]:.2f} s"
    return [
        at_most("command → visible in the view, p99", p99, 50, "ms", detail),
        at_most("command → in the warehouse, slowest", shown[-1], 2, "s", slowest),
    ]


class _Wire:
    """Keep-alive connections, one request each at a time; a full HTTP client would be what is measured."""

    def __init__(self, port: int) -> None:
        self._port, self.token = port, ""
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """The JSON of a success. Raises RuntimeError for any other answer."""
        answered, found = await self._exchange(method, path, body)
        if not answered.startswith(b"20"):
            raise RuntimeError(found.decode())
        parsed: dict[str, Any] = orjson.loads(found)
        return parsed

    async def shows(self, path: str) -> bool:
        """Whether the view has come to it. Raises RuntimeError for any other answer than that and 503."""
        answered, found = await self._exchange("GET", path, None)
        if answered not in (b"200", b"503"):
            raise RuntimeError(found.decode())
        return answered == b"200"

    async def _exchange(self, method: str, path: str, body: object) -> tuple[bytes, bytes]:
        """The status of the answer, and its body."""
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
        content = b"" if body is None else orjson.dumps(body)
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(content)}\r\n"
        head += "Content-Type: application/json\r\n" + (f"Authorization: Bearer {self.token}\r\n" if self.token else "")
        writer.write(head.encode() + b"\r\n" + content)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        found = await reader.readexactly(length)
        self._idle.append((reader, writer))
        return answer[9:12], found


async def _create(wire: _Wire, n: int) -> tuple[str, int]:
    made = await wire.ask("POST", "/customer/accounts", {**orjson.loads(BODY), "name": f"Acme Trading {n}"})
    return made["id"], made["version"]


async def _top_rate(wire: _Wire, numbers: count[int]) -> float:
    """Commands per second that this client gets through with all callers at once."""
    ends, done = time.perf_counter() + SECONDS, 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            await _create(wire, next(numbers))
            done += 1

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    await asyncio.sleep(1)
    return done / SECONDS


async def _at_rate(wire: _Wire, numbers: count[int], rate: float, every: int) -> list[float]:
    """Seconds from an acknowledged command to the first read that shows it, commands coming at a steady rate.

    every: the n-th of them are followed by such a read.
    """
    lags: list[float] = []

    async def one(watched: bool) -> None:
        id, version = await _create(wire, next(numbers))
        if watched:
            acknowledged = time.perf_counter()
            while not await wire.shows(f"/customer/accounts/{id}?min_version={version}"):
                pass  # it has waited for two seconds already
            lags.append(time.perf_counter() - acknowledged)

    running: list[asyncio.Task[None]] = []
    begun = time.perf_counter()
    for n in range(int(rate * SECONDS)):
        await asyncio.sleep(max(0.0, begun + n / rate - time.perf_counter()))
        running.append(asyncio.create_task(one(n % every == 0)))
    await asyncio.gather(*running)
    return lags


async def _in_warehouse(wire: _Wire, numbers: count[int]) -> float:
    await asyncio.sleep(0.37)  # so that the tries do not march in step with the feed
    id, _ = await _create(wire, next(numbers))
    begun = time.perf_counter()
    question = {"sql": f"SELECT count() AS n FROM accounts WHERE account_id = '{id}'", "format": "json"}
    while not int((await wire.ask("POST", "/analytics/sql", question))["rows"][0]["n"]):
        await asyncio.sleep(0.02)
    return time.perf_counter() - begun


if __name__ == "__main__":
    show("Lag", run())
