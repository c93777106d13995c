"""From documents to what has to be written of them: guarded by version, touching only what differs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from shared.texts import fold
from shared.views.entries import Entry, entries
from shared.views.port import Document, Field, Write
from shared.views.sqlite_batch import Batch
from shared.views.sqlite_table import NO_TEXT, NOBODY, Cell, Table, missing, whose
from shared.views.values import conversion, encode, keywords, search_words

Number = Callable[[str], int]  # the number of a tenant or owner, given one if it is new


class TableWriter:
    """Plans the changes of one table. It alone gives rows their ids."""

    def __init__(self, db: sqlite3.Connection, table: Table, number: Number) -> None:
        self._db, self._table, self._number = db, table, number
        self._names = table.cells
        columns, folded = table.columns.values(), [c for c in table.columns.values() if c.folded]
        convert = _lenient if table.stale else conversion
        self._empty: list[Cell] = [NOBODY, *(missing(c.field) for c in columns), *(NO_TEXT for _ in folded)]
        lows = {c.name: place for place, c in enumerate(folded, 1 + len(columns))}
        self._columns = [
            (n, c.field.name, c.field, convert(c.field), lows.get(c.name)) for n, c in enumerate(columns, 1)
        ]
        self._lists_of = [f for f in table.declaration.fields if f.name in table.list_fields]
        owner = [table.declaration.owner] if table.declaration.owner else []
        self._words_of = [*table.searchable, *owner] if table.searchable else []  # what the full text is made of
        self._last: int = db.execute(f"SELECT ifnull(max(id), 0) FROM {table.body}").fetchone()[0]
        self._any_gone = db.execute(f"SELECT 1 FROM {table.gone}").fetchone() is not None
        keys = "WHERE t = ? AND k IN (SELECT value FROM json_each(?))"
        self._find = f"SELECT k, id, v, {', '.join(self._names)} FROM {table.name} {keys}"
        self._find_gone = f"SELECT k, v FROM {table.gone} {keys}"
        self._find_bodies = f"SELECT id, body FROM {table.body} WHERE id IN (SELECT value FROM json_each(?))"

    def plan(self, batch: Batch, tenant: str, writes: Sequence[Write]) -> None:
        """Add what these writes change, each of another key, to the batch; what is there and as new is left alone.

        Raises ValueError when a document does not fit.
        """
        number = self._number(tenant)
        keys = orjson.dumps([one.key for one in writes]).decode()
        found = {row[0]: row[1:] for row in self._db.execute(self._find, (number, keys)).fetchall()}
        gone: dict[str, int] = dict(self._db.execute(self._find_gone, (number, keys))) if self._any_gone else {}
        known = {one.key: found[one.key] if one.key in found else (0, gone.get(one.key, 0)) for one in writes}
        newer = [one for one in writes if one.version + (one.overwrite and one.key in found) > known[one.key][1]]
        bodies = self._bodies([known[one.key][0] for one in newer if one.key in found])
        for one in newer:
            id, _, *cells = known[one.key]
            if one.document is None:
                self._remove(batch, number, one, id, bodies.get(id, {}))
            elif id:
                self._change(batch, number, one, one.document, id, cells, bodies[id])
            else:
                self._add(batch, number, one, one.document)
                if one.key in gone:
                    batch.unburied.append((number, one.key))

    def fill_words(self, after: int, limit: int) -> int:
        """Index the text of up to `limit` documents beyond row `after`; returns the last row, 0 when all are done."""
        select = (
            f"SELECT b.id, x.t, b.body FROM {self._table.body} AS b CROSS JOIN {self._table.name} AS x ON x.id = b.id"
            " WHERE b.id > ? ORDER BY b.id LIMIT ?"
        )
        rows = self._db.execute(select, (after, limit)).fetchall()
        batch = Batch(self._table)
        for id, tenant, body in rows:
            self._change_words(batch, tenant, id, {}, orjson.loads(body))
        for statement, values in batch.statements():
            self._db.execute(statement, values)
        return rows[-1][0] if rows else 0

    def _bodies(self, ids: Sequence[int]) -> dict[int, Document]:
        if not ids:
            return {}
        rows = self._db.execute(self._find_bodies, (orjson.dumps(ids).decode(),)).fetchall()
        return {id: orjson.loads(body) for id, body in rows}

    def _add(self, batch: Batch, tenant: int, one: Write, document: Document) -> None:
        body, lists = encode(document), self._lists(document)
        cells = self._cells(document, lists)
        self._last = id = self._last + 1
        batch.rows.append((id, tenant, one.key, one.version, *cells))
        batch.bodies.append((id, body))
        self._change_lists(batch, tenant, id, [[]] * len(lists), lists)
        self._change_entries(batch, tenant, one.key, id, {}, document)
        if self._table.filled:
            self._change_words(batch, tenant, id, {}, document)

    def _change(
        self, batch: Batch, tenant: int, one: Write, document: Document, id: int, cells: Sequence[Cell], old: Document
    ) -> None:
        body, lists = encode(document), self._lists(document)
        batch.update(id, one.version, self._names, cells, self._cells(document, lists))
        batch.bodies.append((id, body))
        self._change_lists(batch, tenant, id, self._lists(old), lists)
        self._change_entries(batch, tenant, one.key, id, old, document)
        if self._table.filled:
            self._change_words(batch, tenant, id, old, document)

    def _remove(self, batch: Batch, tenant: int, one: Write, id: int, old: Document) -> None:
        self._any_gone = True
        batch.buried.append((tenant, one.key, one.version))
        if not id:
            return
        batch.removed.append((id,))
        self._change_lists(batch, tenant, id, self._lists(old), [[]] * len(self._lists_of))
        self._change_entries(batch, tenant, one.key, id, old, {})
        if self._table.filled:
            self._change_words(batch, tenant, id, old, {})

    def _cells(self, document: Document, lists: Sequence[Sequence[str]]) -> list[Cell]:
        """In the order of `Table.cells`."""
        cells = self._empty.copy()
        cells[0] = self._owner(document)
        for place, name, field, convert, low in self._columns:
            value = document.get(name)
            if value is None or value == "":
                continue
            cells[place] = converted = convert(field, value)
            if low is not None and isinstance(converted, str) and (folded := fold(converted)) != converted:
                cells[low] = folded
        return cells + [len(entries) for entries in lists]

    def _owner(self, document: Document) -> int:
        owner = document.get(self._table.declaration.owner) if self._table.declaration.owner else None
        return self._number(owner) if owner else NOBODY

    def _lists(self, document: Document) -> list[list[str]]:
        try:
            return [keywords(f, document.get(f.name)) for f in self._lists_of]
        except ValueError:
            if self._table.stale:
                return [[] for _ in self._lists_of]
            raise

    def _change_lists(
        self, batch: Batch, tenant: int, id: int, old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]
    ) -> None:
        for field, (before, after) in enumerate(zip(old, new, strict=True)):
            if before != after:
                batch.list_gone += _entries(tenant, field, (v for v in before if v not in after), id)
                batch.list_added += _entries(tenant, field, (v for v in after if v not in before), id)

    def _change_entries(self, batch: Batch, tenant: int, key: str, id: int, old: Document, new: Document) -> None:
        name = self._table.declaration.open
        if not name or (before := old.get(name) or {}) == (after := new.get(name) or {}):
            return
        was, now = _by_name(entries(before)), _by_name(entries(after))
        for one in was.keys() | now.keys():
            if was.get(one) == now.get(one):
                continue
            if one in was:
                batch.entries_gone.append((id, one))
            batch.entries_added += ((id, *entry, tenant, key) for entry in now.get(one, ()))

    def _change_words(self, batch: Batch, tenant: int, id: int, old: Document, new: Document) -> None:
        if all(old.get(name) == new.get(name) for name in self._words_of):
            return
        before, after = self._words(tenant, old), self._words(tenant, new)
        if before == after:
            return
        if before:
            batch.words_gone.append((id, before))
        if after:
            batch.words_added.append((id, after))

    def _words(self, tenant: int, document: Document) -> str:
        """The tokens of a document and of those who may find it; "" for one without words."""
        found = search_words(self._table.declaration, document) if document else []
        return " ".join([*found, whose(tenant), whose(tenant, self._owner(document))]) if found else ""


def _lenient(field: Field) -> Callable[[Field, Any], Cell]:
    """For a table of an older declaration: the rebuild that is due reads its documents rightly."""
    convert = conversion(field)

    def converted(field: Field, value: Any) -> Cell:
        try:
            return convert(field, value)
        except ValueError:
            return missing(field)

    return converted


def _by_name(found: Iterable[Entry]) -> dict[str, list[Entry]]:
    by_name: dict[str, list[Entry]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    return by_name


def _entries(tenant: int, field: int, values: Iterable[str], id: int) -> list[tuple[int, int, str, int]]:
    return [(tenant, field, value, id) for value in values]
