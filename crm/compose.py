"""The composition root: settings → adapters → kernel → services. Nothing else in the suite chooses an adapter."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from uuid import uuid4

from crm.caches import open_views, open_warehouse
from crm.datadir import inspect
from crm.gateway import build_app
from crm.private import check_kinds, keep_private
from crm.settings import Settings, WrongSetting, check_adapters, prepare_folder, sql_unconfined
from services.analytics.facts import TABLES
from services.audit.replays import Report, verify_views
from services.customer.catalogue import AGGREGATES as CUSTOMER
from services.customer.policies import POLICIES as CUSTOMER_POLICIES
from services.identity.catalogue import AGGREGATES as IDENTITY
from services.identity.policies import POLICIES as IDENTITY_POLICIES
from services.identity.setup import setup_token
from services.integration.catalogue import AGGREGATES as INTEGRATION
from services.integration.imports.scheduler import Imports
from services.integration.policies import POLICIES as INTEGRATION_POLICIES
from services.sales.catalogue import AGGREGATES as SALES
from services.sales.policies import POLICIES as SALES_POLICIES
from shared.clock import Clock, SystemClock, SystemIds
from shared.errors import Unavailable
from shared.events.codec import Codec
from shared.events.registry import check_chains
from shared.eventstore.lock import AlreadyOpen, lock_directory
from shared.eventstore.port import RequestRow, StoreBroken, StoreUnavailable
from shared.eventstore.sqlite import SqliteEventStore
from shared.formats import NewerFormat
from shared.kernel.bus import CommandBus
from shared.kernel.catalogue import Catalogue
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Queries
from shared.kernel.rekeying import renew_reservations
from shared.kernel.repository import Repository
from shared.kernel.request_keys import RequestKeys
from shared.kernel.snapshots import Snapshots
from shared.kernel.uniqueness import Reservations
from shared.security.directory import Directory
from shared.security.keyring import KeyMissing, KeyRing
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.security.rootkey import KeysUnusable
from shared.security.signingkeys import SigningKeys
from shared.security.tokens import TokenSigner, TokenVerifier
from shared.streaming.parked import PARKED
from shared.streaming.policies import PolicyRunner
from shared.streaming.projector import Projector
from shared.streaming.rebuild import rebuild
from shared.streaming.reconcile import Reconciler
from shared.streaming.settling import rules_policy
from shared.streaming.witness import Witness
from shared.views.port import Condition, Query, Scope, ViewsUnavailable
from shared.views.sqlite import SqliteViews
from shared.warehouse.feed import WarehouseFeed

ISSUER = "crm"
POLICIES = (*IDENTITY_POLICIES, *CUSTOMER_POLICIES, *SALES_POLICIES, *INTEGRATION_POLICIES)
_NOT_TO_BE_OPENED = (
    AlreadyOpen,
    NewerFormat,
    KeysUnusable,
    KeyMissing,
    StoreBroken,
    StoreUnavailable,
    ViewsUnavailable,
    Unavailable,
)


class Suite:
    """An opened data directory with all its services. `tasks`: the background loops, once started."""

    def __init__(self, settings: Settings, kernel: Kernel) -> None:
        self.settings, self.kernel = settings, kernel
        self.tasks: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()
        self.imports = Imports(kernel, settings.data / "imports")
        self.app = build_app(kernel, self.imports)

    @classmethod
    async def open(cls, settings: Settings) -> Suite:
        """Open or create everything; stale views are rebuilt before it returns. Raises WrongSetting."""
        check_adapters()
        check_chains()
        check_kinds(settings.data)
        keep_private(settings.data)
        prepare_folder(settings.data)
        async with AsyncExitStack() as stack:
            try:
                kernel = await _open_kernel(settings, stack)
            except _NOT_TO_BE_OPENED as error:
                raise WrongSetting(str(error)) from error
            suite = cls(settings, kernel)
            await suite.imports.tidy()
            suite._stack = stack.pop_all()
            return suite
        raise AssertionError("unreachable")

    async def start(self) -> None:
        """Start the background loops."""
        kernel = self.kernel
        witness = Witness(kernel.store, kernel.keys)
        loops = [kernel.projector.run(), kernel.policies.run(), self.imports.run(), witness.run()]
        if kernel.feed is not None:
            loops.append(kernel.feed.run())
        self.tasks = [asyncio.create_task(loop) for loop in loops]

    async def setup_token(self) -> str | None:
        """What the one-time set-up link carries; None once somebody can sign in."""
        return await setup_token(self.kernel)

    async def operator_token(self, organisation: str | None) -> str:
        """An access token of an organisation's first active administrator, for commands on the data directory.

        Raises WrongSetting: none or several organisations, or no administrator.
        """
        tenant = await self._tenant(organisation)
        where = (Condition("status", "eq", "active"), Condition("roles", "contains", "administrator"))
        found = await self.kernel.views.find("users", Query(where, limit=1), Scope(tenant))
        if not found.items or self.kernel.signer is None:
            raise WrongSetting("the organisation has no active administrator")
        user = found.items[0]
        return self.kernel.signer.issue(user["id"], tenant, "command-line", user["epoch"])[0]

    async def verify_views(self, organisation: str | None, note: Callable[[Report], None]) -> Report:
        """Compare all views with their events, those of one organisation where it is named. Raises WrongSetting."""
        tenant = None if organisation is None else await self._tenant(organisation)
        await self.kernel.projector.catch_up()
        return await verify_views(self.kernel, tenant, self.kernel.open_scratch, note)

    async def _tenant(self, organisation: str | None) -> str:
        await self.kernel.projector.catch_up()
        known = {d["name"]: tenant async for tenant, _, d in self.kernel.views.scan("organisations")}
        if not known:
            raise WrongSetting("there is no organisation yet: create one with crm setup, or by the link of crm run")
        if organisation is None and len(known) == 1:
            return next(iter(known.values()))
        if organisation not in known:
            raise WrongSetting("name one with --organisation: " + ", ".join(sorted(known)))
        return known[organisation]

    async def close(self) -> None:
        """Stop the loops, then close every file in the reverse order of opening."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self._stack.aclose()


async def _open_kernel(settings: Settings, stack: AsyncExitStack) -> Kernel:
    data, clock, ids = settings.data, SystemClock(), SystemIds()
    stack.callback(lock_directory(data).release)
    installation = inspect(data) or str(uuid4())
    keys = SqliteKeyRing.open(data / "keys", clock=clock, installation=installation)
    stack.push_async_callback(keys.close)
    codec = Codec(keys)
    store = await _open_store(data / "events.db", clock, keys, installation)
    stack.push_async_callback(store.close)
    catalogue = Catalogue((*IDENTITY, *CUSTOMER, *SALES, *INTEGRATION))
    collections = [*(a.collection for a in catalogue), PARKED]
    views, stale = await open_views(data / "views.db", store, collections)
    stack.push_async_callback(views.close)

    repository = Repository(store, codec)
    bus = CommandBus(catalogue, repository, views, codec, Reservations(repository, codec, keys, clock, ids), clock, ids)
    projector = Projector(catalogue, repository, views, codec)
    bus.reach = projector.reach
    snapshots = Snapshots(store, codec, _views_in_memory, views)
    stack.push_async_callback(snapshots.close)
    bus.directory = directory = Directory(views, clock)
    for listener in (directory, bus.custom, snapshots):
        projector.subscribe(listener)
    signing = SigningKeys.open(data / "keys" / "signing.keys", keys.root, clock)
    signer = TokenSigner(signing, ISSUER, clock, ids)

    reconciler = Reconciler(catalogue, repository, codec, keys, views, clock, ids)
    await _fill(bus, store, projector, stale)
    await _reconcile(reconciler, bus, store, projector)
    feed = await open_warehouse(
        data / "warehouse",
        lambda w: WarehouseFeed(w, store, codec, catalogue, TABLES, clock),
        unconfined=sql_unconfined(),
    )
    stack.push_async_callback(feed.warehouse.close)
    kernel = Kernel(
        store=store,
        views=views,
        codec=codec,
        keys=keys,
        clock=clock,
        ids=ids,
        catalogue=catalogue,
        repository=repository,
        bus=bus,
        queries=Queries(views, repository, projector, snapshots),
        projection=projector,
        projector=projector,
        policies=PolicyRunner((*POLICIES, rules_policy(catalogue)), bus, codec),
        directory=directory,
        verifier=TokenVerifier(signer.jwks, ISSUER, clock),
        signer=signer,
        open_scratch=_views_in_memory,
        feed=feed,
    )
    await kernel.policies.start()
    stack.push_async_callback(_note_agreement, kernel, reconciler)
    return kernel


async def _open_store(path: Path, clock: Clock, keys: KeyRing, installation: str) -> SqliteEventStore:
    """Open the store in a thread, as an upgrade takes time. The key ring is used from this thread."""
    loop, requests = asyncio.get_running_loop(), RequestKeys(keys)

    def rekey(rows: list[RequestRow]) -> list[RequestRow]:
        return asyncio.run_coroutine_threadsafe(requests.rekeyed(rows), loop).result()

    return await asyncio.to_thread(
        SqliteEventStore.open, path, clock, on_broken=_exit, rekey=rekey, installation=installation
    )


async def _note_agreement(kernel: Kernel, reconciler: Reconciler) -> None:
    """At the end, so that the next start has nothing to look through."""
    with suppress(*_NOT_TO_BE_OPENED, sqlite3.Error):
        if kernel.projector.position == kernel.policies.position == await kernel.store.head():
            await reconciler.note()
        else:
            await Witness(kernel.store, kernel.keys).note()


async def _fill(bus: CommandBus, store: SqliteEventStore, projector: Projector, stale: Collection[str]) -> None:
    """Fill new and changed collections from the events, reservations first.

    A change of the keys of unique values makes the views stale, too.
    """
    await projector.start()
    for aggregate in bus.catalogue:
        if aggregate.collection.name not in stale:
            continue
        if aggregate.uniques:
            await renew_reservations(aggregate, store, bus.codec, bus.reservations)
        if projector.position:
            await rebuild(aggregate, store, bus.views, bus.codec, projector, lambda _: None)
    if stale and projector.position:
        await bus.views.purge()  # the old form may hold values that the new one masks


async def _reconcile(reconciler: Reconciler, bus: CommandBus, store: SqliteEventStore, projector: Projector) -> None:
    """Bring log, keys and views to agree; fill all views again where they may show erased text."""
    if await reconciler.run():
        await _fill(bus, store, projector, [a.collection.name for a in bus.catalogue])
        await reconciler.note()


async def _views_in_memory() -> SqliteViews:
    return SqliteViews.open(None)


def _exit() -> None:
    """The disk failed under a commit: only a new process that re-reads the file knows what is durable."""
    os._exit(1)
