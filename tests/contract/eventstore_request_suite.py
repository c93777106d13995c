"""What every event store keeps of requests sent again, and of many writers at once."""

from __future__ import annotations

import asyncio
import random

import pytest

from shared.events.envelope import Stored
from shared.eventstore.port import (
    NO_STREAM,
    Appended,
    WrongVersion,
)
from tests.contract.eventstore_help import (
    METADATA,
    Opener,
    assert_ordered,
    feed,
    new,
    request,
    stream_of,
)


class RequestSuite:
    race_rounds = 10  # appends of each writer in the race

    # --- idempotency ----------------------------------------------------------------------------------------------

    async def test_a_request_is_done_once(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        assert await store.find_request("t1", "k") is None
        first = await store.append("t1", stream, NO_STREAM, new(2), METADATA, request("k"))
        assert not first.repeated
        await store.append("t1", stream, 2, new(1), METADATA)
        expected = first._replace(repeated=True, proof=request("k").proof)
        assert await store.append("t1", stream, NO_STREAM, new(2), METADATA, request("k")) == expected
        assert await store.append("t1", stream_of(), NO_STREAM, new(2), METADATA, request("k")) == expected
        assert await store.find_request("t1", "k") == expected
        assert len(await feed(store)) == 3

    async def test_the_same_key_for_something_else(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        first = await store.append("t1", stream, NO_STREAM, new(1), METADATA, request("k"))
        again = await store.append("t1", stream, 1, new(1), METADATA, request("k", "another body"))
        assert again == first._replace(repeated=True, proof=request("k").proof)  # so the caller sees the difference
        assert await store.find_request("t1", "k") == again
        assert len(await feed(store)) == 1

    async def test_a_key_belongs_to_its_tenant(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        await store.append("t1", stream, NO_STREAM, new(1), METADATA, request("k"))
        assert await store.find_request("t2", "k") is None
        other = await store.append("t2", stream_of(), NO_STREAM, new(1), METADATA, request("k", "another body"))
        assert not other.repeated

    async def test_a_refused_request_leaves_its_key_free(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        with pytest.raises(WrongVersion):
            await store.append("t1", stream, 5, new(1), METADATA, request("k"))
        assert await store.find_request("t1", "k") is None
        assert not (await store.append("t1", stream, NO_STREAM, new(1), METADATA, request("k"))).repeated

    async def test_a_request_that_changed_nothing_is_remembered(self, opener: Opener) -> None:
        store, stream = await opener(), stream_of()
        first = await store.append("t1", stream, NO_STREAM, new(2), METADATA)
        with pytest.raises(WrongVersion):
            await store.append("t1", stream, 1, [], METADATA, request("k"))
        done = await store.append("t1", stream, 2, [], METADATA, request("k"))
        assert done == Appended(stream, 2, first.position)
        await store.append("t1", stream, 2, new(1), METADATA)
        assert await store.find_request("t1", "k") == done._replace(repeated=True, proof=request("k").proof)

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
        outcomes = await asyncio.gather(*appends)
        (won,) = [n for n, outcome in enumerate(outcomes) if not outcome.repeated]
        known = outcomes[won]._replace(repeated=True, proof=request("k", f"body {won}").proof)
        assert all(outcome == known for n, outcome in enumerate(outcomes) if n != won)
        assert len(await feed(store)) == 1

    # --- concurrency ----------------------------------------------------------------------------------------------

    async def test_sixteen_writers_race_on_one_stream(self, opener: Opener) -> None:
        """Exactly one wins each version; a loser reads again and retries."""
        store, stream, rounds = await opener(), stream_of(), self.race_rounds
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
