"""Views and warehouse hold only what the events say: a damaged one is removed and rebuilt from the events."""

from __future__ import annotations

import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crm.settings import WrongSetting
from shared.cachefile import throw_away
from shared.errors import Unavailable
from shared.eventstore.port import EventStore
from shared.streaming.shares import reached
from shared.views.port import Collection, Views, ViewsDamaged
from shared.views.sqlite import SqliteViews
from shared.warehouse.confined import ConfinedWarehouse, DataRefused
from shared.warehouse.feed import WarehouseFeed
from shared.warehouse.home import WRITER_UID, owner
from shared.warehouse.migrations import belong_to
from shared.warehouse.port import QueryFailed, Warehouse

if TYPE_CHECKING:
    from shared.views.mongo import MongoViews
    from shared.warehouse.clickhouse import ClickHouseWarehouse

ROOM = 64 << 20  # bytes: with less than this left on the disk, what fails is not damaged
_BROKEN = "SELECT count() FROM system.detached_parts WHERE database = currentDatabase() AND reason LIKE 'broken%'"
# ClickHouse's error numbers of data that is torn, overwritten or not all there, never of a lack of memory or room
_DAMAGE = frozenset({6, 16, 27, 32, 33, 40, 47, 49, 53, 60, 62, 72, 81, 107, 117, 226, 227, 228, 246, 271, 432})
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError)  # records of its own that this program did not store
log = logging.getLogger("crm.caches")


async def open_views(
    path: Path, store: EventStore, collections: Sequence[Collection], url: str | None = None
) -> tuple[Views, list[str]]:
    """Open or create the views; also the names of the collections that want a rebuild (see Views.declare).

    url: of a MongoDB server; None: they are in the file. Raises NewerFormat, ViewsUnavailable.
    """
    try:
        return await _open_views(path, store, collections, url)
    except ViewsDamaged as error:
        log.warning("%s: the views are rebuilt from the events", error)
    if url is None:
        throw_away(path)
    else:
        await _drop_all(url, store.installation)
    return await _open_views(path, store, collections, url)


async def _open_views(
    path: Path, store: EventStore, collections: Sequence[Collection], url: str | None
) -> tuple[Views, list[str]]:
    views: Views = SqliteViews.open(path) if url is None else await mongo_views(url, store.installation)
    place = path if url is None else "what CRM_VIEWS names"
    try:
        shown = await reached(views)
        if shown.position > await store.head():
            raise ViewsDamaged(f"{place} knows later events than the store, which was brought back to an earlier day")
        if shown.chain_hash and shown.chain_hash != await store.chain_hash(shown.position):
            raise ViewsDamaged(f"{place} was filled from another log than events.db")
        return views, await views.declare(collections)
    except BaseException:
        await views.close()
        raise


async def mongo_views(url: str, installation: str) -> MongoViews:
    """The views at a MongoDB server, whose driver is loaded only then. Raises ViewsUnavailable."""
    from shared.views.mongo import MongoViews

    return await MongoViews.open(url, installation)


async def _drop_all(url: str, installation: str) -> None:
    views = await mongo_views(url, installation)
    await views.drop_all()
    await views.close()


async def clickhouse(url: str) -> ClickHouseWarehouse:
    """The warehouse on a ClickHouse server. Raises WrongSetting, Unavailable."""
    from shared.addresses import WrongAddress
    from shared.warehouse.clickhouse import ClickHouseWarehouse

    try:
        return await ClickHouseWarehouse.open(url)
    except WrongAddress as error:
        raise WrongSetting(f"CRM_WAREHOUSE: {error}") from error


async def feed_clickhouse(url: str, feed_of: Callable[[Warehouse], WarehouseFeed]) -> WarehouseFeed:
    """The started feed of a warehouse on a server. Raises WrongSetting, Unavailable."""
    warehouse = await clickhouse(url)
    try:
        feed = feed_of(warehouse)
        await belong_to(warehouse, feed.store.installation)
        await feed.start()
    except BaseException as error:
        await warehouse.close()
        if isinstance(error, QueryFailed):
            raise Unavailable(f"the warehouse that CRM_WAREHOUSE names cannot be used now: {error}") from error
        raise
    return feed


async def open_warehouse(
    path: Path, feed_of: Callable[[Warehouse], WarehouseFeed], *, unconfined: bool = False
) -> WarehouseFeed:
    """Open or create the warehouse and start its feed. unconfined: see ConfinedWarehouse.open.

    A damaged warehouse is rebuilt from the events. Raises Unavailable: for any other fault, the files stay.
    """
    try:
        return await _open_warehouse(path, feed_of, unconfined)
    except _Damaged as error:
        if shutil.disk_usage(path).free < ROOM:
            raise Unavailable(str(error)) from error
        log.warning("the warehouse is damaged (%s): it is rebuilt from the events", error)
    try:
        shutil.rmtree(path)
        return await _open_warehouse(path, feed_of, unconfined)
    except (_Damaged, OSError) as error:
        raise Unavailable(f"the warehouse in {path} cannot be created again: {error}") from error


class _Damaged(Exception):
    """What is in the warehouse's directory cannot be used, or not all of it is there."""


async def _open_warehouse(path: Path, feed_of: Callable[[Warehouse], WarehouseFeed], unconfined: bool) -> WarehouseFeed:
    try:
        warehouse = await ConfinedWarehouse.open(f"chdb:{path}", unconfined=unconfined)
    except DataRefused as error:
        if _readable(path) and await _new_one_starts(path.parent):
            raise _Damaged(error.detail) from error
        raise
    try:
        if (await warehouse.rows(_BROKEN))[0][0]:
            raise _Damaged("parts of tables are broken")
        feed = feed_of(warehouse)
        await feed.start()
    except (QueryFailed, *_UNREADABLE) as error:
        await warehouse.close()
        if isinstance(error, QueryFailed) and error.code not in _DAMAGE:
            raise Unavailable(f"the warehouse in {path} cannot be used now: {error}") from error
        raise _Damaged(str(error)) from error
    except BaseException:
        await warehouse.close()
        raise
    return feed


def _readable(path: Path) -> bool:
    """Whether the writer has the rights to read its files."""
    uid = owner(WRITER_UID).uid or os.getuid()
    found = map(Path.lstat, path.glob("*/**/*"))
    return all(s.st_uid == uid and s.st_mode & stat.S_IRUSR for s in found if not stat.S_ISLNK(s.st_mode))


async def _new_one_starts(folder: Path) -> bool:
    """Whether an empty warehouse starts here. If it does, data stops the old one, not a lack of memory or rights."""
    try:
        with tempfile.TemporaryDirectory(prefix="warehouse-", dir=folder) as trial:
            warehouse = await ConfinedWarehouse.open(f"chdb:{trial}/new")
            await warehouse.close()
    except (Unavailable, OSError):
        return False
    return True
