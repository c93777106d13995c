"""The warehouse's writer is killed at random moments: what an insert answered is there, and blocks are whole."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from pathlib import Path

from shared.errors import Unavailable
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.port import QueryFailed
from tests.contract.warehouse_suite import THINGS, things
from tests.durability.scale import LIMIT, WRITER_KILLS

pytestmark = LIMIT
BLOCK = 1000


async def test_no_row_is_lost_and_no_block_is_torn(tmp_path: Path) -> None:
    dice = random.Random(8)
    warehouse = await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}")
    await warehouse.command(THINGS.ddl())
    acknowledged, sent = 0, 0
    try:
        for _ in range(WRITER_KILLS):
            ending = asyncio.create_task(_kill(warehouse, dice.uniform(0.02, 0.25)))
            with suppress(QueryFailed, Unavailable):
                while not ending.done():
                    sent += 1
                    await warehouse.insert(THINGS, things(BLOCK, f"block{sent}"))
                    acknowledged += 1
            await ending
        found = dict(await warehouse.rows("SELECT tenant, count() FROM things FINAL GROUP BY tenant"))
        assert set(found.values()) == {BLOCK}
        assert acknowledged <= len(found) <= sent
        assert await warehouse.rows("SELECT count() FROM system.detached_parts") == [(0,)]
        assert acknowledged > 0
    finally:
        await warehouse.close()
    doubtful = sent - acknowledged
    print(f"{WRITER_KILLS} kills, {acknowledged * BLOCK} rows acknowledged, {doubtful} blocks in doubt, none lost")


async def _kill(warehouse: ConfinedWarehouse, after: float) -> None:
    await asyncio.sleep(after)
    engine = warehouse.writer.engine
    assert engine is not None
    await engine.kill()
