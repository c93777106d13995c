"""What was written and callers' answers may not show yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from shared.warehouse.port import Mark, WarehouseReader
from shared.warehouse.tables import Row

SETTLE_SECONDS = 30.0
_LOOK_EVERY = 0.02  # seconds


class Written:
    """The last row of each table that readers may not show yet."""

    def __init__(self) -> None:
        self._marks: dict[str, Mark] = {}

    def note(self, table: str, rows: Sequence[Row]) -> None:
        """These rows are in the table."""
        tenant, id, version = rows[-1][:3]
        row = {"id": id, "version": version}
        self._marks[table] = Mark(table, tenant, "id = {id:String} AND version >= {version:UInt64}", row)

    def forget(self) -> None:
        """Tables were made again: rows of the earlier ones are not looked for."""
        self._marks.clear()

    def marks(self) -> list[Mark]:
        """See WarehouseReader.marks."""
        return list(self._marks.values())

    async def shows(self, marks: Sequence[Mark], shown: Callable[[Mark], Awaitable[bool]]) -> bool:
        """See WarehouseReader.shows. shown: whether readers show this one."""
        for mark in marks:
            if not await shown(mark):
                return False
            if self._marks.get(mark.table) == mark:
                del self._marks[mark.table]
        return True


def looking_for(mark: Mark) -> str:
    """The question whether a mark's row is there, for `mark.parameters` and {tenant:String}."""
    return f"SELECT count() FROM `{mark.table}` WHERE tenant = {{tenant:String}} AND {mark.condition}"


async def settled(warehouse: WarehouseReader) -> None:
    """See Warehouse.settle."""
    marks = await warehouse.marks()
    async with asyncio.timeout(SETTLE_SECONDS):
        while not await warehouse.shows(marks):
            await asyncio.sleep(_LOOK_EVERY)
