"""A periodic look outlives its failures, leaves the work to the process with the lease, and gives the lease back."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import pytest

from shared.streaming.leases import LeaseHolder
from shared.streaming.looks import PeriodicLook
from shared.views.port import Lease

log = logging.getLogger("crm.looks")


class OneLease:
    """Grants one lease, to the first who asks."""

    def __init__(self) -> None:
        self.holder = ""

    async def lease(self, name: str, holder: str, now: int, until: int, *, steal: bool = False) -> Lease | None:
        if self.holder not in ("", holder):
            return None
        self.holder = holder if until > now else ""
        return Lease(name, 1, until)


class Failing(PeriodicLook):
    def __init__(self, leases: OneLease) -> None:
        super().__init__(LeaseHolder(leases, "looks"), 0.0, log, "nothing was looked at")
        self.looks = 0

    async def _look(self) -> None:
        self.looks += 1
        raise ValueError("not for the log")


async def ran(look: Failing, until: int) -> None:
    task = asyncio.create_task(look.run())
    async with asyncio.timeout(60):
        while look.looks < until:
            await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_failure_is_logged_and_the_next_look_comes(caplog: pytest.LogCaptureFixture) -> None:
    leases = OneLease()
    await ran(Failing(leases), 3)
    assert {record.getMessage().partition(":")[0] for record in caplog.records} == {"nothing was looked at"}
    assert "not for the log" not in caplog.text
    assert leases.holder == ""


async def test_one_process_looks() -> None:
    leases = OneLease()
    first, second = Failing(leases), Failing(leases)
    with suppress(ValueError):
        await first.step()
    await second.step()
    assert (first.looks, second.looks) == (1, 0)
