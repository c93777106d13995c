"""A load generator of our own: raw HTTP/1.1 over keep-alive connections, in a process of its own, one request each.

`python -m bench.client ORDER` prints a Load as JSON; ORDER is the JSON of an Order.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from itertools import count
from typing import cast

import orjson
import uvloop

from bench.figures import in_milliseconds


@dataclass(frozen=True, slots=True)
class Order:
    """What to send. `{n}` in headers and body becomes a number that is never sent again. paths: asked for in turn, in
    place of `path`.
    """

    port: int
    method: str
    path: str
    headers: dict[str, str]
    body: str
    connections: int
    seconds: float
    first: int = 0
    paths: tuple[str, ...] = ()

    def render(self, n: int) -> bytes:
        body = self.body.replace("{n}", str(n)).encode()
        path = self.paths[n % len(self.paths)] if self.paths else self.path
        lines = [f"{self.method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value.replace('{n}', str(n))}" for name, value in self.headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True, slots=True)
class Load:
    """rate: answers per second. p50, p95, p99: milliseconds. failed: answers that were no success."""

    rate: float
    p50: float
    p95: float
    p99: float
    failed: int


class _Connection(asyncio.Protocol):
    def __init__(self, order: Order, numbers: count[int], ends: float, times: list[float]) -> None:
        self._order, self._numbers, self._ends, self._times = order, numbers, ends, times
        self.failed, self.done = 0, asyncio.get_running_loop().create_future()
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        request = self._order.render(next(self._numbers))
        self._started = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return
        now = time.perf_counter()
        self._times.append(now - self._started)
        self.failed += head[9:10] != b"2"
        self._buffer = b""
        if now < self._ends:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])


async def load(order: Order) -> Load:
    """Keep every connection busy for the ordered time."""
    loop, times, numbers = asyncio.get_running_loop(), list[float](), count(order.first)
    started = time.perf_counter()
    ends = started + order.seconds
    pairs = [
        await loop.create_connection(lambda: _Connection(order, numbers, ends, times), "127.0.0.1", order.port)
        for _ in range(order.connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in pairs))
    elapsed = time.perf_counter() - started
    return Load(len(times) / elapsed, *in_milliseconds(times), sum(connection.failed for _, connection in pairs))


def send(order: Order) -> Load:
    """Carry the order out in a process of its own. Raises RuntimeError when a request failed."""
    command = [sys.executable, "-m", "bench.client", orjson.dumps(asdict(order)).decode()]
    found = Load(**orjson.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    if found.failed:
        raise RuntimeError(f"{order.method} {order.path}: {found.failed} requests failed")
    return found


if __name__ == "__main__":
    found = uvloop.run(load(Order(**orjson.loads(sys.argv[1]))))
    print(orjson.dumps(asdict(found)).decode())
