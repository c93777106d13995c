"""The cache of a kernel over a ring that it shares with other kernels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from pathlib import Path

import pytest

from services.customer.contact import CONTACT
from shared.clock import SystemClock, SystemIds
from shared.events.codec import Codec
from shared.events.customer_contacts import ContactCreated
from shared.events.envelope import Metadata
from shared.eventstore.port import NO_STREAM
from shared.eventstore.sqlite import SqliteEventStore
from shared.kernel.repository import Repository
from shared.security.keycache import FRESH_SECONDS, KeyCache
from shared.security.keyring import KeyMissing, KeyRing, KeysUnavailable, Subject
from shared.security.keyring_sqlite import SqliteKeyRing
from tests.contract.keyring_suite import KeyRingSuite, Opener

IDS = SystemIds()


class Ring(SqliteKeyRing):
    """Counts what is asked of it. before_found: runs between a look-up and its answer."""

    asked = 0
    before_found: Callable[[], Awaitable[object]] | None = None
    down = False

    async def find(self, subjects: Collection[Subject]) -> dict[Subject, bytes | None]:
        self.asked += 1
        found = await super().find(subjects)
        if self.before_found is not None:
            act, self.before_found = self.before_found, None
            await act()
        return found

    async def destroyed_since(self, number: int) -> dict[bytes, int]:
        if self.down:
            raise KeysUnavailable("the ring does not answer")
        return await super().destroyed_since(number)


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def ring(tmp_path: Path) -> AsyncIterator[Ring]:
    ring = Ring.open(tmp_path / "keys")
    assert isinstance(ring, Ring)
    yield ring
    await ring.close()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def opener(tmp_path: Path) -> AsyncIterator[Opener]:
    opened: list[KeyRing] = []

    async def open_ring() -> KeyRing:
        opened.append(KeyCache(SqliteKeyRing.open(tmp_path / "cached")))
        return opened[-1]

    yield open_ring
    for one in opened:
        await one.close()


class TestKeyCache(KeyRingSuite):
    pass


async def test_a_key_is_read_once(ring: Ring, time: Time) -> None:
    cache = KeyCache(ring, time)
    made = await cache.ensure("t1", ["a", "b"])
    await ring.destroy("t1", "b")
    assert await cache.find([("t1", "a"), ("t1", "b")]) == {("t1", s): key for s, key in made.items()}
    assert cache.cached(("t1", "a")) == made["a"]
    assert ring.asked == 0


async def test_a_subject_that_the_ring_never_knew_is_asked_for_again(ring: Ring, time: Time) -> None:
    cache = KeyCache(ring, time)
    with pytest.raises(KeyMissing, match="late"):
        await cache.key("t1", "late")
    made = await ring.ensure("t1", ["late"])
    assert await cache.key("t1", "late") == made["late"]


async def test_a_key_that_another_kernel_destroyed_is_unusable_a_second_later(ring: Ring, time: Time) -> None:
    mine, other = KeyCache(ring, time), KeyCache(ring, time)
    await mine.ensure("t1", ["a", "b"])
    assert await other.key("t1", "a") is not None
    kept, before = await other.key("t1", "b"), other.generation
    await mine.destroy("t1", "a")
    assert await mine.key("t1", "a") is None  # where it was destroyed: at once
    time.now += FRESH_SECONDS
    assert await other.key("t1", "a") is None
    await other.fresh()
    assert other.cached(("t1", "a")) is None
    assert other.cached(("t1", "b")) == kept
    assert other.generation > before


async def test_a_forgotten_key_is_read_again_at_once(ring: Ring, time: Time) -> None:
    mine, other = KeyCache(ring, time), KeyCache(ring, time)
    await other.ensure("t1", ["a"])
    await mine.destroy("t1", "a")
    other.forget("t1", "a")
    assert await other.key("t1", "a") is None


@pytest.mark.parametrize("how", ["destroyed here", "destroyed elsewhere"])
async def test_a_key_destroyed_while_it_is_read_is_neither_given_nor_kept(ring: Ring, time: Time, how: str) -> None:
    mine, other = KeyCache(ring, time), KeyCache(ring, time)
    await ring.ensure("t1", ["a"])
    await other.fresh()

    async def destroy() -> None:
        if how == "destroyed here":
            await other.destroy("t1", "a")
        else:
            await mine.destroy("t1", "a")
            time.now += FRESH_SECONDS
            await other.fresh()

    ring.before_found = destroy
    assert await other.key("t1", "a") is None
    assert other.cached(("t1", "a")) is None


async def test_cached_keys_are_not_used_while_the_ring_does_not_answer(ring: Ring, time: Time) -> None:
    cache = KeyCache(ring, time)
    key = (await cache.ensure("t1", ["a"]))["a"]
    ring.down, time.now = True, FRESH_SECONDS
    asked = await asyncio.gather(*(cache.key("t1", "a") for _ in range(5)), return_exceptions=True)
    assert all(isinstance(one, KeysUnavailable) for one in asked)
    ring.down = False
    assert await cache.key("t1", "a") == key


async def test_a_kernel_reads_masks_a_second_after_another_erased_the_person(
    ring: Ring, time: Time, tmp_path: Path
) -> None:
    store = SqliteEventStore.open(tmp_path / "events.db", SystemClock())
    codecs = [Codec(KeyCache(ring, time)) for _ in range(2)]
    mine, other = (Repository(store, codec) for codec in codecs)
    id = IDS.new()
    made = ContactCreated(id, {"given_name": "Zephyrine"}, [], "u1")
    encoded = await codecs[0].encode("t1", CONTACT.stream(id), [made], [IDS.new()], 1)
    await store.append("t1", CONTACT.stream(id), NO_STREAM, encoded, Metadata())
    try:
        for repository in (mine, other):
            assert (await repository.load(CONTACT, "t1", id)).given_name == "Zephyrine"
        await codecs[0].keys.destroy("t1", id)
        time.now += FRESH_SECONDS
        for repository in (mine, other):
            assert (await repository.load(CONTACT, "t1", id)).given_name == ""
            assert "Zephyrine" not in str(await repository.events(CONTACT, "t1", id))
    finally:
        await store.close()


async def test_a_batch_with_many_unknown_keys_asks_the_ring_once(ring: Ring, time: Time, tmp_path: Path) -> None:
    store, codec = SqliteEventStore.open(tmp_path / "events.db", SystemClock()), Codec(KeyCache(ring, time))
    ids = [IDS.new() for _ in range(150)]
    for n, id in enumerate(ids):
        made = ContactCreated(id, {"given_name": f"Ann {n}"}, [], "u1")
        encoded = await codec.encode("t1", CONTACT.stream(id), [made], [IDS.new()], 1)
        await store.append("t1", CONTACT.stream(id), NO_STREAM, encoded, Metadata())
    await ring.destroy("t1", ids[7])
    stored = await store.read_all(0, 1000)
    await store.close()
    ring.asked = 0
    decoded = await Codec(KeyCache(ring, time)).decode_all(stored)
    shown = [one.event.details.get("given_name") for one in decoded]
    assert shown == [None if n == 7 else f"Ann {n}" for n in range(150)]
    assert ring.asked == 1
