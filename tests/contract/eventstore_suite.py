"""What every event store keeps. An adapter's test module subclasses this and gives an `opener` fixture.

The opener opens the same store again and again (as after a restart) until the test ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from shared.clock import SystemClock
from shared.eventstore.port import (
    NO_STREAM,
    StoreUnavailable,
    WrongVersion,
)
from tests.contract.eventstore_append_suite import AppendSuite
from tests.contract.eventstore_help import (
    METADATA,
    Opener,
    assert_ordered,
    by_stream,
    feed,
    new,
    request,
    stream_of,
)
from tests.contract.eventstore_request_suite import RequestSuite


class EventStoreSuite(AppendSuite, RequestSuite):
    slices = 20  # of 107 events, read in pages
    moments = 40  # of appends, looked for

    # --- the feed -------------------------------------------------------------------------------------------------

    async def test_paging_through_the_feed(self, opener: Opener) -> None:
        store = await opener()
        for _ in range(self.slices):
            await store.append("t1", stream_of(), NO_STREAM, new(107), METADATA)
        whole = await store.read_all(0, 5000)
        assert len(whole) == 107 * self.slices
        assert_ordered(whole)
        for limit in (7, 100, 1024, 1025, len(whole) - 1, len(whole)):
            assert await feed(store, 0, limit) == whole
        assert await store.read_all(whole[99].position, 5) == whole[100:105]
        assert await store.read_all(whole[-1].position, 5) == []
        assert await store.read_all(0, 0) == []
        assert await store.head() == whole[-1].position

    async def test_filters_of_the_feed(self, opener: Opener) -> None:
        store = await opener()
        for n in range(120):
            category = ("account", "contact", "lead")[n % 3]
            await store.append(f"t{n % 2}", stream_of(category), NO_STREAM, new(2), METADATA)
        whole = await store.read_all(0, 1000)

        async def check(categories: Sequence[str] | None, tenant: str | None) -> None:
            wanted = [
                e
                for e in whole
                if (categories is None or e.stream.partition("-")[0] in categories)
                and (tenant is None or e.tenant == tenant)
            ]
            assert await store.read_all(0, 1000, categories=categories, tenant=tenant) == wanted
            assert await store.read_all(0, 7, categories=categories, tenant=tenant) == wanted[:7]
            after = whole[101].position
            later = [e for e in wanted if e.position > after]
            assert await store.read_all(after, 50, categories=categories, tenant=tenant) == later[:50]

        choices: list[list[str] | None] = [None, [], ["lead"], ["lead", "account"], ["lead", "x"], ["x"]]
        for categories in choices:
            for tenant in (None, "t0", "t1", "t2"):
                await check(categories, tenant)

    async def test_a_category_is_told_from_one_that_begins_alike(self, opener: Opener) -> None:
        store = await opener()
        for category in ("account", "accounts", "accoun", "account_team", "account."):
            await store.append("t1", stream_of(category), NO_STREAM, new(1), METADATA)
        (only,) = await store.read_all(0, 10, categories=["account"])
        assert only.stream.startswith("account-")
        assert await by_stream(store, "account", await store.head()) == [[only]]

    async def test_streams_come_whole_one_by_one(self, opener: Opener) -> None:
        store = await opener()
        lengths = {stream_of("account"): n for n in (1, 2, 3, 700, 1500, 1, 40)}
        longest = max(lengths.values())
        for version in range(0, longest, 100):  # interleaved: no stream lies in one piece
            for stream, length in lengths.items():
                if version < length:
                    events = new(min(100, length - version))
                    await store.append("t1" if length > 2 else "t2", stream, version, events, METADATA)
            await store.append("t1", stream_of("lead"), NO_STREAM, new(1), METADATA)
        head = await store.head()
        got = await by_stream(store, "account", head)
        assert {s[0].stream: len(s) for s in got} == lengths
        assert len(got) == len(lengths)
        for one in got:
            assert one == await store.read(one[0].tenant, one[0].stream)
        mine = await by_stream(store, "account", head, "t2")
        assert sorted(len(s) for s in mine) == [1, 1, 2]

    async def test_streams_end_at_a_position(self, opener: Opener) -> None:
        store, streams = await opener(), [stream_of() for _ in range(3)]
        for version in range(10):
            for stream in streams:
                await store.append("t1", stream, version, new(1), METADATA)
        whole = await feed(store)
        cut = whole[13].position
        got = await by_stream(store, "account", cut)
        assert sorted(e.position for s in got for e in s) == [e.position for e in whole[:14]]
        assert await by_stream(store, "account", 0) == []

    # --- time and waiting -----------------------------------------------------------------------------------------

    async def test_the_position_at_a_moment(self, opener: Opener) -> None:
        store = await opener()
        assert await store.position_at(SystemClock().now()) == 0
        for n in range(self.moments):
            await store.append("t1", stream_of(), NO_STREAM, new(1 + n % 3), METADATA)
            if n % 4 == 0:
                await asyncio.sleep(0.002)
        whole = await feed(store)
        for moment in {m + d for m in (e.recorded_at for e in whole) for d in (-1, 0, 1)}:
            early = [e.position for e in whole if e.recorded_at <= moment]
            assert await store.position_at(moment) == (early[-1] if early else 0)
        assert await store.position_at(0) == 0
        assert await store.position_at(SystemClock().now() + 3_600_000_000) == whole[-1].position

    async def test_the_check_of_a_sound_log(self, opener: Opener) -> None:
        store = await opener()
        for _ in range(3):
            await store.append("t1", stream_of(), NO_STREAM, new(2), METADATA)
        report = await store.check(await store.head(), lambda _: None)
        assert (report.ok, report.events, report.findings) == (True, 6, [])

    async def test_where_the_newest_events_of_a_tenant_begin(self, opener: Opener) -> None:
        store = await opener()
        mine = [(await store.append("t1", stream_of(), NO_STREAM, new(), METADATA)).position for _ in range(4)]
        await store.append("t2", stream_of(), NO_STREAM, new(3), METADATA)
        assert await store.before_newest("t1", 2) == mine[1]
        assert await store.before_newest("t1", 4) == 0
        assert await store.before_newest("t3", 1) == 0

    async def test_waiting_ends_with_the_next_event(self, opener: Opener) -> None:
        store = await opener()
        waiting = [asyncio.create_task(store.wait(0, 60)) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert not any(w.done() for w in waiting)
        await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)
        async with asyncio.timeout(60):
            await asyncio.gather(*waiting)
        assert await store.head() > 0
        async with asyncio.timeout(60):
            await store.wait(0, 60)

    async def test_waiting_ends_with_its_time(self, opener: Opener) -> None:
        store = await opener()
        async with asyncio.timeout(60):
            await store.wait(0, 0.01)
            await store.wait(0, 0)
        assert await store.head() == 0

    # --- closing and opening again --------------------------------------------------------------------------------

    async def test_everything_is_there_after_a_restart(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        first = await store.append("t1", stream, NO_STREAM, new(3), METADATA, request("k"))
        for _ in range(20):
            await store.append("t1", stream_of("lead"), NO_STREAM, new(10), METADATA)
        whole = await feed(store)
        await store.close()
        store = await opener()
        assert await feed(store) == whole
        assert await store.head() == whole[-1].position
        assert await store.find_request("t1", "k") == first._replace(repeated=True, proof=request("k").proof)
        with pytest.raises(WrongVersion):
            await store.append("t1", stream, NO_STREAM, new(1), METADATA)
        with pytest.raises(ValueError):
            await store.append("t2", stream, 3, new(1), METADATA)
        later = await store.append("t1", stream, 3, new(1), METADATA)
        assert later.position > whole[-1].position
        assert_ordered(await feed(store))

    async def test_closing_finishes_what_was_accepted(self, opener: Opener) -> None:
        store, streams = await opener(), [stream_of() for _ in range(300)]
        tasks = [asyncio.create_task(store.append("t1", s, NO_STREAM, new(1), METADATA)) for s in streams]
        await asyncio.sleep(0)
        await store.close()
        outcomes = await asyncio.gather(*tasks)
        store = await opener()
        assert {e.stream: e.position for e in await feed(store)} == {o.stream: o.position for o in outcomes}

    async def test_a_closed_store_refuses(self, opener: Opener) -> None:
        store = await opener()
        waiting = asyncio.create_task(store.wait(0, 60))
        await asyncio.sleep(0)
        await store.close()
        await store.close()
        async with asyncio.timeout(60):
            await waiting
        with pytest.raises(StoreUnavailable):
            await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)
        with pytest.raises(StoreUnavailable):
            await store.read("t1", stream_of())
        with pytest.raises(StoreUnavailable):
            await by_stream(store, "account", 1)
