"""What every event store keeps. An adapter's test module subclasses this and gives an `opener` fixture.

The opener opens the same store again and again (as after a restart) until the test ends.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from itertools import pairwise
from uuid import uuid4

import orjson
import pytest

from shared.clock import SystemClock, SystemIds
from shared.events.envelope import Metadata, NewEvent, Stored
from shared.eventstore.port import (
    NO_STREAM,
    Appended,
    DifferentRequest,
    EventStore,
    Request,
    StoreUnavailable,
    WrongVersion,
)

Opener = Callable[[], Awaitable[EventStore]]

IDS = SystemIds()
METADATA = Metadata(actor="u1", command="c1", command_name="customer.CreateAccount", reason="因为 ✓")


def stream_of(category: str = "account") -> str:
    return f"{category}-{uuid4()}"


def new(n: int = 1, data: bytes = b'{"name":"A"}') -> list[NewEvent]:
    return [NewEvent(IDS.new(), "customer.AccountCreated", 1, 1_000 + i, data) for i in range(n)]


def request(key: str, body: str = "body") -> Request:
    return Request(key, body.encode().ljust(32, b"."))


async def feed(store: EventStore, after: int = 0, limit: int = 100) -> list[Stored]:
    """All of the feed, page by page."""
    events: list[Stored] = []
    while page := await store.read_all(after, limit):
        events += page
        after = page[-1].position
    return events


async def by_stream(store: EventStore, category: str, up_to: int, tenant: str | None = None) -> list[list[Stored]]:
    return [s async for s in store.streams(category, up_to=up_to, tenant=tenant)]


def assert_ordered(events: Sequence[Stored]) -> None:
    """Positions grow, `recorded_at` never falls, each stream's versions are dense from 1."""
    versions: dict[str, int] = {}
    for before, after in pairwise(events):
        assert after.position > before.position
        assert after.recorded_at >= before.recorded_at
    for event in events:
        assert event.version == versions.get(event.stream, 0) + 1
        versions[event.stream] = event.version


class EventStoreSuite:
    # --- append and read ------------------------------------------------------------------------------------------

    async def test_an_event_comes_back_as_it_was_given(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        data = orjson.dumps({"name": "Ä客户\u0000😀", "n": 1.5, "nested": {"a": [None, True]}})
        before = SystemClock().now()
        event = NewEvent(IDS.new(), "customer.AccountCreated", 3, 1_234_567, data)
        appended = await store.append("t1", stream, NO_STREAM, [event], METADATA)
        (stored,) = await store.read("t1", stream)
        assert (stored.tenant, stored.stream, stored.version) == ("t1", stream, 1)
        assert (stored.event_id, stored.type, stored.schema_version) == (event.event_id, event.type, 3)
        assert (stored.occurred_at, stored.data) == (1_234_567, data)
        assert orjson.loads(stored.metadata) == asdict(METADATA)
        assert before <= stored.recorded_at <= SystemClock().now()
        assert appended == Appended(stream, 1, stored.position)

    async def test_large_events_and_empty_payloads_are_kept_byte_for_byte(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        large = orjson.dumps({"text": "x" * 200_000})
        await store.append("t1", stream, NO_STREAM, new(1, large) + new(1, b"{}"), METADATA)
        assert [e.data for e in await store.read("t1", stream)] == [large, b"{}"]

    async def test_the_version_counts_on(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        first = await store.append("t1", stream, NO_STREAM, new(3), METADATA)
        second = await store.append("t1", stream, 3, new(2), METADATA)
        assert (first.version, second.version) == (3, 5)
        assert first.position < second.position
        assert [e.version for e in await store.read("t1", stream)] == [1, 2, 3, 4, 5]

    async def test_part_of_a_stream(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        await store.append("t1", stream, NO_STREAM, new(10), METADATA)

        async def versions(after: int, up_to: int | None) -> list[int]:
            return [e.version for e in await store.read("t1", stream, after=after, up_to=up_to)]

        assert await versions(0, 3) == [1, 2, 3]
        assert await versions(7, None) == [8, 9, 10]
        assert await versions(3, 5) == [4, 5]
        assert await versions(10, None) == []
        assert await versions(5, 5) == []

    async def test_a_long_stream_is_read_whole(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        for start in range(0, 1500, 500):
            await store.append("t1", stream, start, new(500), METADATA)
        assert [e.version for e in await store.read("t1", stream)] == list(range(1, 1501))
        assert [e.version for e in await store.read("t1", stream, after=100, up_to=1200)] == list(range(101, 1201))

    async def test_an_unknown_stream_is_empty(self, opener: Opener) -> None:
        store = await opener()
        assert await store.read("t1", stream_of()) == []
        assert await store.head() == 0
        assert await store.read_all(0, 10) == []
        assert await by_stream(store, "account", 100) == []

    # --- expected versions ----------------------------------------------------------------------------------------

    @pytest.mark.parametrize("expected", [0, 1, 3, 4, 1_000_000])
    async def test_a_wrong_version_writes_nothing_and_tells_the_right_one(self, opener: Opener, expected: int) -> None:
        store, stream = await opener(), stream_of()
        await store.append("t1", stream, NO_STREAM, new(2), METADATA)
        head = await store.head()
        with pytest.raises(WrongVersion) as caught:
            await store.append("t1", stream, expected, new(1), METADATA)
        assert (caught.value.stream, caught.value.expected, caught.value.actual) == (stream, expected, 2)
        assert len(await store.read("t1", stream)) == 2
        assert await store.head() == head

    async def test_a_version_expected_of_a_stream_that_does_not_exist(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        with pytest.raises(WrongVersion) as caught:
            await store.append("t1", stream, 4, new(1), METADATA)
        assert caught.value.actual == 0
        assert await store.read("t1", stream) == []

    async def test_an_empty_append_checks_the_version_and_writes_nothing(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        assert (await store.append("t1", stream, NO_STREAM, [], METADATA)).version == 0
        first = await store.append("t1", stream, NO_STREAM, new(2), METADATA)
        again = await store.append("t1", stream, 2, [], METADATA)
        assert (again.version, again.position) == (2, first.position)
        with pytest.raises(WrongVersion):
            await store.append("t1", stream, 1, [], METADATA)
        assert len(await feed(store)) == 2

    # --- tenants --------------------------------------------------------------------------------------------------

    async def test_a_foreign_stream_cannot_be_read_written_or_guessed_at(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        await store.append("t1", stream, NO_STREAM, new(2), METADATA)
        assert await store.read("t2", stream) == []
        for expected in (NO_STREAM, 1, 2, 3):
            with pytest.raises(ValueError):
                await store.append("t2", stream, expected, new(1), METADATA)
        with pytest.raises(ValueError):
            await store.append("t2", stream, 2, [], METADATA, request("k"))
        assert await store.find_request("t2", request("k")) is None
        assert len(await store.read("t1", stream)) == 2

    async def test_two_tenants_racing_for_a_new_stream(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        outcomes = await asyncio.gather(
            *(store.append(t, stream, NO_STREAM, new(1), METADATA) for t in ("t1", "t2")), return_exceptions=True
        )
        assert sorted(type(o).__name__ for o in outcomes) == ["Appended", "ValueError"]
        assert len(await feed(store)) == 1

    # --- event ids ------------------------------------------------------------------------------------------------

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
        assert await store.find_request("t1", request("k")) is None
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
            found = await store.find_request("t1", request(f"k{n}"))
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

    @pytest.mark.parametrize("bad", ["\ud800", "\0"])
    async def test_names_that_cannot_be_stored_are_refused(self, opener: Opener, bad: str) -> None:
        store, stream = await opener(), stream_of()
        with pytest.raises(ValueError):
            await store.append("t1", f"account-{bad}", NO_STREAM, new(1), METADATA)
        with pytest.raises(ValueError):
            await store.append(f"t{bad}", stream, NO_STREAM, new(1), METADATA)
        with pytest.raises(ValueError):
            await store.append("t1", stream, NO_STREAM, new(1), METADATA, request(f"k{bad}"))
        assert await feed(store) == []

    # --- idempotency ----------------------------------------------------------------------------------------------

    async def test_a_request_is_done_once(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        assert await store.find_request("t1", request("k")) is None
        first = await store.append("t1", stream, NO_STREAM, new(2), METADATA, request("k"))
        assert not first.repeated
        await store.append("t1", stream, 2, new(1), METADATA)
        expected = Appended(stream, first.version, first.position, repeated=True)
        assert await store.append("t1", stream, NO_STREAM, new(2), METADATA, request("k")) == expected
        assert await store.append("t1", stream_of(), NO_STREAM, new(2), METADATA, request("k")) == expected
        assert await store.find_request("t1", request("k")) == expected
        assert len(await feed(store)) == 3

    async def test_the_same_key_for_something_else(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        await store.append("t1", stream, NO_STREAM, new(1), METADATA, request("k"))
        with pytest.raises(DifferentRequest):
            await store.append("t1", stream, 1, new(1), METADATA, request("k", "another body"))
        with pytest.raises(DifferentRequest):
            await store.find_request("t1", request("k", "another body"))
        assert len(await feed(store)) == 1

    async def test_a_key_belongs_to_its_tenant(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        await store.append("t1", stream, NO_STREAM, new(1), METADATA, request("k"))
        assert await store.find_request("t2", request("k")) is None
        other = await store.append("t2", stream_of(), NO_STREAM, new(1), METADATA, request("k", "another body"))
        assert not other.repeated

    async def test_a_refused_request_leaves_its_key_free(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        with pytest.raises(WrongVersion):
            await store.append("t1", stream, 5, new(1), METADATA, request("k"))
        assert await store.find_request("t1", request("k")) is None
        assert not (await store.append("t1", stream, NO_STREAM, new(1), METADATA, request("k"))).repeated

    async def test_a_request_that_changed_nothing_is_remembered(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        first = await store.append("t1", stream, NO_STREAM, new(2), METADATA)
        with pytest.raises(WrongVersion):
            await store.append("t1", stream, 1, [], METADATA, request("k"))
        done = await store.append("t1", stream, 2, [], METADATA, request("k"))
        assert done == Appended(stream, 2, first.position)
        await store.append("t1", stream, 2, new(1), METADATA)
        assert await store.find_request("t1", request("k")) == Appended(stream, 2, first.position, repeated=True)

    async def test_the_same_request_at_the_same_time_is_done_once(self, opener: Opener) -> None:
        store, streams = await opener(), [stream_of() for _ in range(10)]
        appends = [
            store.append("t1", s, NO_STREAM, new(2), METADATA, request(f"k{n}"))
            for _ in range(5)
            for n, s in enumerate(streams)
        ]
        outcomes = await asyncio.gather(*appends)
        assert sum(not o.repeated for o in outcomes) == 10
        assert {(o.stream, o.version) for o in outcomes} == {(s, 2) for s in streams}
        assert len(await feed(store)) == 20

    async def test_different_requests_with_one_key_at_the_same_time(self, opener: Opener) -> None:
        store = await opener()
        appends = [
            store.append("t1", stream_of(), NO_STREAM, new(1), METADATA, request("k", f"body {n}")) for n in range(8)
        ]
        outcomes = await asyncio.gather(*appends, return_exceptions=True)
        assert sum(isinstance(o, Appended) for o in outcomes) == 1
        assert sum(isinstance(o, DifferentRequest) for o in outcomes) == 7
        assert len(await feed(store)) == 1

    # --- concurrency ----------------------------------------------------------------------------------------------

    async def test_sixteen_writers_race_on_one_stream(self, opener: Opener) -> None:
        """Exactly one wins each version; whoever loses reads again and tries on."""
        store, stream, rounds = await opener(), stream_of(), 10
        won: list[tuple[int, str]] = []

        async def writer() -> None:
            done = 0
            while done < rounds:
                version = len(await store.read("t1", stream))
                event = new(1)
                try:
                    appended = await store.append("t1", stream, version, event, METADATA)
                except WrongVersion:
                    continue
                else:
                    won.append((appended.version, event[0].event_id))
                    done += 1

        await asyncio.gather(*(writer() for _ in range(16)))
        stored = await store.read("t1", stream)
        assert [e.version for e in stored] == list(range(1, 16 * rounds + 1))
        assert sorted(won) == [(e.version, e.event_id) for e in stored]

    async def test_the_same_version_asked_for_at_once_has_one_winner(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        await store.append("t1", stream, NO_STREAM, new(1), METADATA)
        appends = [store.append("t1", stream, 1, new(2), METADATA) for _ in range(16)]
        outcomes = await asyncio.gather(*appends, return_exceptions=True)
        assert sum(isinstance(o, Appended) for o in outcomes) == 1
        assert all(o.actual == 3 for o in outcomes if isinstance(o, WrongVersion))
        assert [e.version for e in await store.read("t1", stream)] == [1, 2, 3]

    async def test_a_chain_of_appends_sent_at_once_is_taken_in_order(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        outcomes = await asyncio.gather(*(store.append("t1", stream, n, new(1), METADATA) for n in range(50)))
        assert [o.version for o in outcomes] == list(range(1, 51))

    async def test_the_feed_has_no_late_holes_while_many_write(self, opener: Opener) -> None:
        """Two followers with pages of their own size see every event once, in order, while it is being written."""
        store = await opener()
        expected = 30 * 20
        dice = random.Random(7)

        async def writer() -> None:
            stream, version = stream_of(dice.choice(["account", "contact", "lead"])), 0
            while version < 20:
                n = min(dice.randint(1, 3), 20 - version)
                version = (await store.append("t1", stream, version, new(n), METADATA)).version

        async def follower(limit: int) -> list[Stored]:
            seen: list[Stored] = []
            while len(seen) < expected:
                after = seen[-1].position if seen else 0
                page = await store.read_all(after, limit)
                if not page:
                    await store.wait(after, 10)
                seen += page
            return seen

        followers = [asyncio.create_task(follower(limit)) for limit in (7, 400)]
        await asyncio.gather(*(writer() for _ in range(30)))
        whole = await feed(store)
        for seen in await asyncio.gather(*followers):
            assert seen == whole
        assert len(whole) == expected
        assert_ordered(whole)

    async def test_a_cancelled_caller_does_no_harm(self, opener: Opener) -> None:
        store, streams = await opener(), [stream_of() for _ in range(20)]
        tasks = [asyncio.create_task(store.append("t1", s, NO_STREAM, new(1), METADATA)) for s in streams]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(o, Appended) for o in outcomes[1::2])
        for stream in streams[1::2]:
            assert len(await store.read("t1", stream)) == 1
        assert (await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)).version == 1
        assert_ordered(await feed(store))

    # --- the feed -------------------------------------------------------------------------------------------------

    async def test_paging_through_the_feed(self, opener: Opener) -> None:
        store = await opener()
        for _ in range(20):
            await store.append("t1", stream_of(), NO_STREAM, new(107), METADATA)
        whole = await store.read_all(0, 5000)
        assert len(whole) == 2140
        assert_ordered(whole)
        for limit in (7, 100, 1024, 1025, 2139, 2140):
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
        for n in range(40):
            await store.append("t1", stream_of(), NO_STREAM, new(1 + n % 3), METADATA)
            if n % 4 == 0:
                await asyncio.sleep(0.002)
        whole = await feed(store)
        for moment in {m + d for m in (e.recorded_at for e in whole) for d in (-1, 0, 1)}:
            early = [e.position for e in whole if e.recorded_at <= moment]
            assert await store.position_at(moment) == (early[-1] if early else 0)
        assert await store.position_at(0) == 0
        assert await store.position_at(SystemClock().now() + 3_600_000_000) == whole[-1].position

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
        async with asyncio.timeout(10):
            await asyncio.gather(*waiting)
        head = await store.head()
        assert head > 0
        async with asyncio.timeout(10):
            await store.wait(head - 1, 60)

    async def test_waiting_ends_with_its_time(self, opener: Opener) -> None:
        store = await opener()
        async with asyncio.timeout(10):
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
        assert await store.find_request("t1", request("k")) == Appended(stream, 3, first.position, repeated=True)
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
        async with asyncio.timeout(10):
            await waiting
        with pytest.raises(StoreUnavailable):
            await store.append("t1", stream_of(), NO_STREAM, new(1), METADATA)
        with pytest.raises(StoreUnavailable):
            await store.read("t1", stream_of())
        with pytest.raises(StoreUnavailable):
            await by_stream(store, "account", 1)
