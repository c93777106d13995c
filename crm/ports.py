"""Settings → ports: each adapter is chosen by its URL here, and nowhere else."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from crm.blobs import open_blobs
from crm.caches import open_views
from crm.datadir import Places, inspect, inspect_keys
from crm.past import open_past
from crm.settings import Settings, WrongSetting, eventstore_address, jobs_folder, mongodb_of, root_key_file, writable
from crm.topics import kafka_of
from shared.blobs.clamd import Clamd
from shared.blobs.rules import MOST_MB, FileRules
from shared.blobs.store import FileStore, Scanner
from shared.clock import Clock, SystemClock
from shared.eventstore.lock import lock_directory
from shared.eventstore.port import RequestRow
from shared.eventstore.sqlite import SqliteEventStore
from shared.explorer.file import ExplorerFile
from shared.kernel.ports import Ports
from shared.kernel.request_keys import RequestKeys
from shared.ledger.file import LedgerFile
from shared.security.keycache import KeyCache
from shared.security.keyring import KeyRing
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.security.limits import Limits
from shared.security.limits_memory import MemoryLimits
from shared.security.rootkey import KeysUnusable
from shared.security.signingkeys import PURPOSE, SigningKeys
from shared.views.port import Collection
from shared.views.sqlite import SqliteViews

if TYPE_CHECKING:
    from shared.eventstore.eventstoredb import EventStoreDB


async def open_ports(
    settings: Settings, collections: Sequence[Collection], stack: AsyncExitStack, *, has_past: bool = False
) -> Ports:
    """Open or create everything that lies in the data directory; the stack closes it in the reverse order.

    has_past: whether the store of the past is this process's where several may work on the same views. Raises
    AlreadyOpen, NewerFormat, KeysUnusable, StoreBroken, StoreUnavailable, ViewsUnavailable, WrongSetting.
    """
    data, clock = settings.data, SystemClock()
    stack.callback(lock_directory(data).release)
    places, url = Places.named(), eventstore_address()
    store: SqliteEventStore | EventStoreDB
    if url is None:
        store, keys = await _open_here(data, places, clock, stack)
    else:
        store, keys = await _open_there(url, data, places, clock, stack)
    views, stale = await open_views(data / "views.db", store, collections, places.views)
    stack.push_async_callback(views.close)
    past, past_elsewhere = await open_past(data / "past.db", store.installation, keys, clock, stack, is_here=has_past)
    ledger = LedgerFile(data / "ledger.db", store.installation)
    stack.callback(ledger.close)
    explorer = ExplorerFile(data / "explorer.db", store.installation)
    stack.callback(explorer.close)
    return Ports(
        store=store,
        views=views,
        keys=keys,
        signing=await _open_signing(data / "keys" / "signing.keys", places.keys, keys, clock, stack),
        limits=await _open_limits(mongodb_of("CRM_LIMITS"), clock, stack),
        files=writable(jobs_folder(data), "CRM_IMPORTS"),
        file_store=FileStore(open_blobs(data), file_rules(), scanner()),
        open_scratch=views_in_memory,
        clock=clock,
        stale=frozenset(stale),
        past=past,
        past_elsewhere=past_elsewhere,
        ledger=ledger,
        explorer=explorer,
        kafka=kafka_of(),
    )


async def _open_keys(data: Path, url: str | None, clock: Clock, installation: str) -> KeyRing:
    """The root key is a file wherever the ring is."""
    file = root_key_file(data)
    if url is None:
        return SqliteKeyRing.open(data / "keys", clock=clock, installation=installation)
    from shared.security.keyring_mongo import MongoKeyRing

    return await MongoKeyRing.open(url, file, clock, installation)


async def _open_signing(file: Path, url: str | None, keys: KeyRing, clock: Clock, stack: AsyncExitStack) -> SigningKeys:
    """In the data directory; where the ring is in MongoDB, also there: the processes sign with the same keys."""
    wrapper = await keys.wrapper(PURPOSE)
    if url is None:
        return SigningKeys.open(file, wrapper, clock)
    from shared.security.signing_shared import SharedSigningKeys

    shared = SharedSigningKeys(url, file)
    stack.push_async_callback(shared.close)
    await shared.fetch()
    signing = SigningKeys.open(file, wrapper, clock)
    await shared.offer()
    looking = asyncio.create_task(shared.run())
    stack.callback(looking.cancel)
    return signing


async def _open_limits(url: str | None, clock: Clock, stack: AsyncExitStack) -> Limits:
    if url is None:
        return MemoryLimits(clock)
    from shared.security.limits_mongo import MongoLimits

    limits = await MongoLimits.open(url, clock)
    stack.push_async_callback(limits.close)
    return limits


def file_rules(environment: Mapping[str, str] = os.environ) -> FileRules:
    """CRM_FILE_TYPES: media types, comma-separated, `image/*` too; CRM_FILE_MB: of one file. Raises WrongSetting."""
    rules = FileRules()
    if listed := environment.get("CRM_FILE_TYPES", ""):
        rules = replace(rules, types=tuple(one.strip() for one in listed.split(",")))
    if size := environment.get("CRM_FILE_MB", ""):
        if not (size.isdigit() and 0 < int(size) <= MOST_MB):
            raise WrongSetting(f"CRM_FILE_MB is a number from 1 to {MOST_MB}, not {size!r}")
        rules = replace(rules, most=int(size) << 20)
    return rules


def scanner(environment: Mapping[str, str] = os.environ) -> Scanner | None:
    """CRM_SCANNER: `clamd://host:port`; unset = files are given out unseen. Raises WrongSetting."""
    url = environment.get("CRM_SCANNER", "")
    try:
        return Clamd.at(url) if url else None
    except ValueError as error:
        raise WrongSetting(f"CRM_SCANNER: {error}") from error


async def views_in_memory() -> SqliteViews:
    return SqliteViews.open(None)


async def _open_here(
    data: Path, places: Places, clock: Clock, stack: AsyncExitStack
) -> tuple[SqliteEventStore, KeyRing]:
    """The events in the data directory, and the keys that belong to them."""
    installation = inspect(data, places) or str(uuid4())
    keys = await _open_keys(data, places.keys, clock, installation)
    stack.push_async_callback(keys.close)
    store = await _open_store(data / "events.db", clock, keys, installation)
    stack.push_async_callback(store.close)
    return store, keys


async def _open_there(
    url: str, data: Path, places: Places, clock: Clock, stack: AsyncExitStack
) -> tuple[EventStoreDB, KeyRing]:
    """The events on a server, and the keys that belong to them. Raises WrongSetting."""
    from shared.addresses import WrongAddress
    from shared.eventstore.eventstoredb import EventStoreDB  # its packages are loaded where they are used

    installation = inspect_keys(data, places)
    try:
        store = await EventStoreDB.open(url, installation=installation)
    except WrongAddress as error:
        raise WrongSetting(f"CRM_EVENTSTORE: {error}") from error
    stack.push_async_callback(store.close)
    if installation is None and await store.head():
        raise KeysUnusable(
            f"{places.ring_file(data)} is missing, but the event store has events whose people's keys it held: put the "
            "keys directory back from its newest backup"
        )
    keys = await _open_keys(data, places.keys, clock, store.installation)
    stack.push_async_callback(keys.close)
    return store, keys


async def _open_store(path: Path, clock: Clock, keys: KeyRing, installation: str) -> SqliteEventStore:
    """Open the store in a thread, as an upgrade takes time. The key ring is used from this thread."""
    loop, requests = asyncio.get_running_loop(), RequestKeys(KeyCache(keys))

    def rekey(rows: list[RequestRow]) -> list[RequestRow]:
        return asyncio.run_coroutine_threadsafe(requests.rekeyed(rows), loop).result()

    return await asyncio.to_thread(
        SqliteEventStore.open, path, clock, on_broken=_exit, rekey=rekey, installation=installation
    )


def _exit() -> None:
    """The disk failed under a commit: only a new process that re-reads the file knows what is durable."""
    os._exit(1)
