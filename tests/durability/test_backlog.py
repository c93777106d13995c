"""A reader that was away for 100,000 events comes back in memory that does not grow with what it missed."""

from __future__ import annotations

import re
from pathlib import Path

from shared.clock import SystemIds
from shared.events.customer import AccountCreated, AccountDetailsChanged
from shared.events.envelope import Event, Metadata
from tests.durability.scale import BACKLOG_EVENTS, LIMIT
from tests.support.world import TENANT, World, open_world

PER_STREAM = 20
ALLOWED = 50 << 20  # bytes
IDS = SystemIds()
pytestmark = LIMIT


async def fill(world: World, events: int) -> None:
    """Accounts with 20 events each, appended as fast as the store takes them."""
    changes: list[Event] = [
        AccountDetailsChanged({"description": {"from": "", "to": f"seen {n}"}}) for n in range(PER_STREAM - 1)
    ]
    for n in range(events // PER_STREAM):
        stream = f"account-{IDS.new()}"
        made = [AccountCreated({"name": f"Account {n} 有限公司"}, "boss"), *changes]
        new = await world.bus.codec.encode(TENANT, stream, made, [IDS.new() for _ in made], world.clock.now())
        await world.store.append(TENANT, stream, 0, new, Metadata(actor="boss"))


def resident() -> int:
    """Bytes of memory that this process holds, files that are mapped into it aside."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) << 10


async def test_a_backlog_is_worked_off_in_flat_memory(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await fill(world, BACKLOG_EVENTS)
        seen: list[int] = []
        while await world.projector.step():
            seen.append(resident())
        grown = max(seen) - seen[len(seen) // 4]
        assert grown < ALLOWED, [n >> 20 for n in seen]
        assert world.projector.position == BACKLOG_EVENTS
        shown = [d["version"] async for _, _, d in world.views.scan("accounts", TENANT)]
        assert shown == [PER_STREAM] * (BACKLOG_EVENTS // PER_STREAM)
        before, later = resident(), 0
        while await world.policies.step():
            later = max(later, resident() - before)
        assert later < ALLOWED
        print(f"{BACKLOG_EVENTS} events: past the first quarter views took {grown >> 20} MB, policies {later >> 20} MB")
