"""Filling empty views from a long log, as after a restore: record by record, with nothing lost or passed over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from shared.kernel.catalogue import Catalogue
from shared.streaming import erased_meanwhile, filling, projector
from shared.streaming import rebuild as rebuilding
from shared.streaming.known import UnknownRecordType
from shared.streaming.leases import exclusively
from shared.streaming.rebuild import rebuild
from shared.streaming.shares import RECORDS
from shared.views.port import ViewsDamaged
from tests.support.toys import TOY, ToyGrown, ToyMade, ToyRoom, toy_room

RECORDS_MADE = 30


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(filling, "FAR", RECORDS_MADE)
    async with toy_room(tmp_path) as opened:
        for n in range(RECORDS_MADE):
            await opened.happen(f"k{n}", ToyMade(f"toy {n}"), ToyGrown(n), tenant=f"t{n % 2}")
        yield opened


async def fill(room: ToyRoom, catalogue: Catalogue | None = None) -> bool:
    return await filling.fill_empty(catalogue or Catalogue([TOY]), room.store, room.views, room.codec)


async def test_the_projector_goes_on_where_the_filling_ended(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    head = await room.store.head()

    async def with_changes(*args: Any) -> int:
        """Events come while the views are filled, before and after their record is read."""
        await room.happen("k0", ToyGrown(1), tenant="t0")
        documents = await rebuild(*args)
        await room.happen("k1", ToyGrown(1), tenant="t1")
        await room.happen("new", ToyMade("new"))
        return documents

    monkeypatch.setattr(filling, "rebuild", with_changes)
    assert await fill(room)
    assert await room.views.checkpoint(RECORDS) == head
    await room.projector.start()
    await room.projector.catch_up()
    assert await room.shown() == await room.folded()
    assert len(await room.shown()) == RECORDS_MADE + 1


async def test_views_that_hold_something_and_short_logs_follow_the_events(room: ToyRoom) -> None:
    filling.FAR = await room.store.head() + 1
    assert not await fill(room)
    filling.FAR = 1
    await room.step_of(1)
    assert not await fill(room)


async def test_catching_up_fills_what_is_empty(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The events in their order take no part in it: the batches handled afterwards are empty."""
    handled: list[int] = []

    async def noted(one: projector.RecordViews, batch: Any) -> int:
        handled.append(len(batch.events))
        return await real(one, batch)

    real: Callable[..., Any] = projector.RecordViews.handle
    monkeypatch.setattr(projector.RecordViews, "handle", noted)
    await room.projector.catch_up()
    assert handled == []
    assert await room.shown() == await room.folded()


async def test_a_log_of_another_program_is_not_passed_over(room: ToyRoom) -> None:
    with pytest.raises(UnknownRecordType, match="'toy'"):
        await fill(room, Catalogue([]))
    assert await room.views.checkpoint(RECORDS) == 0


async def test_a_filling_that_was_cut_off_begins_again(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    swapped = asyncio.Event()

    async def cut_off(*args: Any) -> None:
        await rebuild(*args)
        swapped.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(filling, "rebuild", cut_off)
        cut = asyncio.create_task(fill(room))
        await swapped.wait()
        cut.cancel()
        await asyncio.gather(cut, return_exceptions=True)
    assert await room.views.checkpoint(RECORDS) == 0
    assert await fill(room)
    assert await room.shown() == await room.folded()


async def test_what_is_erased_while_views_are_filled_is_masked_at_once_and_purged(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own erasure masked and purged the tables that are replaced here."""

    async def with_an_erasure(*args: Any) -> Any:
        await room.keys.ensure("t0", ["ann"])
        await room.keys.destroy("t0", "ann")
        await room.happen("k0", ToyMade("erased"), tenant="t0")  # the last that may happen before the swap
        return await exclusively(*args)

    monkeypatch.setattr(rebuilding, "exclusively", with_an_erasure)
    purge = AsyncMock()
    monkeypatch.setattr(erased_meanwhile, "purge_files", purge)
    assert await fill(room)
    assert (await room.shown())["t0", "k0"]["name"] == "erased"
    purge.assert_awaited_once_with(room.views)


async def test_one_process_fills_while_others_wait(room: ToyRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    filled: list[str] = []

    async def noted(aggregate: Any, *args: Any) -> int:
        filled.append(aggregate.name)
        return await rebuild(aggregate, *args)

    monkeypatch.setattr(filling, "rebuild", noted)
    purge = AsyncMock()
    monkeypatch.setattr(erased_meanwhile, "purge_files", purge)
    assert sorted(await asyncio.gather(fill(room), fill(room))) == [False, True]
    assert filled == ["toy"]
    purge.assert_not_awaited()


async def test_definitions_of_fields_come_before_the_records_that_have_formulas(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuilt = AsyncMock()
    monkeypatch.setattr(filling, "rebuild", rebuilt)
    mould = replace(TOY, name="mould", defines_fields=True)
    assert await fill(room, Catalogue([TOY, mould]))
    assert [call.args[0].name for call in rebuilt.await_args_list] == ["mould", "toy"]


async def test_damaged_views_end_the_process_and_are_no_reason_to_go_on(
    room: ToyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "rebuild", AsyncMock(side_effect=ViewsDamaged("start again")))
    with pytest.raises(ViewsDamaged):
        await room.projector.catch_up()
