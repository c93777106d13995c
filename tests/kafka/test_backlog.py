"""A backlog in Kafka is worked off in flat memory, through Kafka alone, and what it leaves is what the events say."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from shared.streaming.kafka import feed as module
from shared.streaming.kafka.connection import Kafka
from shared.streaming.shares import reached
from tests.durability.scale import LIMIT, PROVE
from tests.durability.test_backlog import ALLOWED, PER_STREAM, fill, resident
from tests.durability.test_faulty_feed import views_agree
from tests.kafka.help import relay_of, running, until
from tests.kafka.members import all_given, member
from tests.support.world import TENANT, open_world

EVENTS = 200_000 if PROVE else 3_000
SECONDS = 1_800.0 if PROVE else 120.0
pytestmark = LIMIT


async def test_a_backlog_is_worked_off_in_flat_memory(
    kafka: Kafka, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 2 * SECONDS)  # what Kafka does not bring is not read from the store
    async with open_world(tmp_path) as world:
        await world.projector.stop()
        async with running(relay := relay_of(world.store, kafka)), member(world, kafka, f"g-{tmp_path.name}") as one:
            await all_given([one])
            async with one.projector.lock:  # nobody projects: Kafka brings until there is no room, and keeps the rest
                began = time.monotonic()
                await fill(world, EVENTS)
                await until(relay, await world.store.head(), SECONDS)
                relayed = time.monotonic() - began
            seen: list[int] = []
            began = time.monotonic()
            async with asyncio.timeout(SECONDS):
                while (await reached(world.views)).position < await world.store.head():
                    seen.append(resident())
                    await asyncio.sleep(0.05)
            shown_after = time.monotonic() - began
            grown = max(seen) - seen[len(seen) // 4]
            assert (one.feed.healed, grown < ALLOWED) == (0, True), [n >> 20 for n in seen]
            shown = [d["version"] async for _, _, d in world.views.scan("accounts", TENANT)]
            assert shown == [PER_STREAM] * (EVENTS // PER_STREAM)
            await views_agree(world, await world.store.head())
    print(
        f"{EVENTS} events over Kafka: appended and relayed in {relayed:.1f} s, then shown after {shown_after:.1f} s; "
        f"past the first quarter memory grew by {grown >> 20} MB; live == rebuilt == fold"
    )
