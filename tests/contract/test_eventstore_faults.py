"""EventStoreDB over a network that fails: cut, silent and refused connections, a server that starts again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from shared.events.envelope import Stored
from shared.eventstore.eventstoredb import EventStoreDB
from shared.eventstore.eventstoredb_appends import OutcomeUnknown
from shared.eventstore.port import Appended, StoreUnavailable, WrongVersion
from tests.contract.eventstore_help import METADATA, assert_ordered, feed, new, request, stream_of
from tests.support.certificates import Files
from tests.support.cutting_proxy import CuttingProxy, proxied
from tests.support.protocol_server import PASSWORD, USER, Running, served, start_server


class Rig(NamedTuple):
    running: Running
    proxy: CuttingProxy
    store: EventStoreDB


@asynccontextmanager
async def rig(folder: Path, files: Files, options: str = "") -> AsyncIterator[Rig]:
    async with served(folder, files) as running, proxied(running.port) as proxy:
        url = f"esdb://{USER}:{PASSWORD}@127.0.0.1:{proxy.port}?tlsCaFile={files.authority}{options}"
        store = await EventStoreDB.open(url)
        try:
            yield Rig(running, proxy, store)
        finally:
            proxy.silent = proxy.refusing = False
            await store.close()


async def test_sockets_are_cut_while_many_write_and_follow(tmp_path: Path, certificates: Files) -> None:
    """Every append has one outcome that is true of the log; every follower sees each event once and in order."""
    async with rig(tmp_path, certificates, "&defaultDeadline=60000") as (_, proxy, store):
        dice = random.Random(5)
        won: list[Appended] = []

        async def write(n: int) -> None:
            stream, version = stream_of(), 0
            while version < 10:
                key = request(f"{n}-{version}") if n % 2 else None
                appended = await store.append("t1", stream, version, new(1), METADATA, key)
                assert (appended.version, appended.repeated) == (version + 1, False)
                version = appended.version
                won.append(appended)

        async def follow() -> list[Stored]:
            seen: list[Stored] = []
            while len(seen) < 80:
                after = seen[-1].position if seen else 0
                page = await store.read_all(after, 20)
                if not page:
                    await store.wait(after, 10)
                seen += page
            return seen

        async def cut() -> None:
            for number in sorted(dice.sample(range(1, 75), 9)):
                while len(won) < number:
                    await asyncio.sleep(0.01)
                proxy.cut()

        cutting, following = asyncio.create_task(cut()), asyncio.create_task(follow())
        await asyncio.gather(*(write(n) for n in range(8)))
        seen = await following
        await cutting
        whole = await feed(store)
        assert seen == whole
        assert_ordered(whole)
        assert sorted((e.stream, e.version, e.position) for e in whole) == sorted(w[:3] for w in won)
        assert proxy.accepted > 5


async def test_racing_writers_agree_however_the_sockets_break(tmp_path: Path, certificates: Files) -> None:
    async with rig(tmp_path, certificates, "&defaultDeadline=60000") as (_, proxy, store):
        stream, won = stream_of(), list[tuple[int, str]]()

        async def write() -> None:
            for _ in range(4):
                while True:
                    version, event = len(await store.read("t1", stream)), new(1)
                    try:
                        appended = await store.append("t1", stream, version, event, METADATA)
                    except WrongVersion:
                        continue
                    won.append((appended.version, event[0].event_id))
                    if appended.version % 3 == 0:
                        proxy.cut()
                    break

        await asyncio.gather(*(write() for _ in range(5)))
        assert sorted(won) == [(e.version, e.event_id) for e in await store.read("t1", stream)]
        assert len(won) == 20


@pytest.mark.parametrize("bytes_", [0, 2_000, 5_000, 20_000])
async def test_answers_are_cut_off_in_the_middle(tmp_path: Path, certificates: Files, bytes_: int) -> None:
    """Each connection breaks after so many bytes; what comes through in the end is right, or it is refused."""
    async with rig(tmp_path, certificates, "&defaultDeadline=2000") as (_, proxy, store):
        stream = stream_of()
        await store.append("t1", stream, 0, new(40), METADATA)
        whole = await store.read("t1", stream)
        proxy.cut_after = bytes_
        proxy.cut()
        outcomes = await asyncio.gather(
            store.read("t1", stream), store.append("t1", stream, 40, new(1), METADATA), return_exceptions=True
        )
        assert outcomes[0] == whole or isinstance(outcomes[0], StoreUnavailable)
        proxy.cut_after = None
        proxy.cut()
        versions = [e.version for e in await store.read("t1", stream)]
        assert versions in (list(range(1, 41)), list(range(1, 42)))
        if isinstance(outcomes[1], Appended):
            assert versions[-1] == 41
        else:
            assert isinstance(outcomes[1], OutcomeUnknown)


async def test_a_silent_connection_is_given_up(tmp_path: Path, certificates: Files) -> None:
    """No answer, no error: calls end at their deadline, who waits resumes on a connection of its own accord."""
    async with rig(tmp_path, certificates, "&defaultDeadline=3000&keepAliveInterval=200") as (_, proxy, store):
        await store.append("t1", stream_of(), 0, new(1), METADATA)
        waiting = asyncio.create_task(store.wait(await store.head(), 30))
        await asyncio.sleep(0.2)
        proxy.silent = True
        with pytest.raises(StoreUnavailable, match=r"no answer within 3 s|the connection breaks"):
            await store.read_all(0, 10)
        stream = stream_of()
        with pytest.raises(OutcomeUnknown, match="send it again"):
            await store.append("t1", stream, 0, new(1), METADATA)
        proxy.silent = False
        proxy.cut_after = None
        assert len(await store.read_all(0, 10)) in (1, 2)
        await store.append("t1", stream_of(), 0, new(1), METADATA)
        async with asyncio.timeout(60):
            await waiting


async def test_a_server_that_is_away_comes_back(tmp_path: Path, certificates: Files) -> None:
    """An append that begins while it is away is done when it is there again; one that waits sees it."""
    async with rig(tmp_path, certificates, "&defaultDeadline=30000") as (running, proxy, store):
        stream = stream_of()
        await store.append("t1", stream, 0, new(1), METADATA)
        waiting = asyncio.create_task(store.wait(await store.head(), 30))
        await asyncio.sleep(0.1)
        await running.stop()
        appends = [
            asyncio.create_task(store.append("t1", stream, n, new(1), METADATA, request(f"k{n}"))) for n in (1, 2, 3)
        ]
        await asyncio.sleep(0.3)
        again = await start_server(tmp_path, certificates)
        proxy.target = again.port
        assert [o.version for o in await asyncio.gather(*appends)] == [2, 3, 4]
        await asyncio.wait_for(waiting, 20)
        assert [e.version for e in await store.read("t1", stream)] == [1, 2, 3, 4]
        assert_ordered(await feed(store))
        await again.stop()


async def test_a_server_that_stays_away_is_named(tmp_path: Path, certificates: Files) -> None:
    async with rig(tmp_path, certificates, "&defaultDeadline=500") as (_, proxy, store):
        proxy.refusing = True
        proxy.cut()
        for call in (store.head(), store.read("t1", stream_of()), store.find_request("t1", "k")):
            with pytest.raises(StoreUnavailable, match=f"the event store at 127.0.0.1:{proxy.port} cannot be used"):
                await call
        proxy.refusing = False
        assert await store.head() == 0


class Died(Exception):
    """The process ended here."""


async def test_a_process_that_dies_between_a_claim_and_its_append(
    tmp_path: Path, certificates: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is known under the key then; the next one under it finishes that append, and no other is done."""
    async with rig(tmp_path, certificates) as (running, _, store):
        url = f"esdb://{USER}:{PASSWORD}@127.0.0.1:{running.port}?tlsCaFile={certificates.authority}"
        stream, events, kept = stream_of(), new(2), request("k")

        async def die(*_: object) -> Appended:
            raise Died

        with monkeypatch.context() as patched:
            patched.setattr(store, "_write", die)
            with pytest.raises(Died):
                await store.append("t1", stream, 0, events, METADATA, kept)
        assert await store.find_request("t1", "k") is None
        other = await EventStoreDB.open(url)
        outcomes = await asyncio.gather(
            *(s.append("t1", stream_of(), 0, new(1), METADATA, request("k", "another")) for s in (store, other) * 2)
        )
        assert {o[:2] for o in outcomes} == {(stream, 2)}
        assert all(o.repeated and o.proof == kept.proof for o in outcomes)
        assert [e.event_id for e in await feed(other)] == [e.event_id for e in events]
        await other.close()


async def test_a_claim_that_lost_its_place_frees_the_key(
    tmp_path: Path, certificates: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process died, and meanwhile the stream went another way."""
    async with rig(tmp_path, certificates) as (_, _, store):
        stream = stream_of()

        async def die(*_: object) -> Appended:
            raise Died

        with monkeypatch.context() as patched:
            patched.setattr(store, "_write", die)
            with pytest.raises(Died):
                await store.append("t1", stream, 0, new(1), METADATA, request("k"))
        await store.append("t1", stream, 0, new(1), METADATA)
        assert await store.find_request("t1", "k") is None
        done = await store.append("t1", stream, 1, new(1), METADATA, request("k"))
        assert (done.version, done.repeated) == (2, False)
        assert await store.find_request("t1", "k") == done._replace(repeated=True, proof=request("k").proof)
        assert len(await feed(store)) == 2
