"""Warehouse tables as data: typed columns, and pure functions that make rows from folded events.

Every row bears the same head: whose record it is, which version it shows and when that was. Rows are idempotent: the
same event always gives the same row under the same key, so a replay overwrites instead of doubling.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from shared.clock import Micros, start_of_day
from shared.events.envelope import Recorded

if TYPE_CHECKING:
    from shared.warehouse.port import Warehouse
    from shared.warehouse.rollup import RollUp

Row = tuple[Any, ...]
Subjects = Callable[[Any, Recorded, Any], Iterable[Any]]  # (state before, the event, state after) → a row for each


@dataclass(frozen=True, slots=True)
class Column:
    """type: one of `_ARROW`, optionally inside `Nullable(…)` or `LowCardinality(…)`.

    value: what a row holds, of the subject of the row; None = its attribute of this name. Roll-ups have none.
    """

    name: str
    type: str
    value: Callable[[Any], Any] | None = None

    @property
    def read(self) -> Callable[[Any], Any]:
        return self.value or attrgetter(self.name)


HEAD = (
    Column("tenant", "LowCardinality(String)"),
    Column("id", "String"),
    Column("version", "UInt32"),
    Column("position", "UInt64"),
    Column("occurred_at", "DateTime64(6, 'UTC')"),
    Column("recorded_at", "DateTime64(6, 'UTC')"),
    Column("event", "LowCardinality(String)"),
    Column("actor", "LowCardinality(String)"),
)

_ARROW: dict[str, pa.DataType] = {
    "String": pa.string(),
    "Bool": pa.bool_(),
    "UInt8": pa.uint8(),
    "UInt32": pa.uint32(),
    "UInt64": pa.uint64(),
    "Int64": pa.int64(),
    "Date32": pa.date32(),
    "Decimal(18, 4)": pa.decimal128(18, 4),
    "Decimal(20, 6)": pa.decimal128(20, 6),
    "Decimal(24, 12)": pa.decimal128(24, 12),
    "DateTime64(6, 'UTC')": pa.timestamp("us", "UTC"),
    "Array(String)": pa.list_(pa.string()),
}


@dataclass(frozen=True, slots=True)
class Table:
    """A physical table. latest: one row per record, the highest version wins; otherwise one row per version."""

    name: str
    columns: tuple[Column, ...]
    latest: bool

    @property
    def key(self) -> tuple[str, ...]:
        return ("tenant", "id") if self.latest else ("tenant", "id", "version")

    def ddl(self, name: str = "") -> str:
        """`CREATE TABLE IF NOT EXISTS`, under its own or another name. Parts are on disk before an insert returns."""
        columns = ", ".join(f"`{c.name}` {c.type}" for c in self.columns)
        engine = "ReplacingMergeTree(version)" if self.latest else "ReplacingMergeTree"
        return (
            f"CREATE TABLE IF NOT EXISTS `{name or self.name}` ({columns}) ENGINE = {engine} "
            f"ORDER BY ({', '.join(self.key)}) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"
        )

    def arrow(self, rows: Sequence[Row]) -> pa.Table:
        """The rows as columns. Days are `date`, moments microseconds, money `Decimal`."""
        schema = pa.schema([(c.name, arrow_type(c.type)) for c in self.columns])
        arrays = [pa.array(values, f.type) for values, f in zip(zip(*rows, strict=True), schema, strict=True)]
        return pa.table(arrays, schema=schema)


def _after(before: Any, recorded: Recorded, after: Any) -> tuple[Any]:
    return (after,)


@dataclass(frozen=True, slots=True)
class FactTable:
    """What one or more record types leave in the warehouse.

    facts: the table with a row per event, current: the one with a row per record; "" = there is none. `version` grows
    when rows would come out different: the tables are filled again next to the live ones then. subjects: what an event
    gives a row each, unless that is the state after it. rollup: sums of `current`.
    """

    facts: str
    current: str
    version: int
    aggregates: tuple[str, ...]
    columns: tuple[Column, ...]
    subjects: Subjects = _after
    rollup: RollUp | None = None
    _reads: tuple[Callable[[Any], Any], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_reads", tuple(c.read for c in self.columns))

    @property
    def tables(self) -> tuple[Table, ...]:
        columns = HEAD + self.columns
        return tuple(Table(name, columns, name == self.current) for name in self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Of its tables."""
        return tuple(name for name in (self.facts, self.current) if name)

    @property
    def fingerprint(self) -> str:
        """Changes when the stored tables are no longer what this declaration would fill."""
        text = "\n".join([str(self.version), ",".join(self.aggregates), *(t.ddl() for t in self.tables)])
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def made_of(self, before: Any, recorded: Recorded, after: Any) -> Iterator[Row]:
        """The event's rows with their head."""
        for subject in self.subjects(before, recorded, after):
            yield (
                recorded.tenant,
                recorded.id,
                recorded.version,
                recorded.position,
                within(recorded.occurred_at),
                recorded.recorded_at,
                recorded.type,
                recorded.actor,
                *[read(subject) for read in self._reads],
            )


def shown_names(tables: Sequence[FactTable]) -> list[str]:
    """The tables that callers' questions may read: facts and their roll-ups, nothing else of the warehouse."""
    found = [name for table in tables for name in table.names]
    return [*found, *(table.rollup.name for table in tables if table.rollup is not None)]


class Rows:
    """Rows gathered per physical table."""

    def __init__(self, tables: Iterable[FactTable]) -> None:
        self._by_table: dict[str, tuple[Table, list[Row]]] = {t.name: (t, []) for ft in tables for t in ft.tables}

    def add(self, fact_table: FactTable, rows: Iterable[Row]) -> None:
        made = list(rows)
        for name in fact_table.names:
            self._by_table[name][1].extend(made)

    def tenants(self, table: str) -> set[str]:
        """Whose rows there are for a table."""
        return {row[0] for row in self._by_table[table][1]}

    def __len__(self) -> int:
        return max((len(rows) for _, rows in self._by_table.values()), default=0)

    async def insert(self, warehouse: Warehouse, suffix: str = "") -> None:
        """One block per table that has rows; empties this collection."""
        for table, rows in self._by_table.values():
            await warehouse.insert(table, newest(rows) if table.latest else rows, table.name + suffix)
            rows.clear()


def newest(rows: Sequence[Row]) -> list[Row]:
    """Of each record the row with the highest version."""
    kept: dict[tuple[str, str], Row] = {}
    for row in rows:
        held = kept.get(row[:2])
        if held is None or row[2] > held[2]:
            kept[row[:2]] = row
    return list(kept.values())


_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2299, 12, 31)
_FIRST, _LAST = start_of_day(_FIRST_DAY.isoformat()), start_of_day(_LAST_DAY.isoformat())


def within(moment: Micros) -> Micros:
    """The moment, moved into what a DateTime64 can hold."""
    return min(max(moment, _FIRST), _LAST)


def moment(value: Micros | None) -> Micros | None:
    """0 and None mean there is none."""
    return within(value) if value else None


def day(value: str | None) -> date | None:
    """An ISO date; None where there is none, or outside of what a Date32 can hold (1900 to 2299)."""
    found = date.fromisoformat(value) if value else None
    return found if found is not None and _FIRST_DAY <= found <= _LAST_DAY else None


def money(value: str | None) -> Decimal | None:
    """A decimal text of up to fourteen digits before the point; None where there is none."""
    found = Decimal(value) if value else None
    return found if found is not None and abs(found) < _MONEY else None


_MONEY = Decimal(10) ** 14


def arrow_type(type_: str) -> pa.DataType:
    """Raises KeyError for a type that tables here do not use."""
    inner = type_
    for wrapper in ("Nullable(", "LowCardinality("):
        inner = inner.removeprefix(wrapper)
    return _ARROW[inner if inner == type_ else inner[:-1]]
