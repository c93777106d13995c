"""The live projector over real files: every interleaving, every repetition, every failure gives what a fold gives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.events.envelope import Stored
from shared.streaming import projector as module
from shared.streaming.shares import RECORDS
from shared.views.port import Checkpoint, Scope, ViewsUnavailable
from shared.views.sqlite import SqliteViews
from tests.support.listening import Heard
from tests.support.toys import (
    TENANT,
    ToyGrown,
    ToyHandedOver,
    ToyMade,
    ToyMarked,
    ToyRoom,
    toy_room,
)

some_events = st.one_of(
    st.builds(ToyGrown, st.integers(-5, 5)),
    st.builds(ToyMarked, st.sampled_from(["red", "蓝", "x y"])),
    st.builds(ToyHandedOver, st.sampled_from(["ann", "bob", None])),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("happen"), st.sampled_from(["a", "b", "c"]), st.sampled_from(["t1", "t2"]), some_events),
        st.tuples(st.just("project"), st.integers(1, 7)),
        st.tuples(st.just("crash"), st.integers(0, 10)),
        st.tuples(st.just("refuse"), st.integers(1, 3)),
    ),
    max_size=40,
)


@given(steps)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_interleaving_with_repetitions_and_crashes_gives_the_fold(history: list[tuple[Any, ...]]) -> None:
    asyncio.run(_live_through(history))


async def _live_through(history: list[tuple[Any, ...]]) -> None:
    with TemporaryDirectory() as folder:
        async with toy_room(Path(folder)) as room:
            for step in history:
                match step:
                    case ("happen", toy, tenant, event):
                        made = () if f"{tenant}/{tenant}-{toy}" in room.versions else (ToyMade(toy, "ann"),)
                        await room.happen(f"{tenant}-{toy}", *made, event, tenant=tenant)
                    case ("project", size):
                        await room.step_of(size)
                    case ("crash", back):
                        await room.views.write([], [Checkpoint(RECORDS, max(0, room.projector.position - back))])
                        await room.another_projector()
                    case ("refuse", size):
                        await room.refused_once(size)
            await room.projector.catch_up()
            assert await room.shown() == await room.folded()
            assert await room.parked() == {}


@pytest.fixture
async def room(tmp_path: Path) -> Any:
    async with toy_room(tmp_path) as opened:
        yield opened


async def test_what_is_projected_is_told_to_listeners_in_order(room: ToyRoom) -> None:
    heard = Heard()
    room.projector.subscribe(heard)
    await room.happen("a", ToyMade("a"), ToyGrown(1))
    await room.happen("b", ToyMade("b"))
    await room.projector.catch_up()
    assert heard.versions == [("toy-a", 1), ("toy-a", 2), ("toy-b", 1)]


async def test_a_listener_that_fails_drops_what_it_keeps_and_stops_nobody(room: ToyRoom) -> None:
    failing, other = Heard(), Heard()

    def fail(_: Sequence[Stored]) -> None:
        raise ValueError("not understood")

    failing.on_events = fail  # type: ignore[method-assign]
    room.projector.subscribe(failing)
    room.projector.subscribe(other)
    await room.happen("a", ToyMade("a"))
    await room.projector.catch_up()
    assert failing.forgot == 1
    assert other.versions == [("toy-a", 1)]


async def test_a_gap_is_healed_from_the_store(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("a"), ToyGrown(1), ToyGrown(2))
    await room.views.write([], [Checkpoint(RECORDS, await room.store.head())])
    projector = await room.another_projector()
    await room.happen("a", ToyGrown(4))
    await projector.catch_up()
    assert await room.shown() == await room.folded()


async def test_the_loop_goes_on_after_a_refusal(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    room.projector.pace = replace(room.projector.pace, retry=0.01)
    real, failures = SqliteViews.write, iter([True, True])

    async def sometimes(self: SqliteViews, *given: Any) -> None:
        if next(failures, False):
            raise ViewsUnavailable("disk full")
        await real(self, *given)

    monkeypatch.setattr(SqliteViews, "write", sometimes)
    loop = asyncio.create_task(room.projector.run())
    await room.happen("a", ToyMade("a"))
    while (await room.views.get("toys", "a", Scope(TENANT))) is None:
        await room.projector.watch(TENANT, "toy-a").reaches(1, 0.1)
    loop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loop
    assert await room.shown() == await room.folded()


async def test_listeners_learn_of_a_batch_that_was_written_though_its_caller_had_gone(room: ToyRoom) -> None:
    heard = Heard()
    room.projector.subscribe(heard)
    await room.happen("a", ToyMade("a"))
    real = SqliteViews.write

    async def cancelled(self: SqliteViews, *given: Any) -> None:
        await real(self, *given)
        raise asyncio.CancelledError

    with patch.object(SqliteViews, "write", cancelled), pytest.raises(asyncio.CancelledError):
        await room.projector.step()
    await room.projector.catch_up()
    assert room.projector.position == 1
    assert heard.forgot or heard.versions == [("toy-a", 1)]


@pytest.mark.parametrize(("pause", "busy"), [("PAUSE", 1000), ("BUSY_PAUSE", 1)])
async def test_who_waits_is_not_left_to_the_pause(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch, pause: str, busy: int
) -> None:
    monkeypatch.setattr(module, pause, 3600.0)
    monkeypatch.setattr(module, "BUSY", busy)
    loop = asyncio.create_task(room.projector.run())
    for version in range(1, 4):
        await room.happen("a", ToyGrown(1) if version > 1 else ToyMade("a"))
        watch = room.projector.watch(TENANT, "toy-a")
        if (found := await room.views.get("toys", "a", Scope(TENANT))) is None or found["version"] < version:
            assert await watch.reaches(version, 10)
            assert await room.views.get("toys", "a", Scope(TENANT)) is not None
    loop.cancel()
    assert await room.shown() == await room.folded()


async def test_a_wish_made_during_a_batch_that_did_not_fulfil_it_still_shortens_the_pause(room: ToyRoom) -> None:
    async with asyncio.TaskGroup() as group, asyncio.timeout(60):
        group.create_task(room.projector.watch(TENANT, "toy-a").reaches(1, 1.0))
        await asyncio.sleep(0)
        await room.projector.pause(3600.0)
