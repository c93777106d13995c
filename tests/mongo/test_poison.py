"""The suite of poison events over MongoDB's protocol, and two projectors there that are held up, killed and healed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings

from shared.streaming import subscription as module
from shared.views.mongo import MongoViews
from tests.contract.poison_suite import PoisonSuite
from tests.durability.scale import PROVE
from tests.integration.test_leases import acts, live_through
from tests.support.beating import EXPIRED
from tests.support.mongo import database
from tests.support.toys import ToyRoom, toy_room

HISTORIES = 40 if PROVE else 4


class TestPoisonInMongoDB(PoisonSuite):
    @pytest.fixture
    async def room(self, tmp_path: Path, mongo_url: str) -> AsyncIterator[ToyRoom]:
        views = await MongoViews.open(mongo_url)
        async with toy_room(tmp_path, views) as opened:
            yield opened
        await views.close()


@given(acts)
@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=list(HealthCheck))
@example([("poison", True), ("happen", "a", 1), ("step", 0), ("kill", 0), ("happen", "a", 2), ("step", 1), ("heal",)])
@example([("happen", "a", 1), ("write late", 0), ("happen", "b", 1), ("pass", EXPIRED), ("write late", 1), ("heal",)])
def test_any_interleaving_of_two_projectors_rebuilds_and_heals_gives_the_fold(
    mongo_server: str, history: list[tuple[Any, ...]]
) -> None:
    asyncio.run(_over(database(mongo_server), history))


async def _over(url: str, history: list[tuple[Any, ...]]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "STANDBY_SECONDS", 0.0)
        views = await MongoViews.open(url)
        try:
            await live_through(history, views)
        finally:
            await views.close()
