"""What of an answer goes into the read log: which records show values of sensitive fields, and who was refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from starlette.types import Scope

from shared.http.auth import READS
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.readlog.buffer import Refusal
from shared.security.permissions import Access
from shared.security.sources import overlap, with_derived, with_formulas
from shared.views.port import Document

REFUSAL = "refusal"  # in the scope of a request: what the refusal says of the missing right
_EMPTY: tuple[Any, ...] = ("", None, [], {})
_CUSTOM = "custom."
_ID = re.compile(rb'"id":"([^"\\]*)"')
_RECORD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Fields = tuple[str, ...]


def note_refusal(scope: Scope, access: Access, route: str) -> None:
    """Of the path only what is the id of a record: into the rest a caller may write anything."""
    said, id = scope.get(REFUSAL, {}), str(scope.get("path_params", {}).get("id", ""))
    right = (str(said.get("resource", "")), str(said.get("action", "")))
    record = id if _RECORD.fullmatch(id) else ""
    scope[READS].refused(access, Refusal(scope["method"], route, record, *right))


class ReadNotes:
    """Notes what callers are shown of one record type."""

    def __init__(self, kernel: Kernel, aggregate: AnyAggregate) -> None:
        self._kernel, self._name = kernel, aggregate.name
        marked = frozenset(f.name for f in aggregate.collection.fields if f.sensitive)
        self._own = tuple(sorted(with_derived(aggregate.name, marked)))

    async def fields(self, access: Access) -> Fields:
        """The sensitive ones: declared, marked by the organisation, or made of one by a formula."""
        marked = (*self._own, *await self._kernel.bus.custom.sensitive(access.tenant, self._name))
        formulas = access.derived.get(self._name)
        return tuple(sorted(with_formulas(frozenset(marked), formulas))) if marked and formulas else marked

    async def documents(self, access: Access, documents: Sequence[Document], asked: Collection[str] = ()) -> None:
        """Note the records that show a value. asked: fields that found them, and so tell their value, shown or not."""
        if documents and (fields := await self.fields(access)):
            by = [one for one in fields if one in asked]
            self._note(access, ((d["id"], tuple(n for n in fields if n in by or _in(d, n))) for d in documents))

    async def stored(self, access: Access, documents: Sequence[bytes], asked: Collection[str] = ()) -> None:
        """The same of documents as they are stored: they are not decoded."""
        if documents and (fields := await self.fields(access)):
            by, keys = [one for one in fields if one in asked], _keys(fields)
            found = ((raw, tuple(n for n, key in keys if n in by or _in_bytes(raw, key))) for raw in documents)
            self._note(access, ((_id(raw), shown) for raw, shown in found if shown))

    async def changes(self, access: Access, id: str, changed: Iterable[Collection[str]]) -> None:
        """Note the record where changes of it show a value. changed: the fields of each change."""
        if fields := await self.fields(access):
            names = {name for one in changed for name in one}
            self._note(access, [(id, tuple(n for n in fields if any(overlap(n, one) for one in names)))])

    def _note(self, access: Access, shown: Iterable[tuple[str, Fields]]) -> None:
        by_fields: dict[Fields, list[str]] = {}
        for id, fields in shown:
            if fields:
                by_fields.setdefault(fields, []).append(id)
        for fields, ids in by_fields.items():
            self._kernel.reads.read(access, self._name, fields, ids)


@lru_cache(maxsize=1024)
def _keys(fields: Fields) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, f'"{name.removeprefix(_CUSTOM)}":'.encode()) for name in fields)


def _in_bytes(raw: bytes, key: bytes) -> bool:
    """Whether a stored document has a value under a key: where it occurs once and is empty it has none. A text cannot
    hold the key, for its quotation marks are escaped there."""
    at = raw.find(key)
    if at < 0:
        return False
    end = at + len(key)
    return raw.find(key, end) >= 0 or not raw.startswith((b'""', b"null"), end)


def _id(raw: bytes) -> str:
    found = _ID.search(raw)
    assert found is not None
    return found[1].decode()


def _in(document: Document, name: str) -> bool:
    value: Any = document
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value not in _EMPTY
