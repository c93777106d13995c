"""Two processes on one views store: one moves the checkpoint at a time, and no document is lost or taken back."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.clock import Clock, SystemClock
from shared.kernel.catalogue import Catalogue
from shared.kernel.repository import Repository
from shared.streaming import leases
from shared.streaming import subscription as module
from shared.streaming.known import UnknownRecordType
from shared.streaming.leases import LeaseHolder
from shared.streaming.projector import CHECKPOINT, Projector
from shared.streaming.rebuild import rebuild
from shared.views.port import LeaseLost, Views
from shared.views.sqlite import SqliteViews
from shared.warehouse.feed import WarehouseFeed
from shared.warehouse.rollup import RollUps
from tests.support.beating import EXPIRED, Beating
from tests.support.listening import Heard
from tests.support.toys import TENANT, TOY, SetClock, ToyGrown, ToyMade, ToyMarked, ToyRoom, toy_room


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STANDBY_SECONDS", 0.0)


@pytest.fixture
async def room(tmp_path: Path) -> Any:
    async with toy_room(tmp_path) as opened:
        yield opened


def process(room: ToyRoom, clock: Clock, *, catalogue: Catalogue | None = None) -> Projector:
    """The projector of another process: a memory of its own, the same stores."""
    repository = Repository(room.store, room.codec)
    return Projector(catalogue or Catalogue([TOY]), repository, room.views, room.codec, clock)


async def test_a_second_projector_stands_by_and_follows_the_position(room: ToyRoom) -> None:
    clock = SetClock(SystemClock().now())
    first, second = process(room, clock), process(room, clock)
    await second.start()
    await room.happen("a", ToyMade("a"))
    assert await first.step() == 1
    assert await second.step() == 0
    await room.happen("a", ToyGrown(1))
    assert await second.step() == 0
    assert second.position == 1
    assert await first.step() == 1
    await second.catch_up()
    assert second.position == 2
    assert not second.holder.held
    assert await room.shown() == await room.folded()


async def test_a_second_projector_takes_over_from_one_that_was_killed(room: ToyRoom) -> None:
    clock = SetClock(SystemClock().now())
    killed, second = process(room, clock), process(room, clock)
    heard = Heard()
    second.subscribe(heard)
    await room.happen("a", ToyMade("a"))
    await killed.catch_up()
    await room.happen("a", ToyGrown(1))
    assert await second.step() == 0
    clock.time += EXPIRED
    assert await second.step() == 1
    assert await room.shown() == await room.folded()
    assert heard.forgot  # it heard nothing of the first event


async def test_a_lease_is_prolonged_for_as_long_as_a_batch_takes(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, beating = SetClock(SystemClock().now()), Beating(monkeypatch)
    slow, other = process(room, clock), process(room, clock)
    await room.happen("a", ToyMade("a"))
    write = SqliteViews.write

    async def late(self: SqliteViews, *given: Any) -> None:
        await beating.through(clock, other.holder)
        await write(self, *given)

    with patch.object(SqliteViews, "write", late):
        await slow.step()
    assert slow.position == await room.store.head()
    assert await room.shown() == await room.folded()
    clock.time += EXPIRED
    assert await other.holder.take()


async def test_who_takes_a_lease_over_keeps_it_to_the_end(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """A swap of the warehouse's tables writes nothing with the lease, and may take minutes."""
    clock, beating = SetClock(SystemClock().now()), Beating(monkeypatch)
    monkeypatch.setattr(leases, "SystemClock", lambda: clock)
    other = LeaseHolder(room.views, "lease", clock)
    async with leases.taken_over(room.views, "lease"):
        await beating.through(clock, other)
    assert await other.take()


async def test_roll_ups_are_made_under_the_lease_alone(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, beating = SetClock(SystemClock().now()), Beating(monkeypatch)
    feed = WarehouseFeed(cast(Any, None), room.store, room.codec, [], [], clock, room.views)
    other, made = LeaseHolder(room.views, feed.holder.name, clock), list[int]()

    async def long(self: RollUps) -> None:
        made.append(1)
        await beating.through(clock, other)

    monkeypatch.setattr(RollUps, "refresh", long)
    assert await feed.holder.take()
    feed.rollups.touch([TENANT])
    await feed.refresh_rollups()
    clock.time += EXPIRED
    assert await other.take()
    await feed.refresh_rollups()
    assert (len(made), feed.holder.held) == (1, False)
    await other.give_back()
    assert await feed.holder.take()
    clock.time += EXPIRED
    assert await other.take()
    await other.give_back()
    await feed.refresh_rollups()  # it had the lease before another one did: what is made is not known
    assert (len(made), feed.holder.held) == (1, False)


async def test_a_projector_that_stops_gives_its_lease_back(room: ToyRoom) -> None:
    clock = SetClock(SystemClock().now())
    first, second = process(room, clock), process(room, clock)
    await room.happen("a", ToyMade("a"))
    running = asyncio.create_task(first.run())
    while not first.position:
        await asyncio.sleep(0)
    assert await second.step() == 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await room.happen("a", ToyGrown(1))
    assert await second.step() == 1


async def test_the_late_write_of_a_replaced_projector_is_refused(room: ToyRoom) -> None:
    """It read and folded its batch, then it was away for longer than its lease lasts."""
    clock = SetClock(SystemClock().now())
    slow, second = process(room, clock), process(room, clock)
    await room.happen("a", ToyMade("a"))
    await slow.catch_up()
    await room.happen("a", ToyGrown(1))
    real = SqliteViews.write

    async def late(self: SqliteViews, *given: Any) -> None:
        clock.time += EXPIRED
        await room.happen("a", ToyGrown(10))
        with patch.object(SqliteViews, "write", real):
            await second.catch_up()
        with pytest.raises(LeaseLost):
            await real(self, *given)
        raise LeaseLost

    with patch.object(SqliteViews, "write", late):
        await slow.step()
    assert await room.views.checkpoint(CHECKPOINT) == 3
    assert not slow.holder.held
    await room.happen("a", ToyGrown(100))
    clock.time += EXPIRED
    await slow.catch_up()
    assert (await room.shown())[TENANT, "a"]["size"] == 111
    assert await room.shown() == await room.folded()


async def test_a_projector_that_lacks_a_record_type_does_not_pass_its_events(room: ToyRoom) -> None:
    """Else the views of the next one would always lack them: it goes on from the same checkpoint."""
    clock = SetClock(SystemClock().now())
    lacking, whole = process(room, clock, catalogue=Catalogue([])), process(room, clock)
    await room.happen("a", ToyMade("a"))
    with pytest.raises(UnknownRecordType, match="'toy'"):
        await lacking.step()
    assert await room.views.checkpoint(CHECKPOINT) == 0
    clock.time += EXPIRED
    await whole.catch_up()
    assert await room.shown() == await room.folded()


@pytest.mark.parametrize("held", [False, True])
async def test_a_rebuild_of_another_process_excludes_the_live_projector(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch, held: bool
) -> None:
    """The projector is asked to go on in the middle of the swap, with or without the lease."""
    projector = process(room, SystemClock())
    await room.happen("a", ToyMade("a"))
    if held:
        await projector.catch_up()
    real = SqliteViews.swap

    async def swap(self: SqliteViews, *given: Any) -> None:
        await room.happen("a", ToyGrown(1))
        await room.happen("b", ToyMade("b"))
        assert await projector.step() == 0
        await real(self, *given)

    monkeypatch.setattr(SqliteViews, "swap", swap)
    await rebuild(TOY, room.store, room.views, room.codec, lambda _: None)
    await projector.catch_up()
    assert projector.position == 3
    assert await room.shown() == await room.folded()


async def test_two_rebuilds_at_once_both_succeed(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases.secrets, "randbelow", lambda _: 0)
    await room.happen("a", ToyMade("a"), ToyGrown(1))
    await room.projector.catch_up()
    real, begun = SqliteViews.swap, False

    async def swap(self: SqliteViews, *given: Any) -> None:
        nonlocal begun
        if not begun:
            begun = True
            assert await LeaseHolder(room.views, CHECKPOINT).take(steal=True)
        await real(self, *given)

    monkeypatch.setattr(SqliteViews, "swap", swap)
    assert await rebuild(TOY, room.store, room.views, room.codec, lambda _: None) == 1
    assert await room.shown() == await room.folded()


acts = st.lists(
    st.one_of(
        st.tuples(st.just("happen"), st.sampled_from("abc"), st.integers(1, 3)),
        st.tuples(st.just("step"), st.integers(0, 1)),
        st.tuples(st.just("kill"), st.integers(0, 1)),
        st.tuples(st.just("stop"), st.integers(0, 1)),
        st.tuples(st.just("pass"), st.sampled_from([1, EXPIRED // 2, EXPIRED])),
        st.tuples(st.just("write late"), st.integers(0, 1)),
        st.tuples(st.just("rebuild")),
        st.tuples(st.just("poison"), st.booleans()),
        st.tuples(st.just("heal")),
    ),
    max_size=30,
)


@given(acts)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@example([("happen", "a", 1), ("write late", 0), ("happen", "b", 1), ("pass", EXPIRED), ("write late", 1), ("heal",)])
@example([("happen", "a", 1), ("step", 1), ("happen", "a", 1), ("write late", 1), ("happen", "a", 1), ("heal",)])
def test_any_interleaving_of_two_projectors_rebuilds_and_heals_gives_the_fold(history: list[tuple[Any, ...]]) -> None:
    asyncio.run(live_through(history))


async def live_through(history: list[tuple[Any, ...]], views: Views | None = None) -> None:
    """views: empty ones; None = a file."""
    with TemporaryDirectory() as folder:
        async with toy_room(Path(folder), views) as room:
            clock = SetClock(SystemClock().now())
            processes = [process(room, clock), process(room, clock)]
            kept = 0
            for act in history:
                before, kept = kept, await room.views.checkpoint(CHECKPOINT)
                assert kept >= before
                match act:
                    case ("happen", toy, by):
                        made = () if f"{TENANT}/{toy}" in room.versions else (ToyMade(toy),)
                        await room.happen(toy, *made, ToyGrown(by), ToyMarked("red"))
                    case ("step", n):
                        await processes[n].step()
                    case ("kill", n):
                        processes[n] = process(room, clock)
                    case ("stop", n):
                        await processes[n].stop()
                    case ("pass", time):
                        clock.time += time
                    case ("write late", n):
                        async with _held_up(room, clock, processes[1 - n]):
                            await processes[n].step()
                    case ("rebuild",):
                        await rebuild(TOY, room.store, room.views, room.codec, lambda _: None)
                    case ("poison", on):
                        room.codec.unknown = {"test.ToyMarked"} if on else set()
                    case ("heal",):
                        await room.heal()
            room.codec.unknown = set()
            clock.time += EXPIRED
            await processes[0].catch_up()
            await room.heal()
            assert await room.parked() == {}
            assert await room.shown() == await room.folded()
            assert await room.views.checkpoint(CHECKPOINT) == await room.store.head()


@asynccontextmanager
async def _held_up(room: ToyRoom, clock: SetClock, other: Projector) -> Any:
    """The next write of a projector comes after the other one took over and went on."""
    views = type(room.views)
    real = views.write

    async def late(self: Any, *given: Any) -> None:
        with patch.object(views, "write", real):
            clock.time += EXPIRED
            await room.happen("d", *(() if f"{TENANT}/d" in room.versions else (ToyMade("d"),)), ToyGrown(1))
            await other.step()
        await real(self, *given)

    with patch.object(views, "write", late):
        yield
