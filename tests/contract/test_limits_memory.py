"""The storage of limits in memory passes the suite of the port, and is bounded."""

from __future__ import annotations

import tracemalloc

import pytest

from shared.security import limits_memory
from shared.security.limits_memory import MemoryLimits
from tests.contract.limits_suite import Forward, LimitsSuite


class HandClock:
    micros = 1_700_000_000_000_000

    def now(self) -> int:
        return self.micros

    def forward(self, seconds: float) -> None:
        self.micros += round(seconds * 1_000_000)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def limits(clock: HandClock) -> MemoryLimits:
    return MemoryLimits(clock)


@pytest.fixture
def forward(clock: HandClock) -> Forward:
    return clock.forward


class TestMemory(LimitsSuite):
    async def test_memory_stops_growing_under_a_flood_of_names(
        self, limits: MemoryLimits, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits_memory, "KEPT", 1_000)

        async def flood(first: int) -> int:
            for n in range(first, first + 3_000):
                await limits.acquire_entry(f"window{n}", 5, 60)
                await limits.incr(f"counter{n}", 60)
            return tracemalloc.get_traced_memory()[0]

        tracemalloc.start()
        try:
            full = await flood(0)
            assert await flood(3_000) < full * 1.1
        finally:
            tracemalloc.stop()
        assert len(limits) == 2_000
