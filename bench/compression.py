"""Compressed answers: how many bytes are sent, and what packing them costs of the whole answer.

In this process without a network: a page of 200 accounts, and the description of all record types.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bulk import accounts_of
from bench.figures import Figure, at_most, interleaved, show
from shared.http.compression import LEVEL
from tests.support.importing import Office, office

ASKED = {"a page of 200": "/customer/accounts?limit=200", "/meta": "/meta"}
MOST = {"a page of 200": 20_000, "/meta": 15_360}  # bytes
TIMES = 20


def run(rounds: int = 5) -> list[Figure]:
    figures: list[Figure] = []
    with TemporaryDirectory(prefix="crm-bench-") as folder, asyncio.Runner() as runner:
        opened = office(Path(folder))
        desk = runner.run(opened.__aenter__())
        try:
            runner.run(accounts_of(desk, 256))
            for name, path in ASKED.items():
                body = runner.run(_body(desk, path))
                cost = interleaved(
                    {"answer": partial(_answered, runner, desk, path), "packing": partial(_packed, body)}, rounds
                )
                sent = runner.run(_sent(desk, path))
                figures.append(at_most(f"{name}, sent", sent, MOST[name], "bytes", f"{len(body):,} bytes unpacked"))
                share = 100 * cost["packing"] / cost["answer"]
                detail = f"{1e6 * cost['packing']:.0f} µs of processor time; the answer {1e6 * cost['answer']:.0f} µs"
                figures.append(Figure(f"{name}, packing, of the answer", share, "%", "stated", True, detail))
        finally:
            runner.run(opened.__aexit__(None, None, None))
    return figures


async def _body(desk: Office, path: str) -> bytes:
    return (await desk.client.get(path, headers={"Accept-Encoding": "identity"})).raise_for_status().content


async def _sent(desk: Office, path: str) -> int:
    answer = await desk.client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    return int(answer.raise_for_status().headers["content-length"])


def _answered(runner: asyncio.Runner, desk: Office, path: str) -> float:
    """Seconds of processor time for an answer that is not packed."""
    began = time.process_time()
    for _ in range(TIMES):
        runner.run(_body(desk, path))
    return (time.process_time() - began) / TIMES


def _packed(body: bytes) -> float:
    """The same to pack it, as the middleware does."""
    began = time.process_time()
    for _ in range(TIMES):
        stream = zlib.compressobj(LEVEL, wbits=16 + zlib.MAX_WBITS)
        stream.compress(body)
        stream.flush()
    return (time.process_time() - began) / TIMES


if __name__ == "__main__":
    show("Compression", run())
