"""Where made records lie, each with the values by which it is to be found: in memory, or in a file for very many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import orjson

from shared.sqlitefile import scratch
from shared.views.port import Document
from shared.views.values import IndexValue

MadeKey = tuple[str, str]  # collection, id


class Shelf(Protocol):
    def put(self, key: MadeKey, document: Document) -> None:
        """A record that is not there."""

    def enter(self, key: MadeKey, field: str, values: Iterable[IndexValue]) -> None:
        """The record is to be found by these values of a field."""

    def remove(self, key: MadeKey) -> None: ...

    def has(self, key: MadeKey) -> bool: ...

    def get(self, key: MadeKey) -> Document | None: ...

    def all(self, collection: str) -> Iterator[Document]:
        """In the order of their ids."""
        ...

    def having(self, collection: str, field: str, values: Iterable[IndexValue]) -> Iterator[Document]:
        """The records that were entered under one of the values, in the order of their ids."""
        ...

    def close(self) -> None: ...


class MemoryShelf:
    """Is a Shelf."""

    def __init__(self) -> None:
        self._documents: dict[str, dict[str, Document]] = {}
        self._entries: dict[tuple[str, str, IndexValue], set[str]] = {}
        self._of: dict[MadeKey, list[tuple[str, str, IndexValue]]] = {}

    def put(self, key: MadeKey, document: Document) -> None:
        self._documents.setdefault(key[0], {})[key[1]] = document

    def enter(self, key: MadeKey, field: str, values: Iterable[IndexValue]) -> None:
        for value in values:
            entry = (key[0], field, value)
            self._entries.setdefault(entry, set()).add(key[1])
            self._of.setdefault(key, []).append(entry)

    def remove(self, key: MadeKey) -> None:
        self._documents.get(key[0], {}).pop(key[1], None)
        for entry in self._of.pop(key, ()):
            ids = self._entries[entry]
            ids.discard(key[1])
            if not ids:
                del self._entries[entry]

    def has(self, key: MadeKey) -> bool:
        return key[1] in self._documents.get(key[0], {})

    def get(self, key: MadeKey) -> Document | None:
        found = self._documents.get(key[0], {}).get(key[1])
        return None if found is None else dict(found)

    def all(self, collection: str) -> Iterator[Document]:
        return (dict(document) for _, document in sorted(self._documents.get(collection, {}).items()))

    def having(self, collection: str, field: str, values: Iterable[IndexValue]) -> Iterator[Document]:
        documents = self._documents.get(collection, {})
        ids = set[str]().union(*(self._entries.get((collection, field, value), ()) for value in values))
        return (dict(documents[id]) for id in sorted(ids))

    def close(self) -> None:
        self._documents.clear()


_SCHEMA = """
CREATE TABLE documents(
    collection TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY(collection, id)
) WITHOUT ROWID;
CREATE TABLE entries(
    collection TEXT NOT NULL, field TEXT NOT NULL, value NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY(collection, field, value, id)
) WITHOUT ROWID;
CREATE INDEX of_document ON entries(collection, id);
"""


class FileShelf:
    """Is a Shelf; its file is deleted at the end."""

    def __init__(self, file: Path) -> None:
        self._file, self._db = file, scratch(file, _SCHEMA)

    def put(self, key: MadeKey, document: Document) -> None:
        self._db.execute("INSERT INTO documents VALUES(?, ?, ?)", (*key, orjson.dumps(document)))

    def enter(self, key: MadeKey, field: str, values: Iterable[IndexValue]) -> None:
        for value in values:
            self._db.execute("INSERT OR IGNORE INTO entries VALUES(?, ?, ?, ?)", (key[0], field, value, key[1]))

    def remove(self, key: MadeKey) -> None:
        where = "collection = ? AND id = ?"
        if self._db.execute(f"DELETE FROM documents WHERE {where}", key).rowcount:
            self._db.execute(f"DELETE FROM entries WHERE {where}", key)

    def has(self, key: MadeKey) -> bool:
        sql = "SELECT 1 FROM documents WHERE collection = ? AND id = ?"
        return self._db.execute(sql, key).fetchone() is not None

    def get(self, key: MadeKey) -> Document | None:
        row = self._db.execute("SELECT body FROM documents WHERE collection = ? AND id = ?", key).fetchone()
        return orjson.loads(row[0]) if row else None

    def all(self, collection: str) -> Iterator[Document]:
        rows = self._db.execute("SELECT body FROM documents WHERE collection = ? ORDER BY id", (collection,))
        return (orjson.loads(body) for (body,) in rows.fetchall())

    def having(self, collection: str, field: str, values: Iterable[IndexValue]) -> Iterator[Document]:
        wanted = tuple(values)
        marks = ",".join("?" * len(wanted))
        ids = f"SELECT id FROM entries WHERE collection = ? AND field = ? AND value IN ({marks})"
        sql = f"SELECT body FROM documents WHERE collection = ? AND id IN ({ids}) ORDER BY id"
        rows = self._db.execute(sql, (collection, collection, field, *wanted))
        return (orjson.loads(body) for (body,) in rows.fetchall())

    def close(self) -> None:
        self._db.close()
        self._file.unlink(missing_ok=True)
