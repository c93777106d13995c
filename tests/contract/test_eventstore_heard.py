"""Many subscriptions of a process read what one subscription of the protocol brought: the server is asked once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from shared.eventstore.eventstoredb import EventStoreDB
from shared.eventstore.eventstoredb_reads import Reads
from shared.eventstore.port import NO_STREAM
from shared.streaming.feed import StoreFeed
from tests.contract.eventstore_help import METADATA, feed, new, stream_of
from tests.support.protocol_server import served


async def test_many_feeds_read_what_one_subscription_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    responses = Reads.responses

    async def counted(self: Reads, request: object) -> object:
        asked.append(request)
        return await responses(self, request)  # type: ignore[arg-type]

    async with served(tmp_path) as running:
        url = f"esdb://127.0.0.1:{running.port}?tls=false"
        writer, reader = await EventStoreDB.open(url), await EventStoreDB.open(url)
        await writer.append("t", stream_of(), NO_STREAM, new(2), METADATA)
        begin = await reader.head()
        await reader.wait(begin, 0.0)
        while reader._follower.head < begin:  # what is written before it knows where it begins, it does not hear
            await asyncio.sleep(0.001)
        for category in ("account", "contact", "account"):
            await writer.append("t", stream_of(category), NO_STREAM, new(2), METADATA)
        head = await writer.head()
        while not (heard := reader.heard(begin, 100)) or heard[-1].position < head:
            await reader.wait(heard[-1].position if heard else begin, 1.0)
        assert heard == await feed(writer, begin)
        monkeypatch.setattr(Reads, "responses", counted)
        for _ in range(5):
            every = await StoreFeed(reader).read(begin, 100)
            assert (every.events, every.position) == (heard, head)
            contacts = await StoreFeed(reader, {"contact"}).read(begin, 100)
            assert ([one.stream for one in contacts.events], contacts.position) == ([heard[2].stream] * 2, head)
        assert asked == []
        assert list((await StoreFeed(reader).read(0, 100)).events) == await feed(writer), "older ones are asked for"
        assert asked
        await writer.close()
        await reader.close()
