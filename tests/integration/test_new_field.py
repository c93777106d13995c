"""A collection with a new field: old deals have it after the next start, and are readable meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from crm import compose
from crm.compose import Suite
from crm.settings import Settings
from services.sales.opportunity import OPPORTUNITY, Opportunity, shown
from shared.clock import start_of_day
from shared.kernel.bus import Call
from shared.kernel.catalogue import AnyAggregate
from shared.security.permissions import system_access
from shared.streaming.rebuild import rebuild
from shared.views.port import Condition, Document, Query, Scope
from tests.support.world import TENANT, open_world

NOW = OPPORTUNITY.collection
BEFORE = replace(NOW, version=2, fields=tuple(f for f in NOW.fields if f.name != "cycle_days"))
BOSS, ALL = system_access(TENANT), Scope(TENANT)
SLOWEST = Query(where=(Condition("cycle_days", "gt", 0),), sort="cycle_days", descending=True)


def _shown_before(state: Opportunity) -> Document:
    return {name: value for name, value in shown(state).items() if name != "cycle_days"}


@contextmanager
def before_the_upgrade() -> Iterator[None]:
    """The program as it was: opportunities without the field."""
    with patch.object(OPPORTUNITY, "collection", BEFORE), patch.object(OPPORTUNITY, "shown", _shown_before):
        yield


def on(day: str) -> Call:
    return Call(BOSS, occurred_at=start_of_day(day))


async def test_the_next_start_fills_the_field_for_all_of_the_past(tmp_path: Path) -> None:
    with before_the_upgrade():
        suite = await Suite.open(Settings(tmp_path))
        bus = suite.kernel.bus
        for name, closed in (("quick", "2026-01-04"), ("slow", "2026-03-01"), ("open", "")):
            body = {"name": name, "amount": "1.00"}
            id = (await bus.send("sales.OpenOpportunity", body, on("2026-01-01"))).id
            if closed:
                await bus.send("sales.WinOpportunity", {}, replace(on(closed), id=id))
        await suite.kernel.projector.catch_up()
        await suite.close()

    suite = await Suite.open(Settings(tmp_path))
    page = await suite.kernel.queries.find(OPPORTUNITY, SLOWEST, BOSS)
    everything = await suite.kernel.queries.find(OPPORTUNITY, Query(), BOSS)
    await suite.close()
    assert [(d["name"], d["cycle_days"]) for d in page.items] == [("slow", 59), ("quick", 3)]
    assert len(everything.items) == 3


async def test_the_old_documents_answer_until_the_new_ones_take_their_place(tmp_path: Path) -> None:
    with before_the_upgrade():
        async with open_world(tmp_path) as world:
            for _ in range(3):
                await world.do("sales.OpenOpportunity", {"name": "deal", "amount": "1.00"})
            await world.settle()

    async with open_world(tmp_path) as world:
        during: list[int] = []

        async def read() -> None:
            page = await world.views.find("opportunities", Query(where=(Condition("amount", "eq", "1.00"),)), ALL)
            during.append(len([d for d in page.items if "cycle_days" not in d]))

        await read()
        swap = world.views.swap

        async def swap_after_a_read(*args: object) -> None:
            await read()
            await swap(*args)  # type: ignore[arg-type]

        with patch.object(world.views, "swap", swap_after_a_read):
            await rebuild(OPPORTUNITY, world.store, world.views, world.bus.codec, lambda _: None)
        assert during == [3, 3]
        page = await world.views.find("opportunities", Query(sort="cycle_days"), ALL)
        assert [d["cycle_days"] for d in page.items] == [None, None, None]


async def test_of_processes_that_start_at_once_one_fills_and_the_others_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world(tmp_path) as world:
        await world.do("sales.OpenOpportunity", {"name": "deal", "amount": "1.00"})
        await world.settle()
        filled: list[str] = []

        async def noted(aggregate: AnyAggregate, *args: Any) -> int:
            filled.append(aggregate.name)
            return await rebuild(aggregate, *args)

        monkeypatch.setattr(compose, "rebuild", noted)
        starts = [compose.prepare(world.kernel, [NOW.name], reconciles=False) for _ in range(3)]
        await asyncio.gather(*starts)
        assert filled == ["opportunity"]
        assert len((await world.kernel.queries.find(OPPORTUNITY, Query(), BOSS)).items) == 1
