"""The master check after a fault: live views == rebuilt views == fold of the events, the warehouse included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from crm.compose import Suite
from crm.settings import Settings
from services.audit import replays
from shared.platform import Platform
from shared.warehouse.refill import dump
from tests.support.wire import Wire


async def assert_agreement(wire: Wire) -> int:
    """Ask a running suite to verify itself, by an administrator's wire; returns how many documents agree."""
    answer = await wire.ask("POST", "/audit/verifications", {})
    assert answer.status == 200, answer.content
    last = [line for line in answer.content.splitlines() if line.startswith(b"data:")][-1]
    result: dict[str, Any] = orjson.loads(last[5:])
    assert result.get("ok"), [line for line in result.get("views", [result]) if not line.get("ok")]
    return sum(line["documents"] for line in result["views"])


async def canonical(platform: Platform) -> list[bytes]:
    """All live documents and all rows of the warehouse, one line each, in an order that depends on nothing else."""
    lines: list[bytes] = []
    for aggregate in platform.catalogue:
        async for tenant, key, document in platform.views.scan(aggregate.collection.name):
            lines.append(_line(aggregate.collection.name, tenant, key, document))
    assert platform.feed is not None
    for table in (t for fact_table in platform.feed.tables for t in fact_table.tables):
        async for row in dump(platform.feed.warehouse, table):
            lines.append(_line(table.name, list(row)))
    return lines


async def assert_rebuilds_are_identical(data: Path) -> int:
    """Open a data directory at rest, dump it, rebuild everything twice and dump it again: the same bytes each time."""
    suite = await Suite.open(Settings(data))
    try:
        platform = suite.platform
        await settle(platform)
        live = await canonical(platform)
        for _ in range(2):
            await replays.replay(platform, list(platform.catalogue), True, lambda _: None)
            assert await canonical(platform) == live
        return len(live)
    finally:
        await suite.close()


async def settle(platform: Platform) -> None:
    """Views, policies and warehouse have seen every event."""
    await platform.projector.catch_up()
    while await platform.policies.step():
        await platform.projector.catch_up()
    assert platform.feed is not None
    await platform.feed.catch_up()


def _line(*parts: Any) -> bytes:
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS, default=str)
