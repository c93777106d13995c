"""What an event store keeps that has a capability beyond the port. An adapter's test module adds what it has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace

import orjson
import pytest

from shared.events.envelope import NewEvent
from shared.eventstore.port import NO_STREAM, Appended
from shared.eventstore.slices import slice_reader
from tests.contract.eventstore_help import (
    IDS,
    METADATA,
    Opener,
    assert_ordered,
    assert_same,
    feed,
    new,
    request,
    stream_of,
)


class SliceSuite:
    """Streams column by column, by the store itself or made of its rows."""

    async def test_slices_of_a_long_stream(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        reader = slice_reader(store)
        for start in range(0, 1500, 500):
            await store.append("t1", stream, start, new(500), METADATA)
        for after, up_to in ((0, None), (100, 1200), (1023, None), (1024, None), (1499, 1500), (1500, None)):
            stored = await store.read("t1", stream, after=after, up_to=up_to)
            assert_same(await reader.slices("t1", stream, after=after, up_to=up_to), stored)
        assert await reader.slices("t2", stream) == []

    async def test_slices_hold_what_rows_do(self, opener: Opener) -> None:
        store, stream, other = await opener(), stream_of(), stream_of()
        reader = slice_reader(store)
        for n in range(30):  # between those of another stream, no two alike
            event = NewEvent(IDS.new(), f"toy.Type{n % 7}", n % 3 + 1, 1_000 - n, orjson.dumps({"数": [n, "a,b"]}))
            await store.append("t1", stream, n, [event], replace(METADATA, actor=f"u{n}"))
            await store.append("t1", other, n, new(1), METADATA)
        for after, up_to in ((0, None), (0, 1), (0, 12), (1, 12), (11, 12), (29, None), (12, 12), (30, None)):
            stored = await store.read("t1", stream, after=after, up_to=up_to)
            assert_same(await reader.slices("t1", stream, after=after, up_to=up_to), stored)


class UniqueIdSuite:
    """A store that knows every event id refuses one that it has."""

    async def test_an_event_id_is_used_once(self, opener: Opener) -> None:
        store, stream, other = await opener(), stream_of(), stream_of()
        events = new(2)
        await store.append("t1", stream, NO_STREAM, events, METADATA)
        with pytest.raises(ValueError):
            await store.append("t1", other, NO_STREAM, [*new(1), events[1]], METADATA, request("k"))
        with pytest.raises(ValueError):
            await store.append("t1", stream, 2, events[:1], METADATA)
        twin = new(1)
        with pytest.raises(ValueError):
            await store.append("t1", other, NO_STREAM, twin * 2, METADATA)
        assert await store.read("t1", other) == []
        assert await store.find_request("t1", "k") is None
        assert len(await store.read("t1", stream)) == 2

    async def test_one_to_blame_does_not_harm_its_neighbours(self, opener: Opener) -> None:
        """All travel together; two use a known event id, one cannot be stored at all."""
        store, known = await opener(), new(1)
        await store.append("t1", stream_of(), NO_STREAM, known, METADATA)
        streams = [stream_of() for _ in range(30)]
        appends: list[Awaitable[Appended]] = []
        for n, stream in enumerate(streams):
            events = known if n in (7, 20) else new(2)
            if n == 13:
                events = [NewEvent(IDS.new(), "bad \ud800 name", 1, 1, b"{}")]
            appends.append(store.append("t1", stream, NO_STREAM, events, METADATA, request(f"k{n}")))
        outcomes = await asyncio.gather(*appends, return_exceptions=True)
        for n, outcome in enumerate(outcomes):
            found = await store.find_request("t1", f"k{n}")
            if n in (7, 13, 20):
                assert isinstance(outcome, ValueError)
                assert await store.read("t1", streams[n]) == []
                assert found is None
            else:
                assert isinstance(outcome, Appended)
                assert [e.version for e in await store.read("t1", streams[n])] == [1, 2]
                assert found is not None
                assert found.position == outcome.position
        assert_ordered(await feed(store))


class ChainSuite:
    """A store that keeps chain hashes."""

    async def test_every_event_has_a_chain_hash_that_stays(self, opener: Opener) -> None:
        store = await opener()
        assert await store.chain_hash(0) == b""
        for _ in range(3):
            await store.append("t1", stream_of(), NO_STREAM, new(2), METADATA)
        positions = [one.position for one in await store.read_all(0, 100)]
        chain_hashes = [await store.chain_hash(position) for position in positions]
        assert ({len(one) for one in chain_hashes}, len({*chain_hashes})) == ({32}, 6)
        assert await store.chain_hash(positions[-1] + 1) == b""
        report = await store.check(positions[-1], lambda _: None)
        assert (report.ok, report.events, report.findings) == (True, 6, [])
        await store.close()
        store = await opener()
        await store.append("t1", stream_of(), NO_STREAM, new(2), METADATA)
        assert [await store.chain_hash(position) for position in positions] == chain_hashes
        assert (await store.check(await store.head(), lambda _: None)).events == 8
