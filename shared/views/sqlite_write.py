"""Writing documents: guarded by version, touching only what differs. Runs inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from shared.views.port import Document, Write
from shared.views.sqlite_table import NOBODY, Cell, Table
from shared.views.values import encode, keywords, search_words

Number = Callable[[str], int]  # the number of a tenant or owner, given one if it is new


class TableWriter:
    """The statements that change one table, prepared once."""

    def __init__(self, db: sqlite3.Connection, table: Table, number: Number) -> None:
        self._db, self._table, self._number = db, table, number
        cells = table.cells
        self._cells = cells
        marks = ", ".join("?" * (3 + len(cells)))
        self._gone = f"SELECT v FROM {table.gone} WHERE t = ? AND k = ?"
        self._any_gone = db.execute(f"SELECT 1 FROM {table.gone}").fetchone() is not None
        self._find = f"SELECT id, v, {', '.join(cells)} FROM {table.name} WHERE t = ? AND k = ?"
        self._insert_body = f"INSERT INTO {table.body} VALUES(?, ?)"
        self._insert = f"INSERT INTO {table.name}(t, k, v, {', '.join(cells)}) VALUES({marks})"

    def write(self, one: Write) -> None:
        """Put or remove one document unless what is there is as new. Raises ValueError when it does not fit."""
        tenant = self._number(one.tenant)
        found = self._db.execute(self._find, (tenant, one.key)).fetchone()
        gone = self._tombstone(tenant, one.key) if found is None else None
        if one.version <= (found[1] if found else gone or 0):
            return
        if one.document is None:
            self._remove(tenant, one, found)
            return
        self._put(tenant, one, one.document, found)
        if gone is not None:
            self._db.execute(f"DELETE FROM {self._table.gone} WHERE t = ? AND k = ?", (tenant, one.key))

    def fill_words(self, after: int, limit: int) -> int:
        """Index the text of up to `limit` documents beyond row `after`; returns the last row, 0 when all are done."""
        select = f"SELECT id, body FROM {self._table.body} WHERE id > ? ORDER BY id LIMIT ?"
        rows = self._db.execute(select, (after, limit)).fetchall()
        words = ((id, self._words(orjson.loads(body))) for id, body in rows)
        self._db.executemany(self._insert_words, (w for w in words if w[1]))
        return rows[-1][0] if rows else 0

    def _tombstone(self, tenant: int, key: str) -> int | None:
        """The version at which a document was removed."""
        row = self._db.execute(self._gone, (tenant, key)).fetchone() if self._any_gone else None
        return row[0] if row else None

    def _put(self, tenant: int, one: Write, document: Document, found: Sequence[Any] | None) -> None:
        table = self._table
        body = encode(document)
        lists = self._lists(document)
        cells = [*table.row(document, self._owner(document)), *(len(entries) for entries in lists)]
        if found is None:
            cursor = self._db.execute(self._insert, (tenant, one.key, one.version, *cells))
            id = cursor.lastrowid
            assert id is not None
            self._db.execute(self._insert_body, (id, body))
            old: Document = {}
        else:
            id = found[0]
            old = orjson.loads(self._db.execute(f"SELECT body FROM {table.body} WHERE id = ?", (id,)).fetchone()[0])
            self._update(id, one.version, found[2:], cells)
            self._db.execute(f"UPDATE {table.body} SET body = ? WHERE id = ?", (body, id))
        self._change_lists(tenant, id, self._lists(old) if old else [[]] * len(lists), lists)
        if table.filled:
            self._change_words(id, old, document)

    def _update(self, id: int, version: int, old: Sequence[Cell], new: Sequence[Cell]) -> None:
        """Set the cells that differ, so that only their indexes are touched."""
        changed = [(name, b) for name, a, b in zip(self._cells, old, new, strict=True) if a != b]
        sets = "".join(f", {name} = ?" for name, _ in changed)
        self._db.execute(
            f"UPDATE {self._table.name} SET v = ?{sets} WHERE id = ?", (version, *(value for _, value in changed), id)
        )

    def _remove(self, tenant: int, one: Write, found: Sequence[Any] | None) -> None:
        table = self._table
        if found is not None:
            id = found[0]
            old = orjson.loads(self._db.execute(f"SELECT body FROM {table.body} WHERE id = ?", (id,)).fetchone()[0])
            self._change_lists(tenant, id, self._lists(old), [[]] * len(table.list_fields))
            if table.filled:
                self._change_words(id, old, {})
            self._db.execute(f"DELETE FROM {table.name} WHERE id = ?", (id,))
            self._db.execute(f"DELETE FROM {table.body} WHERE id = ?", (id,))
        self._any_gone = True
        self._db.execute(f"INSERT OR REPLACE INTO {table.gone} VALUES(?, ?, ?)", (tenant, one.key, one.version))

    def _owner(self, document: Document) -> int:
        owner = document.get(self._table.declaration.owner) if self._table.declaration.owner else None
        return self._number(owner) if owner else NOBODY

    def _lists(self, document: Document) -> list[list[str]]:
        fields = [f for f in self._table.declaration.fields if f.name in self._table.list_fields]
        try:
            return [keywords(f, document.get(f.name)) for f in fields]
        except ValueError:
            if self._table.stale:
                return [[] for _ in fields]
            raise

    def _change_lists(self, tenant: int, id: int, old: list[list[str]], new: list[list[str]]) -> None:
        if old == new:
            return
        for field, (before, after) in enumerate(zip(old, new, strict=True)):
            gone = [(tenant, field, value, id) for value in before if value not in after]
            added = [(tenant, field, value, id) for value in after if value not in before]
            where = "t = ? AND field = ? AND value = ? AND id = ?"
            self._db.executemany(f"DELETE FROM {self._table.lists} WHERE {where}", gone)
            self._db.executemany(f"INSERT INTO {self._table.lists} VALUES(?, ?, ?, ?)", added)

    def _words(self, document: Document) -> str:
        return " ".join(search_words(self._table.declaration, document))

    @property
    def _insert_words(self) -> str:
        return f"INSERT INTO {self._table.words}(rowid, words) VALUES(?, ?)"

    def _change_words(self, id: int, old: Document, new: Document) -> None:
        if all(old.get(f.name) == new.get(f.name) for f in self._table.searchable):
            return
        before, after = self._words(old) if old else "", self._words(new)
        if before == after:
            return
        words = self._table.words
        if before:
            self._db.execute(f"INSERT INTO {words}({words}, rowid, words) VALUES('delete', ?, ?)", (id, before))
        if after:
            self._db.execute(self._insert_words, (id, after))
