"""What log, keys and views agree on is noted while the suite runs: no start after a kill fills all views again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crm.roles import reconciler_of
from shared.streaming import agreement
from shared.streaming.agreement import Agreement
from tests.support.world import World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


async def destroyed(world: World, text: str) -> None:
    """The key of a text, as an erasure destroys it."""
    tenant = (await world.store.read_all(0, 1))[0].tenant
    await world.kernel.keys.ensure(tenant, [text])
    await world.kernel.keys.destroy(tenant, text)


async def test_what_is_noted_is_not_looked_for_at_the_next_start(world: World) -> None:
    await world.make("customer.CreateAccount", name="Acme")
    await world.settle()
    await destroyed(world, "text-1")
    assert await reconciler_of(world.kernel).run()  # else all views are filled again
    await Agreement(reconciler_of(world.kernel), lambda: 1_000_000).step()
    assert not await reconciler_of(world.kernel).run()
    assert (await world.kernel.keys.checked()).position == await world.store.head()


async def test_nothing_is_noted_before_views_and_policies_have_come_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement, "POLL_SECONDS", 0.001)
    await world.make("customer.CreateAccount", name="Acme")
    await world.settle()
    await destroyed(world, "text-1")
    reached = 0
    noting = asyncio.create_task(Agreement(reconciler_of(world.kernel), lambda: reached).step())
    await asyncio.sleep(0.05)
    await destroyed(world, "text-2")  # later than the moment that is noted
    assert await reconciler_of(world.kernel).run()
    reached = await world.store.head()
    await noting
    assert (await world.kernel.keys.checked()).destroyed == 1
    assert await reconciler_of(world.kernel).run()
