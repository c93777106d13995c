"""The suite of one process: settings → ports → kernel → what this process serves and runs."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from typing import IO

from crm.archive import with_keepers
from crm.blobs import check_files
from crm.caches import clickhouse, feed_clickhouse, open_warehouse
from crm.kafka import on_stream, with_stream
from crm.past import check_past, with_past_door
from crm.ports import open_ports
from crm.private import check_kinds, keep_private
from crm.roles import ALL, SERVICES, Roles, build_app, catalogue_of, loops_of, policies_of, reconciler_of
from crm.settings import (
    Settings,
    WrongSetting,
    check_adapters,
    clickhouse_address,
    is_shared,
    prepare_folder,
    sandbox_of,
    sql_unconfined,
    warehouse_address,
)
from crm.topics import kafka_of
from services.analytics.facts import TABLES
from services.audit.replays import Report, check_log, verify_views
from services.identity.directory import UserDirectory
from services.identity.setup import setup_token
from services.integration.jobs.cleanup import tidy
from shared.errors import Unavailable
from shared.events.registry import check_chains
from shared.eventstore.lock import AlreadyOpen
from shared.eventstore.port import StoreBroken, StoreUnavailable
from shared.formats import NewerFormat
from shared.kernel.catalogue import Catalogue
from shared.kernel.kernel import Kernel, build_kernel
from shared.kernel.ports import Ports
from shared.kernel.rekeying import renew_reservations
from shared.ledger.evidence import Wanted, write_evidence
from shared.security.keyring import KeyMissing, KeysUnavailable
from shared.security.rootkey import KeysUnusable
from shared.security.tokens import COMMAND_LINE
from shared.streaming.erased_meanwhile import purge_what_is_owed
from shared.streaming.filling import TURN
from shared.streaming.leases import in_turn
from shared.streaming.multistream import rebuild_projection
from shared.streaming.parked import PARKED
from shared.streaming.projector import Projector
from shared.streaming.rebuild import rebuild
from shared.streaming.witness import Witness
from shared.views.capabilities import purge_files
from shared.views.port import Condition, Query, Scope, ViewsUnavailable
from shared.warehouse.door import PURPOSE, warehouse_door
from shared.warehouse.feed import WarehouseFeed
from shared.warehouse.follower import WarehouseFollower
from shared.warehouse.port import Warehouse, WarehouseReader
from shared.warehouse.remote import RemoteWarehouse

_NOT_TO_BE_OPENED = (
    AlreadyOpen,
    NewerFormat,
    KeysUnusable,
    KeysUnavailable,
    KeyMissing,
    StoreBroken,
    StoreUnavailable,
    ViewsUnavailable,
    Unavailable,
)


class Suite:
    """What one process serves and runs of an installation. `tasks`: the background loops, once started."""

    def __init__(self, settings: Settings, kernel: Kernel, roles: Roles) -> None:
        self.settings, self.kernel, self.roles = settings, kernel, roles
        self.tasks: list[asyncio.Task[None]] = []
        self._stack = AsyncExitStack()
        self.app = build_app(kernel, roles)

    @classmethod
    async def open(cls, settings: Settings, roles: Roles = ALL) -> Suite:
        """Open or create everything; stale views are rebuilt before it returns. Raises WrongSetting."""
        check_adapters()
        kafka_of()
        check_chains()
        check_kinds(settings.data)
        keep_private(settings.data)
        prepare_folder(settings.data)
        if roles.has_files:
            await check_files()
        async with AsyncExitStack() as stack:
            try:
                catalogue = catalogue_of(SERVICES)
                ports = await open_ports(settings, [*catalogue.collections, PARKED], stack, has_past=roles.has_past)
                if ports.past_elsewhere is not None and roles.asks_past:
                    await check_past(ports.past_elsewhere, stack)
                reconciles = "projector" in roles.loops or not is_shared()
                await prepare(build_kernel(ports, catalogue, UserDirectory), ports.stale, reconciles=reconciles)
                kernel = await open_kernel(settings, ports, catalogue, roles, stack)
                await tidy(kernel)
            except AlreadyOpen as error:
                raise WrongSetting(
                    f"{error}. sqlite: and chdb: files open in one process: give it all roles"
                ) from error
            except _NOT_TO_BE_OPENED as error:
                raise WrongSetting(str(error)) from error
            suite = cls(settings, kernel, roles)
            suite._stack = stack.pop_all()
            return suite
        raise AssertionError("unreachable")

    async def start(self) -> None:
        """Start the background loops."""
        self.tasks = [asyncio.create_task(loop) for loop in loops_of(self.kernel, self.roles)]

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
        return self.kernel.signer.issue(user["id"], tenant, COMMAND_LINE, user["epoch"])[0]

    async def export_log(self, out: IO[bytes]) -> int:
        """Sign what is not covered, and write the whole log for an auditor; returns how many events it has.

        Raises WrongSetting: another process is the notary.
        """
        ledger, notary = self.kernel.ledger, self.kernel.notary
        assert ledger is not None
        if notary is None:
            folder = self.settings.data / "keys"
            raise WrongSetting(
                f"{folder} has no notary.key: name the data directory of the process with the role notary"
            )
        await ledger.catch_up()
        await notary.sign()
        await ledger.catch_up()
        return await write_evidence(out, ledger, Wanted(None), notary.key, notary.signed)

    async def check_log(self, note: Callable[[Report], None]) -> Report:
        """Check the log through the store."""
        return await check_log(self.kernel, None, note)

    async def verify_views(self, organisation: str | None, note: Callable[[Report], None]) -> Report:
        """Compare all views with their events, those of one organisation where it is named.

        The report also has when all of them held what the log has. Raises WrongSetting.
        """
        tenant = None if organisation is None else await self._tenant(organisation)
        await self._catch_up()
        for one in self.kernel.projections:
            await one.catch_up()
        if self.kernel.past_projector is not None:
            await self.kernel.past_projector.fill()
            await self.kernel.past_projector.catch_up()
        if self.kernel.feed is not None:
            await self.kernel.feed.catch_up()
        filled_at = self.kernel.clock.now()
        return {"filled_at": filled_at, **await verify_views(self.kernel, tenant, self.kernel.open_scratch, note)}

    async def _catch_up(self) -> None:
        """Bring the views to the end of the log, in a process whose loops do not run."""
        kernel = self.kernel
        if kernel.shares is None:
            await kernel.projector.catch_up()
            return
        projector = Projector(kernel.catalogue, kernel.repository, kernel.views, kernel.codec, kernel.clock)
        await projector.start()
        await projector.catch_up()
        await projector.stop()
        await kernel.projection.start()

    async def _tenant(self, organisation: str | None) -> str:
        await self._catch_up()
        known = {d["name"]: tenant async for tenant, _, d in self.kernel.views.scan("organisations")}
        if not known:
            raise WrongSetting("there is no organisation yet: create one with crm setup, or by the link of crm run")
        if organisation is None and len(known) == 1:
            return next(iter(known.values()))
        if organisation not in known:
            raise WrongSetting("name one with --organisation: " + ", ".join(sorted(known)))
        return known[organisation]

    async def close(self) -> None:
        """Record what was read last, stop the loops, then close every file in the reverse order of opening."""
        await self.kernel.reads.finish()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self._stack.aclose()


async def open_kernel(
    settings: Settings,
    ports: Ports,
    catalogue: Catalogue,
    roles: Roles,
    stack: AsyncExitStack,
    warehouse: WarehouseReader | None = None,
) -> Kernel:
    """The kernel of a process with these roles, and its warehouse where they need it.

    warehouse: one that is open, and fed by another kernel.
    """
    ports = await with_stream(ports, roles)
    policies = policies_of(SERVICES, ports) if "policies" in roles.loops else ()
    projects, past_too = "projector" in roles.loops, not roles.loops.isdisjoint({"projector", "past"})
    kernel = build_kernel(ports, catalogue, UserDirectory, policies, projects=projects, past_too=past_too)
    stack.push_async_callback(kernel.close)
    await kernel.start()
    stack.push_async_callback(_note_agreement, kernel)
    kernel = replace(on_stream(kernel, roles, ports), sandbox=sandbox_of(settings.data))
    if roles.has_past:
        kernel = await with_past_door(kernel, ports.keys, catalogue.collections)
    if "notary" in roles.loops or "audit" in roles.apis:
        kernel = await with_keepers(kernel, ports, settings, roles)
    if not roles.needs_warehouse:
        return kernel
    if warehouse is None and "warehouse" not in roles.loops:
        warehouse = await _of_another_process(ports, stack)
    if warehouse is not None:
        return _asking(kernel, warehouse)
    feed = await _feed(settings, kernel)
    stack.push_async_callback(feed.warehouse.close)
    if "warehouse" not in roles.loops:
        return _asking(kernel, feed.warehouse)
    door = None
    if "analytics" not in roles.apis and clickhouse_address() is None:
        door = warehouse_door(feed.warehouse, await ports.keys.wrapper(PURPOSE), kernel.clock)
    return replace(kernel, warehouse=feed.warehouse, facts=feed, feed=feed, door=door)


async def _feed(settings: Settings, kernel: Kernel) -> WarehouseFeed:
    """The started feed of the warehouse that this process opens."""

    def feed_of(warehouse: Warehouse) -> WarehouseFeed:
        zone = partial(_zone, kernel)
        store, codec, catalogue = kernel.store, kernel.codec, kernel.catalogue
        return WarehouseFeed(warehouse, store, codec, catalogue, TABLES, kernel.clock, kernel.views, zone)

    if (url := clickhouse_address()) is not None:
        return await feed_clickhouse(url, feed_of)
    return await open_warehouse(settings.data / "warehouse", feed_of, unconfined=sql_unconfined())


async def _of_another_process(ports: Ports, stack: AsyncExitStack) -> WarehouseReader | None:
    """The warehouse on the server, or behind the door, that CRM_WAREHOUSE names."""
    if (url := clickhouse_address()) is not None:
        server = await clickhouse(url)
        stack.push_async_callback(server.close)
        return server
    if (address := warehouse_address()) is None:
        return None
    remote = RemoteWarehouse(address, await ports.keys.wrapper(PURPOSE), ports.clock)
    stack.push_async_callback(remote.close)
    return remote


async def _zone(kernel: Kernel, tenant: str) -> str:
    return (await kernel.directory.calendar(tenant)).time_zone


def _asking(kernel: Kernel, warehouse: WarehouseReader) -> Kernel:
    facts = WarehouseFollower(warehouse, kernel.store, kernel.clock)
    return replace(kernel, warehouse=warehouse, facts=facts)


async def prepare(kernel: Kernel, stale: Collection[str], *, reconciles: bool = True) -> None:
    """Compute what is missing or outdated from the events, and bring log, keys and views to agree.

    reconciles: whether this process does the latter. Where several work on the same views, one that projects does.
    """
    await kernel.projector.start()
    if stale:
        await _fill_in_turn(kernel, stale)
    if not reconciles:
        return
    await purge_what_is_owed(kernel.views, kernel.keys)
    reconciler = reconciler_of(kernel)
    if await reconciler.run():  # the views may show erased text
        async with in_turn(kernel.views, TURN):
            await _fill(kernel, [a.collection.name for a in kernel.catalogue])
        await reconciler.note()


async def _note_agreement(kernel: Kernel) -> None:
    """At the end, so that the next start has nothing to look through."""
    with suppress(*_NOT_TO_BE_OPENED, sqlite3.Error):
        if kernel.projection.position == kernel.policies.position == await kernel.store.head():
            await reconciler_of(kernel).note()
        else:
            await Witness(kernel.store, kernel.keys).note()


async def _fill_in_turn(kernel: Kernel, stale: Collection[str]) -> None:
    """After an upgrade every process finds the same collections stale: the first one fills them, the others wait."""
    async with in_turn(kernel.views, TURN) as waited:
        if waited:
            every = (*kernel.catalogue, *kernel.catalogue.projections)
            stale = await kernel.views.declare([one.collection for one in every if one.collection.name in stale])
        await _fill(kernel, stale)


async def _fill(kernel: Kernel, stale: Collection[str]) -> None:
    """Fill new and changed collections from the events, reservations first.

    A change of the keys of unique values makes the views stale, too.
    """
    store, views, codec, projector = kernel.store, kernel.views, kernel.codec, kernel.projector
    for aggregate in kernel.catalogue:
        if aggregate.collection.name not in stale:
            continue
        if aggregate.uniques:
            await renew_reservations(aggregate, store, codec, kernel.reservations)
        if projector.position:
            await rebuild(aggregate, store, views, codec, lambda _: None)
    for one in kernel.catalogue.projections:
        if one.collection.name in stale and projector.position:
            await rebuild_projection(one, kernel.catalogue[one.source], kernel.repository, views, codec, lambda _: None)
    if stale and projector.position:
        await purge_files(views)  # the old form may hold values that the new one masks
