"""One question to many record types: what is found now or was found at a moment, judged by what the caller sees."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.errors import Forbidden, Invalid, NotFound
from shared.kernel.catalogue import AnyAggregate
from shared.kernel.kernel import Kernel
from shared.kernel.queries import NOW, Moment, visible
from shared.kernel.seen import of_records_seen
from shared.security.permissions import Access, Level, system_access
from shared.views.port import MAX_PAGE, RELEVANCE, BadQuery, Condition, Document, Query
from shared.views.values import search_words
from shared.views.wanted import Wanted, holds, wanted

CANDIDATES = MAX_PAGE  # records of a type that are judged one by one
THEN = 50  # of which the past is folded
_LIVE = (Condition("archived", "eq", False),)


@dataclass(frozen=True, slots=True)
class Hit:
    """level: of relevance, the best first."""

    aggregate: AnyAggregate
    document: Document
    level: int


@dataclass(frozen=True, slots=True)
class Found:
    """exact: nothing can be missing. near: only with a typo is there anything."""

    hits: list[Hit]
    near: bool = False
    exact: bool = True


class Searching:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._queries = kernel, kernel.queries

    async def search(
        self, types: Sequence[AnyAggregate], text: str, limit: int, access: Access, moment: Moment = NOW
    ) -> Found:
        """The best of all types: by relevance, then the newest; if nothing is found, with a typo. Raises Invalid."""
        try:
            found = await self._in_all(types, text, limit, access, moment, near=False)
            if not found.hits and wanted(text).forgiving:
                found = await self._in_all(types, text, limit, access, moment, near=True)
        except BadQuery as error:
            raise Invalid.field("q", "bad-query", error.message) from error
        return found

    async def _in_all(
        self, types: Sequence[AnyAggregate], text: str, limit: int, access: Access, moment: Moment, *, near: bool
    ) -> Found:
        query = Query(_LIVE, text, RELEVANCE, limit=limit, near=near)
        found = await asyncio.gather(*(self._find(a, query, access, moment) for a in types))
        every = [hit for part in found for hit in part.hits]
        every.sort(key=lambda hit: str(hit.document.get("created_at")), reverse=True)
        every.sort(key=lambda hit: hit.level)
        return Found(every[:limit], near, all(part.exact for part in found))

    async def _find(self, aggregate: AnyAggregate, query: Query, access: Access, moment: Moment) -> Found:
        """What one type has; nothing where the caller may not look."""
        if aggregate.belongs_to is not None:
            return await self._find_below(aggregate, query, access, moment)
        blind = not access.hidden(aggregate.name).isdisjoint(aggregate.collection.searchable)
        try:
            if not moment.is_now:
                asked = replace(query, where=(), limit=THEN)
                page = await self._queries.candidates(aggregate, asked, access)
                then = [await self._then(aggregate, d["id"], access, moment) for d in page.items]
                hits = self._judged(aggregate, [d for d in then if d is not None], query)
                whole = len(page.items) < THEN  # what has other words now is not among the candidates
                return Found(hits, exact=whole and await self._queries.unchanged_since(aggregate, access, moment))
            if blind:
                page = await self._queries.candidates(aggregate, replace(query, limit=CANDIDATES), access)
                seen = [visible(aggregate, d, access) for d in page.items]
                return Found(self._judged(aggregate, seen, query), exact=len(seen) < CANDIDATES)
            page = await self._queries.find(aggregate, query, access)
        except Forbidden:
            return Found([])
        return Found([Hit(aggregate, d, level) for level, d in zip(page.levels, page.items, strict=True)])

    async def _find_below(self, aggregate: AnyAggregate, query: Query, access: Access, moment: Moment) -> Found:
        """The same of records that belong to others: those whose record the caller reads now, among the best."""
        if access.level(aggregate.name, "read") is Level.NONE:
            return Found([])
        blind = not access.hidden(aggregate.name).isdisjoint(aggregate.collection.searchable)
        if not moment.is_now:
            read, looked_at = await self._read_below(aggregate, replace(query, where=(), limit=THEN), access)
            system = system_access(access.tenant)
            then = [await self._then(aggregate, id, system, moment) for id in read]
            seen = [visible(aggregate, d, access) for d in then if d is not None]
            same = looked_at < THEN and await self._queries.unchanged_since(aggregate, system, moment)
            return Found(self._judged(aggregate, seen, query), exact=same)
        read, looked_at = await self._read_below(aggregate, query, access)
        if blind or len(read) < query.limit <= looked_at:  # some that were left out took the place of others
            read, looked_at = await self._read_below(aggregate, replace(query, limit=CANDIDATES), access)
        shown = [(visible(aggregate, d, access), level) for d, level in read.values()]
        if blind:
            return Found(self._judged(aggregate, [d for d, _ in shown], query), exact=looked_at < CANDIDATES)
        exact = len(read) >= query.limit or looked_at < CANDIDATES
        return Found([Hit(aggregate, d, level) for d, level in shown], exact=exact)

    async def _read_below(
        self, aggregate: AnyAggregate, query: Query, access: Access
    ) -> tuple[dict[str, tuple[Document, int]], int]:
        """What the caller reads among the best, by id with its level; and how many were looked at."""
        page = await self._queries.candidates(aggregate, query, system_access(access.tenant))
        levels = {d["id"]: level for d, level in zip(page.items, page.levels, strict=True)}
        read = await of_records_seen(self._kernel, aggregate, {d["id"]: d for d in page.items}, access)
        return {id: (d, levels[id]) for id, d in read.items()}, len(levels)

    async def _then(self, aggregate: AnyAggregate, id: str, access: Access, moment: Moment) -> Document | None:
        try:
            found = await self._queries.get(aggregate, id, access, moment=moment)
        except NotFound:
            return None
        return None if found.get("archived") or found.get("merged_into") else found

    def _judged(self, aggregate: AnyAggregate, documents: Sequence[Document], query: Query) -> list[Hit]:
        """Those that are found by what they show."""
        asked = wanted(query.text)
        levels = ((d, _level(asked, search_words(aggregate.collection, d), query.near)) for d in documents)
        return [Hit(aggregate, d, level) for d, level in levels if level is not None]


def _level(asked: Wanted, tokens: Sequence[str], near: bool) -> int | None:
    if near:
        return len(asked.levels) if holds(asked.found(near), tokens) else None
    return asked.level(tokens)
