"""The suite of limits over MongoDB's protocol, and what several processes must agree on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.clock import SystemClock
from shared.errors import Unavailable
from shared.mongo import Mongo
from shared.security import limits_mongo
from shared.security.limits_mongo import MongoLimits
from tests.contract.limits_suite import Forward, LimitsSuite
from tests.contract.test_limits_memory import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def limits(mongo_url: str, clock: HandClock) -> AsyncIterator[MongoLimits]:
    opened = await MongoLimits.open(mongo_url, clock)
    yield opened
    await opened.close()


@pytest.fixture
def forward(clock: HandClock) -> Forward:
    return clock.forward


class TestMongo(LimitsSuite):
    async def test_two_processes_share_windows_and_counters(
        self, limits: MongoLimits, mongo_url: str, clock: HandClock
    ) -> None:
        other = await MongoLimits.open(mongo_url, clock)
        both = [limits, other] * 10
        admitted = await asyncio.gather(*(one.acquire_entry("door", 5, 60) for one in both))
        assert sum(admitted) == 5
        counts = await asyncio.gather(*(one.incr("asked", 60) for one in both))
        assert sorted(counts) == list(range(1, 21))
        await other.close()

    async def test_what_has_expired_is_removed_and_no_name_is_stored(
        self, limits: MongoLimits, mongo_url: str, forward: Forward, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await limits.acquire_entry("ada@acme.example", 5, 60)
        await limits.incr("ada@acme.example", 60)
        mongo = Mongo(mongo_url, "CRM_LIMITS", Unavailable)
        stored = [row for name in ("limits_windows", "limits_counters") for row in await mongo.docs(name).find({})]
        assert len(stored) == 2
        assert "ada" not in str(stored)
        forward(61)
        monkeypatch.setattr(limits_mongo, "SWEEP_EVERY", 1)
        await limits.incr("another", 60)
        left = [await mongo.docs(name).count({}) for name in ("limits_windows", "limits_counters")]
        assert left == [0, 1]
        mongo.close()


async def test_a_server_that_is_not_there_is_one_clear_line() -> None:
    with pytest.raises(Unavailable, match="CRM_LIMITS: the server does not answer"):
        await MongoLimits.open("mongodb://127.0.0.1:9/crm?timeoutMS=500", SystemClock())
