"""Views and warehouse hold only what the events say: one that is damaged is thrown away and filled anew."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from shared.errors import Unavailable
from shared.eventstore.port import EventStore
from shared.streaming.projector import CHECKPOINT
from shared.views.port import ViewsDamaged
from shared.views.sqlite import SqliteViews
from shared.views.sqlite_file import throw_away
from shared.warehouse.client import InUse, QueryFailed, Warehouse
from shared.warehouse.feed import WarehouseFeed

ROOM = 64 << 20  # bytes: with less than this left on the disk, what fails is not damaged
_BROKEN = "SELECT count() FROM system.detached_parts WHERE database = currentDatabase() AND reason LIKE 'broken%'"
log = logging.getLogger("crm.caches")


async def open_views(path: Path, store: EventStore) -> SqliteViews:
    """Open or create the views. Raises NewerFormat, ViewsUnavailable."""
    try:
        views = SqliteViews.open(path)
        if await views.checkpoint(CHECKPOINT) <= await store.head():
            return views
        await views.close()
        reason = f"{path} knows later events than the store, which was brought back to an earlier day"
    except ViewsDamaged as error:
        reason = str(error)
    log.warning("%s: the views are filled anew from the events", reason)
    throw_away(path)
    return SqliteViews.open(path)


async def open_warehouse(
    path: Path, feed_of: Callable[[Warehouse], WarehouseFeed], *, unconfined: bool = False
) -> WarehouseFeed:
    """Open or create the warehouse and start its feed. unconfined: see Warehouse.open. Raises Unavailable."""
    try:
        return await _open_warehouse(path, feed_of, unconfined)
    except _Damaged as error:
        if shutil.disk_usage(path).free < ROOM:
            raise Unavailable(str(error)) from error
        log.warning("the warehouse is damaged (%s): it is filled anew from the events", error)
    try:
        shutil.rmtree(path)
        return await _open_warehouse(path, feed_of, unconfined)
    except (_Damaged, OSError) as error:
        raise Unavailable(f"the warehouse in {path} cannot be made anew: {error}") from error


class _Damaged(Exception):
    """What is in the warehouse's directory cannot be used, or not all of it is there."""


async def _open_warehouse(path: Path, feed_of: Callable[[Warehouse], WarehouseFeed], unconfined: bool) -> WarehouseFeed:
    try:
        warehouse = await Warehouse.open(f"chdb:{path}", unconfined=unconfined)
    except InUse:
        raise
    except Unavailable as error:
        raise _Damaged(error.detail) from error
    try:
        if (await warehouse.rows(_BROKEN))[0][0]:
            raise _Damaged("parts of tables are broken")
        feed = feed_of(warehouse)
        await feed.start()
    except QueryFailed as error:
        await warehouse.close()
        raise _Damaged(str(error)) from error
    except BaseException:
        await warehouse.close()
        raise
    return feed
