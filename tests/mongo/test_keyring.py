"""The key ring suite over MongoDB's protocol, and what is particular to a ring that several processes share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.mongo import Mongo
from shared.security.keycache import KeyCache
from shared.security.keyring import KeyRing, KeysUnavailable, subject_hash
from shared.security.keyring_mongo import MongoKeyRing
from shared.security.rootkey import KeysUnusable
from tests.contract.keyring_suite import KeyRingSuite, Opener, key_of


@pytest.fixture
def url(mongo_url: str) -> str:
    return mongo_url


@pytest.fixture
async def opener(url: str, tmp_path: Path) -> AsyncIterator[Opener]:
    opened: list[MongoKeyRing] = []

    async def open_ring() -> KeyRing:
        opened.append(await MongoKeyRing.open(url, tmp_path / "root.key"))
        return opened[-1]

    yield open_ring
    for ring in opened:
        await ring.close()


class TestMongoKeyRing(KeyRingSuite):
    pass


class TestJavaServer(KeyRingSuite):
    @pytest.fixture
    def url(self, java_url: str) -> str:
        return java_url


async def test_what_one_process_destroys_no_other_one_opens(opener: Opener) -> None:
    """Also where the other one holds the key already: it asks within a second."""
    now = 0.0
    one, other = await opener(), KeyCache(await opener(), lambda: now)
    await one.ensure("t1", ["a", "b"])
    assert (await other.find([("t1", "a")]))["t1", "a"] is not None
    await one.destroy("t1", "a")
    now = 1.0
    assert await other.find([("t1", "a"), ("t1", "b")]) == {
        ("t1", "a"): None,
        ("t1", "b"): await key_of(one, "t1", "b"),
    }


async def test_rings_that_make_and_destroy_at_once_agree(opener: Opener) -> None:
    rings = [await opener() for _ in range(4)]
    subjects = [f"s{n}" for n in range(12)]
    await asyncio.gather(
        *(ring.ensure("t1", subjects) for ring in rings),
        *(ring.destroy("t1", subject) for ring, subject in zip(rings * 3, subjects, strict=True)),
        rings[0].rotate("t1"),
    )
    assert [await ring.find([("t1", s) for s in subjects]) for ring in rings] == [
        {("t1", s): None for s in subjects}
    ] * 4
    assert sorted((await rings[0].destroyed_since(0)).values()) == list(range(1, 13))


async def test_a_destruction_that_broke_off_is_numbered_at_the_next_start(
    opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = await opener()
    await ring.ensure("t1", ["a"])

    async def fails(self: MongoKeyRing, id: bytes) -> None:
        raise KeysUnavailable("the connection is lost")

    with monkeypatch.context() as broken:
        broken.setattr(MongoKeyRing, "_number", fails)
        with pytest.raises(KeysUnavailable):
            await ring.destroy("t1", "a")
    assert await key_of(ring, "t1", "a") is None
    assert await (await opener()).destroyed_since(0) == {subject_hash("t1", "a"): 1}


async def test_of_a_destroyed_person_only_a_hash_is_left(opener: Opener, url: str) -> None:
    ring = await opener()
    await ring.ensure("t1", ["somebody"])
    await ring.destroy("t1", "somebody")
    mongo = Mongo(url, "test", KeysUnavailable)
    rows = [row for name in await mongo.names() for row in await mongo.docs(name).find({})]
    mongo.close()
    assert subject_hash("t1", "somebody") in [row["_id"] for row in rows]
    assert "somebody" not in str(rows)


async def test_another_root_key_a_lost_one_and_another_installation_are_refused(url: str, tmp_path: Path) -> None:
    await (await MongoKeyRing.open(url, tmp_path / "root.key", installation="one")).close()
    (tmp_path / "other.key").write_bytes(bytes(32))
    for file, installation, message in (
        ("other.key", "one", "CRM_KEYS: .* belongs to another root key"),
        ("lost.key", "one", r"lost\.key is missing: put it back"),
        ("root.key", "two", "CRM_KEYS: .* belongs to another installation"),
    ):
        with pytest.raises(KeysUnusable, match=message):
            await MongoKeyRing.open(url, tmp_path / file, installation=installation)
    assert not (tmp_path / "lost.key").exists()
    await (await MongoKeyRing.open(url, tmp_path / "root.key", installation="one")).close()
