"""What every views adapter keeps of leases: one holder at a time, and no write of an earlier holder."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from shared.clock import Clock
from shared.streaming.leases import LeaseHolder
from shared.streaming.looks import PeriodicLook
from shared.views.port import Checkpoint, LeaseLost, Query, Views
from tests.contract.views_help import THINGS, ids, put, thing
from tests.support.beating import EXPIRED, Beating
from tests.support.toys import SetClock

HOUR = 3600.0


class Killed(Exception):
    """The process ends here."""


class Hourly(PeriodicLook):
    """Of a process of its own. work: what is done at a look."""

    def __init__(self, views: Views, clock: Clock, work: Callable[[], Awaitable[None]]) -> None:
        super().__init__(LeaseHolder(views, "hourly", clock), HOUR, logging.getLogger("crm.hourly"), "not done")
        self._work = work

    async def _look(self) -> None:
        await self._work()


class ViewsLeaseSuite:
    async def test_a_lease_has_one_holder_until_it_expires(self, views: Views) -> None:
        first = await views.lease("p", "ann", now=100, until=200)
        assert first is not None
        assert await views.lease("p", "bob", now=199, until=300) is None
        assert await views.lease("q", "bob", now=199, until=300) is not None
        second = await views.lease("p", "bob", now=200, until=300)
        assert second is not None
        assert second.token > first.token

    async def test_a_holder_prolongs_its_lease_and_gives_it_back(self, views: Views) -> None:
        first = await views.lease("p", "ann", now=100, until=200)
        again = await views.lease("p", "ann", now=150, until=400)
        assert first is not None
        assert again == replace(first, expires=400)
        assert await views.lease("p", "bob", now=300, until=500) is None
        assert await views.lease("p", "ann", now=300, until=300) is not None
        assert await views.lease("p", "bob", now=300, until=500) is not None

    async def test_what_is_given_back_is_free_also_where_the_clock_is_behind(self, views: Views) -> None:
        ahead, behind = (LeaseHolder(views, "p", SetClock(now)) for now in (round(HOUR * 1e6), 0))
        assert await ahead.take()
        assert not await behind.take()
        await ahead.give_back()
        assert await behind.take()

    async def test_a_stolen_lease_stops_the_writes_of_its_holder(self, views: Views) -> None:
        await views.declare([THINGS])
        mine = await views.lease("p", "ann", now=100, until=200)
        await views.write([put(thing("a"))], [Checkpoint("p", 1)], mine)
        stolen = await views.lease("p", "bob", now=101, until=300, steal=True)
        with pytest.raises(LeaseLost):
            await views.write([put(thing("b"))], [Checkpoint("p", 2)], mine)
        rebuilt = await views.begin_rebuild(THINGS)
        with pytest.raises(LeaseLost):
            await views.swap(rebuilt, [Checkpoint("p", 2)], mine)
        assert (await ids(views, Query()), await views.checkpoint("p")) == (["a"], 1)
        await views.write([put(thing("c"))], [Checkpoint("p", 3)], stolen)
        assert (await ids(views, Query()), await views.checkpoint("p")) == (["a", "c"], 3)
        await views.swap(rebuilt, [Checkpoint("p", 4)], stolen)
        assert (await ids(views, Query()), await views.checkpoint("p")) == ([], 4)

    async def test_a_write_needs_every_lease_that_it_names_and_prolongs_them(self, views: Views) -> None:
        one = await views.lease("p", "ann", now=100, until=200)
        other = await views.lease("q", "ann", now=100, until=200)
        assert one is not None
        assert other is not None
        both = replace(one, expires=900, also=(replace(other, expires=900),))
        await views.write([], [Checkpoint("p", 1), Checkpoint("q", 2)], both)
        assert await views.lease("q", "bob", now=800, until=1000) is None
        assert await views.lease("q", "bob", now=900, until=1000) is not None
        with pytest.raises(LeaseLost):
            await views.write([], [Checkpoint("p", 3), Checkpoint("q", 4)], both)
        assert (await views.checkpoint("p"), await views.checkpoint("q")) == (1, 2)

    async def test_a_write_prolongs_the_lease_and_counts_after_its_end_until_another_holder_comes(
        self, views: Views
    ) -> None:
        mine = await views.lease("p", "ann", now=100, until=200)
        assert mine is not None
        await views.write([], [Checkpoint("p", 1)], replace(mine, expires=900))
        assert await views.lease("p", "bob", now=800, until=1000) is None
        assert await views.lease("p", "bob", now=900, until=1000) is not None
        with pytest.raises(LeaseLost):
            await views.write([], [Checkpoint("p", 2)], mine)
        assert await views.checkpoint("p") == 1

    async def test_work_of_a_killed_process_goes_on_after_10_s(self, views: Views) -> None:
        clock = SetClock()

        async def die() -> None:
            raise Killed

        async def done() -> None:
            pass

        killed, other = Hourly(views, clock, die), Hourly(views, clock, done)
        with pytest.raises(Killed):
            await killed.step()
        assert not await other.step()
        clock.time += EXPIRED
        assert await other.step()

    async def test_a_long_look_is_made_by_one_process_which_makes_the_next_one_too(
        self, views: Views, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock, beating = SetClock(), Beating(monkeypatch, type(views))

        async def long() -> None:
            await beating.through(clock, LeaseHolder(views, "hourly", clock))

        one, other = Hourly(views, clock, long), Hourly(views, clock, long)
        assert await one.step()
        clock.time += round(HOUR * 1e6)
        assert not await other.step(), "while it may be about to look again"
        clock.time += EXPIRED
        assert await other.step()
