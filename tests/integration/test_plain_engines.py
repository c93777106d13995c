"""The kernel over a store and views that keep their ports and no more.

Positions have holes; there are no chain hashes and no slices. Documents and checkpoints are written in two steps.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from crm.roles import SERVICES, catalogue_of
from services.audit.replays import replay, verify
from services.customer.policies import POLICIES
from services.identity.directory import UserDirectory
from shared.errors import KeyReused
from shared.kernel.kernel import build_kernel
from shared.kernel.queries import Moment
from shared.streaming.projector import CHECKPOINT
from shared.streaming.reconcile import Reconciler
from shared.views.port import Query, ViewsUnavailable
from shared.views.sqlite import SqliteViews
from tests.support.ports import open_ports
from tests.support.sparse_store import SparseStore
from tests.support.two_step_views import TwoStepViews
from tests.support.world import BOSS, ShiftedClock, World

PERSON = {"given_name": "Grace", "family_name": "Hopper"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock, catalogue = ShiftedClock(), catalogue_of(SERVICES)
    async with AsyncExitStack() as stack:
        ports = await open_ports(tmp_path, catalogue.collections, clock, stack)
        assert isinstance(ports.views, SqliteViews)
        plain = replace(ports, store=SparseStore(clock=clock), views=TwoStepViews(ports.views))
        kernel = build_kernel(plain, catalogue, UserDirectory, POLICIES)
        stack.push_async_callback(kernel.close)
        await kernel.start()
        yield World(tmp_path, clock, kernel)


async def test_records_are_written_shown_rebuilt_and_verified(world: World) -> None:
    acme = await world.make("customer.CreateAccount", name="Acme")
    for city in ("Bonn", "Köln", "Ulm"):
        await world.do("customer.ChangeAccountDetails", {"city": city}, acme)
    await world.settle()
    assert (await world.see("account", acme))["city"] == "Ulm"
    assert (await world.state("account", acme)).version == 4
    report = await replay(world.kernel, list(world.catalogue), False, lambda _: None)
    assert {line["view"]: line["rows"] for line in report["views"]}["accounts"] == 1
    verified = await verify(world.kernel, None, world.kernel.open_scratch, lambda _: None)
    assert (verified["ok"], verified["log"]["events"]) == (True, 4)


async def test_a_batch_that_ended_half_written_is_projected_again(world: World) -> None:
    acme = await world.make("customer.CreateAccount", name="Acme", city="Bonn")
    await world.do("customer.ChangeAccountDetails", {"city": "Ulm"}, acme)
    adapter = world.views._views  # type: ignore[attr-defined]
    assert isinstance(adapter, TwoStepViews)
    adapter.fails = ViewsUnavailable("ended between the documents and the checkpoint")
    with pytest.raises(ViewsUnavailable):
        await world.projector.step()
    assert await world.views.checkpoint(CHECKPOINT) == 0
    await world.settle()
    assert (await world.see("account", acme))["city"] == "Ulm"
    assert await world.views.checkpoint(CHECKPOINT) == await world.store.head()
    assert (await verify(world.kernel, None, world.kernel.open_scratch, lambda _: None))["ok"]


async def test_a_keyed_command_is_done_once(world: World) -> None:
    first = await world.do("customer.CreateAccount", {"name": "Acme"}, key="k1")
    again = await world.do("customer.CreateAccount", {"name": "Acme"}, key="k1")
    assert (again.id, again.version, again.changed) == (first.id, first.version, False)
    with pytest.raises(KeyReused):
        await world.do("customer.CreateAccount", {"name": "Other"}, key="k1")
    await world.settle()
    assert [d["id"] for d in (await world.views.find("accounts", Query(), BOSS.scope("account"))).items] == [first.id]


async def test_lists_of_the_past_end_at_a_moment(world: World) -> None:
    acme = await world.make("customer.CreateAccount", name="Acme", city="Bonn")
    await world.settle()
    moment = Moment(recorded=world.clock.now())
    await world.do("customer.ChangeAccountDetails", {"city": "Ulm"}, acme)
    await world.settle()
    page = await world.queries.find(world.aggregate("account"), Query(), BOSS, moment)
    assert [d["city"] for d in page.items] == ["Bonn"]


async def test_an_erasure_is_carried_out_and_agreed_on(world: World) -> None:
    grace = await world.make("customer.CreateContact", **PERSON)
    await world.settle()
    await world.do("customer.EraseContact", {}, grace)
    await world.settle()
    assert "Hopper" not in str(await world.see("contact", grace))
    kernel = world.kernel
    parts = (kernel.catalogue, kernel.repository, kernel.codec, kernel.keys, kernel.views, kernel.clock, kernel.ids)
    assert not await Reconciler(*parts).run()
    assert (await kernel.keys.checked()).position == await kernel.store.head()
