"""The views, with what an import made or changed and they do not show yet."""

from __future__ import annotations

from dataclasses import replace

from services.integration.jobs.made_records import MadeRecords
from shared.views.port import MAX_PAGE, Document, Page, Query, ReadableViews, Scope


class LayeredViews:
    """Is a ReadableViews. A made record stands in the place of its document below; pages come without a cursor."""

    def __init__(self, below: ReadableViews, made: MadeRecords) -> None:
        self.below, self.made = below, made

    async def get(self, collection: str, key: str, scope: Scope) -> Document | None:
        if self.made.holds(collection, key):
            return self.made.get(collection, key, scope)
        return await self.below.get(collection, key, scope)

    async def find(self, collection: str, query: Query, scope: Scope) -> Page:
        """See Views.find; `next` tells only whether there are more."""
        page = await self.below.find(collection, query, scope)
        if not self.made.knows(collection):
            return page
        found = self.made.find(collection, query, scope)
        while True:
            found += [d for d in page.items if not self.made.holds(collection, d["id"])]
            if page.next is None or len(found) > query.limit:
                break
            page = await self.below.find(collection, replace(query, cursor=page.next), scope)
        return Page(found[: query.limit], "more" if len(found) > query.limit else None)

    async def count(self, collection: str, query: Query, scope: Scope) -> int:
        """See Views.count. Where records were made it reads all pages: ask it about types of few records."""
        if not self.made.knows(collection):
            return await self.below.count(collection, query, scope)
        count, page = len(self.made.find(collection, query, scope)), Page([], "")
        while page.next is not None:
            page = await self.below.find(collection, replace(query, limit=MAX_PAGE, cursor=page.next or None), scope)
            count += sum(not self.made.holds(collection, d["id"]) for d in page.items)
        return count
