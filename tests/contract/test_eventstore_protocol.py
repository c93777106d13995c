"""The server of EventStoreDB's protocol, asked by two independent clients: `eventstoredb` as it is, which knows no TLS,
and `kurrentdbclient` with TLS and a password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.eventstore.protocol import reads
from tests.support.certificates import Files
from tests.support.protocol_clients import (
    Conflict,
    Driver,
    Expected,
    Failed,
    Grpcio,
    Missing,
    New,
    Seen,
    grpcio_client,
    grpclib_client,
)
from tests.support.protocol_server import served


@pytest.fixture(params=["grpclib", "grpcio"])
async def client(request: pytest.FixtureRequest, tmp_path: Path, certificates: Files) -> AsyncIterator[Driver]:
    secure = request.param == "grpcio"
    async with (
        served(tmp_path, certificates if secure else None) as running,
        grpcio_client(running) if secure else grpclib_client(running) as client,
    ):
        yield client


def some(n: int = 1, **fields: object) -> list[New]:
    return [New(uuid4(), **fields) for _ in range(n)]  # type: ignore[arg-type]


async def take(events: AsyncIterator[Seen | None], count: int) -> list[Seen | None]:
    """The next of a subscription."""
    async with asyncio.timeout(60):
        return [await anext(events) for _ in range(count)]


async def test_an_event_comes_back_as_it_was_given(client: Driver) -> None:
    given = New(uuid4(), "crm.Ä客户", b'{"n":1}', b'{"by":"\xc3\xa4"}')
    binary = New(uuid4(), "raw", bytes(range(256)) * 400, b"\0\1", json=False)
    bare = New(uuid4(), "bare", b"", b"")
    position = await client.append("account-ä客", "none", [given, binary, bare])
    seen = await client.read("account-ä客")
    assert [e.position for e in seen][-1] == position
    assert seen == [
        Seen("account-ä客", n, seen[n].position, e.id, e.type, e.data, e.metadata, e.json)
        for n, e in enumerate((given, binary, bare))
    ]
    assert await client.read_all() == seen


@pytest.mark.parametrize(
    ("there", "expected", "taken"),
    [
        (0, "none", True),
        (0, "any", True),
        (0, "exists", False),
        (0, 0, False),
        (0, 5, False),
        (2, "none", False),
        (2, "any", True),
        (2, "exists", True),
        (2, 1, True),
        (2, 0, False),
        (2, 2, False),
    ],
)
async def test_every_form_of_an_expected_version(client: Driver, there: int, expected: Expected, taken: bool) -> None:
    if there:
        await client.append("a-1", "none", some(there))
    new = some(2)
    if taken:
        await client.append("a-1", expected, new)
        assert [e.id for e in (await client.read("a-1"))[there:]] == [e.id for e in new]
    else:
        with pytest.raises(Conflict):
            await client.append("a-1", expected, new)
        assert len(await client.read_all()) == there


@pytest.mark.parametrize("expected", ["none", "any"])
async def test_an_append_sent_again_writes_nothing_more(client: Driver, expected: Expected) -> None:
    new = some(3)
    first = await client.append("a-1", expected, new)
    await client.append("a-1", 2, some(1))
    assert await client.append("a-1", expected, new) == first
    assert len(await client.read("a-1")) == 4
    with pytest.raises(Conflict):
        await client.append("a-1", "none", [new[0], *some(1)])
    assert len(await client.read("a-1")) == 4


async def test_reads_of_a_stream_both_ways(client: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PAGE", 3)
    await client.append("b-1", "none", some(2))
    await client.append("a-1", "none", some(10))

    async def revisions(start: int | None, back: bool, limit: int = 100) -> list[int]:
        return [e.revision for e in await client.read("a-1", start, back, limit)]

    assert await revisions(None, False) == list(range(10))
    assert await revisions(None, True) == list(range(9, -1, -1))
    assert await revisions(4, False, 3) == [4, 5, 6]
    assert await revisions(4, True) == [4, 3, 2, 1, 0]
    assert await revisions(0, True) == [0]
    assert await revisions(10, False) == []
    assert await revisions(50, True, 2) == [9, 8]
    with pytest.raises(Missing):
        await client.read("a-2")


async def test_reads_of_all_both_ways(client: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PAGE", 3)
    for n in range(10):
        await client.append(f"{'ab'[n % 2]}-{n}", "none", some(1, type=f"t{n}"))
    whole = await client.read_all()
    assert [e.type for e in whole] == [f"t{n}" for n in range(10)]
    assert await client.read_all(back=True) == whole[::-1]
    assert await client.read_all(whole[4].position, limit=3) == whole[4:7]
    assert await client.read_all(whole[4].position, back=True, limit=3) == whole[3:0:-1]
    assert await client.read_all(prefix="a-") == whole[::2]
    assert await client.read_all(prefix="a-", back=True, limit=2) == [whole[8], whole[6]]
    assert await client.read_all(pattern=r"^b-[1-3]$") == [whole[1], whole[3]]
    assert await client.read_all(prefix="c-") == []


async def test_a_subscription_to_a_stream(client: Driver) -> None:
    await client.append("a-1", "none", some(3))
    events, later = client.follow("a-1"), client.follow("a-1", start=1)
    assert [e and e.revision for e in await take(events, 4)] == [0, 1, 2, None]
    await client.append("b-1", "none", some(1))
    await client.append("a-1", 2, some(2))
    assert [e and e.revision for e in await take(events, 2)] == [3, 4]
    assert [e and e.revision for e in await take(later, 4)] == [2, 3, 4, None]


async def test_a_subscription_waits_for_a_stream_to_come(client: Driver) -> None:
    events = client.follow("a-1")
    assert await take(events, 1) == [None]
    await client.append("a-1", "none", some(1))
    assert [e and e.revision for e in await take(events, 1)] == [0]


async def test_a_subscription_to_all(client: Driver) -> None:
    await client.append("a-1", "none", some(2))
    whole = await client.read_all()
    events, later = client.follow(), client.follow(start=whole[0].position)
    assert await take(events, 3) == [*whole, None]
    assert await take(later, 2) == [whole[1], None]
    await client.append("b-1", "any", some(1))
    assert await take(events, 1) == await take(later, 1) == (await client.read_all())[2:]


async def test_filters_of_a_subscription(client: Driver) -> None:
    by_stream, by_type = client.follow(prefix="a-"), client.follow(types="x.")
    assert await take(by_stream, 1) == await take(by_type, 1) == [None]
    await client.append("b-1", "none", some(300))
    await client.append("b-1", "any", some(1, type="x.One"))
    await client.append("a-1", "none", some(2))
    whole = await client.read_all()
    assert await take(by_stream, 2) == whole[301:]
    assert await take(by_type, 1) == whole[300:301]


async def test_writers_and_followers_at_once(client: Driver) -> None:
    """Every follower sees all events once and in order, however they interleave."""
    events = client.follow()
    await take(events, 1)

    async def write(n: int) -> None:
        for version in range(8):
            await client.append(f"a-{n}", version - 1 if version else "none", some(1))

    await asyncio.gather(*(write(n) for n in range(5)))
    seen = [e for e in await take(events, 40) if e is not None]
    assert seen == await client.read_all()
    assert sorted(e.revision for e in seen) == sorted(list(range(8)) * 5)


async def test_one_winner_of_each_version(client: Driver) -> None:
    outcomes = await asyncio.gather(*(client.append("a-1", "none", some(1)) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(o, int) for o in outcomes) == 1
    assert all(isinstance(o, int | Conflict) for o in outcomes)
    assert len(await client.read("a-1")) == 1


async def test_what_the_log_cannot_take(client: Driver) -> None:
    with pytest.raises(Failed, match=r"(?i)size"):
        await client.append("a-1", "none", some(3, data=b"x" * 400_000))
    known = some(1)
    await client.append("b-1", "none", known)
    for stream, events in {
        "$settings": some(1),
        "a-1": some(1, type="$metadata"),
        "a-\0": some(1),
        "": some(1),
        "a-2": known,
        "a" * 1001: some(1),
    }.items():
        with pytest.raises(Failed):
            await client.append(stream, "none", events)
    assert len(await client.read_all()) == 1


async def test_the_grpcio_client_learns_where_it_is(tmp_path: Path, certificates: Files) -> None:
    """Versions, positions, the leader; what an append-only log refuses is refused by name."""
    async with served(tmp_path, certificates) as running, grpcio_client(running) as client:
        assert isinstance(client, Grpcio)
        bare = client._client
        await client.append("a-1", "none", some(3))
        assert await bare.get_current_version("a-1") == 2
        assert await bare.get_commit_position() == 3
        (member,) = await bare._connection.gossip.read()
        assert (member.state, member.address, member.port) == ("NODE_STATE_LEADER", "127.0.0.1", running.port)
        for refused in (bare.delete_stream, bare.tombstone_stream):
            with pytest.raises(Exception, match="append-only"):
                await refused("a-1", current_version=2)
        assert len(await client.read("a-1")) == 3
