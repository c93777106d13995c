"""The records that an import made or changed and that the views may not show yet, to be found by their fields."""

from __future__ import annotations

from collections.abc import Collection as Many
from collections.abc import Iterator
from pathlib import Path

import orjson

from shared.domain.record import Record
from shared.kernel.catalogue import AnyAggregate
from shared.sqlitefile import scratch
from shared.views.matching import in_scope, index_values, meets
from shared.views.port import Collection, Document, Kind, Query, Scope
from shared.views.query import Test, validate

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
_FINDS = ("eq", "in", "contains")  # operations that an index answers


MadeKey = tuple[str, str]  # collection, id


class MadeRecords:
    """Records cost next to nothing until a query names a field; from then on that field is indexed.

    file: where documents are kept, deleted at the end; None = in memory, for few.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._db = scratch(file, _SCHEMA)
        self._written = False
        self._recent: set[MadeKey] = set()
        self._noted: dict[MadeKey, tuple[AnyAggregate, Record]] = {}
        self._collections: dict[str, Collection] = {}
        self._indexed: dict[str, dict[str, Test]] = {}

    def note(self, aggregate: AnyAggregate, state: Record) -> None:
        """The record stands like this now."""
        self._collections[aggregate.collection.name] = aggregate.collection
        self._noted[aggregate.collection.name, state.id] = aggregate, state
        self._recent.add((aggregate.collection.name, state.id))

    def recent(self) -> set[MadeKey]:
        """The records that were noted since this was asked last."""
        found, self._recent = self._recent, set()
        return found

    def forget(self, records: Many[MadeKey]) -> None:
        """The views show these (collection, id)."""
        for record in records:
            self._noted.pop(record, None)
            if self._written:
                self._remove(*record)

    def write(self) -> None:
        """Make documents of what was noted."""
        self._written = self._written or bool(self._noted)
        for (collection, id), (aggregate, state) in self._noted.items():
            self._remove(collection, id)
            document = aggregate.document(state)
            self._db.execute("INSERT INTO documents VALUES(?, ?, ?)", (collection, id, orjson.dumps(document)))
            for test in self._indexed.get(collection, {}).values():
                self._index(collection, id, test, document)
        self._noted.clear()

    def holds(self, collection: str, id: str) -> bool:
        if (collection, id) in self._noted:
            return True
        found = self._db.execute("SELECT 1 FROM documents WHERE collection = ? AND id = ?", (collection, id))
        return found.fetchone() is not None

    def knows(self, collection: str) -> bool:
        """Whether there were records of a collection."""
        return collection in self._collections

    def get(self, collection: str, id: str, scope: Scope) -> Document | None:
        self.write()
        sql = "SELECT body FROM documents WHERE collection = ? AND id = ?"
        row = self._db.execute(sql, (collection, id)).fetchone()
        document: Document | None = orjson.loads(row[0]) if row else None
        return document if document and in_scope(self._collections[collection], document, scope) else None

    def find(self, collection: str, query: Query, scope: Scope) -> list[Document]:
        """Those that meet the query, in the order of their ids. Raises BadQuery."""
        declared = self._collections.get(collection)
        if declared is None:
            return []
        checked = validate(declared, query)
        self.write()
        found = self._candidates(collection, checked.where)
        return [d for d in found if meets(d, checked.where) and in_scope(declared, d, scope)]

    def _candidates(self, collection: str, tests: tuple[Test, ...]) -> Iterator[Document]:
        probe = next((t for t in tests if t.op in _FINDS and t.field.kind is not Kind.BOOLEAN), None)
        if probe is None:
            rows = self._db.execute("SELECT body FROM documents WHERE collection = ? ORDER BY id", (collection,))
        else:
            self._index_all(collection, probe)
            values = probe.value if probe.op == "in" else (probe.value,)
            marks = ",".join("?" * len(values))
            ids = f"SELECT id FROM entries WHERE collection = ? AND field = ? AND value IN ({marks})"
            sql = f"SELECT body FROM documents WHERE collection = ? AND id IN ({ids}) ORDER BY id"
            rows = self._db.execute(sql, (collection, collection, probe.field.name, *values))
        for (body,) in rows.fetchall():
            yield orjson.loads(body)

    def _index_all(self, collection: str, probe: Test) -> None:
        """Index a field that no query named before."""
        fields = self._indexed.setdefault(collection, {})
        if probe.field.name in fields:
            return
        fields[probe.field.name] = probe
        for id, body in self._db.execute("SELECT id, body FROM documents WHERE collection = ?", (collection,)):
            self._index(collection, id, probe, orjson.loads(body))

    def _index(self, collection: str, id: str, probe: Test, document: Document) -> None:
        for value in index_values(probe, document):
            row = (collection, probe.field.name, value, id)
            self._db.execute("INSERT OR IGNORE INTO entries VALUES(?, ?, ?, ?)", row)

    def _remove(self, collection: str, id: str) -> None:
        where = "collection = ? AND id = ?"
        if self._db.execute(f"DELETE FROM documents WHERE {where}", (collection, id)).rowcount:
            self._db.execute(f"DELETE FROM entries WHERE {where}", (collection, id))

    def close(self) -> None:
        self._db.close()
        if self._file is not None:
            self._file.unlink(missing_ok=True)
