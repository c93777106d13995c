"""One process at a time works on a job: it holds the job's claim, and renews it for as long as it works.

A claim expires by the clock, so the clocks of all machines must agree to about a second. When they do not, a job may be
carried out twice at once, which costs time but writes nothing twice.
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
    if not _renew(file, holder, clock):
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
            ours = _renew(file, holder, clock)


def _renew(file: JobFile, holder: str, clock: Clock) -> bool:
    now = clock.now()
    return file.claim(holder, now, now + EXPIRES)
