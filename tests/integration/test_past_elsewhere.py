"""The past in a process of its own: what the others ask of it, what erasures reach there, and when it is away."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from crm.past import with_past_door
from crm.roles import SERVICES, catalogue_of
from services.customer.contact import CONTACT
from services.customer.policies import POLICIES
from services.identity.directory import UserDirectory
from services.sales.opportunity import OPPORTUNITY
from shared.errors import Unavailable
from shared.kernel import kernel as kernels
from shared.kernel.kernel import Kernel, build_kernel
from shared.kernel.queries import Moment
from shared.past.door import PURPOSE
from shared.past.port import PastUnavailable
from shared.past.remote import RemotePast
from shared.past.sqlite import SqlitePast
from shared.security import keycache
from shared.streaming.parked import OPERATORS, PARKED
from shared.views.port import Query
from shared.views.port import Scope as Seen
from tests.integration.test_time_travel import (
    FIRST,
    QUERIES,
    SECRET,
    agrees,
    folding,
    from_the_store,
    live_a_little,
    pages,
    person,
)
from tests.support.leaks import files_with
from tests.support.ports import open_ports
from tests.support.servers import served
from tests.support.world import BOSS, ShiftedClock, World


@dataclass
class Switch:
    """What is between the processes. off: nobody gets through."""

    app: ASGIApp
    off: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (Response(status_code=503) if self.off else self.app)(scope, receive, send)


@dataclass
class Apart:
    """world: of the process that projects, reacts and asks. role: of the one that has the past. No loop runs."""

    world: World
    role: Kernel
    switch: Switch
    folder: Path

    async def settle(self) -> None:
        """Project and react until nothing moves any more, then have the role read on."""
        await self.world.settle()
        await self.read_on()

    async def read_on(self) -> None:
        assert self.role.past_projector is not None
        while await self.role.past_projector.step():
            pass

    def shown(self) -> list[str]:
        """The files of the past that show the person."""
        return sorted(files_with(self.folder, [SECRET], "past.db*"))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Apart]:
    clock, catalogue = ShiftedClock(), catalogue_of(SERVICES)
    async with AsyncExitStack() as stack:
        ports = await open_ports(folder, catalogue.collections, clock, stack)
        plain = build_kernel(ports, catalogue, UserDirectory, projects=False)
        role = await with_past_door(plain, ports.keys, catalogue.collections)
        assert role.past_door is not None
        switch = Switch(role.past_door)
        address = await stack.enter_async_context(served(switch))
        there = RemotePast(f"{address}/past", await ports.keys.wrapper(PURPOSE), clock)
        stack.push_async_callback(there.close)
        elsewhere = replace(ports, past=None, past_elsewhere=there)
        kernel = build_kernel(elsewhere, catalogue_of(SERVICES), UserDirectory, POLICIES)
        for one in (role, kernel):
            stack.push_async_callback(one.close)
            await one.start()
        yield Apart(World(folder, clock, kernel), role, switch, folder)


@pytest.fixture
async def apart(tmp_path: Path) -> AsyncIterator[Apart]:
    async with opened(tmp_path) as both:
        yield both


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What keys are cached stays so for hours, where nobody looks: what another process destroys is not learned of."""
    monkeypatch.setattr(keycache, "FRESH_SECONDS", 10_000.0)


async def test_lists_counts_and_boards_are_those_of_a_fold(apart: Apart) -> None:
    world = apart.world
    _, last = await live_a_little(world, random.Random(17))
    await world.settle()
    by = ("stage", "currency")
    for moment in (Moment(occurred=(FIRST + last) // 2), Moment(occurred=last)):  # the role reads on as it is asked
        for query in QUERIES:
            async with from_the_store():
                ours = await pages(world.queries, query, BOSS, moment)
                count = (await world.queries.counted(OPPORTUNITY, query, BOSS, moment)).number
                board = await world.queries.totals(OPPORTUNITY, query, BOSS, by, "amount", moment)
            assert ours == await pages(folding(world), query, BOSS, moment)
            assert count == len(ours)
            assert board == await folding(world).totals(OPPORTUNITY, query, BOSS, by, "amount", moment)
    assert await agrees(world)
    await world.kernel.past_upkeep.rebuild("opportunity")  # type: ignore[union-attr]
    assert await agrees(world)


async def test_a_verification_finds_what_was_changed_there(apart: Apart) -> None:
    await live_a_little(apart.world, random.Random(18))
    await apart.settle()
    past = apart.role.past
    assert isinstance(past, SqlitePast)
    number = past._catalogue.layouts["opportunities"].number
    past._db.execute(f"UPDATE p{number}_v SET c0 = 'someone else' WHERE ver = 1")
    assert apart.world.kernel.past_upkeep is not None
    found = await apart.world.kernel.past_upkeep.verify("opportunity", None)
    assert found.different_count == 25 + 1  # rows that no version explains count as one


async def test_an_erasure_in_another_process_leaves_nothing(apart: Apart, hours: None) -> None:
    id = await person(apart.world)
    await apart.settle()
    moment = Moment(occurred=apart.world.clock.now())
    assert apart.shown()
    await apart.world.do("customer.EraseContact", {}, id)
    await apart.world.settle()
    assert apart.shown() == []
    await apart.read_on()
    assert apart.shown() == []
    async with from_the_store():
        page = await apart.world.queries.find(CONTACT, Query(sort="name"), BOSS, moment)
    assert [d["id"] for d in page.items] == [id]
    assert SECRET not in repr(page.items)
    assert await agrees(apart.world)


async def test_what_is_read_after_an_erasure_shows_nobody_however_late(apart: Apart, hours: None) -> None:
    """The role is behind: the erasure and its purge have passed before it reads the first event of the person."""
    id = await person(apart.world)
    await apart.world.settle()
    assert apart.role.past_projector is not None
    events = await apart.role.repository.events(CONTACT, BOSS.tenant, id)  # its keys are cached now
    assert SECRET in repr(events)
    await apart.world.do("customer.EraseContact", {}, id)
    await apart.world.settle()
    await apart.read_on()
    assert apart.shown() == []
    assert await agrees(apart.world)


async def test_an_erasure_waits_for_a_batch_that_has_read_the_person(
    apart: Apart, hours: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch has decrypted what it writes after the key is destroyed, by another process."""
    id = await person(apart.world)
    await apart.world.settle()
    past, upkeep = apart.role.past, apart.role.past_upkeep
    assert isinstance(past, SqlitePast)
    assert upkeep is not None
    has_read, may_write, asked = asyncio.Event(), asyncio.Event(), asyncio.Event()
    write, rewrite = past.write, upkeep.rewrite

    async def late(*given: object) -> None:
        has_read.set()
        await may_write.wait()
        await write(*given)  # type: ignore[arg-type]

    async def noted(category: str, tenant: str, id: str) -> None:
        asked.set()
        await rewrite(category, tenant, id)

    monkeypatch.setattr(past, "write", late)
    monkeypatch.setattr(upkeep, "rewrite", noted)
    assert apart.role.past_projector is not None
    reading = asyncio.create_task(apart.role.past_projector.step())
    await has_read.wait()
    await apart.world.do("customer.EraseContact", {}, id)
    erasing = asyncio.create_task(apart.world.settle())
    await asked.wait()
    may_write.set()
    await asyncio.gather(reading, erasing)
    assert apart.shown() == []  # before the role reads the event of the erasure
    await apart.read_on()
    assert await agrees(apart.world)


async def parked(world: World) -> int:
    return await world.views.count(PARKED.name, Query(), Seen(OPERATORS))


async def test_while_it_is_away_an_erasure_is_parked_and_others_go_on(apart: Apart) -> None:
    world = apart.world
    id, other = await person(world), await world.make("customer.CreateContact", name="Somebody")
    await apart.settle()
    apart.switch.off = True
    await world.do("customer.EraseContact", {}, id)
    await world.do("customer.EraseContact", {}, other)
    await world.settle()
    assert SECRET not in repr(await world.see("contact", id))
    assert await parked(world) == 2
    assert apart.shown()
    apart.switch.off = False
    await world.policies.retry_parked()
    assert (await parked(world), apart.shown()) == (0, [])


async def test_an_erasure_that_a_hold_stops_halfway_leaves_nothing_of_what_it_masked(apart: Apart, hours: None) -> None:
    """A survivor has taken over what the person had. A hold that came in the very moment keeps a record they absorbed:
    what is said of it is about somebody else, too."""
    world = apart.world
    id, survivor = await person(world), await world.make("customer.CreateContact", name="Survivor")
    kept, other = [await world.make("customer.CreateContact", name=name) for name in ("Kept", "Else")]
    links = [{"type": "contact", "id": one} for one in (kept, other)]
    await world.make("customer.CreateActivity", kind="note", subject="said", links=links)
    await world.do("customer.MergeContacts", {"absorb": [kept]}, id)
    await world.settle()
    await world.do("customer.MergeContacts", {"absorb": [id]}, survivor)
    await world.settle()
    await world.do("customer.UnmergeContacts", {"release": [id]}, survivor)
    await apart.settle()
    await world.do("customer.EraseContact", {}, id)
    await world.make("audit.PlaceHold", resource="contact", record=other, cause="Case 1")
    await world.settle()
    assert await parked(world) == 1
    assert files_with(apart.folder, [SECRET]) == {}
    await world.policies.retry_parked()
    await apart.read_on()
    assert (await parked(world), await agrees(world)) == (1, True)


async def test_a_purge_that_finds_it_away_is_parked_and_others_go_on(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise PastUnavailable("its disk is full")

    world = apart.world
    id = await person(world)
    await apart.settle()
    with monkeypatch.context() as patched:
        patched.setattr(apart.role.past_upkeep, "purge", away)
        await world.do("customer.EraseContact", {}, id)
        await world.settle()
        assert world.policies.position == await world.store.head()
        assert await parked(world) == 1
        assert files_with(apart.folder, [SECRET], "views.db*") == {}
        assert await world.policies.retry_parked() == 0
        assert (await parked(world), bool(apart.shown())) == (1, True)
    assert await world.policies.retry_parked() == 1
    assert (await parked(world), apart.shown()) == (0, [])


async def test_while_it_is_away_the_events_answer_for_few_records_alone(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = apart.world
    for name in ("Acme", "Other"):
        await world.make("customer.CreateContact", name=name)
    await world.settle()
    apart.switch.off = True
    moment = Moment(occurred=world.clock.now())
    assert (await world.queries.counted(CONTACT, Query(), BOSS, moment)).number == 2
    history = world.kernel.history
    assert history is not None
    assert history.most == kernels.FOLDED
    monkeypatch.setattr(world.queries, "_past", replace(history, most=1))
    with pytest.raises(Unavailable, match="past moments of more than 1 records cannot be shown just now"):
        await world.queries.counted(CONTACT, Query(), BOSS, moment)
    apart.switch.off = False
    async with from_the_store():
        assert (await world.queries.counted(CONTACT, Query(), BOSS, moment)).number == 2
