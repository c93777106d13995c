"""What stands between the adapters and the driver: names, deadlines, sentences, and what motor leaves open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from shared.mongo import Docs
from shared.mongo_names import UnsafeName, check_fields, check_names, check_stages
from shared.streaming.leases import LeaseHolder, together
from shared.streaming.rebuild import rebuild
from shared.streaming.shares import RECORDS
from shared.views.mongo import MongoViews
from shared.views.mongo_table import Table
from shared.views.port import Checkpoint, Condition, Field, Kind, LeaseLost, Query, Scope, ViewsUnavailable, Write
from tests.contract.views_help import SOME, THINGS, ids, put, thing
from tests.support.beating import EXPIRED
from tests.support.toys import TOY, SetClock, ToyMade, toy_room

EVERYONE = Scope("t1")


@pytest.fixture
async def views(mongo_url: str) -> AsyncIterator[MongoViews]:
    views = await MongoViews.open(mongo_url)
    await views.declare([THINGS])
    yield views
    await views.close()


@pytest.fixture
def hung() -> Iterator[str]:
    """A server that takes connections and says nothing, as one whose machine is frozen."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"mongodb://127.0.0.1:{listening.getsockname()[1]}/crm?directConnection=true"


@pytest.mark.parametrize(
    "wrong",
    [
        {"$where": "1"}, {"x.a": {"$function": {}}}, {"x.ä": 1}, {"x y": 1}, {"": 1}, {"x": [{"$expr": 1}]},
        {"$and": [{"x.a": {"$gt": {"b$": 1}}}]}, {"a.b.c.d.e.f": 1}, {"x\0": 1}, {1: 1}, {"a'; --": 1},
    ],
)  # fmt: skip
def test_no_other_name_than_a_declared_one_goes_out(wrong: Any) -> None:
    with pytest.raises(UnsafeName):
        check_names(wrong)
    with pytest.raises(UnsafeName):
        check_stages([{"$match": wrong}])
    with pytest.raises(UnsafeName):
        check_stages([{"$project": wrong}])


@pytest.mark.parametrize("wrong", ["$x.a", "$$ROOT", "x a", "a.$where", "\n"])
def test_a_field_is_a_path_of_names(wrong: str) -> None:
    with pytest.raises(UnsafeName):
        check_fields([wrong])


def test_a_text_in_an_expression_is_a_path_or_a_literal() -> None:
    check_stages([{"$project": {"g0": {"$ifNull": ["$x.name", None]}, "g1": {"$literal": "$$ROOT; anything"}}}])
    for text in ("$x.a b", "$$ROOT.$x", "$", "$x..y"):
        with pytest.raises(UnsafeName):
            check_stages([{"$project": {"g0": {"$ifNull": [text, None]}}}])


async def test_what_the_driver_is_asked_is_checked(views: MongoViews) -> None:
    docs = views._mongo.docs("view_things")
    wrong = {"x.name) OR 1=1 --": 1}
    for call in (
        docs.find(wrong), docs.find({}, ["$x"]), docs.find({}, sort=[("a b", 1)]), docs.count(wrong),
        docs.bulk([({"_id": "a"}, {"$set": wrong})]), docs.update(wrong, {"$set": {"a": 1}}), docs.insert(wrong),
        docs.swap({"_id": 1}, {"$rename": {"a": "b"}}, after=True), docs.remove(wrong), docs.index("a", [("a b", 1)]),
        docs.aggregate([{"$out": "elsewhere"}]), docs.rename("admin.users"), docs.distinct("$t"),
        docs.bulk([({"_id": "a"}, [{"$replaceWith": {"$literal": wrong}}])]),
    ):  # fmt: skip
        with pytest.raises(UnsafeName):
            await call
    with pytest.raises(UnsafeName):
        views._mongo.docs("system.users")


async def test_a_text_that_looks_like_a_path_is_stored_as_it_is(views: MongoViews) -> None:
    document = thing("$$ROOT", name="$_pos", code="$x.name", tags=["$n", "$$NOW"])
    await views.write([put(document)])
    assert await views.get("things", "$$ROOT", EVERYONE) == document
    assert await ids(views, Query((Condition("code", "eq", "$x.name"),))) == ["$$ROOT"]


async def test_a_server_that_hangs_is_given_up_where_the_bare_driver_waits(
    hung: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.mongo._REACH_SECONDS", 0.5)
    bare = AsyncIOMotorClient[dict[str, Any]](hung)
    waiting = asyncio.ensure_future(bare.crm.things.find_one({}))
    with pytest.raises(ViewsUnavailable, match=r"CRM_VIEWS: the server does not answer: start it, or correct the URL"):
        await MongoViews.open(hung)
    assert not waiting.done()
    bare.close()
    waiting.cancel()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mongodb://127.0.0.1:1/crm", "CRM_VIEWS: the server does not answer: start it, or correct the URL"),
        ("mongodb://", "CRM_VIEWS: this is no address of a MongoDB server"),
        ("mongodb://user:secret@127.0.0.1:1:2/crm", "CRM_VIEWS: this is no address of a MongoDB server"),
    ],
)
async def test_a_server_that_cannot_be_used_is_one_line(
    url: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.mongo._REACH_SECONDS", 0.4)
    with pytest.raises(ViewsUnavailable) as refused:
        await MongoViews.open(url)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


async def test_a_cancelled_write_may_be_carried_out_and_may_be_written_again(views: MongoViews) -> None:
    """The bare driver goes on after its caller was cancelled; what is guarded bears that."""
    batch = [put(d, version=2) for d in SOME]
    for _ in range(3):
        writing = asyncio.create_task(views.write(batch, [Checkpoint("p", 1)]))
        await asyncio.sleep(0.002)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
    await views.write([put(thing("a", size=7), version=3)])
    await views.write(batch, [Checkpoint("p", 2)])
    assert await ids(views, Query()) == ["a", "b", "c", "d", "e"]
    found = await views.get("things", "a", EVERYONE)
    assert found is not None
    assert found["version"] == 3


async def test_after_a_loss_of_the_connection_the_next_call_finds_the_server_again(views: MongoViews) -> None:
    await views.write([put(SOME[0])])
    views._mongo.client.close()
    with pytest.raises(ViewsUnavailable):
        await views.count("things", Query(), EVERYONE)


async def test_another_process_sees_what_was_swapped_within_two_seconds(mongo_url: str, views: MongoViews) -> None:
    other = await MongoViews.open(mongo_url)
    assert await other.declare([THINGS]) == []
    newer = replace(THINGS, version=2)
    target = await views.begin_rebuild(newer)
    await views.write([put(thing("b"), collection=target)])
    await views.swap(target)
    assert await ids(other, Query()) == ["b"]
    other._catalogue._looked -= 2
    assert await other.count("things", Query(), EVERYONE) == 1
    assert other._catalogue.tables["things"].stale
    assert not views._catalogue.tables["things"].stale
    await other.close()


async def test_a_holder_that_was_overtaken_writes_no_checkpoint_over_the_next_ones(views: MongoViews) -> None:
    """Also where it had looked at its lease before the other one took it."""
    mine = await views.lease("p", "ann", now=1, until=100)
    theirs = await views.lease("p", "bob", now=100, until=200)
    await views.write([], [Checkpoint("p", 5)], theirs)
    with pytest.raises(Exception, match="another process has taken over"):
        await views._catalogue.keep([Checkpoint("p", 3)], mine)
    assert await views.checkpoint("p") == 5


async def test_a_projector_that_a_rebuild_overtook_does_not_pass_over_what_was_replaced(
    views: MongoViews, tmp_path: Path
) -> None:
    """It had looked at its lease before, and its documents are in the table that is gone."""
    async with toy_room(tmp_path, views) as room:
        await room.happen("a", ToyMade("a"))
        await room.projector.catch_up()
        mine = room.projector.holder.lease()
        await rebuild(TOY, room.store, views, room.codec, lambda _: None)
        with pytest.raises(LeaseLost):
            await views._catalogue.keep([Checkpoint(RECORDS, 2)], mine)
        assert await views.checkpoint(RECORDS) == 1


async def test_twelve_shares_that_go_on_together_are_one_write(
    views: MongoViews, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each update costs a server as much as a document: twelve leases, looked at twice, and twelve checkpoints."""
    clock, written = SetClock(), list[tuple[str, int]]()
    holders = [LeaseHolder(views, f"p{n:02}", clock) for n in range(12)]
    for one in holders:
        await one.take()
    bulk, update_all = Docs.bulk, Docs.update_all

    async def in_bulk(self: Docs, updates: Any, **more: Any) -> int:
        written.append((self._raw.name, len(updates)))
        return await bulk(self, updates, **more)

    async def together_once(self: Docs, where: Any, update: Any) -> int:
        written.append((self._raw.name, 1))
        return await update_all(self, where, update)

    async def go_on(*positions: int) -> list[tuple[str, int]]:
        written.clear()
        lease = together([one.lease() for one in holders], max(one.lease().expires for one in holders))
        moved = [Checkpoint(one.name, position) for one, position in zip(holders, positions, strict=True)]
        await views.write([put(SOME[0])], moved, lease)
        assert [one.position for one in (await views.checkpoints("p")).values()] == [*positions]
        return [one for one in written if one[0] != "view_things"]

    await go_on(*[1] * 12)  # no checkpoint is there yet
    monkeypatch.setattr(Docs, "bulk", in_bulk)
    monkeypatch.setattr(Docs, "update_all", together_once)
    assert await go_on(*[2] * 12) == [("views_checkpoints", 1)]
    assert await go_on(*[3] * 11, 4) == [("views_checkpoints", 12)]
    clock.time += EXPIRED // 2
    assert await go_on(*[5] * 12) == [("views_leases", 12), ("views_checkpoints", 1)]
    other = LeaseHolder(views, "p07", clock)
    assert await other.take(steal=True)
    with pytest.raises(LeaseLost):
        await go_on(*[6] * 12)


async def test_what_is_removed_leaves_its_id_and_its_guard_alone(views: MongoViews) -> None:
    await views.write([put(SOME[0])])
    await views.write([Write("things", "t1", "a", None, 2)])
    [left] = await views._mongo.docs("view_things").find({})
    assert set(left) == {"_id", "_pos", "n"}


async def test_more_indexes_than_the_server_allows_are_one_line(views: MongoViews) -> None:
    many = tuple(Field(f"f{n}", Kind.INTEGER, "", "", indexed=True) for n in range(64))
    with pytest.raises(ViewsUnavailable, match=r"view_wide would have \d+ indexes, MongoDB allows 63"):
        await views.declare([replace(THINGS, name="wide", fields=many)])


async def test_an_index_that_cannot_be_built_is_one_line_that_names_it(views: MongoViews) -> None:
    await views.write([put(d) for d in SOME])
    with pytest.raises(ViewsUnavailable) as refused:
        await views._mongo.docs("view_things").index("once", [("t", 1)], unique=True)
    assert str(refused.value).startswith("CRM_VIEWS: the index once of view_things cannot be built: ")
    assert "\n" not in str(refused.value)


async def test_the_views_of_another_installation_are_refused_and_left(mongo_url: str, views: MongoViews) -> None:
    await views.write([put(SOME[0])])
    await (await MongoViews.open(mongo_url, "one")).close()
    with pytest.raises(ViewsUnavailable, match="belong to installation one, the events to two: name another database"):
        await MongoViews.open(mongo_url, "two")
    again = await MongoViews.open(mongo_url, "one")
    await again.declare([THINGS])
    assert await again.get("things", "a", EVERYONE) is not None
    await again.drop_all()
    await (await MongoViews.open(mongo_url, "two")).close()  # nobody's now
    await again.close()


def test_no_collection_of_the_suite_comes_near_that() -> None:
    from crm.roles import SERVICES, catalogue_of

    catalogue = catalogue_of(SERVICES)
    declared = [a.collection for a in catalogue] + [p.collection for p in catalogue.projections]
    assert max(len(Table(one, "x").indexes()) for one in declared) <= 55


async def test_a_question_that_met_a_swap_is_asked_again(views: MongoViews) -> None:
    """Servers of the tests show an empty moment then, which MongoDB does not."""
    await views.write([put(SOME[0])])
    mongo, asked = views._mongo, 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        if asked == 1:
            mongo.renames += 1  # begins under the first question, and ends under the second
        if asked == 2:
            mongo.renames += 1
        return asked

    assert await mongo.docs("view_things")._again(ask) == 3
