"""What others notice while one client attacks: p99 of reading records, calm and under attack, in turn.

The attacks: patterns of up to 10,000 characters that blow up matchers, sent by four signed-in connections through the
full text and every kind of filter of a list of 12,000; and, by 64 connections that come back when they are cut, bodies
without end, bodies nested 100,000 deep, of 70,000 keys, 60,000 custom fields, 300,000 items or one name of a megabyte,
bodies of twelve megabytes, heads that trickle in and 10,000 headers: once from outside, where bodies are refused before
they are read, and once by somebody signed in. The one who reads has four connections and a process of its own.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote

import httpx

from bench import data
from bench.client import Load, Order, send
from bench.figures import Figure, at_most, interleaved, show
from bench.start import served

ACCOUNTS = 12_000
READERS, SECONDS = 4, 3.0
SIGNED_IN = "bodies, signed in"
GOALS = {"patterns": (300, "ms"), "bodies": (2, "×"), SIGNED_IN: (2, "×")}
NAMES = {
    "patterns": "while patterns are sent",
    "bodies": "under bodies and heads",
    SIGNED_IN: "under bodies and heads, signed in",
}
LIST = "/customer/accounts"
PATTERNS = (
    "(a+)+$",
    "(a+)+$" * 1_600,
    "a" * 10_000,
    "%" * 10_000,
    "_%" * 5_000,
    "*" * 10_000,
    '"' * 10_000,
    "a OR " * 2_000 + "b",
    "NEAR(" * 2_000,
    "中文" * 1_500,
    " ".join(f"w{n}" for n in range(1_500)),
)
FILTERS = ("q=", "name=", "name[prefix]=", "city[in]=", "email[prefix]=", "tags=", "custom.x=")
ATTACKERS = {"patterns": 4, "bodies": 64, SIGNED_IN: 64}
HEAD = b"POST /customer/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
Attack = Callable[[int], Awaitable[None]]


def run(rounds: int = 5, accounts: int = ACCOUNTS) -> list[Figure]:
    ready = data.accounts(accounts)
    with TemporaryDirectory(prefix="crm-bench-") as folder:
        shutil.copytree(ready, Path(folder) / "data")
        with served(Path(folder) / "data") as (_, url, _):
            bench = _Bench(url)
            interleaved({name: bench.case(name) for name in ("calm", *GOALS)}, rounds)
    p99 = {name: median(load.p99 for load in loads[1:]) for name, loads in bench.loads.items()}
    rate = {name: median(load.rate for load in loads[1:]) for name, loads in bench.loads.items()}
    detail = "{:,.0f} reads/s, p99 {:.1f} ms; calm {:,.0f}/s, {:.1f} ms; {:,} attacks"
    details = {n: detail.format(rate[n], p99[n], rate["calm"], p99["calm"], bench.sent[n]) for n in GOALS}
    measured = {n: p99[n] if n == "patterns" else p99[n] / p99["calm"] for n in GOALS}
    return [at_most(f"p99 of others {NAMES[n]}", measured[n], *GOALS[n], details[n]) for n in GOALS]


class _Bench:
    def __init__(self, url: str) -> None:
        self._port = int(url.rpartition(":")[2])
        self._headers = {"Authorization": f"Bearer {data.sign_in(url)}"}
        first = httpx.get(f"{url}{LIST}?limit=1", headers=self._headers).raise_for_status().json()["items"][0]
        self._path = f"{LIST}/{first['id']}"
        signed_in = HEAD + f"Authorization: {self._headers['Authorization']}\r\n".encode()
        self._attacks: dict[str, Attack] = {
            "patterns": self._patterns,
            "bodies": partial(self._bodies, HEAD),
            SIGNED_IN: partial(self._bodies, signed_in),
        }
        self.loads: dict[str, list[Load]] = {}
        self.sent = dict.fromkeys(GOALS, 0)

    def case(self, name: str) -> Callable[[], float]:
        """Reads per second while the named attack runs, as a function to be asked again and again."""

        def asked() -> float:
            load = asyncio.run(self._read_under(name))
            self.loads.setdefault(name, []).append(load)
            return load.rate

        return asked

    async def _read_under(self, name: str) -> Load:
        attackers = [asyncio.create_task(self._attack(name, n)) for n in range(ATTACKERS.get(name, 0))]
        load = await asyncio.to_thread(self._read)
        for attacker in attackers:
            attacker.cancel()
        for outcome in await asyncio.gather(*attackers, return_exceptions=True):
            if not isinstance(outcome, asyncio.CancelledError):
                raise RuntimeError(f"an attacker of {name} gave up: {outcome!r}")
        return load

    def _read(self) -> Load:
        order = Order(self._port, "GET", self._path, self._headers, "", READERS, SECONDS)
        return send(order)

    async def _attack(self, name: str, n: int) -> None:
        for turn in range(n, sys.maxsize):
            await self._attacks[name](turn)
            self.sent[name] += 1

    async def _patterns(self, turn: int) -> None:
        """One question with a pattern; a failure of the server is a failure of the bench."""
        pattern, where = PATTERNS[turn % len(PATTERNS)], FILTERS[turn // len(PATTERNS) % len(FILTERS)]
        head = f"Host: x\r\nConnection: close\r\nAuthorization: {self._headers['Authorization']}\r\n"
        request = f"GET {LIST}?{where}{quote(pattern)} HTTP/1.1\r\n{head}\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(request.encode())
            answer = await reader.read()
        finally:
            writer.close()
        if not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 4")):
            raise RuntimeError(f"{where}{pattern[:20]}: {answer[:100]!r}")

    async def _bodies(self, head: bytes, turn: int) -> None:
        """One connection that sends until it is cut, or for as long as the reading lasts."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(head)
            for piece, pause in _PIECES[turn % len(_PIECES)]():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
                if reader.at_eof():
                    break
            await asyncio.wait_for(reader.read(65_536), 5)
        except OSError:
            pass  # cut, as it should be, or still held when its time was over
        finally:
            writer.close()


Pieces = Iterable[tuple[bytes, float]]


def _endless() -> Pieces:
    yield b"Transfer-Encoding: chunked\r\n\r\n", 0
    yield from cycle([(b"10000\r\n" + b"x" * 65_536 + b"\r\n", 0.0)])


def _whole(body: bytes) -> Pieces:
    yield b"Content-Length: %d\r\n\r\n" % len(body) + body, 0


def _deep() -> Pieces:
    return _whole(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)


def _keys(count: int) -> bytes:
    return b"{" + b",".join(b'"k%d":1' % n for n in range(count)) + b"}"


def _many_keys() -> Pieces:
    return _whole(_keys(70_000))


def _many_fields() -> Pieces:
    return _whole(b'{"name":"A","custom":' + _keys(60_000) + b"}")


def _many_items() -> Pieces:
    return _whole(b'{"name":"A","custom":{"x":[' + b"1," * 300_000 + b"1]}}")


def _long_name() -> Pieces:
    return _whole(b'{"name":"' + b",\\n" * 330_000 + b'"}')


def _too_long() -> Pieces:
    yield b"Content-Length: 12000000\r\n\r\n", 0
    yield from ((b'"k%d":1,' % n * 1_000, 0) for n in range(1_000))


def _trickle() -> Pieces:
    yield from cycle([(b"X: y\r\n", 0.2)])


def _headers() -> Pieces:
    yield b"".join(b"X-%d: y\r\n" % n for n in range(10_000)) + b"\r\n", 0


_PIECES = (_endless, _deep, _many_keys, _many_fields, _many_items, _long_name, _too_long, _trickle, _headers)


if __name__ == "__main__":
    show("Attack", run(rounds=2))
