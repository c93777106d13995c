"""A small system whose backups tests make, harm and put back: a log, keys and files, without a suite."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crm.backup_source import place_at, source_of
from crm.restore import put_back
from shared.backup.create import Backup
from shared.backup.keyfile import BackupKey, make_key
from shared.backup.manifest import Kind, Manifest
from shared.backup.place import Place
from shared.backup.restore import Restored, Wanted
from shared.backup.verify import Verified, verify
from shared.blobs.objects import ObjectBlobs
from shared.clock import SystemIds
from shared.events.envelope import Metadata, NewEvent, Stored
from shared.eventstore.sqlite import SqliteEventStore
from shared.eventstore.sqlite_log import SqliteLog
from shared.ledger.leaf import leaves_of
from shared.ledger.tiles import Tiles
from shared.security.keyring_sqlite import SqliteKeyRing
from tests.support.world import ShiftedClock

IDS = SystemIds()


@dataclass
class System:
    folder: Path
    target: Path
    clock: ShiftedClock
    store: SqliteEventStore
    ring: SqliteKeyRing
    files: ObjectBlobs
    key: BackupKey
    versions: dict[str, int] = field(default_factory=dict)

    async def append(self, count: int, dice: random.Random, tenant: str = "t1") -> None:
        """Appends to old and new streams, of one to five events each, with time between them."""
        for _ in range(count):
            stream = dice.choice([*self.versions, f"deal-{IDS.new()}"])
            new = [
                NewEvent(
                    IDS.new(), "sales.OpportunityWon", 1, dice.randrange(1, 2**50), dice.randbytes(9).hex().encode()
                )
                for _ in range(dice.randint(1, 5))
            ]
            known = self.versions.get(stream, 0)
            done = await self.store.append(tenant, stream, known, new, Metadata(actor="ada", reason=str(count)))
            self.versions[stream] = done.version
            self.clock.ahead += dice.choice((0, 1, 1_000, 90_000_000))

    async def backup(self, kind: Kind = "incremental", target: Path | None = None) -> tuple[str, Manifest]:
        async with source_of(self.folder) as source:
            place = place_at(str(target or self.target), create=True)
            made = await Backup(source, place, self.key, self.clock).create(kind)
        assert made is not None
        return made

    async def verify(self, target: Path | None = None, *, deep: bool = True) -> Verified:
        return await verify(place_at(str(target or self.target)), self.key, deep=deep, again=0)

    async def restore(self, data: Path, wanted: Wanted = Wanted()) -> Restored:  # noqa: B008 - it is frozen
        return await put_back(str(self.target), data, self.key, wanted, lambda *_: None)

    @property
    def place(self) -> Place:
        return place_at(str(self.target))

    async def events(self) -> list[Stored]:
        return await self.store.read_all(0, 10**9)


@asynccontextmanager
async def open_system(folder: Path) -> AsyncIterator[System]:
    """`data`, `target` and `backup.key` in the folder."""
    data, clock = folder / "data", ShiftedClock()
    async with AsyncExitStack() as stack:
        store = SqliteEventStore.open(data / "events.db", clock)
        stack.push_async_callback(store.close)
        ring = SqliteKeyRing.open(data / "keys", clock=clock, installation=store.installation)
        stack.push_async_callback(ring.close)
        files = ObjectBlobs.in_folder(data / "files")
        yield System(data, folder / "target", clock, store, ring, files, make_key(folder / "backup.key"))


async def log_of(data: Path) -> list[Stored]:
    """The events of a data directory that nobody has open."""
    log = SqliteLog(data / "events.db")
    try:
        return await log.read_all(0, 10**9)
    finally:
        await log.close()


def root_over(events: Sequence[Stored]) -> str:
    """The ledger's root, by the tree that the ledger keeps."""
    tree = Tiles(0, lambda *_: b"")
    tree.extend(leaves_of(events))
    return tree.root().hex()
