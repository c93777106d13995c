"""What every key ring keeps. An adapter's test module subclasses this and gives an `opener` fixture.

The opener opens the same ring again and again (as after a restart) until the test ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from shared.security.keyring import Checked, KeyMissing, KeyRing, LogHead, subject_hash

Opener = Callable[[], Awaitable[KeyRing]]


async def key_of(ring: KeyRing, tenant: str, subject: str) -> bytes | None:
    """One key, None when destroyed. Raises KeyMissing."""
    found = await ring.find([(tenant, subject)])
    if (tenant, subject) not in found:
        raise KeyMissing(tenant, subject)
    return found[tenant, subject]


class KeyRingSuite:
    async def test_the_head_of_the_log_that_was_noted_last_is_kept(self, opener: Opener) -> None:
        ring = await opener()
        assert await ring.log_head() == LogHead()
        await ring.note_checked(Checked(7, 2, "ab"))
        assert await ring.log_head() == LogHead(7, "ab")  # as of a ring that noted nothing else yet
        await ring.note_log_head(LogHead(9, "cd"))
        await ring.close()
        assert await (await opener()).log_head() == LogHead(9, "cd")

    async def test_an_unknown_subject_has_no_key(self, opener: Opener) -> None:
        ring = await opener()
        with pytest.raises(KeyMissing, match="nobody"):
            await key_of(ring, "t1", "nobody")
        assert not await ring.destroy("t1", "nobody")
        assert await key_of(ring, "t1", "nobody") is None

    async def test_ensured_subjects_have_keys_of_32_bytes_all_different(self, opener: Opener) -> None:
        ring = await opener()
        await ring.ensure("t1", ["a", "b"])
        await ring.ensure("t2", ["a"])
        keys = {await key_of(ring, "t1", "a"), await key_of(ring, "t1", "b"), await key_of(ring, "t2", "a")}
        assert len(keys) == 3
        assert all(key is not None and len(key) == 32 for key in keys)

    async def test_ensuring_again_keeps_the_key(self, opener: Opener) -> None:
        ring = await opener()
        await ring.ensure("t1", ["a"])
        before = await key_of(ring, "t1", "a")
        await ring.ensure("t1", ["a", "b"])
        assert await key_of(ring, "t1", "a") == before

    async def test_keys_survive_a_restart(self, opener: Opener) -> None:
        ring = await opener()
        await ring.ensure("t1", ["a", "b"])
        before = [await key_of(ring, "t1", "a"), await key_of(ring, "t1", "b"), await ring.index_key("t1")]
        await ring.close()
        ring = await opener()
        assert [await key_of(ring, "t1", "a"), await key_of(ring, "t1", "b"), await ring.index_key("t1")] == before

    async def test_a_destroyed_key_is_gone_for_ever(self, opener: Opener) -> None:
        ring = await opener()
        await ring.ensure("t1", ["a", "b"])
        assert await ring.destroy("t1", "a")
        assert not await ring.destroy("t1", "a")
        await ring.ensure("t1", ["a"])
        assert await key_of(ring, "t1", "a") is None
        assert await key_of(ring, "t1", "b") is not None
        await ring.close()
        ring = await opener()
        await ring.ensure("t1", ["a"])
        assert await key_of(ring, "t1", "a") is None

    async def test_destroyed_subjects_are_numbered_in_their_order(self, opener: Opener) -> None:
        ring = await opener()
        await ring.ensure("t1", ["a", "b", "c"])
        assert (await ring.destroyed(), await ring.destroyed_since(0)) == (0, {})
        for subject in ("b", "a", "b"):
            await ring.destroy("t1", subject)
        await ring.close()
        ring = await opener()
        a, b = subject_hash("t1", "a"), subject_hash("t1", "b")
        assert (await ring.destroyed(), await ring.destroyed_since(0), await ring.destroyed_since(1)) == (
            2,
            {b: 1, a: 2},
            {a: 2},
        )

    async def test_what_was_checked_is_noted_for_good(self, opener: Opener) -> None:
        ring = await opener()
        assert await ring.checked() == Checked()
        await ring.note_checked(Checked(7, 2))
        await ring.close()
        assert await (await opener()).checked() == Checked(7, 2)

    async def test_subjects_are_found_by_how_their_names_begin(self, opener: Opener) -> None:
        ring = await opener()
        await ring.ensure("t1", ["texts-2", "texts-1", "other", "text%", "a"])
        await ring.ensure("t2", ["texts-3"])
        assert await ring.subjects("t1", "texts-") == ["texts-1", "texts-2"]
        await ring.destroy("t1", "texts-1")
        assert await ring.subjects("t1", "texts-") == ["texts-2"]
        assert await ring.subjects("t1", "text_") == []

    async def test_destroying_ahead_of_time_keeps_a_key_from_being_made(self, opener: Opener) -> None:
        ring = await opener()
        await ring.destroy("t1", "a")
        await ring.ensure("t1", ["a"])
        assert await key_of(ring, "t1", "a") is None

    async def test_the_same_subject_of_another_tenant_is_left_alone(self, opener: Opener) -> None:
        ring = await opener()
        await ring.ensure("t1", ["a"])
        await ring.ensure("t2", ["a"])
        await ring.destroy("t1", "a")
        assert await key_of(ring, "t2", "a") is not None

    async def test_racing_writers_agree_on_one_key(self, opener: Opener) -> None:
        ring = await opener()
        seen: list[bytes | None] = []

        async def one(n: int) -> None:
            await ring.ensure("t1", ["shared", f"own-{n}"])
            seen.append(await key_of(ring, "t1", "shared"))
            assert await key_of(ring, "t1", f"own-{n}") is not None

        await asyncio.gather(*(one(n) for n in range(50)))
        assert len(set(seen)) == 1
        assert None not in seen

    async def test_rotation_keeps_every_data_key_and_the_index_key(self, opener: Opener) -> None:
        ring = await opener()
        subjects = [f"s{n}" for n in range(100)]
        await ring.ensure("t1", subjects)
        before = [await key_of(ring, "t1", s) for s in subjects]
        index = await ring.index_key("t1")
        await ring.rotate("t1")
        await ring.rotate("t1")
        await ring.close()
        ring = await opener()
        assert [await key_of(ring, "t1", s) for s in subjects] == before
        assert await ring.index_key("t1") == index
        await ring.ensure("t1", ["later"])
        assert await key_of(ring, "t1", "later") is not None

    async def test_index_keys_differ_by_tenant_and_stay(self, opener: Opener) -> None:
        ring = await opener()
        assert await ring.index_key("t1") == await ring.index_key("t1")
        assert await ring.index_key("t1") != await ring.index_key("t2")
        assert len(await ring.index_key("t1")) == 32
