"""The event store of rehearsals: it shows the store below and what was appended above, and changes nothing below."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from shared.clock import SystemClock
from shared.eventstore.overlay import OverlayStore
from shared.eventstore.port import NO_STREAM, EventStore, WrongVersion
from shared.eventstore.slices import RowSlices
from shared.eventstore.sqlite import SqliteEventStore
from tests.contract.eventstore_help import METADATA, new, stream_of


@pytest_asyncio.fixture
async def below(tmp_path: Path) -> AsyncIterator[EventStore]:
    store = SqliteEventStore.open(tmp_path / "events.db", SystemClock())
    yield store
    await store.close()


@pytest_asyncio.fixture
async def above(below: EventStore, tmp_path: Path) -> AsyncIterator[OverlayStore]:
    store = OverlayStore(below, tmp_path / "rehearsed.db", SystemClock())
    yield store
    await store.close()
    assert not (tmp_path / "rehearsed.db").exists()


async def test_a_stream_goes_on_above(below: EventStore, above: OverlayStore) -> None:
    known, fresh = stream_of(), stream_of()
    await below.append("t1", known, NO_STREAM, new(3), METADATA)
    head, before = await below.head(), await below.read("t1", known)
    appended = await above.append("t1", known, 3, new(2), METADATA)
    assert (appended.version, appended.repeated, appended.position > head) == (5, False, True)
    await above.append("t1", fresh, NO_STREAM, new(1), METADATA)
    assert [e.version for e in await above.read("t1", known)] == [1, 2, 3, 4, 5]
    assert (await above.read("t1", known))[:3] == before
    for after in range(6):
        for up_to in (None, *range(6)):
            found = await above.read("t1", known, after=after, up_to=up_to)
            wanted = [n for n in range(1, 6) if n > after and (up_to is None or n <= up_to)]
            assert [e.version for e in found] == wanted
            slices = await above.slices("t1", known, after=after, up_to=up_to)
            assert slices == await RowSlices(above).slices("t1", known, after=after, up_to=up_to)
    assert [e.version for e in await above.read("t1", fresh)] == [1]
    assert (await below.head(), await below.read("t1", known), await below.read("t1", fresh)) == (head, before, [])


async def test_a_version_that_was_taken_above_is_refused(below: EventStore, above: OverlayStore) -> None:
    stream = stream_of()
    await above.append("t1", stream, NO_STREAM, new(1), METADATA)
    with pytest.raises(WrongVersion):
        await above.append("t1", stream, NO_STREAM, new(1), METADATA)
    assert (await above.append("t1", stream, 1, [], METADATA)).version == 1
    assert await above.read("t2", stream) == []


async def test_the_streams_of_a_category(below: EventStore, above: OverlayStore) -> None:
    one, two, other = stream_of(), stream_of(), stream_of("contact")
    for stream in (one, other):
        await below.append("t1", stream, NO_STREAM, new(1), METADATA)
    await above.append("t1", one, 1, new(1), METADATA)
    await above.append("t1", two, NO_STREAM, new(1), METADATA)
    await above.append("t2", stream_of(), NO_STREAM, new(1), METADATA)
    found = [s async for s in above.streams("account", up_to=await above.head(), tenant="t1")]
    assert {s[0].stream: [e.version for e in s] for s in found} == {one: [1, 2], two: [1]}
