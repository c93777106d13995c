"""Live changes over real files: who hears what, resuming, and what a stream does when it cannot keep up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.errors import TooManyRequests, Unauthenticated, Unavailable
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access, Level, Role
from shared.streaming import changes as feed
from shared.streaming import changes_kept
from shared.streaming.change import Filter
from shared.streaming.changes import Stream
from tests.support.listening_to import listening
from tests.support.two_kernels import TwoKernels, open_two_kernels
from tests.support.world import BOSS, TENANT


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[TwoKernels]:
    async with open_two_kernels(tmp_path) as opened:
        yield opened


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "GATHER_SECONDS", 0.0)
    monkeypatch.setattr(feed, "SECONDS_PER_STREAM", 0.0)


def seller(user: str, *others: str, level: Level = Level.TEAM) -> Access:
    """Someone who reads the accounts of a team."""
    role = Role("r", "r", "r", {"account": {"read": level}})
    return Access(TENANT, user, (role,), team=frozenset((user, *others)))


class Caller:
    """A caller whose rights a test changes; None = the session has ended."""

    def __init__(self, access: Access) -> None:
        self.access: Access | None = access
        self.stream: Stream | None = None

    async def allowed(self) -> None:
        if self.access is None:
            raise Unauthenticated()
        assert self.stream is not None
        await self.stream.see(self.access)

    def follow(self, kernel: Kernel, after: int | None = None, **wanted: Any) -> AsyncGenerator[bytes, None]:
        assert self.access is not None
        self.stream = Stream(self.access, Filter(**wanted), kernel.catalogue)
        return kernel.changes.follow(self.stream, after, self.allowed)


async def made(two: TwoKernels, name: str, **body: Any) -> str:
    return await two.writer.make("customer.CreateAccount", name=name, **body)


@pytest.mark.parametrize("here", ["writer", "reader"])
async def test_a_change_is_told_once_the_view_has_it(two: TwoKernels, here: str) -> None:
    kernel: Kernel = getattr(two, here).kernel
    async with listening(Caller(BOSS).follow(kernel)) as heard:
        id = await made(two, "Acme")
        await two.writer.do("customer.ChangeAccountDetails", {"website": "https://acme.example"}, id)
        await two.settle()
        await heard.until(lambda h: len(h.of("change")) == 2)
        first, second = heard.of("change")
        shown = await kernel.queries.get(kernel.catalogue["account"], id, BOSS)
    assert shown["version"] == 2
    assert {k: first[k] for k in ("type", "id", "version", "event", "command", "actor")} == {
        "type": "account",
        "id": id,
        "version": 1,
        "event": "customer.AccountCreated",
        "command": "customer.CreateAccount",
        "actor": "boss",
    }
    assert (second["version"], second["position"]) == (2, heard.last)
    assert set(first) == {"position", "type", "id", "version", "event", "command", "actor", "recorded_at"}
    assert "Acme" not in str(heard.events)
    assert "acme.example" not in str(heard.events)


async def test_each_hears_of_what_they_see(two: TwoKernels) -> None:
    kernel, ann, ben = two.writer.kernel, Caller(seller("ann")), Caller(seller("ben"))
    async with listening(ann.follow(kernel)) as anns, listening(ben.follow(kernel)) as bens:
        access = {name: Access(TENANT, name, BOSS.roles) for name in ("ann", "ben")}
        first = (await two.writer.do("customer.CreateAccount", {"name": "A"}, access=access["ann"])).id
        second = (await two.writer.do("customer.CreateAccount", {"name": "B"}, access=access["ben"])).id
        await two.writer.make("customer.CreateContact", family_name="Hidden")  # they read no contacts
        await two.settle()
        await anns.until(lambda h: bool(h.of("change")))
        await bens.until(lambda h: bool(h.of("change")))
        assert [c["id"] for c in anns.of("change")] == [first]
        assert [c["id"] for c in bens.of("change")] == [second]


async def test_who_loses_a_record_is_told_that_it_is_gone_and_no_more(two: TwoKernels) -> None:
    kernel, ann = two.writer.kernel, Caller(seller("ann"))
    as_ann = Access(TENANT, "ann", BOSS.roles)
    id = (await two.writer.do("customer.CreateAccount", {"name": "A"}, access=as_ann)).id
    ben = await two.writer.make("identity.InviteUser", name="Ben", email="ben@acme.example", roles=[])
    await two.settle()
    async with listening(ann.follow(kernel)) as heard:
        await two.writer.do("customer.TransferAccount", {"owner": ben}, id)
        await two.settle()
        await heard.until(lambda h: bool(h.of("gone")))
        await two.writer.do("customer.ChangeAccountDetails", {"website": "https://a.example"}, id)
        own = (await two.writer.do("customer.CreateAccount", {"name": "C"}, access=as_ann)).id
        await two.settle()
        await heard.until(lambda h: bool(h.of("change")))
    [gone] = heard.of("gone")
    assert gone == {"position": gone["position"], "type": "account", "id": id}
    assert [c["id"] for c in heard.of("change")] == [own]


async def test_filters(two: TwoKernels) -> None:
    kernel = two.writer.kernel
    first = await made(two, "First")
    await two.settle()
    types, one = Caller(BOSS), Caller(BOSS)
    async with (
        listening(types.follow(kernel, types=frozenset({"contact"}))) as of_types,
        listening(one.follow(kernel, id=first)) as of_one,
    ):
        await two.writer.do("customer.ChangeAccountDetails", {"website": "https://a.example"}, first)
        await made(two, "Second")
        contact = await two.writer.make("customer.CreateContact", family_name="Hopper")
        await two.settle()
        await of_types.until(lambda h: bool(h.of("change")))
        await of_one.until(lambda h: bool(h.of("change")))
    assert [c["id"] for c in of_types.of("change")] == [contact]
    assert [(c["id"], c["version"]) for c in of_one.of("change")] == [(first, 2)]


@pytest.mark.parametrize("here", ["writer", "reader"])
async def test_a_client_that_comes_back_misses_nothing_and_hears_nothing_twice(two: TwoKernels, here: str) -> None:
    kernel: Kernel = getattr(two, here).kernel
    names: list[str] = []
    async with listening(Caller(BOSS).follow(kernel)) as before:
        names.append(await made(two, "1"))
        await two.settle()
        await before.until(lambda h: len(h.of("change")) == 1)
    for n in range(5):
        names.append(await made(two, f"away {n}"))
    await two.settle()
    async with listening(Caller(BOSS).follow(kernel, before.last)) as after:
        names.append(await made(two, "back"))
        await two.settle()
        await after.until(lambda h: len(h.of("change")) == 6)
    assert [c["id"] for h in (before, after) for c in h.of("change")] == names
    assert after.of("reset") == []


async def test_pages_of_the_log_are_read_until_the_stream_is_there(
    two: TwoKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE", 3)
    ids = [await made(two, f"{n}") for n in range(8)]
    await two.settle()
    async with listening(Caller(BOSS).follow(two.writer.kernel, 0)) as heard:
        await heard.until(lambda h: len(h.of("change")) == 8)
    assert [c["id"] for c in heard.of("change")] == ids


async def test_who_is_too_far_behind_is_told_to_reload_and_goes_on(
    two: TwoKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_MISSED", 4)
    for n in range(6):
        await made(two, f"{n}")
    await two.settle()
    async with listening(Caller(BOSS).follow(two.writer.kernel, 0)) as heard:
        await heard.until(lambda h: bool(h.of("reset")))
        id = await made(two, "now")
        await two.settle()
        await heard.until(lambda h: bool(h.of("change")))
    assert heard.of("reset")[0]["reason"] == "too-far-behind"
    assert [c["id"] for c in heard.of("change")] == [id]


async def test_a_crowd_of_changes_is_one_reset(two: TwoKernels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes_kept, "MOST_AT_ONCE", 3)
    kernel = two.writer.kernel
    async with listening(Caller(BOSS).follow(kernel)) as heard:
        for n in range(4):
            await made(two, f"{n}")
        await two.settle()
        await heard.until(lambda h: bool(h.of("reset")))
        id = await made(two, "one more")
        await two.settle()
        await heard.until(lambda h: bool(h.of("change")))
    assert [r["reason"] for r in heard.of("reset")] == ["many-changes"]
    assert [c["id"] for c in heard.of("change")] == [id]


async def test_a_position_that_the_log_does_not_have_yet_is_another_logs(two: TwoKernels) -> None:
    await made(two, "Acme")
    await two.settle()
    async with listening(Caller(BOSS).follow(two.writer.kernel, 10**9)) as heard:
        await heard.until(lambda h: bool(h.of("reset")))
    assert heard.of("reset")[0]["reason"] == "unknown-position"
    assert heard.last == two.writer.kernel.projection.position


async def test_a_slow_reader_holds_nothing_and_reads_the_log_when_it_comes_back(
    two: TwoKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes_kept, "MOST_KEPT", 2)
    kernel = two.writer.kernel
    slow = Caller(BOSS).follow(kernel)
    await anext(slow)  # ready; and it takes nothing more for a while
    async with listening(Caller(BOSS).follow(kernel)) as quick:
        ids = [await made(two, f"{n}") for n in range(9)]
        await two.settle()
        await quick.until(lambda h: len(h.of("change")) == 9)
        async with listening(slow) as heard:
            await heard.until(lambda h: len(h.of("change")) == 9)
    assert [c["id"] for c in heard.of("change")] == ids


async def test_rights_that_change_narrow_an_open_stream(two: TwoKernels) -> None:
    kernel, ann = two.writer.kernel, Caller(seller("ann", level=Level.ALL))
    async with listening(ann.follow(kernel)) as heard:
        await made(two, "boss's")
        await two.settle()
        await heard.until(lambda h: bool(h.of("change")))
        ann.access = seller("ann")
        await ann.allowed()  # as every stream looks once a second
        await heard.until(lambda h: bool(h.of("reset")))
        await made(two, "boss's second")
        own = (
            await two.writer.do("customer.CreateAccount", {"name": "A"}, access=Access(TENANT, "ann", BOSS.roles))
        ).id
        await two.settle()
        await heard.until(lambda h: len(h.of("change")) == 2)
    assert heard.of("reset")[0]["reason"] == "rights-changed"
    assert heard.of("change")[1]["id"] == own


async def test_a_session_that_ends_ends_the_stream(two: TwoKernels) -> None:
    ann = Caller(BOSS)
    frames = ann.follow(two.writer.kernel)
    await anext(frames)
    ann.access = None
    with pytest.raises(Unauthenticated):
        await anext(frames)
    assert two.writer.kernel.changes._streams == set()


async def test_missed_events_are_told_as_a_reset(two: TwoKernels) -> None:
    kernel = two.writer.kernel
    async with listening(Caller(BOSS).follow(kernel)) as heard:
        kernel.changes.forget_all()
        await heard.until(lambda h: bool(h.of("reset")))
    assert heard.of("reset")[0]["reason"] == "events-missed"


async def test_what_was_lost_is_read_from_the_log_by_who_comes_back(two: TwoKernels) -> None:
    """Another stream stayed open meanwhile, so what is kept in memory went on."""
    kernel = two.writer.kernel
    async with listening(Caller(BOSS).follow(kernel)) as heard:
        before = kernel.projection.position
        id = await made(two, "Lost")
        await two.settle()
        kernel.changes.forget_all()
        await heard.until(lambda h: bool(h.of("reset")))
        async with listening(Caller(BOSS).follow(kernel, before)) as back:
            await back.until(lambda h: bool(h.of("change")))
    assert [one["id"] for one in back.of("change")] == [id]


async def test_streams_of_one_user_are_bounded(two: TwoKernels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_PER_USER", 2)
    kernel = two.writer.kernel
    open_ones = [Caller(BOSS).follow(kernel) for _ in range(2)]
    for one in open_ones:
        await anext(one)
    with pytest.raises(TooManyRequests):
        kernel.changes.check_room(BOSS)
    with pytest.raises(TooManyRequests):
        await anext(Caller(BOSS).follow(kernel))
    kernel.changes.check_room(seller("ann"))
    await open_ones[0].aclose()
    kernel.changes.check_room(BOSS)
    await open_ones[1].aclose()


async def test_a_process_that_ends_closes_its_streams(two: TwoKernels) -> None:
    kernel = two.writer.kernel
    async with listening(Caller(BOSS).follow(kernel)) as heard:
        kernel.changes.close()
        await asyncio.wait_for(heard.ended.wait(), 10)
    with pytest.raises(Unavailable):
        kernel.changes.check_room(BOSS)


async def test_without_a_stream_nothing_is_kept(two: TwoKernels) -> None:
    changes = two.writer.kernel.changes
    async with listening(Caller(BOSS).follow(two.writer.kernel)):
        assert list(changes._kept) == [TENANT]
    await made(two, "Acme")
    await two.settle()
    assert (changes._kept, changes._waiting, changes._streams) == ({}, [], set())
