"""What becomes of a request key whose append was refused, when others act before its process does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from shared.eventstore.eventstoredb import EventStoreDB
from shared.eventstore.eventstoredb_requests import Requests
from shared.eventstore.port import Appended, WrongVersion
from tests.contract.eventstore_help import METADATA, new, request, stream_of
from tests.support.protocol_server import served


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[list[EventStoreDB]]:
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(served(tmp_path))
        opened = [await EventStoreDB.open(f"esdb://127.0.0.1:{running.port}?tls=false") for _ in range(3)]
        for store in opened:
            stack.push_async_callback(store.close)
        yield opened


async def test_a_key_is_not_freed_when_its_append_was_done_meanwhile(
    processes: list[EventStoreDB], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process is refused, as its version is not reached. Before it frees the key, others reach the version."""
    refused, others, retrying = processes
    stream, event = stream_of(), new(1)
    await others.append("t1", stream, 0, new(3), METADATA)
    about_to_free, go_on = asyncio.Event(), asyncio.Event()
    free = Requests._release

    async def waits(requests: Requests, name: str, version: int) -> None:
        about_to_free.set()
        await go_on.wait()
        await free(requests, name, version)

    monkeypatch.setattr(Requests, "_release", waits)
    first = asyncio.ensure_future(refused.append("t1", stream, 5, event, METADATA, request("k")))
    freeing = asyncio.ensure_future(about_to_free.wait())
    await asyncio.wait({first, freeing}, return_when=asyncio.FIRST_COMPLETED)
    await others.append("t1", stream, 3, new(2), METADATA)  # the version that was asked for
    second = await retrying.append("t1", stream, 5, event, METADATA, request("k"))
    go_on.set()
    freeing.cancel()
    with pytest.raises(WrongVersion):
        await first
    again = await retrying.append("t1", stream, 6, event, METADATA, request("k"))
    assert again == second._replace(repeated=True, proof=request("k").proof)
    assert [e.version for e in await others.read("t1", stream)] == [1, 2, 3, 4, 5, 6]


async def test_an_append_that_is_refused_early_is_not_done_later(processes: list[EventStoreDB]) -> None:
    one, other, _ = processes
    stream = stream_of()
    await other.append("t1", stream, 0, new(1), METADATA)
    for _ in range(2):
        with pytest.raises(WrongVersion) as refused:
            await one.append("t1", stream, 2, new(1), METADATA, request("k"))
        assert refused.value.actual == 1
    await other.append("t1", stream, 1, new(1), METADATA)
    assert await other.find_request("t1", "k") is None
    assert len(await other.read("t1", stream)) == 2
    done = await other.append("t1", stream, 2, new(1), METADATA, request("k"))
    assert not done.repeated


async def test_a_known_key_is_answered_whatever_version_comes_with_it(processes: list[EventStoreDB]) -> None:
    one, other, _ = processes
    stream = stream_of()
    done = await one.append("t1", stream, 0, new(1), METADATA, request("k"))
    again = await other.append("t1", stream, 9, new(1), METADATA, request("k"))
    assert again == Appended(stream, 1, done.position, repeated=True, proof=request("k").proof)
