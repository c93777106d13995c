"""The warehouse of a `chdb:` directory for the other processes of an installation: the methods of WarehouseReader.

Engine and files belong to one process, that of the role `warehouse`. The others ask through its door.
"""

from __future__ import annotations

from typing import Any

from shared.clock import Clock
from shared.door.server import Call, Door
from shared.errors import TooSlow, Unavailable
from shared.security.keyring import Wrapper
from shared.warehouse.port import Mark, QueryFailed, WarehouseReader
from shared.warehouse.values import packed, packed_parameters, parameters_of

PURPOSE = "warehouse door"  # of the key ring's wrapper


def warehouse_door(warehouse: WarehouseReader, seal: Wrapper, clock: Clock) -> Door:
    """seal: a wrapper for PURPOSE."""
    asked = _Asked(warehouse)
    methods = {"rows": asked.rows, "ask": asked.ask, "warm": asked.warm, "marks": asked.marks, "shows": asked.shows}
    return Door(methods, _refusal, seal, clock)


class _Asked:
    def __init__(self, warehouse: WarehouseReader) -> None:
        self._warehouse = warehouse

    async def rows(self, call: Call) -> Any:
        rows = await self._warehouse.rows(call["sql"], parameters_of(call["parameters"]))
        return [packed(one) for one in zip(*rows, strict=True)]

    async def ask(self, call: Call) -> Any:
        asked = {name: call[name] for name in ("tenant", "columns", "zone")}
        answer = await self._warehouse.ask(call["sql"], parameters_of(call["parameters"]), **asked)
        return [answer.names, answer.types, [packed(one) for one in answer.columns]]

    async def warm(self, _: Call) -> None:
        await self._warehouse.warm()

    async def marks(self, _: Call) -> Any:
        return [sent_mark(one) for one in await self._warehouse.marks()]

    async def shows(self, call: Call) -> bool:
        return await self._warehouse.shows([mark_of(one) for one in call["marks"]])


def sent_mark(mark: Mark) -> list[Any]:
    """A mark as it travels."""
    return [mark.table, mark.tenant, mark.condition, packed_parameters(mark.parameters)]


def mark_of(sent: list[Any]) -> Mark:
    """What `sent_mark` made, as it was."""
    table, tenant, condition, parameters = sent
    return Mark(table, tenant, condition, parameters_of(parameters) or {})


def _refusal(error: Exception) -> Call | None:
    match error:
        case QueryFailed():
            return {"failed": "query", "detail": str(error), "code": error.code}
        case TooSlow():
            return {"failed": "slow", "detail": error.detail}
        case Unavailable():
            return {"failed": "unavailable", "detail": error.detail}
        case ValueError():
            return {"failed": "value", "detail": str(error)}
        case _:
            return None


def failure(answer: Call) -> Exception:
    """The error that was refused with."""
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
