"""The embedded adapters over real files in a folder, opened for a test."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path

from crm.ports import views_in_memory
from shared.blobs.objects import ObjectBlobs
from shared.blobs.store import FileStore
from shared.clock import Clock
from shared.eventstore.sqlite import SqliteEventStore
from shared.explorer.file import ExplorerFile
from shared.kernel.ports import Ports
from shared.ledger.file import LedgerFile
from shared.past.sqlite import SqlitePast
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.security.limits_memory import MemoryLimits
from shared.security.signingkeys import PURPOSE, SigningKeys
from shared.streaming.parked import PARKED
from shared.views.port import Collection
from shared.views.sqlite import SqliteViews


async def open_ports(folder: Path, collections: Iterable[Collection], clock: Clock, stack: AsyncExitStack) -> Ports:
    """Open or create them, new or with a past; the stack closes them."""
    keys = SqliteKeyRing.open(folder / "keys", clock=clock)
    stack.push_async_callback(keys.close)
    store = SqliteEventStore.open(folder / "events.db", clock)
    stack.push_async_callback(store.close)
    views = SqliteViews.open(folder / "views.db")
    stack.push_async_callback(views.close)
    await views.declare([*collections, PARKED])
    signing = SigningKeys.open(folder / "signing.keys", await keys.wrapper(PURPOSE), clock)
    past = SqlitePast(folder / "past.db")
    stack.push_async_callback(past.close)
    ledger = LedgerFile(folder / "ledger.db", store.installation)
    stack.callback(ledger.close)
    explorer = ExplorerFile(folder / "explorer.db", store.installation)
    stack.callback(explorer.close)
    files, stored = folder / "imports", FileStore(ObjectBlobs.in_folder(folder / "files"))
    return Ports(
        store,
        views,
        keys,
        signing,
        MemoryLimits(clock),
        files,
        stored,
        views_in_memory,
        clock,
        past=past,
        ledger=ledger,
        explorer=explorer,
    )
