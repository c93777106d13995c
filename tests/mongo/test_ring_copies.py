"""A copy of a key ring opens in every adapter: from MongoDB into a file, and from the file into another database."""

from __future__ import annotations

from pathlib import Path

from shared.clock import SystemClock
from shared.security import ringcopy, ringcopy_mongo
from shared.security.keyring import KeyRing
from shared.security.keyring_mongo import MongoKeyRing
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.security.rootkey import write_private
from shared.security.signing_shared import SharedSigningKeys
from tests.support.mongo import database

SUBJECTS = [("t1", "ada"), ("t1", "bob"), ("t2", "cleo")]
INSTALLATION = "00000000-0000-4000-8000-000000000001"


async def test_a_ring_moves_between_engines(mongo_server: str, mongo_url: str, tmp_path: Path) -> None:
    first = await MongoKeyRing.open(mongo_url, tmp_path / "root.key", installation=INSTALLATION)
    for tenant, subject in SUBJECTS:
        await first.ensure(tenant, [subject])
    await first.rotate("t1")
    await first.destroy("t1", "bob")
    expected = await _shown(first)
    await first.close()
    write_private(tmp_path / "signing.keys", b"wrapped")
    shared = SharedSigningKeys(mongo_url, tmp_path / "signing.keys")
    await shared.offer()
    await shared.close()
    copy = await ringcopy_mongo.copied(mongo_url, tmp_path / "root.key", tmp_path / "none")
    assert copy.files == {"signing.keys": b"wrapped"}
    folder = tmp_path / "keys"
    write_private(folder / "root.key", copy.root)
    await SqliteKeyRing.open(folder, clock=SystemClock(), installation=INSTALLATION).close()
    ringcopy.put_back(folder, copy)
    second = SqliteKeyRing.open(folder, installation=INSTALLATION)
    assert await _shown(second) == expected
    await second.close()
    other = database(mongo_server)
    for _ in range(2):  # it may be interrupted
        third = await MongoKeyRing.open(other, folder / "root.key", installation=INSTALLATION)
        await ringcopy_mongo.put_back(other, ringcopy.copied(folder))
        assert await _shown(third) == expected
        await third.close()


async def _shown(ring: KeyRing) -> tuple[object, ...]:
    return await ring.find(SUBJECTS), await ring.destroyed_since(0), await ring.index_key("t1")
