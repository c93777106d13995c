"""The past's suite through the door of the process that has the store, over a socket; and its upkeep."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.door import caller
from shared.errors import Unavailable
from shared.past.door import PURPOSE, past_door
from shared.past.port import At, Change, Differing, NotCovered, NotHeld, PastReader, PastUnavailable
from shared.past.remote import RemotePast
from shared.past.sqlite import SqlitePast
from shared.security.rootkey import RootKey
from shared.views.port import Condition, Field, Kind, Query
from tests.contract.past_histories import DEALS, TENANT
from tests.contract.past_suite import ALL, Asked, PastSuite, person
from tests.support.servers import served

SEAL = RootKey(b"\1" * 32).wrapper(PURPOSE)


@dataclass
class Noted:
    """An upkeep that notes what it is asked for. past: who answers what is held, up to 4."""

    past: PastReader
    calls: list[tuple[str | int | None, ...]] = field(default_factory=list)
    seconds: float = 0.0

    async def holding(self, collection: str, position: int) -> PastReader | None:
        return self.past if position < 5 else None

    async def rewrite(self, category: str, tenant: str, id: str) -> None:
        if category != "deal":
            raise PastUnavailable("the disk is full")
        self.calls.append(("rewrite", category, tenant, id))

    async def purge(self) -> None:
        self.calls.append(("purge",))

    async def rebuild(self, category: str) -> None:
        await asyncio.sleep(self.seconds)
        self.calls.append(("rebuild", category))

    async def verify(self, category: str, tenant: str | None) -> Differing:
        self.calls.append(("verify", category, tenant))
        return Differing(2, 1, ["a", "b"], ["c"])


@dataclass
class ThroughTheDoor(Asked):
    remote: RemotePast
    done: Noted


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[ThroughTheDoor]:
    store = SqlitePast(tmp_path / "past.db")
    done = Noted(store)
    await store.declare([DEALS])
    async with served(past_door(store, done, [DEALS], SEAL, SystemClock())) as address:
        remote = RemotePast(f"{address}/past", SEAL, SystemClock())
        await remote.declare([DEALS])
        yield ThroughTheDoor(remote, store, remote, done)
        await remote.close()
    await store.close()


class TestThroughTheDoor(PastSuite):
    async def test_the_end_of_the_store_is_reported(self, asked: ThroughTheDoor) -> None:
        await asked.store.close()
        with pytest.raises(PastUnavailable, match="closed"):
            await asked.reader.count("deals", Query(), ALL, At())

    async def test_upkeep_is_done_there(self, asked: ThroughTheDoor) -> None:
        there = asked.remote
        await there.rewrite("deal", TENANT, "a")
        await there.purge()
        await there.rebuild("deal")
        assert await there.verify("deal", None) == Differing(2, 1, ["a", "b"], ["c"])
        done = [("rewrite", "deal", TENANT, "a"), ("purge",), ("rebuild", "deal"), ("verify", "deal", None)]
        assert asked.done.calls == done
        with pytest.raises(Unavailable, match="the disk is full"):
            await there.rewrite("lead", TENANT, "a")

    async def test_a_question_says_up_to_where_the_store_must_be(self, asked: ThroughTheDoor) -> None:
        await asked.store.write([Change("deals", TENANT, "a", None, person("x"))])
        found = [await asked.remote.holding("deals", n) for n in (4, 5)]
        assert None not in found
        held, behind = (one for one in found if one is not None)
        assert await held.count("deals", Query(), ALL, At()) == (1, False)
        with pytest.raises(NotHeld):
            await behind.count("deals", Query(), ALL, At())
        assert await asked.remote.count("deals", Query(), ALL, At()) == (1, False)

    async def test_upkeep_may_take_longer_than_a_question(
        self, asked: ThroughTheDoor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked.done.seconds = 0.3
        monkeypatch.setattr(asked.remote._caller, "_waited", 0.05)
        await asked.remote.rebuild("deal")
        assert asked.done.calls == [("rebuild", "deal")]

    async def test_a_process_that_declares_something_else_is_not_answered(self, asked: ThroughTheDoor) -> None:
        """Of another version of the suite: what it means by the name of a collection may lack here."""
        await asked.store.write([Change("deals", TENANT, "a", None, person("x"))])
        more = Field("colour", Kind.KEYWORD, "", "", indexed=True)
        await asked.reader.declare([replace(DEALS, fields=(*DEALS.fields, more))])
        with pytest.raises(NotCovered):
            await asked.reader.count("deals", Query(), ALL, At())

    async def test_what_names_an_open_field_does_not_travel(self, asked: ThroughTheDoor) -> None:
        opened = replace(DEALS, fields=(*DEALS.fields, Field("own", Kind.JSON, "", "", entries=True)))
        await asked.reader.declare([opened])
        entry = Field("own.f1", Kind.KEYWORD, "", "", indexed=True)
        query = Query((Condition("own.f1", "eq", "x"),), entries=(entry,))
        with pytest.raises(NotCovered, match=r"own\.f1"):
            await asked.reader.count("deals", query, ALL, At())


async def test_nobody_there_is_reported_with_the_address() -> None:
    there = RemotePast("http://127.0.0.1:9/past", SEAL, SystemClock())
    with pytest.raises(PastUnavailable, match=r"the past at http://127\.0\.0\.1:9/past is not reached"):
        await there.position()
    with pytest.raises(Unavailable, match="is not reached"):
        await there.purge()
    await there.close()


async def test_another_installation_is_not_let_in(tmp_path: Path) -> None:
    store = SqlitePast(tmp_path / "past.db")
    async with served(past_door(store, Noted(store), [DEALS], SEAL, SystemClock())) as address:
        for key in (RootKey(b"\2" * 32).wrapper(PURPOSE), RootKey(b"\1" * 32).wrapper("warehouse door")):
            there = RemotePast(f"{address}/past", key, SystemClock())
            with pytest.raises(PastUnavailable, match="another installation"):
                await there.position()
            await there.close()
    await store.close()


async def test_a_role_that_comes_back_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller, "CONNECTED_SECONDS", 0.5)
    store = SqlitePast(tmp_path / "past.db")
    door = past_door(store, Noted(store), [DEALS], SEAL, SystemClock())
    async with served(door) as address:
        there = RemotePast(f"{address}/past", SEAL, SystemClock())
        assert (await there.position()).number == 0
    with pytest.raises(PastUnavailable):
        await there.position()
    async with served(door, int(address.rpartition(":")[2])):
        assert (await there.position()).number == 0
    await there.close()
    await store.close()
