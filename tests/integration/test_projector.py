"""The live projector over real files: every interleaving, every repetition, every failure gives what a fold gives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
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
from shared.streaming.follower import ProjectionFollower
from shared.streaming.poison import ATTEMPTS
from shared.streaming.record_states import RecordStates
from shared.streaming.shares import RECORDS
from shared.views.port import Checkpoint, Scope, ViewsUnavailable, Write
from shared.views.sqlite import SqliteViews
from tests.support.listening import Heard
from tests.support.toys import (
    TENANT,
    ToyCracked,
    ToyGrown,
    ToyHandedOver,
    ToyMade,
    ToyMarked,
    ToyRoom,
    cracks,
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
                        await _in_batches_of(size, room)
                    case ("crash", back):
                        await room.views.write([], [Checkpoint(RECORDS, max(0, room.projector.position - back))])
                        await room.another_projector()
                    case ("refuse", size):
                        await _refused_once(size, room)
            await room.projector.catch_up()
            assert await room.shown() == await room.folded()
            assert await room.parked() == {}


async def _in_batches_of(size: int, room: ToyRoom) -> None:
    room.projector.pace = replace(room.projector.pace, batch=size)
    await room.projector.step()


async def _refused_once(size: int, room: ToyRoom) -> None:
    """A batch whose write fails leaves no trace in memory either."""
    with patch.object(room.views, "write", side_effect=ViewsUnavailable("disk full")), suppress(ViewsUnavailable):
        await _in_batches_of(size, room)
        assert room.projector.position == await room.store.head()  # there was nothing to project


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


async def test_a_parked_event_reaches_listeners_too(room: ToyRoom) -> None:
    heard = Heard()
    room.projector.subscribe(heard)
    room.codec.unknown = {"test.ToyGrown"}
    await room.happen("a", ToyMade("a"), ToyGrown(1))
    await room.projector.catch_up()
    assert await room.parked()
    assert heard.versions == [("toy-a", 1), ("toy-a", 2)]


async def test_a_healed_record_is_read_again_by_listeners_here_and_in_other_processes(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.streaming.subscription.IDLE_SECONDS", 0.01)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    other, here, there = ProjectionFollower(room.store, room.views), Heard(), Heard()
    room.codec.unknown = {"test.ToyGrown"}
    await room.happen("a", ToyMade("a"), ToyGrown(1))
    await room.projector.catch_up()
    await other.start()
    room.projector.subscribe(here)
    other.subscribe(there)
    await room.projector.idle()
    await other.step()
    assert (here.forgot, there.forgot) == (0, 0)
    room.codec.unknown = set()
    assert await room.heal() == 1
    await room.projector.idle()
    await other.step()
    assert (here.forgot, there.forgot) == (1, 1)


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


async def test_an_event_of_no_known_type_is_parked_and_its_record_quarantined(room: ToyRoom) -> None:
    room.codec.unknown = {"test.ToyMarked"}
    await room.happen("a", ToyMade("a"), ToyGrown(1))
    await room.happen("a", ToyMarked("red"), ToyGrown(2))
    await room.happen("b", ToyMade("b"))
    await room.projector.catch_up()
    await room.happen("a", ToyGrown(3))
    await room.happen("b", ToyGrown(5))
    projector = await room.another_projector()
    await projector.catch_up()
    shown = {key: (d["version"], d["size"]) for (_, key), d in (await room.shown()).items()}
    assert shown == {"a": (2, 1), "b": (2, 5)}
    assert {k: "earlier" in error for k, error in (await room.parked()).items()} == {
        "toy-a.3": False, "toy-a.4": True, "toy-a.5": True,
    }  # fmt: skip
    assert await room.heal() == 0
    assert len(await room.parked()) == 3

    room.codec.unknown = set()
    assert await room.heal() == 1
    assert await room.parked() == {}
    assert await room.shown() == await room.folded()
    await room.happen("a", ToyGrown(1))
    await projector.catch_up()
    assert await room.shown() == await room.folded()


async def test_a_failure_that_passes_parks_nothing(room: ToyRoom) -> None:
    cracks["vase"] = ATTEMPTS - 1
    await room.happen("a", ToyMade("vase"), ToyGrown(3), ToyCracked("vase"), ToyGrown(4))
    await room.projector.catch_up()
    assert await room.parked() == {}
    assert (await room.shown())[TENANT, "a"]["size"] == 4


async def test_a_fold_that_keeps_failing_leaves_nothing_of_itself(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("urn"), ToyGrown(3))
    await room.projector.catch_up()
    cracks["urn"] = 1000
    await room.happen("a", ToyGrown(1), ToyCracked("urn"), ToyGrown(4))
    await room.happen("b", ToyMade("b"))
    await room.projector.catch_up()
    shown = await room.shown()
    assert (shown[TENANT, "a"]["version"], shown[TENANT, "a"]["size"]) == (3, 4)
    assert shown[TENANT, "b"]["version"] == 1
    assert sorted(await room.parked()) == ["toy-a.4", "toy-a.5"]
    assert "RuntimeError at toys.py" in (await room.parked())["toy-a.4"]
    cracks["urn"] = 0
    assert await room.heal() == 1
    assert await room.shown() == await room.folded()


@pytest.mark.parametrize(
    ("made", "events", "last"),
    [("ball", [ToyGrown(1), ToyGrown("a text, where the view wants a number"), ToyMarked("late")], 2),
     ("unshowable", [ToyGrown(1)], 0), ("ball", [ToyMarked("\ud800")], 0)],
)  # fmt: skip
async def test_a_document_that_no_view_can_hold_stops_its_own_record_only(
    room: ToyRoom, made: str, events: list[Any], last: int
) -> None:
    await room.happen("b", ToyMade("b"))
    try:
        await room.happen("a", ToyMade(made), *events)
    except (TypeError, ValueError):
        return  # the store's side refuses it already
    await room.happen("c", ToyMade("c"))
    await room.projector.catch_up()
    shown = {key: d["version"] for (_, key), d in (await room.shown()).items()}
    assert shown == {"b": 1, "c": 1, **({"a": last} if last else {})}
    assert sorted(await room.parked()) == [f"toy-a.{n}" for n in range(last + 1, len(events) + 2)]
    assert room.projector.position == await room.store.head()


async def test_a_store_that_refuses_parks_nothing(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.happen("a", ToyMade("a"), ToyGrown(1))

    async def refuse(*_: object, **__: object) -> None:
        raise OSError("the disk is away")

    with monkeypatch.context() as refusing:
        refusing.setattr(RecordStates, "fold", refuse)
        with pytest.raises(OSError, match="away"):
            await room.projector.step()
    assert await room.parked() == {}
    assert room.projector.position == 0
    await room.projector.catch_up()
    assert await room.shown() == await room.folded()


async def test_a_parked_event_whose_write_failed_is_parked_with_its_own_error(room: ToyRoom) -> None:
    room.codec.unknown = {"test.ToyMade"}
    await room.happen("a", ToyMade("a"))
    await _refused_once(100, room)
    await room.projector.catch_up()
    assert await room.parked() == {"toy-a.1": "no such type: test.ToyMade"}


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
    async with asyncio.TaskGroup() as group, asyncio.timeout(10):
        group.create_task(room.projector.watch(TENANT, "toy-a").reaches(1, 1.0))
        await asyncio.sleep(0)
        await room.projector.pause(3600.0)


async def test_quarantine_is_asked_before_a_record_is_parked_twice(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("a"))
    stored = await room.store.read(TENANT, "toy-a")
    await room.quarantine(stored[0], "first")
    await room.quarantine(stored[0], "second")
    assert await room.parked() == {"toy-a.1": "first"}
    await room.projector.catch_up()
    assert await room.parked() == {"toy-a.1": "first"}
    assert await room.shown() == {}


async def test_an_event_that_is_parked_again_after_a_healing_stays_parked(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("a"), ToyMarked("red"))
    await room.projector.catch_up()
    older = Write("parked_events", "_operators", "toy-a.2", None, 2**62)  # as earlier programs removed entries
    await room.views.write([older])
    for _ in range(2):
        room.codec.unknown = {"test.ToyMarked"}
        poison = (await room.store.read(TENANT, "toy-a"))[1]
        await room.quarantine(poison, "poison")
        assert (await room.parked()).keys() == {"toy-a.2"}
        again = await room.another_projector()
        await again.catch_up()
        assert (await room.parked()).keys() == {"toy-a.2"}
        room.codec.unknown = set()
        assert await room.heal() == 1
        assert await room.parked() == {}
        await room.another_projector()


async def test_a_repeated_event_keeps_its_first_error_on_the_list(room: ToyRoom) -> None:
    room.codec.unknown = {"test.ToyMade"}
    await room.happen("a", ToyMade("a"))
    await room.projector.catch_up()
    before = await room.parked()
    await room.views.write([], [Checkpoint(RECORDS, 0)])
    again = await room.another_projector()
    await again.catch_up()
    assert await room.parked() == before == {"toy-a.1": "no such type: test.ToyMade"}
