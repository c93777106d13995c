"""The past through the whole kernel: the same answers as a fold of the events, after restarts, erasures and merges."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.customer.account import ACCOUNT
from services.customer.contact import CONTACT
from services.sales.opportunity import OPPORTUNITY
from shared.clock import Micros
from shared.errors import Invalid
from shared.kernel.queries import Moment, Queries
from shared.kernel.snapshots import Snapshots
from shared.past.port import Counted
from shared.past.sqlite import SqlitePast
from shared.security.keycache import KeyCache
from shared.security.permissions import Access, Level, Role
from shared.streaming import past as projecting
from shared.views.port import Condition, Query
from tests.support.leaks import files_with
from tests.support.world import BOSS, TENANT, World, open_world

SECRET = "Quillfeather"
FIRST = 1_500_000_000_000_000
DAY = 86_400_000_000
OWN = Role("own", "own", "own", {"*": {"*": Level.OWN}})
LIVE = Condition("archived", "eq", False)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def from_the_store() -> AsyncIterator[None]:
    """Nothing is folded as a whole in this block: a question that the store does not answer fails."""

    def refused(*_: Any) -> Any:
        raise AssertionError("this is not answered by the store of the past")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Snapshots, "at", refused)
        yield


def folding(world: World) -> Queries:
    """The same kernel without a store of the past."""
    queries = world.queries
    twin = object.__new__(Queries)
    twin.__dict__ |= queries.__dict__ | {"_past": None}
    return twin


async def live_a_little(world: World, g: random.Random) -> tuple[list[str], Micros]:
    """Deals that move, some of long ago, in two currencies and with two owners; returns owners and the last moment."""
    owners = [(await world.do("identity.ListUser", {"name": name}, new_id=name)).id for name in ("ann", "bob")]
    await world.settle()
    deals: list[str] = []
    when = FIRST
    for n in range(25):
        when += g.randrange(3) * DAY
        amount = {"amount": f"{g.randrange(900)}.25", "currency": g.choice(("EUR", "CNY"))}
        body = {"name": f"Deal {g.choice('abc')}{n}", "close_date": "2030-01-01", "owner": g.choice(owners), **amount}
        deals.append((await world.do("sales.OpenOpportunity", body, occurred_at=when)).id)
        for name, change in (
            ("sales.ChangeAmount", {"amount": f"{g.randrange(900)}.50"}),
            ("sales.TransferOpportunity", {"owner": g.choice(owners)}),
            ("sales.TagOpportunity", {"add": [g.choice(("hot", "cold"))]}),
        ):
            if g.random() < 0.5:
                id = g.choice(deals)
                at = max(when, (await world.state("opportunity", id)).updated_at)
                await world.do(name, change, id, occurred_at=at)
    return owners, when


QUERIES = (
    Query((LIVE,)),
    Query((LIVE, Condition("status", "eq", "open")), "", "name", True, 3),
    Query((Condition("amount", "ge", "300"),), "", "amount", False, 4),
    Query((LIVE, Condition("tags", "contains", "hot")), "", "updated_at", True, 2),
    Query((LIVE, Condition("owner", "eq", "ann"), Condition("name", "prefix", "deal")), "", "id", False, 3),
)


async def pages(queries: Queries, query: Query, access: Access, moment: Moment) -> list[Any]:
    found, cursor = [], None
    while True:
        page = await queries.find(OPPORTUNITY, replace(query, cursor=cursor), access, moment)
        found += page.items
        if (cursor := page.next) is None:
            return found


async def test_every_answer_is_that_of_a_fold_of_the_events(world: World) -> None:
    g = random.Random(11)
    owners, last = await live_a_little(world, g)
    early = world.clock.now()
    _, last = await live_a_little_more(world, g, owners, last)
    await world.settle()
    own = Access(TENANT, "ann", (OWN,))
    moments = [Moment(occurred=FIRST - 1), Moment(occurred=(FIRST + last) // 2), Moment(occurred=last, recorded=early)]
    moments += [Moment(recorded=early), Moment(occurred=(FIRST + last) // 2, recorded=early)]
    for moment in moments:
        for query in QUERIES:
            for access in (BOSS, own):
                asked = (moment, query, access.user)
                async with from_the_store():
                    ours = await pages(world.queries, query, access, moment)
                    count = await world.queries.counted(OPPORTUNITY, query, access, moment)
                    board = await world.queries.totals(
                        OPPORTUNITY, query, access, ("stage", "currency"), "amount", moment
                    )
                assert ours == await pages(folding(world), query, access, moment), asked
                assert count == Counted(len(ours)), asked
                by = ("stage", "currency")
                assert board == await folding(world).totals(OPPORTUNITY, query, access, by, "amount", moment), asked
    assert any(ours for ours in [await pages(world.queries, QUERIES[0], own, moments[1])])


async def live_a_little_more(
    world: World, g: random.Random, owners: list[str], last: Micros
) -> tuple[list[str], Micros]:
    """What is recorded later about the same time."""
    for n in range(8):
        body = {"name": f"Late {n}", "close_date": "2030-01-01", "owner": g.choice(owners), "amount": "10"}
        at = FIRST + g.randrange(last - FIRST + 1)
        await world.do("sales.OpenOpportunity", body, occurred_at=at)
    return owners, last


async def test_related_records_follow_merges(world: World) -> None:
    one, other = [await world.make("customer.CreateAccount", name=name) for name in ("One", "Other")]
    deal = await world.make("sales.OpenOpportunity", name="D", close_date="2030-01-01", account=other)
    before = world.clock.now()
    await world.do("customer.MergeAccounts", {"absorb": [other]}, one)
    await world.settle()
    related = Query((Condition("account", "eq", one), LIVE))
    async with from_the_store():
        page = await world.queries.find(OPPORTUNITY, related, BOSS, Moment(occurred=before))
        [group] = await world.queries.totals(OPPORTUNITY, Query(), BOSS, ("account",), None, Moment(occurred=before))
    assert [(d["id"], d["account"]) for d in page.items] == [(deal, other)]
    assert (group.keys, group.count) == ((one,), 1)


@pytest.mark.parametrize(
    "query", [Query(text="acme"), Query((Condition("type", "prefix", "cu"),)), Query((Condition("id", "gt", "0"),))]
)
async def test_what_the_store_has_no_index_for_is_folded(world: World, query: Query) -> None:
    id = await world.make("customer.CreateAccount", name="Acme", type="customer")
    moment = Moment(occurred=world.clock.now())
    await world.do("customer.ChangeAccountDetails", {"name": "Other"}, id)
    await world.settle()
    found = await world.queries.find(ACCOUNT, query, BOSS, moment)
    assert [d["name"] for d in found.items] == ["Acme"]


async def test_a_cursor_of_another_query_is_refused(world: World) -> None:
    for name in ("a", "b", "c"):
        await world.make("customer.CreateAccount", name=name)
    await world.settle()
    moment = Moment(occurred=world.clock.now())
    async with from_the_store():
        page = await world.queries.find(ACCOUNT, Query(sort="name", limit=2), BOSS, moment)
        with pytest.raises(Invalid) as refused:
            await world.queries.find(ACCOUNT, Query(sort="id", limit=2, cursor=page.next), BOSS, moment)
    assert [(e.field, e.code) for e in refused.value.errors] == [("cursor", "bad-query")]


async def person(world: World) -> str:
    id = await world.make("customer.CreateContact", family_name=SECRET, given_name="Zephyrine")
    await world.do("customer.AddContactEmail", {"email": f"{SECRET}@example.org"}, id)
    return id


async def test_an_erasure_leaves_nothing_in_the_past(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        id = await person(world)
        await world.settle()
        moment = Moment(occurred=world.clock.now())
        assert files_with(tmp_path, [SECRET], "past.db*")
        await world.do("customer.EraseContact", {}, id)
        await world.settle()
        assert files_with(tmp_path, [SECRET]) == {}
        async with from_the_store():
            page = await world.queries.find(CONTACT, Query(sort="name"), BOSS, moment)
        assert [d["id"] for d in page.items] == [id]
        assert SECRET not in repr(page.items)
        assert await agrees(world)


def put_back(folder: Path, content: bytes) -> None:
    for file in folder.glob("past.db*"):
        file.unlink()
    (folder / "past.db").write_bytes(content)


async def agrees(world: World) -> bool:
    """Whether the past of every record type is what its events say."""
    upkeep = world.kernel.past_upkeep
    assert upkeep is not None
    found = [await upkeep.verify(aggregate.name, None) for aggregate in world.catalogue]
    return all((one.different_count, one.missing_count) == (0, 0) for one in found)


async def test_an_older_file_that_shows_an_erased_person_is_filled_again(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        id = await person(world)
        await world.settle()
    older = (tmp_path / "past.db").read_bytes()
    assert SECRET.lower().encode() in older.lower()
    async with open_world(tmp_path) as world:
        await world.do("customer.EraseContact", {}, id)
        await world.settle()
    put_back(tmp_path, older)
    async with open_world(tmp_path) as world:
        assert world.kernel.past_projector is not None
        await world.kernel.past_projector.fill()
        await world.settle()
        assert files_with(tmp_path, [SECRET]) == {}
        assert await agrees(world)


@pytest.mark.parametrize("step", ["prepare", "swap"])
async def test_who_is_erased_while_the_past_is_filled_is_masked_and_nothing_is_filled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async with open_world(tmp_path) as world:
        id, upkeep = await person(world), world.kernel.past_upkeep
        assert upkeep is not None
        await world.settle()
        moment, done, begun = Moment(occurred=world.clock.now()), getattr(SqlitePast, step), list[asyncio.Task[Any]]()

        async def meanwhile(self: SqlitePast, *args: Any) -> None:
            begun.append(asyncio.create_task(world.do("customer.EraseContact", {}, id)))
            while not await world.kernel.codec.keys.destroyed():
                await asyncio.sleep(0.01)
            await done(self, *args)

        monkeypatch.setattr(SqlitePast, step, meanwhile)
        await upkeep.rebuild("contact")
        await asyncio.gather(*begun)
        assert len(begun) == 1
        await world.settle()
        assert files_with(tmp_path, [SECRET]) == {}
        page = await world.queries.find(CONTACT, Query(sort="name"), BOSS, moment)
        assert ([d["id"] for d in page.items], SECRET in repr(page.items)) == ([id], False)
        assert await agrees(world)


@pytest.mark.parametrize("step", ["prepare", "swap", "purge"])
async def test_a_process_killed_while_it_fills_leaves_nothing_of_who_was_erased_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    running, killed, begin = tmp_path / "running", tmp_path / "killed", SqlitePast.prepare
    async with open_world(running) as world:
        id, upkeep = await person(world), world.kernel.past_upkeep
        assert upkeep is not None
        await world.settle()
        done = getattr(SqlitePast, step)

        async def kill(self: SqlitePast, *args: Any) -> None:
            shutil.copytree(running, killed)  # what there is on disk then
            await done(self, *args)

        async def erase(self: SqlitePast, rebuilt: str) -> None:
            monkeypatch.undo()
            await world.do("customer.EraseContact", {}, id)
            await world.settle()
            monkeypatch.setattr(SqlitePast, step, kill)
            await self.prepare(rebuilt) if step == "prepare" else await begin(self, rebuilt)

        monkeypatch.setattr(SqlitePast, "prepare", erase)
        await upkeep.rebuild("contact")
    monkeypatch.undo()
    assert files_with(killed, [SECRET], "past.db*")
    async with open_world(killed) as world:
        assert files_with(killed, [SECRET]) == {}
        assert world.kernel.past_projector is not None
        await world.kernel.past_projector.fill()
        await world.settle()
        assert files_with(killed, [SECRET]) == {}
        assert await agrees(world)


async def test_who_is_erased_as_a_filling_begins_is_in_no_file_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another process: the key that this one has cached may be used for a moment."""
    async with open_world(tmp_path) as world:
        id, upkeep, look = await person(world), world.kernel.past_upkeep, KeyCache.look
        assert upkeep is not None
        await world.settle()

        async def and_erase(self: KeyCache) -> None:
            monkeypatch.undo()
            await look(self)
            await self._ring.destroy(TENANT, id)

        monkeypatch.setattr(KeyCache, "look", and_erase)
        await upkeep.rebuild("contact")
        assert files_with(tmp_path, [SECRET], "past.db*") == {}


@pytest.mark.parametrize("damage", ["gone", "torn", "of another log", "marked"])
async def test_a_file_that_cannot_be_used_is_filled_again(tmp_path: Path, damage: str) -> None:
    async with open_world(tmp_path) as world:
        await live_a_little(world, random.Random(2))
        await world.settle()
    path = tmp_path / "past.db"
    match damage:
        case "gone":
            path.unlink()
        case "torn":
            path.write_bytes(b"\xa5" * path.stat().st_size)
        case "marked":
            path.with_name("past.db.damaged").touch()
        case _:
            with sqlite3.connect(path) as db:
                db.execute("UPDATE checkpoint SET chain_hash = x'00'")
    async with open_world(tmp_path) as world:
        assert world.kernel.past_projector is not None
        await world.kernel.past_projector.fill()
        await world.settle()
        async with from_the_store():
            assert (await world.queries.counted(OPPORTUNITY, Query(), BOSS, Moment(occurred=FIRST * 2))).number == 25
        assert await agrees(world)


async def test_a_large_log_is_filled_record_by_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then, the events answer."""
    monkeypatch.setattr(projecting, "FAR", 5)
    async with open_world(tmp_path) as world:
        await live_a_little(world, random.Random(3))
    (tmp_path / "past.db").unlink()
    async with open_world(tmp_path) as world:
        past = world.kernel.past
        assert past is not None
        assert "opportunities" in past.unfilled()
        moment = Moment(occurred=FIRST * 2)
        assert (await world.queries.counted(OPPORTUNITY, Query(), BOSS, moment)).number == 25
        assert world.kernel.past_projector is not None
        await world.kernel.past_projector.fill()
        assert past.unfilled() == []
        await live_a_little_more(world, random.Random(4), ["ann", "bob"], FIRST + DAY)
        async with from_the_store():
            assert (await world.queries.counted(OPPORTUNITY, Query(), BOSS, moment)).number == 33
        assert await agrees(world)


async def test_a_verification_finds_what_was_changed_by_hand(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await live_a_little(world, random.Random(5))
        await world.settle()
        assert await agrees(world)
    for statement in (
        "UPDATE {v} SET c0 = 'someone else' WHERE ver = 1",
        "DELETE FROM {h} WHERE a IN (SELECT min(a) FROM {h})",
        "UPDATE {ch} SET g = g + 1 WHERE at IN (SELECT min(at) FROM {ch})",
    ):
        async with open_world(tmp_path) as world:
            past = world.kernel.past
            number = past._catalogue.layouts["opportunities"].number  # type: ignore[union-attr]
        with sqlite3.connect(tmp_path / "past.db") as db:
            names = {t: f"p{number}_{t}" for t in ("v", "h", "ch")}
            kept = (tmp_path / "past.db").read_bytes()
            db.execute(statement.format(**names))
        db.close()
        async with open_world(tmp_path) as world:
            assert not await agrees(world), statement
        put_back(tmp_path, kept)


async def test_a_repeated_batch_and_a_restart_change_nothing(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await live_a_little(world, random.Random(6))
        await world.settle()
        projector = world.kernel.past_projector
        assert projector is not None
        await projector.stop()
        projector.position = 0
        with sqlite3.connect(tmp_path / "past.db") as db:
            db.execute("UPDATE checkpoint SET position = 0, chain_hash = x''")
        db.close()
        await projector.catch_up()
        assert projector.position > 0
        assert await agrees(world)
    async with open_world(tmp_path) as world:
        await world.do("identity.ListUser", {"name": "Carl"}, new_id="carl")
        await world.settle()
        assert await agrees(world)
