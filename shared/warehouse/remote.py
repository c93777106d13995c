"""The warehouse of another process, asked through its door (see shared.warehouse.door)."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Sequence
from typing import Any

import httpx
import orjson

from shared.clock import Clock
from shared.errors import TooSlow, Unavailable
from shared.security.keyring import Wrapper
from shared.warehouse.door import ANSWER, BEAT, mark_of, sent_mark
from shared.warehouse.port import Answer, Mark, Parameters, QueryFailed
from shared.warehouse.tables import Row
from shared.warehouse.values import column, packed_parameters

WAITED_SECONDS = 60.0  # for an answer; a caller's question is ended long before
CONNECTED_SECONDS = 3.0
SILENT_SECONDS = 5.0  # without a byte: the process is gone, hangs, or starts

log = logging.getLogger("crm.warehouse")


class RemoteWarehouse:
    """A WarehouseReader. address: of the door, without a path's end. seal: a wrapper for the door's PURPOSE."""

    def __init__(self, address: str, seal: Wrapper, clock: Clock) -> None:
        self._address, self._seal, self._clock = address, seal, clock
        timeout = httpx.Timeout(SILENT_SECONDS, connect=CONNECTED_SECONDS)
        fresh = httpx.Limits(max_keepalive_connections=0)  # a kept one may lead to a process that is gone
        self._client = httpx.AsyncClient(timeout=timeout, limits=fresh, trust_env=False)

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """See WarehouseReader.rows."""
        columns = await self._call("rows", sql=sql, parameters=packed_parameters(parameters))
        return list(zip(*map(column, columns), strict=True))

    async def ask(
        self, sql: str, parameters: Parameters | None = None, *, tenant: str, columns: int = 1, zone: str = "UTC"
    ) -> Answer:
        """See WarehouseReader.ask."""
        bound = packed_parameters(parameters)
        found = await self._call("ask", sql=sql, parameters=bound, tenant=tenant, columns=columns, zone=zone)
        names, types, values = found
        return Answer(tuple(names), tuple(types), tuple(map(column, values)))

    async def warm(self) -> None:
        """See WarehouseReader.warm."""
        try:
            await self._call("warm")
        except Unavailable as error:
            log.warning("%s", error.detail)

    async def marks(self) -> list[Mark]:
        """See WarehouseReader.marks."""
        return [mark_of(one) for one in await self._call("marks")]

    async def shows(self, marks: Sequence[Mark]) -> bool:
        """See WarehouseReader.shows."""
        return bool(await self._call("shows", marks=[sent_mark(one) for one in marks]))

    async def close(self) -> None:
        """See WarehouseReader.close."""
        await self._client.aclose()

    async def _call(self, method: str, **given: Any) -> Any:
        nonce = secrets.token_hex(16)
        call = {"method": method, "nonce": nonce, "at": self._clock.now(), **given}
        answer = await self._answer(self._seal.wrap(orjson.dumps(call)))
        if answer.get("to") != nonce:
            raise Unavailable(f"the warehouse at {self._address} answered another request")
        if "failed" in answer:
            raise _failure(answer)
        return answer["found"]

    async def _answer(self, body: bytes) -> Any:
        """Raises Unavailable."""
        try:
            async with asyncio.timeout(WAITED_SECONDS):
                response = await self._client.post(self._address, content=body)
        except (httpx.HTTPError, TimeoutError, RuntimeError) as error:  # the client is closed, too
            reason = str(error) or type(error).__name__
            raise Unavailable(f"the warehouse at {self._address} is not reached: {reason}") from None
        if response.status_code != 200:
            reason = response.text.strip() or f"status {response.status_code}"
            raise Unavailable(f"the warehouse at {self._address} refused a request: {reason[:200]}")
        try:
            return orjson.loads(self._seal.unwrap(response.content.lstrip(BEAT).removeprefix(ANSWER)))
        except ValueError:
            raise Unavailable(f"what answers at {self._address} has another key ring") from None


def _failure(answer: dict[str, Any]) -> Exception:
    detail = str(answer["detail"])
    match answer["failed"]:
        case "query":
            return QueryFailed(detail, int(answer["code"]))
        case "slow":
            return TooSlow(detail)
        case "value":
            return ValueError(detail)
        case _:
            return Unavailable(detail)
