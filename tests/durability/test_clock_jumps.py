"""A clock that jumps, goes back or stands still: order is by position alone, and no time runs backwards in the log."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from shared.clock import Micros, SystemClock, from_rfc3339
from shared.errors import Invalid
from shared.kernel.queries import Moment
from tests.durability.test_faulty_feed import views_agree, work
from tests.support.world import World, open_world

HOUR = 3_600_000_000


@dataclass
class Dial:
    """The real time and how far off the clock is; frozen = what it says meanwhile."""

    ahead: Micros = 0
    frozen: Micros | None = None

    def now(self) -> Micros:
        return SystemClock().now() + self.ahead if self.frozen is None else self.frozen


async def all_events_in_order(world: World) -> None:
    stored = await world.store.read_all(0, 10_000)
    assert [e.position for e in stored] == list(range(1, len(stored) + 1))
    assert all(a.recorded_at <= b.recorded_at for a, b in pairwise(stored))
    last: dict[str, tuple[int, Micros]] = {}
    for event in stored:
        version, happened = last.get(event.stream, (0, 0))
        assert event.version == version + 1
        assert event.occurred_at >= happened, "a record's events happen one after the other"
        last[event.stream] = event.version, event.occurred_at


async def test_order_is_by_position_whatever_the_clock_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dial, dice = Dial(), random.Random(1)
    async with open_world(tmp_path) as world:
        monkeypatch.setattr(world.clock, "now", dial.now)
        ids: list[str] = []
        heads: list[tuple[int, int]] = []  # position, how many accounts there were
        for jump in (0, HOUR, -HOUR, None, 0, -2 * HOUR, HOUR):
            dial.frozen = dial.now() if jump is None else None
            dial.ahead = jump or 0
            ids += await work(world, dice, 60)
            await world.settle()
            heads.append((await world.store.head(), len(ids)))
        await all_events_in_order(world)
        await views_agree(world, world.projector.position)
        recorded = {e.position: e.recorded_at for e in await world.store.read_all(0, 10_000)}
        for position, _ in heads:  # a moment means every event that was recorded up to it
            found = await world.store.position_at(recorded[position])
            assert found >= position
            assert recorded[found] == recorded[position]
            assert found + 1 not in recorded or recorded[found + 1] > recorded[position]


async def test_what_happened_is_never_said_to_be_still_to_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dial = Dial()
    async with open_world(tmp_path) as world:
        monkeypatch.setattr(world.clock, "now", dial.now)
        dial.ahead = HOUR
        id = (await world.do("customer.CreateAccount", {"name": "Acme"})).id
        dial.ahead = 0  # an hour back: the record's last event lies ahead of the clock
        with pytest.raises(Invalid) as refused:
            await world.do("customer.TagAccount", {"add": ["a"]}, id, occurred_at=dial.now() + HOUR // 2)
        assert refused.value.errors[0].code == "in-the-future"
        with pytest.raises(Invalid) as refused:
            await world.do("customer.TagAccount", {"add": ["a"]}, id, occurred_at=dial.now() - 1)
        assert refused.value.errors[0].code == "before-last"
        await world.do("customer.TagAccount", {"add": ["a"]}, id)
        await world.settle()
        seen = await world.see("account", id)
        assert from_rfc3339(seen["updated_at"]) >= from_rfc3339(seen["created_at"])
        before = await world.see("account", id, moment=Moment(recorded=from_rfc3339(seen["created_at"]) + HOUR))
        assert before["version"] == 2
        await all_events_in_order(world)
