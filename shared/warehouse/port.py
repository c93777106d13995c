"""The warehouse port: ClickHouse tables of facts, and callers' questions about one tenant's rows.

SQL is ClickHouse's; parameters are bound as {name:Type}. Every adapter passes `tests/contract/warehouse_suite.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.warehouse.tables import Row, Table

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A row that was written: its table and tenant, and a condition that it or a later form of it meets."""

    table: str
    tenant: str
    condition: str
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Answer:
    """A result, column by column. types are ClickHouse's names."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    columns: tuple[Sequence[Any], ...]

    @property
    def rows(self) -> list[Row]:
        return list(zip(*self.columns, strict=True))


class QueryFailed(Exception):
    """The engine refused a statement; `code` is ClickHouse's error number, 0 if it gave none."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class WarehouseReader(Protocol):
    """What a process needs that asks and does not write.

    Every method but `close` raises Unavailable when the engine is not reached or the warehouse is closed.
    """

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """The suite's own question: it sees all its writes and has no reader's limits. Raises QueryFailed."""
        ...

    async def ask(
        self, sql: str, parameters: Parameters | None = None, *, tenant: str, columns: int = 1, zone: str = "UTC"
    ) -> Answer:
        """A caller's question, which sees the rows of this tenant alone, as they were at most two seconds ago.

        It changes nothing, and its time, memory and rows are bounded whatever its text. columns: how many the answer
        has; the more, the fewer rows it may have. zone: the time zone of moments without one of their own.

        Raises:
            QueryFailed: the engine refuses it, or it is beyond a limit.
            TooSlow: it could not be ended in time.
            ValueError: there is no tenant.
        """
        ...

    async def warm(self) -> None:
        """Prepare for callers' questions before the first one. A failure is logged."""
        ...

    async def marks(self) -> list[Mark]:
        """Marks of the writes that callers' answers may not show yet; pass them to `shows`."""
        ...

    async def shows(self, marks: Sequence[Mark]) -> bool:
        """Whether callers' answers hold all of this."""
        ...

    async def close(self) -> None:
        """End the questions that run, let the running statement end, release what is held. Repeatable."""
        ...


class Warehouse(WarehouseReader, Protocol):
    """What the process that feeds it needs."""

    async def command(self, sql: str, parameters: Parameters | None = None) -> None:
        """A statement of the suite's own, never a caller's text. Raises QueryFailed."""
        ...

    async def insert(self, table: Table, rows: Sequence[Row], name: str = "") -> None:
        """Insert rows shaped as the table's columns, into the table or another of its form; durable on return.

        A row with the key of an earlier one replaces it, at the latest when it is read with FINAL. Raises QueryFailed.
        """
        ...

    async def publish(self, tables: Sequence[str]) -> None:
        """Callers' questions see these tables as they are now, and no others. On return, none runs on earlier ones.

        Each has a column `tenant`. Call it again after one of them is recreated or exchanged.
        """
        ...

    async def settle(self) -> None:
        """Wait until callers' answers hold all that is written by now. Raises TimeoutError after 30 seconds."""
        ...
