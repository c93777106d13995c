"""The analytics service: the warehouse's only owner, and the analysts' way to it."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from fastapi import FastAPI

from services.analytics.api.sql import OpenGateway, sql_router
from services.analytics.views.people import People
from shared.errors import Unavailable
from shared.http.app import service_app
from shared.platform import Platform
from shared.warehouse.feed import WarehouseFeed

if TYPE_CHECKING:
    from services.analytics.sql.gateway import SqlGateway


def create_app(platform: Platform) -> FastAPI:
    """Raises Unavailable when the platform has no warehouse."""
    if platform.feed is None:
        raise Unavailable("the analytics service needs the warehouse")
    people = People(platform.views, platform.clock)
    platform.projector.listeners.append(people.on_events)
    return service_app(
        platform,
        "Analytics",
        "Read-only SQL over documented views of the facts, within the caller's rights.",
        [sql_router(platform, _opener(platform.feed, people), platform.feed)],
    )


def _opener(feed: WarehouseFeed, people: People) -> OpenGateway:
    """The SQL parser would cost every start half a second: the first question loads it, in a thread."""
    opened: list[SqlGateway] = []

    async def open_gateway() -> SqlGateway:
        if not opened:
            module = await asyncio.to_thread(import_module, "services.analytics.sql.gateway")
            opened.append(module.SqlGateway(feed.warehouse, people, feed.rollups.generation))
        return opened[0]

    return open_gateway
