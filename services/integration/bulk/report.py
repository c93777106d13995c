"""What a bulk act came to, and the records that its command was refused on, with their titles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from services.integration.bulk.runner import CHANGED, FAILED, UNCHANGED
from services.integration.jobs.csv_lines import line
from services.integration.jobs.job_store import FaultyRow, JobFile
from services.integration.jobs.progress import SHOWN
from shared.errors import Forbidden
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import scope_of
from shared.messages.kept import said_in
from shared.messages.languages import Language
from shared.security.permissions import Access
from shared.tabular.cells import MARK

PAGE = 200  # records whose titles are read at once


class Reports:
    """The reports about acts on one record type, as this caller may see them."""

    def __init__(self, kernel: Kernel, aggregate: AnyAggregate, access: Access, language: Language) -> None:
        self._kernel, self._aggregate, self._access, self._language = kernel, aggregate, access, language

    async def counts(self, file: JobFile) -> dict[str, Any]:
        """How many records were changed, were so already or failed, and the first ones that did."""
        [counts] = file.mark().counts or [{}]
        first = list(islice(file.rejected(), SHOWN))
        titles = await self._titles(first)
        failures = [
            {"id": row.cells[0], "title": titles.get(row.cells[0], ""), "errors": self._said(row)} for row in first
        ]
        return {**{name: counts.get(name, 0) for name in (CHANGED, UNCHANGED, FAILED)}, "failures": failures}

    async def failures_csv(self, path: Path) -> AsyncIterator[bytes]:
        """A line for each thing that is wrong with a record."""
        yield line([MARK + "id", "title", "field", "code", "message"])
        with closing(JobFile(path)) as file:
            rows = file.rejected()
            while page := list(islice(rows, PAGE)):
                titles = await self._titles(page)
                yield b"".join(
                    line([row.cells[0], titles.get(row.cells[0], ""), e["field"], e["code"], e["message"]])
                    for row in page
                    for e in self._said(row)
                )

    def _said(self, row: FaultyRow) -> list[dict[str, str]]:
        return [{**error, "message": said_in(error["message"], self._language)} for error in row.errors]

    async def _titles(self, rows: Sequence[FaultyRow]) -> dict[str, str]:
        """Of the records that the caller may see."""
        collection, resource = self._aggregate.collection, self._aggregate.name
        if not rows or not self._access.may_see(resource, collection.title):
            return {}
        try:
            scope = scope_of(self._aggregate, self._access)
        except Forbidden:
            return {}
        found = await self._kernel.views.get_many(collection.name, [row.cells[0] for row in rows], scope)
        return {id: str(d.get(collection.title) or "") for id, d in found.items()}
