"""A projection of many streams: the same documents for every order of streams, repeat, crash, takeover and rebuild."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.streaming import subscription as module
from shared.streaming.feed import Batch
from shared.streaming.multistream import MultiStreamProjection, MultiStreamProjector, rebuild_projection
from shared.streaming.multistream_check import verify_projection
from shared.streaming.subscription import Pace
from shared.views.port import Checkpoint, Collection, Document, Field, Kind, Scope, ViewsUnavailable
from shared.views.sqlite import SqliteViews
from tests.support.toys import TENANT, TOY, Toy, ToyGrown, ToyHandedOver, ToyMade, ToyMarked, ToyRoom, toy_room

BROKEN = {"broken"}
FIGURES = (Field("size", Kind.INTEGER, "总和", "Size"), Field("parts", Kind.JSON, "部分", "Parts"))


def part(toy: Toy) -> tuple[str, Document] | None:
    if BROKEN & set(toy.marks):
        raise ValueError("broken")
    return (toy.owner, {"size": toy.size}) if toy.owner else None


def combine(parts: Sequence[Document]) -> Document:
    return {"size": sum(one["size"] for one in parts)}


BOXES = MultiStreamProjection("toy", Collection("boxes", 1, FIGURES, owner=None, title="id"), part, combine)


def process(room: ToyRoom, batch: int = 1000) -> MultiStreamProjector:
    """The projection in a process: a memory of its own, the same stores."""
    made = MultiStreamProjector(BOXES, TOY, room.repository, room.views, room.codec)
    made.pace = Pace(batch, lambda _: 0.0, 0.0)
    return made


async def boxes(room: ToyRoom) -> dict[str, Document]:
    return {key: document async for _, key, document in room.views.scan("boxes")}


async def expected(room: ToyRoom) -> dict[str, dict[str, int]]:
    """box → toy → size, computed without the projection."""
    found: dict[str, dict[str, int]] = {}
    for (_, id), toy in (await room.folded()).items():
        if toy["owner"]:
            found.setdefault(toy["owner"], {})[id] = toy["size"]
    return found


async def check(room: ToyRoom) -> None:
    wanted = await expected(room)
    found = await boxes(room)
    assert {b: {t: p["size"] for t, p in d["parts"].items()} for b, d in found.items()} == wanted
    assert {box: d["size"] for box, d in found.items()} == {box: sum(toys.values()) for box, toys in wanted.items()}


async def again(room: ToyRoom) -> int:
    return await rebuild_projection(BOXES, TOY, room.repository, room.views, room.codec, lambda _: None)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STANDBY_SECONDS", 0.0)


@pytest.fixture
async def room(tmp_path: Path) -> Any:
    async with toy_room(tmp_path) as opened:
        await opened.views.declare([BOXES.collection])
        yield opened


async def test_a_source_that_moves_leaves_the_old_document_after_a_torn_write_too(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.happen("a", ToyMade("a", "x"), ToyGrown(1))
    projector = process(room)
    await projector.start()
    await projector.catch_up()
    await room.happen("a", ToyHandedOver("y"))
    real = SqliteViews.write

    async def torn(self: SqliteViews, writes: Any, checkpoints: Any = (), lease: Any = None) -> None:
        await real(self, [one for one in writes if one.key == "y"])
        raise ViewsUnavailable("full")

    monkeypatch.setattr(SqliteViews, "write", torn)
    with pytest.raises(ViewsUnavailable):
        await projector.step()
    monkeypatch.setattr(SqliteViews, "write", real)
    assert sorted(await boxes(room)) == ["x", "y"]
    await projector.catch_up()
    assert sorted(await boxes(room)) == ["y"]
    await check(room)


async def test_a_failing_part_is_parked_and_the_others_go_on_until_a_rebuild_reads_it(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.happen("a", ToyMade("a", "x"), ToyGrown(1), ToyMarked("broken"), ToyGrown(5))
    await room.happen("b", ToyMade("b", "x"), ToyGrown(2))
    projector = process(room)
    await projector.start()
    await projector.catch_up()
    assert (await boxes(room))["x"]["size"] == 3
    assert list(await room.parked()) == ["projection/boxes/toy-a.3"]
    monkeypatch.setitem(globals(), "BROKEN", set())
    await again(room)
    assert await room.parked() == {}
    assert (await boxes(room))["x"]["size"] == 8


async def test_a_source_counts_as_of_its_last_readable_event(room: ToyRoom) -> None:
    room.codec.unknown = {"test.ToyMarked"}
    await room.happen("a", ToyMade("a", "x"), ToyGrown(1), ToyMarked("red"), ToyGrown(5))
    projector = process(room)
    await projector.start()
    await projector.catch_up()
    assert (await boxes(room))["x"]["size"] == 1
    room.codec.unknown = set()
    await again(room)
    assert (await boxes(room))["x"]["size"] == 6


TOYS, OWNERS = st.sampled_from("abc"), st.sampled_from(["x", "y", None])
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("grow"), TOYS, st.integers(1, 9)),
        st.tuples(st.just("move"), TOYS, OWNERS),
        st.tuples(st.just("step"), st.integers(0, 1), st.integers(1, 4)),
        st.tuples(st.just("crash"), st.integers(0, 1), st.booleans()),
        st.tuples(st.just("repeat"), st.integers(0, 5)),
        st.tuples(st.just("restart"), st.integers(0, 1)),
        st.tuples(st.just("rebuild")),
    ),
    max_size=20,
)


@given(ACTS, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_interleaving_repeat_crash_and_rebuild_gives_the_same(acts: list[tuple[Any, ...]], random: Any) -> None:
    asyncio.run(_live_through(acts, random))


async def _live_through(acts: list[tuple[Any, ...]], random: Any) -> None:
    with TemporaryDirectory() as folder:
        async with toy_room(Path(folder)) as room:
            await room.views.declare([BOXES.collection])
            both = [await _mixed(room, random), await _mixed(room, random)]
            for toy in "abc":
                await room.happen(toy, ToyMade(toy, "x"))
            for act in acts:
                await _do(room, both, act, random)
            await both[0].stop()
            await both[1].stop()
            last = await _mixed(room, random)
            await last.catch_up()
            await check(room)
            verdict = await verify_projection(BOXES, TOY, room.repository, room.views, room.codec, lambda _: None)
            assert verdict.ok
            before = await boxes(room)
            assert await again(room) == len(before)
            assert await boxes(room) == before


async def _mixed(room: ToyRoom, random: Any) -> MultiStreamProjector:
    """One whose feed gives the streams of a batch in any order, and some events twice."""
    made = process(room)
    real = made.feed.read

    async def read(after: int, limit: int) -> Batch:
        batch = await real(after, limit)
        streams = sorted({one.stream for one in batch.events})
        random.shuffle(streams)
        events = [one for stream in streams for one in batch.events if one.stream == stream]
        return Batch([*events, *events[: random.randint(0, 2)]], batch.position)

    made.feed.read = read  # type: ignore[method-assign]
    await made.start()
    return made


async def _do(room: ToyRoom, both: list[MultiStreamProjector], act: tuple[Any, ...], random: Any) -> None:
    match act:
        case ("grow", toy, by):
            await room.happen(toy, ToyGrown(by))
        case ("move", toy, owner):
            await room.happen(toy, ToyHandedOver(owner))
        case ("step", which, batch):
            both[which].pace = Pace(batch, lambda _: 0.0, 0.0)
            await both[which].step()
        case ("crash", which, written):
            await _crash(room, both[which], written)
            both[which] = await _mixed(room, random)
        case ("repeat", position):
            at = min(position, await room.views.checkpoint(BOXES.checkpoint))
            await room.views.write([], [Checkpoint(BOXES.checkpoint, at)])
        case ("restart", which):
            await both[which].stop()
            both[which] = await _mixed(room, random)
        case ("rebuild",):
            await again(room)


async def _crash(room: ToyRoom, projector: MultiStreamProjector, written: bool) -> None:
    """A batch fails, before or after its documents are there, and always before its checkpoint."""
    real = room.views.write

    async def write(writes: Any, checkpoints: Any = (), lease: Any = None) -> None:
        if written:
            await real(writes)
        raise ViewsUnavailable("gone")

    room.views.write = write  # type: ignore[method-assign]
    try:
        with suppress(ViewsUnavailable):
            await projector.step()
    finally:
        room.views.write = real  # type: ignore[method-assign]
    await projector.stop()


async def test_documents_of_other_organisations_are_apart(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("a", "x"), ToyGrown(1))
    await room.happen("b", ToyMade("b", "x"), ToyGrown(2), tenant="t2")
    projector = process(room)
    await projector.start()
    await projector.catch_up()
    found = [await room.views.get("boxes", "x", Scope(tenant)) for tenant in (TENANT, "t2")]
    assert [(one or {}).get("size") for one in found] == [1, 2]
