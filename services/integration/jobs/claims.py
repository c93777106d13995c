"""One process at a time works on a job: it holds the job's claim, and renews it for as long as it works.

A claim expires by the clock, so the clocks of all machines should agree to about a second. Where one goes ahead, its
process takes a claim from another that works on; that one stops before its next write, and nothing is written twice.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.integration.jobs.job_store import JobFile
from shared.clock import Clock

RENEW_SECONDS = 1.0
EXPIRES = 5_000_000  # µs without a renewal, after which another process takes over: the one that held it has ended


@asynccontextmanager
async def claimed(file: JobFile, holder: str, clock: Clock) -> AsyncIterator[bool]:
    """Hold the job's claim; yields False when another process has it. holder: an id that is used once.

    A holder that stood still for longer than EXPIRES may have lost the claim: its next write raises ClaimLost.
    """
    now = clock.now()
    if not (file.claim(holder, now, now + EXPIRES) or await _outlived(file, holder, clock)):
        yield False
        return
    renewing = asyncio.create_task(_keep_renewing(file, holder, clock))
    try:
        yield True
    finally:
        renewing.cancel()
        await asyncio.wait([renewing])
        file.release(holder)


async def _keep_renewing(file: JobFile, holder: str, clock: Clock) -> None:
    ours = True
    while ours:
        await asyncio.sleep(RENEW_SECONDS)
        with suppress(sqlite3.OperationalError):  # busy for long: the next renewal may still come in time
            ours = file.renew(holder, clock.now() + EXPIRES)


async def _outlived(file: JobFile, holder: str, clock: Clock) -> bool:
    """Take a claim that ends later than one made now would, if nobody renews it for as long as it lasts.

    The clock of its holder goes ahead of ours, or ours was set back since; it works on, or it has ended.
    """
    found = file.claimed()
    if found is None or found[1] <= clock.now() + EXPIRES:
        return False
    await asyncio.sleep(EXPIRES / 1e6)
    return file.claimed() == found and file.claim(holder, found[1], clock.now() + EXPIRES)
