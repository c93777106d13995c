"""What every blob store keeps. An adapter's test module subclasses this and gives `blobs`."""

from __future__ import annotations

import asyncio

import pytest

from shared.blobs.port import BlobExists, BlobMissing, Blobs


class BlobsSuite:
    async def test_what_was_put_is_there(self, blobs: Blobs) -> None:
        for content in (b"", b"a", bytes(range(256)) * 4096):
            key = f"t1/{len(content)}/part"
            await blobs.put(key, content)
            assert await blobs.get(key) == content

    async def test_a_blob_is_written_once(self, blobs: Blobs) -> None:
        await blobs.put("t1/a", b"first")
        with pytest.raises(BlobExists):
            await blobs.put("t1/a", b"second")
        assert await blobs.get("t1/a") == b"first"

    async def test_of_writers_at_once_one_wins(self, blobs: Blobs) -> None:
        found = await asyncio.gather(*(blobs.put("t1/a", b"%d" % n) for n in range(8)), return_exceptions=True)
        won = [n for n, outcome in enumerate(found) if outcome is None]
        assert len(won) == 1
        assert {type(outcome) for outcome in found if outcome is not None} == {BlobExists}
        assert await blobs.get("t1/a") == b"%d" % won[0]

    async def test_what_is_not_there(self, blobs: Blobs) -> None:
        with pytest.raises(BlobMissing):
            await blobs.get("t1/none")
        await blobs.delete(["t1/none"])
        assert await blobs.keys("t1") == []

    async def test_keys_below_a_folder_in_order(self, blobs: Blobs) -> None:
        for key in ("t1/b/2", "t1/b/1", "t1/bc/1", "t2/b/1"):
            await blobs.put(key, b"x")
        assert await blobs.keys("t1/b") == ["t1/b/1", "t1/b/2"]
        assert await blobs.keys("t1") == ["t1/b/1", "t1/b/2", "t1/bc/1"]
        assert await blobs.keys("") == ["t1/b/1", "t1/b/2", "t1/bc/1", "t2/b/1"]

    async def test_deleted_ones_are_gone(self, blobs: Blobs) -> None:
        for key in ("t1/a/1", "t1/a/2", "t1/b/1"):
            await blobs.put(key, b"x")
        await blobs.delete(await blobs.keys("t1/a"))
        assert await blobs.keys("t1") == ["t1/b/1"]
        await blobs.put("t1/a/1", b"again")
        assert await blobs.get("t1/a/1") == b"again"
