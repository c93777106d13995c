"""The loop of imports ends when it is asked to, whatever else happens at that moment."""

from __future__ import annotations

import asyncio
from pathlib import Path

from crm.compose import Suite
from crm.settings import Settings
from services.integration.jobs.scheduler import JobScheduler


async def test_a_stop_just_after_new_work_is_heard(tmp_path: Path) -> None:
    suite = await Suite.open(Settings(tmp_path))
    try:
        for turns in range(4):  # of the event loop between the two, while the news is on its way
            imports = JobScheduler(suite.kernel)
            loop = asyncio.create_task(imports.run())
            await asyncio.sleep(0.1)  # it has looked what there is, and waits for more
            imports._wake.set()
            for _ in range(turns):
                await asyncio.sleep(0)
            loop.cancel()
            done, _ = await asyncio.wait([loop], timeout=10)
            assert done, f"{turns} turns: the loop goes on"
    finally:
        await suite.close()
