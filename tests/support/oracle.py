"""The master check after a fault: live views == rebuilt views == fold of the events, the warehouse included.

The ledger over the log holds as well: log, tree, signed checkpoints and those of a place outside say the same.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import orjson

from crm.compose import Suite
from crm.settings import Settings
from services.audit import replays
from shared.blobs.objects import ObjectBlobs
from shared.blobs.port import Blobs
from shared.kernel.kernel import Kernel
from shared.ledger.check import check_ledger
from shared.ledger.notary import Publisher
from shared.streaming.leases import SECONDS
from shared.warehouse.refill import dump
from tests.support.wire import Wire


async def assert_agreement(wire: Wire) -> int:
    """Ask a running suite to verify itself, by an administrator's wire; returns how many documents agree."""
    proven = await _result(wire, "/audit/ledger-verifications")
    assert proven.get("ok"), proven
    assert proven["leaves"]
    result = await _result(wire, "/audit/verifications")
    assert result.get("ok"), [line for line in result.get("views", [result]) if not line.get("ok")]
    return sum(line["documents"] for line in result["views"])


async def _result(wire: Wire, path: str) -> dict[str, Any]:
    """What a job's stream ends with. On a server the job of a suite that was killed keeps its lease for a while."""
    deadline = time.monotonic() + 2 * SECONDS
    while (answer := await wire.ask("POST", path, {})).status == 409 and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
    assert answer.status == 200, answer.content
    last = [line for line in answer.content.splitlines() if line.startswith(b"data:")][-1]
    result: dict[str, Any] = orjson.loads(last[5:])
    return result


async def canonical(kernel: Kernel) -> list[bytes]:
    """All live documents and all rows of the warehouse, one line each, in an order that depends on nothing else."""
    lines: list[bytes] = []
    for aggregate in kernel.catalogue:
        async for tenant, key, document in kernel.views.scan(aggregate.collection.name):
            lines.append(_line(aggregate.collection.name, tenant, key, document))
    assert kernel.feed is not None
    for table in (t for fact_table in kernel.feed.tables for t in fact_table.tables):
        async for row in dump(kernel.feed.warehouse, table):
            lines.append(_line(table.name, list(row)))
    return lines


async def assert_rebuilds_are_identical(data: Path) -> int:
    """Open a data directory at rest, dump it, rebuild everything twice and dump it again: the same bytes each time."""
    suite = await Suite.open(Settings(data))
    try:
        kernel = suite.kernel
        await settle(kernel)
        live = await canonical(kernel)
        for _ in range(2):
            await replays.replay(kernel, list(kernel.catalogue), True, lambda _: None)
            assert await canonical(kernel) == live
        await _assert_proven(kernel, ObjectBlobs.in_folder(data.with_name(f"{data.name}.outside")))
        return len(live)
    finally:
        await suite.close()


async def _assert_proven(kernel: Kernel, outside: Blobs) -> None:
    """The ledger agrees with the log, and with a place outside that has the checkpoints of earlier calls, too."""
    assert kernel.ledger is not None
    assert kernel.notary is not None
    await kernel.ledger.catch_up()
    await kernel.notary.sign()
    await kernel.ledger.catch_up()
    publisher = Publisher(kernel.ledger, {"outside": outside})
    await publisher.publish("outside")
    assert not publisher.forked
    proven = await check_ledger(kernel.ledger, {"outside": outside}, lambda _: None)
    assert proven.ok, proven.findings
    assert proven.leaves
    assert proven.outside


async def settle(kernel: Kernel) -> None:
    """Views, policies and warehouse have seen every event."""
    await kernel.projector.catch_up()
    while await kernel.policies.step():
        await kernel.projector.catch_up()
    assert kernel.feed is not None
    await kernel.feed.catch_up()


def _line(*parts: Any) -> bytes:
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS, default=str)
