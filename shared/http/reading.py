"""What of an answer goes into the read log: which records show values of sensitive fields, and who was refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from starlette.types import Scope

from shared.http.auth import READS
from shared.http.search_answers import fields_found
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.readlog.buffer import Refusal
from shared.security.permissions import Access
from shared.security.sources import overlap, with_derived, with_formulas, within
from shared.views.port import Document, Query, leaves

REFUSAL = "refusal"  # in the scope of a request: what the refusal says of the missing right
_EMPTY: tuple[Any, ...] = ("", None, [], {})
_CUSTOM = "custom."
_BEGINNING, _AT = b'{"id":"', 7
_RECORD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Fields = tuple[str, ...]


def note_refusal(scope: Scope, access: Access, route: str) -> None:
    """Of the path only what is the id of a record: into the rest a caller may write anything."""
    said, id = scope.get(REFUSAL, {}), str(scope.get("path_params", {}).get("id", ""))
    right = (str(said.get("resource", "")), str(said.get("action", "")))
    record = id if _RECORD.fullmatch(id) else ""
    scope[READS].refused(access, Refusal(scope["method"], route, record, *right))


def fields_of(query: Query) -> set[str]:
    """The fields that it finds and orders records by."""
    return conditions_of(query) | {o.field for o in query.orders}


def conditions_of(query: Query) -> set[str]:
    """The fields that it finds records by."""
    return {c.field for c in leaves(query.where)}


class ReadNotes:
    """Notes what callers are shown of one record type."""

    def __init__(self, kernel: Kernel, aggregate: AnyAggregate) -> None:
        self._kernel, self._aggregate, self._name = kernel, aggregate, aggregate.name
        self._searchable = aggregate.collection.searchable
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
            named = _named(fields, asked)
            self._note(
                access, {n: tuple(d["id"] for d in documents if n in named or _in(d, n.split("."))) for n in fields}
            )

    async def found(
        self,
        access: Access,
        documents: Sequence[Document],
        shown: Sequence[Document],
        text: str,
        asked: Collection[str] = (),
        *,
        near: bool = False,
    ) -> None:
        """The same of documents of which only this is shown. The words of a text that found them tell the values in
        which they stand, shown or not; near: with a typo."""
        searched = await self._searched(access) if text else []
        if not searched:
            await self.documents(access, shown, asked)
            return
        for whole, part in zip(documents, shown, strict=True):
            known = fields_found(self._aggregate, whole, text, searched, near=near)
            await self.documents(access, [part], known.union(asked))

    async def stored(self, access: Access, documents: Sequence[bytes], asked: Collection[str] = ()) -> None:
        """The same of documents as they are stored: they are not decoded."""
        if documents and (fields := await self.fields(access)):
            named = _named(fields, asked)
            found = ((n, documents if n in named else _with(key, documents)) for n, key in _keys(fields))
            self._note(access, {name: tuple(map(_id, some)) for name, some in found})

    async def changes(self, access: Access, id: str, changed: Iterable[Collection[str]]) -> None:
        """Note the record where changes of it show a value. changed: the fields of each change."""
        if fields := await self.fields(access):
            names = {name for one in changed for name in one}
            self._note(access, {n: (id,) for n in fields if any(overlap(n, one) for one in names)})

    async def figure(self, access: Access, asked: Collection[str], text: str = "") -> None:
        """Note a count, groups or sums of records. asked: the fields that choose, group or sum them. text: whose words
        choose them, in whichever of the fields that are searched."""
        if not (asked or text):
            return
        known = {*asked, *(await self._searched(access) if text else ())}
        if fields := _named(await self.fields(access), known):
            self._kernel.reads.figured(access, self._name, fields)

    async def _searched(self, access: Access) -> list[str]:
        """The sensitive fields in which the words of a text are looked for."""
        return [n for n in await self.fields(access) if n.startswith(_CUSTOM) or n in self._searchable]

    def _note(self, access: Access, shown: Mapping[str, tuple[str, ...]]) -> None:
        """shown: field → records. Fields of the same records make one entry."""
        together: dict[tuple[str, ...], Fields] = {}
        for field, ids in shown.items():
            if ids:
                together[ids] = (*together.get(ids, ()), field)
        for ids, fields in together.items():
            self._kernel.reads.read(access, self._name, fields, ids)


def _named(fields: Fields, asked: Collection[str]) -> Fields:
    """Those of the fields that are asked for, whole or a part: money is asked for by `custom.<name>.amount`."""
    return tuple(n for n in fields if any(within(one, (n,)) for one in asked))


@lru_cache(maxsize=1024)
def _keys(fields: Fields) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, f'"{name.removeprefix(_CUSTOM)}":'.encode()) for name in fields)


def _with(key: bytes, documents: Sequence[bytes]) -> list[bytes]:
    """Those of stored documents that have a value under a key."""
    length = len(key)
    return [raw for raw in documents if (at := raw.find(key)) >= 0 and _is_set(raw, key, at + length)]


def _is_set(raw: bytes, key: bytes, end: int) -> bool:
    """end: of the key in the document. A key that occurs once and is empty is not set: a text cannot hold the key, for
    its quotation marks are escaped there."""
    return not raw.startswith((b'""', b"null"), end) or raw.find(key, end) >= 0


def _id(raw: bytes) -> str:
    """A stored document begins with its id."""
    assert raw.startswith(_BEGINNING)
    return raw[_AT : raw.index(b'"', _AT)].decode()


def _in(document: Document, path: list[str]) -> bool:
    value: Any = document
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value not in _EMPTY
