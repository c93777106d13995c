"""The analytics service: the analysts' way to the warehouse."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from fastapi import FastAPI

from services.analytics.api.metrics import metrics_router
from services.analytics.api.sql import OpenGateway, sql_router
from services.analytics.catalogue import RESOURCES
from services.analytics.views.people import People
from shared.errors import Unavailable
from shared.http.app import ServiceApp
from shared.kernel.kernel import Kernel
from shared.kernel.service import Service
from shared.security.directory import Directory
from shared.warehouse.follower import FactsState
from shared.warehouse.port import WarehouseReader

if TYPE_CHECKING:
    from services.analytics.sql.gateway import SqlGateway


def create_app(kernel: Kernel) -> FastAPI:
    """Raises Unavailable when there is no warehouse."""
    if kernel.warehouse is None or kernel.facts is None:
        raise Unavailable("the analytics service needs the warehouse")
    opener = _opener(kernel.warehouse, kernel.facts, kernel.directory)
    return ServiceApp(
        "Analytics",
        "Figures by name, and read-only SQL over documented views of the facts, within the caller's rights.",
        [metrics_router(kernel, opener), sql_router(kernel, opener, kernel.facts)],
    )


def _opener(warehouse: WarehouseReader, facts: FactsState, directory: Directory) -> OpenGateway:
    """The SQL parser would cost every start half a second: the first question loads it, in a thread."""
    opened: list[SqlGateway] = []

    async def open_gateway() -> SqlGateway:
        if not opened:
            module = await asyncio.to_thread(import_module, "services.analytics.sql.gateway")
            opened.append(module.SqlGateway(warehouse, People(directory), facts.generation, directory.calendar))
        return opened[0]

    return open_gateway


SERVICE = Service("analytics", create_app, resources=RESOURCES)
