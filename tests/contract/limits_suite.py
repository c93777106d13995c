"""What every storage of limits keeps. An adapter's test module subclasses this and gives `limits` and `forward`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shared.security.limits import Limits, seconds_until

Forward = Callable[[float], None]


class LimitsSuite:
    async def test_a_full_window_admits_nothing_until_its_oldest_entry_leaves(
        self, limits: Limits, forward: Forward
    ) -> None:
        assert await limits.acquire_entry("k", 2, 10)
        forward(4)
        assert await limits.acquire_entry("k", 2, 10)
        assert not await limits.acquire_entry("k", 2, 10)
        start, count = await limits.get_moving_window("k", 2, 10)
        assert (round(limits.now() - start), count) == (4, 2)
        forward(6)
        assert await limits.acquire_entry("k", 2, 10)
        assert not await limits.acquire_entry("k", 2, 10)

    async def test_several_entries_are_acquired_together_or_not_at_all(self, limits: Limits) -> None:
        assert not await limits.acquire_entry("k", 2, 10, amount=3)
        assert await limits.acquire_entry("k", 2, 10, amount=2)
        assert (await limits.get_moving_window("k", 2, 10))[1] == 2

    async def test_a_released_entry_is_the_newest_one(self, limits: Limits, forward: Forward) -> None:
        await limits.release_entry("k")
        for _ in range(2):
            await limits.acquire_entry("k", 2, 10)
            forward(4)
        await limits.release_entry("k")
        start, count = await limits.get_moving_window("k", 2, 10)
        assert (round(limits.now() - start), count) == (8, 1)
        assert await limits.acquire_entry("k", 2, 10)

    async def test_an_unknown_window_is_empty(self, limits: Limits) -> None:
        start, count = await limits.get_moving_window("nothing", 2, 10)
        assert (round(start - limits.now()), count) == (0, 0)

    async def test_a_counter_expires_after_its_first_and_starts_again(self, limits: Limits, forward: Forward) -> None:
        assert await limits.incr("k", 10) == 1
        forward(6)
        assert await limits.incr("k", 10, amount=2) == 3
        assert seconds_until(limits, await limits.get_expiry("k")) == 4
        forward(4)
        assert await limits.get("k") == 0
        assert await limits.incr("k", 10) == 1
        assert seconds_until(limits, await limits.get_expiry("k")) == 10

    async def test_an_unknown_counter_is_zero_and_has_expired(self, limits: Limits) -> None:
        assert await limits.get("nothing") == 0
        assert seconds_until(limits, await limits.get_expiry("nothing")) == 0

    async def test_clear_and_reset_forget_windows_and_counters(self, limits: Limits) -> None:
        for forget in (limits.clear("k"), limits.reset()):
            await limits.acquire_entry("k", 1, 10)
            await limits.incr("k", 10)
            await forget
            assert await limits.get("k") == 0
            assert (await limits.get_moving_window("k", 1, 10))[1] == 0
        assert await limits.check()

    async def test_parallel_calls_never_admit_more_than_the_limit(self, limits: Limits) -> None:
        admitted = await asyncio.gather(*(limits.acquire_entry("k", 5, 60) for _ in range(40)))
        assert sum(admitted) == 5
        counts = await asyncio.gather(*(limits.incr("c", 60) for _ in range(40)))
        assert sorted(counts) == list(range(1, 41))

    async def test_parallel_first_calls_are_all_admitted_while_there_is_room(self, limits: Limits) -> None:
        for key in map(str, range(20)):
            assert all(await asyncio.gather(*(limits.acquire_entry(key, 3, 60) for _ in range(3))))
