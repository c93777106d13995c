"""Sample data of an organisation: one import of made-up records, and its revert."""

from __future__ import annotations

import asyncio
import shutil
from typing import Literal

from services.integration.company import FILES, STAGE_KEYS, Company, write_company
from services.integration.import_job import IMPORT
from services.integration.imports.submission import start_import
from services.integration.imports.upload import Sent
from services.integration.jobs.files import JobFiles
from shared.errors import Rejected
from shared.kernel.bus import Call
from shared.kernel.kernel import Kernel
from shared.messages.languages import Language
from shared.security.permissions import Access
from shared.views.port import Condition, Document, Query, Scope

State = Literal["off", "loading", "on", "paused", "failed", "removing"]
_STATES: dict[str, State] = {
    "running": "loading",
    "completed": "on",
    "paused": "paused",
    "failed": "failed",
    "reverting": "removing",
    "reverted": "off",
}
_ORGANISATION, _PIPELINE = "organisation", "pipeline"


def state_of(last: Document | None) -> State:
    return "off" if last is None else _STATES[last["status"]]


class SampleData:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._files = kernel, JobFiles(kernel.files)

    async def last(self, access: Access) -> Document | None:
        """The newest import of sample data, of any user; None = there was none. Raises Forbidden."""
        access.scope(IMPORT.name, "create")
        query = Query((Condition("sample", "eq", True),), "", "id", True, limit=1)
        found = await self._kernel.views.find(IMPORT.collection.name, query, Scope(access.tenant))
        return found.items[0] if found.items else None

    async def put_in(self, access: Access, language: Language, deals: int, key: str | None) -> Document | None:
        """Begin the import. Raises Forbidden, Rejected where there is sample data already."""
        last = await self.last(access)
        if last is not None and state_of(last) != "off":
            raise Rejected("there is sample data already; take it out first", code="sample-data-present")
        calendar = await self._kernel.directory.calendar(access.tenant)
        company = Company(
            language=language,
            deals=deals,
            until=calendar.date_of(self._kernel.clock.now()),
            currency=await self._currency(access.tenant),
            token=self._kernel.ids.new()[-6:],
            own_pipeline=not await self._default_fits(access),
        )
        key = key or f"sample-data/{last['id'] if last else ''}"  # two at once begin one
        folder = self._files.of_upload(self._kernel.ids.new())
        try:
            mapping = await asyncio.to_thread(write_company, folder, company)
            sources = {name: folder / name for name in FILES}
            id = await start_import(self._kernel, access, Sent(mapping, sources), key, sample=True)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, True)
        await self._kernel.queries.wait_for(IMPORT, id, access.tenant, 1)
        return await self.last(access)

    async def _currency(self, tenant: str) -> str:
        """As the log has it: who has just chosen one puts the data in next, before the views have heard of it."""
        organisation = await self._kernel.repository.load(self._kernel.catalogue[_ORGANISATION], tenant, tenant)
        return str(organisation.currency)

    async def _default_fits(self, access: Access) -> bool:
        """Whether deals of the company can pass the default pipeline: it has all stages, and no gate before any."""
        live = Query((Condition("archived", "eq", False),), "", "default_since", True, limit=1)
        collection = self._kernel.catalogue[_PIPELINE].collection.name
        found = (await self._kernel.views.find(collection, live, Scope(access.tenant))).items
        stages = found[0]["stages"] if found else []
        open_ = [stage["key"] for stage in stages if not stage["retired"] and stage["gate"] is None]
        return set(STAGE_KEYS) <= set(open_) and len(open_) == len(stages)

    async def take_out(self, access: Access) -> Document | None:
        """Begin the revert; what people changed since is left and listed. Raises Forbidden, NotFound."""
        last = await self.last(access)
        if last is None or state_of(last) in ("off", "removing"):
            return last
        if last["status"] == "running":
            await self._kernel.bus.send("integration.PauseImport", {}, Call(access, last["id"]))
        done = await self._kernel.bus.send("integration.RevertImport", {}, Call(access, last["id"]))
        await self._kernel.queries.wait_for(IMPORT, done.id, access.tenant, done.version)
        return await self.last(access)
