"""The records that an import made or changed and that the views may not show yet, to be found by their fields."""

from __future__ import annotations

from collections.abc import Collection as Many
from collections.abc import Iterator
from pathlib import Path

from services.integration.jobs.shelves import FileShelf, MadeKey, MemoryShelf, Shelf
from shared.domain.record import Record
from shared.kernel.catalogue import AnyAggregate
from shared.views.matching import in_scope, index_values, meets
from shared.views.port import Collection, Document, Kind, Query, Scope
from shared.views.query import Checkable, Test, conditions

_FINDS = {Kind.KEYWORDS: ("in", "contains")}  # operations that an index answers, where they are not these
_EQUAL = ("eq", "in")


class MadeRecords:
    """Records cost next to nothing until a query names a field; from then on that field is indexed.

    file: where documents are kept, deleted at the end; None = in memory, for few.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._shelf: Shelf = MemoryShelf() if file is None else FileShelf(file)
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
                self._shelf.remove(record)

    def write(self) -> None:
        """Make documents of what was noted."""
        self._written = self._written or bool(self._noted)
        for key, (aggregate, state) in self._noted.items():
            self._shelf.remove(key)
            document = aggregate.document(state)
            self._shelf.put(key, document)
            for test in self._indexed.get(key[0], {}).values():
                self._shelf.enter(key, test.field.name, index_values(test, document))
        self._noted.clear()

    def holds(self, collection: str, id: str) -> bool:
        key = (collection, id)
        return key in self._noted or (self._written and self._shelf.has(key))

    def knows(self, collection: str) -> bool:
        """Whether there were records of a collection."""
        return collection in self._collections

    def get(self, collection: str, id: str, scope: Scope) -> Document | None:
        self.write()
        document = self._shelf.get((collection, id))
        return document if document and in_scope(self._collections[collection], document, scope) else None

    def find(self, collection: str, query: Query, scope: Scope) -> list[Document]:
        """Those that meet the query, in the order of their ids. Raises BadQuery."""
        declared = self._collections.get(collection)
        if declared is None:
            return []
        tests = conditions(declared, query)
        self.write()
        found = self._candidates(collection, tests)
        return [d for d in found if meets(d, tests) and in_scope(declared, d, scope)]

    def _candidates(self, collection: str, tests: tuple[Checkable, ...]) -> Iterator[Document]:
        probe = next((t for t in tests if isinstance(t, Test) and _finds(t)), None)
        if probe is None:
            return self._shelf.all(collection)
        self._index_all(collection, probe)
        return self._shelf.having(collection, probe.field.name, probe.value if probe.op == "in" else (probe.value,))

    def _index_all(self, collection: str, probe: Test) -> None:
        """Index a field that no query named before."""
        fields = self._indexed.setdefault(collection, {})
        if probe.field.name in fields:
            return
        fields[probe.field.name] = probe
        for document in self._shelf.all(collection):
            self._shelf.enter((collection, document["id"]), probe.field.name, index_values(probe, document))

    def close(self) -> None:
        self._shelf.close()


def _finds(test: Test) -> bool:
    """Whether an index of the field answers the test."""
    return test.field.kind is not Kind.BOOLEAN and test.op in _FINDS.get(test.field.kind, _EQUAL)
