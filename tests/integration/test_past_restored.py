"""The file of the past of a log without a chain hash, as servers have them: which log it was filled from."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from services.sales.opportunity import OPPORTUNITY
from shared.clock import SystemClock
from shared.events.audit import SystemRestored
from shared.events.envelope import Metadata
from shared.eventstore.port import NO_STREAM
from shared.eventstore.sqlite import SqliteEventStore
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.queries import Moment
from shared.kernel.uniqueness import EVERYWHERE
from shared.ledger.timeline import ACTOR, STREAM, restored
from shared.streaming import past
from shared.streaming.past import rebuild_past
from shared.views.port import Query
from tests.integration.test_time_travel import FIRST, agrees, from_the_store, live_a_little
from tests.support.world import BOSS, World, open_world


@pytest.fixture(autouse=True)
def no_chain_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*_: object) -> bytes:
        return b""

    monkeypatch.setattr(SqliteEventStore, "chain_hash", none)


def unfilled(world: World) -> list[str]:
    assert world.kernel.past is not None
    return list(world.kernel.past.unfilled())


async def test_after_a_restore_the_past_is_filled_from_the_log_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world(tmp_path) as world:
        await live_a_little(world, random.Random(18))
        await world.settle()
    async with open_world(tmp_path) as world:
        assert unfilled(world) == []
        begun = restored(SystemRestored(2, 9, "00", 0), SystemClock())
        await world.store.append(EVERYWHERE, STREAM, NO_STREAM, [begun], Metadata(actor=ACTOR))
    async with open_world(tmp_path) as world:
        assert "opportunities" in unfilled(world)
        projector, filled = world.kernel.past_projector, list[str]()
        assert projector is not None

        async def noted(aggregate: AnyAggregate, *args: Any) -> None:
            filled.append(aggregate.name)
            await rebuild_past(aggregate, *args)

        monkeypatch.setattr(past, "rebuild_past", noted)
        await asyncio.gather(projector.fill(), projector.fill())  # the loop of the process, and a check in it
        assert "opportunity" in filled
        assert len(filled) == len(set(filled))
        await world.settle()
        assert await agrees(world)
    async with open_world(tmp_path) as world:
        assert unfilled(world) == []
        async with from_the_store():
            assert (await world.queries.counted(OPPORTUNITY, Query(), BOSS, Moment(occurred=FIRST * 2))).number == 25
