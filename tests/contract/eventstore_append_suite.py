"""What every event store keeps of appends: expected versions, tenants, event ids."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import asdict

import orjson
import pytest

from shared.clock import SystemClock
from shared.events.envelope import NewEvent
from shared.eventstore.port import (
    NO_STREAM,
    Appended,
    WrongVersion,
)
from tests.contract.eventstore_help import (
    IDS,
    METADATA,
    Opener,
    assert_ordered,
    by_stream,
    feed,
    new,
    request,
    stream_of,
)


class AppendSuite:
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
        assert await store.find_request("t2", "k") is None
        assert len(await store.read("t1", stream)) == 2

    async def test_two_tenants_racing_for_a_new_stream(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        outcomes = await asyncio.gather(
            *(store.append(t, stream, NO_STREAM, new(1), METADATA) for t in ("t1", "t2")), return_exceptions=True
        )
        assert sorted(type(o).__name__ for o in outcomes) == ["Appended", "ValueError"]
        assert len(await feed(store)) == 1

    # --- event ids ------------------------------------------------------------------------------------------------

    async def test_an_append_sent_again_writes_nothing_more(self, opener: Opener) -> None:
        store, stream, events = await opener(), stream_of(), new(2)
        first = await store.append("t1", stream, NO_STREAM, events, METADATA)
        await store.append("t1", stream, 2, new(1), METADATA)
        (outcome,) = await asyncio.gather(
            store.append("t1", stream, NO_STREAM, events, METADATA), return_exceptions=True
        )
        assert outcome == first or isinstance(outcome, WrongVersion)
        assert len(await store.read("t1", stream)) == 3

    async def test_one_to_blame_does_not_harm_its_neighbours(self, opener: Opener) -> None:
        """All travel together; one cannot be stored at all."""
        store, streams = await opener(), [stream_of() for _ in range(30)]
        appends: list[Awaitable[Appended]] = []
        for n, stream in enumerate(streams):
            events = [NewEvent(IDS.new(), "bad \ud800 name", 1, 1, b"{}")] if n == 13 else new(2)
            appends.append(store.append("t1", stream, NO_STREAM, events, METADATA, request(f"k{n}")))
        outcomes = await asyncio.gather(*appends, return_exceptions=True)
        assert [n for n, o in enumerate(outcomes) if isinstance(o, ValueError)] == [13]
        assert await store.find_request("t1", "k13") is None
        assert {len(await store.read("t1", s)) for s in streams if s != streams[13]} == {2}
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
