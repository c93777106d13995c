"""One question to one collection: pages, counts, documents by key. Totals are in mongo_totals.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.mongo import Docs, Row
from shared.views.entries import entry_name, form
from shared.views.mongo_clause import NOTHING, conditions, level, together
from shared.views.mongo_table import FORMS, Table, cell, index_form, row_id
from shared.views.port import Field, Query, Scope
from shared.views.query import KEY, Checked, validate
from shared.views.values import IndexValue

Found = tuple[list[bytes], str | None, tuple[int, ...]]  # documents, cursor, levels


@dataclass(frozen=True, slots=True)
class _Order:
    """A sort key: where its value lies, and the value of the last document of the page before."""

    field: Field
    path: str
    descending: bool
    last: Any = None

    @property
    def sign(self) -> int:
        return -1 if self.descending else 1

    def beyond(self) -> Row:
        """Values that come later. Nothing comes before a missing value, and text is compared with text only."""
        if self.last is None:
            return NOTHING if self.descending else {self.path: {"$ne": None}}
        if self.descending:
            return {"$or": [{self.path: {"$lt": self.last}}, {self.path: None}]}
        return {self.path: {"$gt": self.last}}

    def from_there(self) -> Row:
        """The same and the value itself: what an index is entered by."""
        if self.last is None:
            return {self.path: None} if self.descending else {}
        return {self.path: {"$not": {"$gt": self.last}} if self.descending else {"$gte": self.last}}


class Reader:
    def __init__(self, docs: Docs, table: Table, scope: Scope) -> None:
        self.docs, self.table, self._scope = docs, table, scope

    def seen(self) -> Row:
        """What the scope lets be seen: in every question."""
        found: Row = {"t": self._scope.tenant}
        if self._scope.owners is not None and self.table.declaration.owner is not None:
            found["o"] = {"$in": sorted(self._scope.owners)}
        return found

    def where(self, checked: Checked) -> Row:
        return together([self.seen(), *conditions(self.table, checked)])

    async def bodies(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The stored documents of those keys that exist in scope."""
        wanted = {row_id(self._scope.tenant, key): key for key in keys if _storable(key)}
        if not wanted:
            return {}
        ids = next(iter(wanted)) if len(wanted) == 1 else {"$in": list(wanted)}
        rows = await self.docs.find({"_id": ids, **self.seen()}, ["b"], limit=len(wanted))
        return {wanted[row["_id"]]: row["b"] for row in rows}

    async def after(self, key: str, limit: int) -> list[tuple[str, bytes]]:
        """The next documents in key order."""
        where = together([self.seen(), {"k": {"$gt": key}}]) if key else self.seen()
        rows = await self.docs.find(where, ["k", "b"], [("k", 1)], limit=limit)
        return [(row["k"], row["b"]) for row in rows]

    async def page(self, query: Query) -> Found:
        checked = validate(self.table.declaration, query)
        if checked.ranked:
            return await self._ranked(checked)
        orders = self._orders(checked)
        rows = await self._rows(checked, orders)
        following = None
        if len(rows) > checked.limit:
            rows.pop()
            following = checked.cursor(_values(orders, rows[-1], len(checked.orders)), rows[-1]["k"])
        return [row["b"] for row in rows], following, ()

    async def count(self, query: Query) -> int:
        return await self.docs.count(self.where(validate(self.table.declaration, query)))

    async def _ranked(self, checked: Checked) -> Found:
        """Level by level, in each what came last, until there are enough."""
        assert checked.wanted is not None
        found: dict[str, tuple[bytes, int]] = {}
        for n, one in enumerate(checked.wanted.ranked(checked.near)):
            where = together([self.where(checked), level(one)])
            for row in await self.docs.find(where, ["k", "b"], [("n", -1)], limit=checked.limit):
                found.setdefault(row["k"], (row["b"], n))
            if len(found) >= checked.limit:
                break
        best = list(found.values())[: checked.limit]
        return [body for body, _ in best], None, tuple(n for _, n in best)

    def _orders(self, checked: Checked) -> list[_Order]:
        """The sort keys up to the id, which has no ties."""
        last, key = checked.after or ((None,) * len(checked.orders), None)
        found = list[_Order]()
        for n, (order, value) in enumerate(zip(checked.orders, last, strict=True)):
            if order.field.name == "id":
                return [*found, _Order(order.field, "k", order.descending, key)]
            path = f"s{n}" if order.field.is_entry else self.table.path(order.field)
            there = None if value is None else cell(order.field, value)
            found.append(_Order(order.field, path, order.descending, there))
        return [*found, _Order(KEY, "k", checked.descending, key)]

    async def _rows(self, checked: Checked, orders: Sequence[_Order]) -> list[Row]:
        """One more than the page has."""
        where, limit = self.where(checked), checked.limit + 1
        following = [] if checked.after is None else _after(orders)
        shown, sort = ["b", "k", *(o.path for o in orders if o.path != "k")], [(o.path, o.sign) for o in orders]
        if not any(order.field.is_entry for order in orders):
            return await self.docs.find(together([where, *following]), shown, sort, skip=checked.skip, limit=limit)
        stages = [{"$match": where}, *entry_stages({o.path: o.field for o in orders if o.field.is_entry})]
        stages += [{"$match": together(following)}] if following else []
        stages += [{"$sort": dict(sort)}, *([{"$skip": checked.skip}] if checked.skip else []), {"$limit": limit}]
        return await self.docs.aggregate([*stages, {"$project": dict.fromkeys(shown, 1)}])


def entry_stages(fields: dict[str, Field]) -> list[Row]:
    """Give each document values of its entries under names of ours; the first where an entry has several."""
    found, values = Row(), Row()
    for name, field in fields.items():
        named = {"$eq": ["$$one.n", {"$literal": entry_name(field)}]}
        found[f"{name}_e"] = {"$arrayElemAt": [{"$filter": {"input": "$e", "as": "one", "cond": named}}, 0]}
        values[name] = {"$ifNull": [f"${name}_e.{FORMS[form(field)]}", None]}
    return [{"$addFields": found}, {"$addFields": values}] if fields else []


def _after(orders: Sequence[_Order]) -> list[Row]:
    """Beyond the last document: by the first key, or equal there and beyond by the next one, and so on."""
    branches, equal = list[Row](), list[Row]()
    for order in orders:
        branches.append(together([*equal, order.beyond()]))
        equal.append({order.path: order.last})
    first = orders[0].from_there()
    return [*([first] if first else []), {"$or": branches}]


def _values(orders: Sequence[_Order], row: Row, count: int) -> Iterable[IndexValue | None]:
    """What a cursor holds of a document: an id is its key, and needs no other place."""
    for order in orders[:count]:
        found: Any = None if order.path == "k" else row
        for step in order.path.split(".") if found is not None else ():
            found = found.get(step) if found is not None else None
        yield index_form(order.field, found)
    yield from [None] * (count - len(orders))


def _storable(key: str) -> bool:
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True
