"""An organisation with retention rules, over real files and a moved clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.audit.policies import POLICIES as AUDIT
from services.audit.retention_look import RetentionLook
from services.audit.retention_notice import RETENTION_NOTICE
from services.audit.retention_run import RETENTION_RUN
from services.customer.policies import POLICIES as CUSTOMER
from services.sales.policies import POLICIES as SALES
from shared.security.permissions import Access
from shared.views.paging import every
from shared.views.port import Query, Scope
from tests.support.role_harness import background
from tests.support.world import BOSS, TENANT, World, open_world

DAY = 86_400_000_000


class Office:
    """A world with a daily run. Its projections run, as erasures wait for the views."""

    def __init__(self, world: World) -> None:
        self.world, self.look = world, RetentionLook(world.kernel)

    async def person(self, name: str, **body: Any) -> str:
        return await self.world.make("customer.CreateContact", family_name=name, **body)

    async def rule(self, days: int = 30, by: Access = BOSS, **body: Any) -> str:
        """An active one."""
        asked = {"name": "Old contacts", "resource": "contact", "days": days, **body}
        id = await self.world.make("audit.CreateRetentionRule", **asked)
        await self.world.do("audit.ActivateRetentionRule", {}, id, access=by)
        return id

    async def days_later(self, days: float, looks: int = 3) -> None:
        """A run is completed by the look after the one that erased its last record."""
        self.world.clock.ahead += round(days * DAY)
        for _ in range(looks):
            await self.world.settle()
            await self.look.step()
        await self.world.settle()

    async def runs(self) -> list[dict[str, Any]]:
        return await self._all(RETENTION_RUN.collection.name)

    async def notices(self) -> dict[str, dict[str, Any]]:
        """By record."""
        return {n["record"]: n for n in await self._all(RETENTION_NOTICE.collection.name)}

    async def _all(self, name: str) -> list[dict[str, Any]]:
        await self.world.settle()
        return [d async for d in every(self.world.views, name, Query(sort="created_at"), Scope(TENANT))]

    async def outcome(self, id: str) -> tuple[str, str]:
        notice = (await self.notices())[id]
        return notice["status"], notice["code"]

    async def erased(self, id: str, type_: str = "contact") -> bool:
        return bool((await self.world.state(type_, id)).erased)


@asynccontextmanager
async def open_office(folder: Path) -> AsyncIterator[Office]:
    async with open_world(folder, (*AUDIT, *CUSTOMER, *SALES)) as world, background(world.kernel):
        await world.do("identity.CreateOrganisation", {"name": "Acme"}, new_id=TENANT)
        await world.settle()
        yield Office(world)
