"""The warehouse of another process, asked through its door (see shared.warehouse.door)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.clock import Clock
from shared.door.caller import Caller
from shared.errors import Unavailable
from shared.security.keyring import Wrapper
from shared.warehouse.door import failure, mark_of, sent_mark
from shared.warehouse.port import Answer, Mark, Parameters
from shared.warehouse.tables import Row
from shared.warehouse.values import column, packed_parameters

WAITED_SECONDS = 60.0  # for an answer; a caller's question is ended long before

log = logging.getLogger("crm.warehouse")


class RemoteWarehouse:
    """A WarehouseReader. address: of the door, without a path's end. seal: a wrapper for the door's PURPOSE."""

    def __init__(self, address: str, seal: Wrapper, clock: Clock) -> None:
        self._caller = Caller("the warehouse", address, seal, clock, failure, WAITED_SECONDS)

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """See WarehouseReader.rows."""
        columns = await self._caller.call("rows", sql=sql, parameters=packed_parameters(parameters))
        return list(zip(*map(column, columns), strict=True))

    async def ask(
        self, sql: str, parameters: Parameters | None = None, *, tenant: str, columns: int = 1, zone: str = "UTC"
    ) -> Answer:
        """See WarehouseReader.ask."""
        bound = packed_parameters(parameters)
        found = await self._caller.call("ask", sql=sql, parameters=bound, tenant=tenant, columns=columns, zone=zone)
        names, types, values = found
        return Answer(tuple(names), tuple(types), tuple(map(column, values)))

    async def warm(self) -> None:
        """See WarehouseReader.warm."""
        try:
            await self._caller.call("warm")
        except Unavailable as error:
            log.warning("%s", error.detail)

    async def marks(self) -> list[Mark]:
        """See WarehouseReader.marks."""
        return [mark_of(one) for one in await self._caller.call("marks")]

    async def shows(self, marks: Sequence[Mark]) -> bool:
        """See WarehouseReader.shows."""
        return bool(await self._caller.call("shows", marks=[sent_mark(one) for one in marks]))

    async def close(self) -> None:
        """See WarehouseReader.close."""
        await self._caller.close()
