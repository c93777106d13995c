"""Rebuilding a view next to the live one, over real files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from shared.events.sealing import ERASED
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.streaming import rebuild as rebuilding
from shared.streaming.rebuild import rebuild
from shared.views.port import Query, Scope
from shared.views.sqlite import SqliteViews
from tests.support.toys import TENANT, TOY, ToyGrown, ToyMade, ToyNamedAfter, ToyRoom, toy_room


@pytest.fixture
async def room(tmp_path: Path) -> Any:
    async with toy_room(tmp_path) as opened:
        yield opened


async def again(room: ToyRoom) -> int:
    return await rebuild(TOY, room.store, room.views, room.codec, lambda _: None)


async def test_a_rebuilt_view_equals_the_live_one(room: ToyRoom) -> None:
    for n in range(30):
        await room.happen(f"k{n}", ToyMade(f"toy {n}"), ToyGrown(n), tenant=f"t{n % 2}")
    await room.projector.catch_up()
    before, seen = await room.shown(), [0]
    assert await rebuild(TOY, room.store, room.views, room.codec, seen.append) == 30
    assert seen[-1] == 60
    assert await room.shown() == before == await room.folded()
    found = await room.views.find("toys", Query(text="toy 7"), Scope("t1"))
    assert [d["id"] for d in found.items] == ["k7"]


async def test_records_change_and_are_read_while_a_rebuild_runs(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(300):
        await room.happen(f"k{n}", ToyMade(f"toy {n}"))
    await room.projector.catch_up()
    n, real = 0, SqliteViews.prepare

    async def after_some_changes(self: SqliteViews, rebuilt: str) -> None:
        while n < 4:
            await asyncio.sleep(0)
        await real(self, rebuilt)

    monkeypatch.setattr(SqliteViews, "prepare", after_some_changes)
    loop = asyncio.create_task(room.projector.run())
    running = asyncio.create_task(again(room))
    while not running.done():
        await room.happen(f"k{n % 300}", ToyGrown(1))
        await room.happen(f"new{n}", ToyMade("new"))
        assert await room.views.count("toys", Query(), Scope(TENANT)) >= 300
        n += 1
    await running
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await room.projector.catch_up()
    assert n >= 4
    assert await room.shown() == await room.folded()


async def test_a_rebuild_ahead_of_a_slow_projector_is_not_taken_back(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("a"), ToyGrown(1))
    await again(room)
    assert await room.shown() == await room.folded()
    await room.projector.catch_up()
    assert await room.shown() == await room.folded()


async def test_a_new_collection_is_filled_from_the_past(room: ToyRoom) -> None:
    await room.happen("a", ToyMade("a"))
    await room.projector.catch_up()
    newer = TOY.collection.__class__("toys", 2, TOY.collection.fields)
    assert await room.views.declare([newer]) == ["toys"]
    await again(room)
    assert await room.views.declare([TOY.collection]) == []
    assert await room.shown() == await room.folded()


@pytest.mark.parametrize("step", ["prepare", "exclusively", "quarantine", "swap"])
async def test_a_person_who_is_erased_while_a_rebuild_runs_stays_masked(
    room: ToyRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """By another process, which masked the view in use by then: the toy has no event that tells it."""
    for toy, person in (("a", "ann"), ("b", "bob"), ("c", "ann")):
        await room.happen(toy, ToyNamedAfter(person, person), ToyGrown(1))
    await room.projector.catch_up()
    elsewhere = SqliteKeyRing.open(tmp_path / "keys")

    def with_an_erasure(real: Any) -> Any:
        async def first_erased(*args: Any, **more: Any) -> Any:
            await elsewhere.destroy(TENANT, "ann")
            return await real(*args, **more)

        return first_erased

    where: Any = SqliteViews if hasattr(SqliteViews, step) else rebuilding
    monkeypatch.setattr(where, step, with_an_erasure(getattr(where, step)))
    await again(room)
    await elsewhere.close()
    await room.keys.look()
    names = {key: document["name"] for (_, key), document in (await room.shown()).items()}
    assert names == {"a": ERASED, "b": "bob", "c": ERASED}
    assert await room.shown() == await room.folded()
