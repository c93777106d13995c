"""A log with a ledger over real files, and what tests do to both."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from shared.clock import SystemIds
from shared.events.codec import Codec
from shared.events.envelope import Metadata, NewEvent, Stored
from shared.eventstore.chain import chain_hashes, genesis
from shared.eventstore.port import NO_STREAM, EventStore
from shared.eventstore.sqlite_check import installation_of
from shared.ledger.file import LedgerFile
from shared.ledger.leaf import leaf_of
from shared.ledger.ledger import Ledger
from shared.ledger.merkle import node_hash
from shared.ledger.notary import Notary
from shared.ledger.note import VerifierKey, origin_of
from shared.security.keycache import KeyCache
from shared.security.notarykey import PURPOSE, NotaryKey
from tests.support.ports import open_ports
from tests.support.world import ShiftedClock

IDS = SystemIds()
TENANT = "t1"


@dataclass
class Ledgers:
    """A store with its ledger and notary. Nothing runs in the background."""

    folder: Path
    clock: ShiftedClock
    store: EventStore
    file: LedgerFile
    ledger: Ledger
    notary: Notary
    key: VerifierKey

    async def append(self, count: int, tenant: str = TENANT) -> list[str]:
        """Events of one new stream. Returns their ids."""
        ids = [IDS.new() for _ in range(count)]
        new = [NewEvent(id, "sales.OpportunityWon", 1, 1, b'{"n":%d}' % n) for n, id in enumerate(ids)]
        for start in range(0, count, 500):
            part, stream = new[start : start + 500], f"opportunity-{IDS.new()}"
            await self.store.append(tenant, stream, NO_STREAM, part, Metadata(actor="ada"))
        return ids

    async def sealed(self, count: int = 1) -> None:
        """Append events, and a checkpoint that covers them."""
        await self.append(count)
        await self.ledger.catch_up()
        assert await self.notary.sign()
        await self.ledger.catch_up()

    async def events(self) -> list[Stored]:
        return await self.store.read_all(0, 1_000_000)


@asynccontextmanager
async def open_ledger(folder: Path) -> AsyncIterator[Ledgers]:
    """New, or with a past."""
    clock = ShiftedClock()
    async with AsyncExitStack() as stack:
        ports = await open_ports(folder, [], clock, stack)
        assert ports.ledger is not None
        ledger = Ledger(ports.store, ports.ledger, clock)
        key = NotaryKey.open(folder / "keys" / "notary.key", await ports.keys.wrapper(PURPOSE))
        notary = Notary(ledger, key, Codec(KeyCache(ports.keys)), clock, IDS, ports.views)
        await ledger.start()
        verifier = key.verifier(origin_of(ports.ledger.installation))
        yield Ledgers(folder, clock, ports.store, ports.ledger, ledger, notary, verifier)


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(naive_root(leaves[:half]), naive_root(leaves[half:]))


def root_of(events: list[Stored]) -> bytes:
    return naive_root([leaf_of(one) for one in events])


def tampered(folder: Path, *statements: str, renumbered: bool = False) -> None:
    """Change the log of a closed store by hand, and write its chain of hashes again, as who has the file can.

    renumbered: its positions are made 1, 2, 3 … again.
    """
    with closing(sqlite3.connect(folder / "events.db", isolation_level=None)) as db:
        for one in statements:
            db.execute(one)
        if renumbered:
            db.execute("CREATE TEMP TABLE again AS SELECT * FROM events ORDER BY position")
            db.execute("UPDATE again SET position = rowid")
            db.execute("DELETE FROM events")
            db.execute("INSERT INTO events SELECT * FROM again")
        rows = db.execute(f"SELECT {', '.join(Stored._fields)} FROM events ORDER BY position").fetchall()
        db.execute("DELETE FROM chain")
        chained = chain_hashes(genesis(installation_of(db)), map(Stored._make, rows))
        db.executemany("INSERT INTO chain VALUES(?, ?)", chained)
