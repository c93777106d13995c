"""The analytics service: the warehouse's only owner, and the analysts' door to it."""

from __future__ import annotations

from fastapi import FastAPI

from services.analytics.api.sql import sql_router
from services.analytics.people import People
from services.analytics.sqldoor import SqlDoor
from shared.errors import Unavailable
from shared.http.app import service_app
from shared.platform import Platform


def create_app(platform: Platform) -> FastAPI:
    """Raises Unavailable when the platform has no warehouse."""
    if platform.feed is None:
        raise Unavailable("the analytics service needs the warehouse")
    people = People(platform.views, platform.clock)
    platform.projector.listeners.append(people.on_events)
    door = SqlDoor(platform.feed.warehouse, people, platform.feed.rollups.generation)
    return service_app(
        platform,
        "Analytics",
        "Read-only SQL over documented views of the facts, within the caller's rights.",
        [sql_router(platform, door, platform.feed)],
    )
