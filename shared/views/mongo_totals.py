"""Counts and exact sums of groups of documents, by aggregation on the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

import orjson
from bson import Decimal128

from shared.mongo import Row
from shared.views.entries import ExactSum, digits, entry_of
from shared.views.mongo_read import Reader, entry_stages
from shared.views.mongo_table import cell, index_form
from shared.views.port import By, Document, Field, Kind, Query, Total, by_fields
from shared.views.query import edges_of, group_fields, sum_field, validate
from shared.views.values import IndexValue, decimal_text, scale

_EXACT = Context(prec=1000)
_Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _By:
    """What documents are grouped by: a field's values, or how many of the rising edges are not above them."""

    field: Field
    edges: tuple[IndexValue, ...]

    @property
    def sampled(self) -> bool:
        """Whether a document has to tell how the value is spelled."""
        field = self.field
        return not self.edges and (field.is_entry or field.kind is Kind.TEXT or field.key is not None)

    def key(self, stored: Any) -> IndexValue | None:
        return stored if self.edges else index_form(self.field, stored)

    def shown(self, key: Any, sample: Document) -> Any:
        """A group's value as documents show it."""
        if self.edges or key is None:
            return key
        if self.sampled:
            return entry_of(sample, self.field) if self.field.is_entry else sample.get(self.field.name)
        match self.field.kind:
            case Kind.BOOLEAN:
                return bool(key)
            case Kind.DECIMAL:
                return decimal_text(self.field, key)
        return key


async def totals(reader: Reader, query: Query, by: tuple[By, ...], sums: tuple[str, ...]) -> list[Total]:
    """See Views.totals."""
    declaration = reader.table.declaration
    checked = validate(declaration, query)
    declared = group_fields(declaration, by_fields(by), checked.entries)
    groups = [_By(field, edges_of(field, one)) for field, one in zip(declared, by, strict=True)]
    summed = [f for name in sums if (f := sum_field(declaration, name, checked.entries)) is not None]
    where = reader.where(checked)
    plain = [f for f in summed if not f.is_entry]
    rows = await reader.docs.aggregate(_stages(reader, where, groups, plain))
    added = {f.name: await _entry_sums(reader, where, groups, f) for f in summed if f.is_entry}
    found = [(_key_of(groups, row), row) for row in rows]
    found.sort(key=lambda one: [(value is not None, value) for value in one[0]])
    return [_total(groups, summed, key, row, added) for key, row in found]


def _total(
    groups: Sequence[_By], summed: Sequence[Field], key: _Key, row: Row, added: dict[str, dict[_Key, str]]
) -> Total:
    sample = orjson.loads(row["sample"]) if row.get("sample") else {}
    keys = tuple(by.shown(value, sample) for by, value in zip(groups, key, strict=True))
    sums = [_sum(f, row, added[f.name].get(key, "0") if f.is_entry else None) for f in summed]
    return Total(keys, row["count"], sums[0] if sums else "0", tuple(sums[1:]))


def _sum(field: Field, row: Row, entries: str | None) -> str:
    exact = field.kind is Kind.DECIMAL
    if entries is not None:
        return digits(entries, 2 if exact else 0)
    found = row[f"sum_{field.name}"]
    total = found.to_decimal() if isinstance(found, Decimal128) else Decimal(found)
    scaled = int(_EXACT.scaleb(total, scale(field) if exact else 0))
    return decimal_text(field, scaled) if exact else str(scaled)


def _stages(reader: Reader, where: Row, groups: Sequence[_By], summed: Sequence[Field]) -> list[Row]:
    group: Row = {"_id": _group_id(groups), "count": {"$sum": 1}}
    shown: Row = _values(reader, groups)
    if any(by.sampled for by in groups):
        group["sample"], shown["b"] = {"$first": "$b"}, 1
    for field in summed:
        group[f"sum_{field.name}"] = {"$sum": f"${reader.table.path(field)}"}
        shown[reader.table.path(field)] = 1
    entered = entry_stages({f"s{n}": by.field for n, by in enumerate(groups) if by.field.is_entry})
    return [{"$match": where}, *entered, *_project(shown), *_buckets(groups, shown), {"$group": group}]


def _project(shown: Row) -> list[Row]:
    return [{"$project": shown}] if shown else []


async def _entry_sums(reader: Reader, where: Row, groups: Sequence[_By], field: Field) -> dict[_Key, str]:
    """The sum of an entry in each group, exact to all digits: equal numbers are counted on the server and added up
    here."""
    shown = {**_values(reader, groups), "number": "$number"}
    group = {"_id": {**(_group_id(groups) or {}), "number": "$number"}, "count": {"$sum": 1}}
    entered = entry_stages({f"s{n}": by.field for n, by in enumerate(groups) if by.field.is_entry} | {"number": field})
    rows = await reader.docs.aggregate(
        [{"$match": where}, *entered, {"$project": shown}, *_buckets(groups, shown), {"$group": group}]
    )
    added: dict[_Key, ExactSum] = {}
    for row in rows:
        added.setdefault(_key_of(groups, row), ExactSum()).step(row["_id"]["number"] or "", row["count"])
    return {key: total.finalize() for key, total in added.items()}


def _values(reader: Reader, groups: Sequence[_By]) -> Row:
    """The value that a document has for each group."""
    found = Row()
    for n, by in enumerate(groups):
        path = f"s{n}" if by.field.is_entry else reader.table.path(by.field)
        found[f"g{n}"] = {"$ifNull": [f"${path}", None]}
    return found


def _buckets(groups: Sequence[_By], shown: Row) -> list[Row]:
    """Values become the numbers of their buckets."""
    if not any(by.edges for by in groups):
        return []
    kept: Row = {name: 1 for name in shown if not name.startswith("g") or not groups[int(name[1:])].edges}
    for n, by in enumerate(groups):
        if by.edges:
            edges = [cell(by.field, edge) for edge in by.edges]
            number = _halving(f"$g{n}", edges, 0, len(edges))
            kept[f"g{n}"] = {"$cond": [{"$eq": [f"$g{n}", None]}, None, number]}
    return [{"$project": kept}]


def _halving(value: str, edges: Sequence[Any], low: int, high: int) -> Row:
    """A search by halves: a thousand edges take ten comparisons."""
    if low == high:
        return {"$literal": low}
    middle = (low + high) // 2
    below, above = _halving(value, edges, low, middle), _halving(value, edges, middle + 1, high)
    return {"$cond": [{"$lt": [value, {"$literal": edges[middle]}]}, below, above]}


def _group_id(groups: Sequence[_By]) -> Row | None:
    return {f"g{n}": f"$g{n}" for n in range(len(groups))} or None


def _key_of(groups: Sequence[_By], row: Row) -> _Key:
    return tuple(by.key(row["_id"].get(f"g{n}")) for n, by in enumerate(groups))
