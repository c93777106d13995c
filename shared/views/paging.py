"""Reading on: all that a query matches, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from shared.views.port import MAX_PAGE, Document, Query, ReadableViews, Scope


async def every(views: ReadableViews, collection: str, query: Query, scope: Scope) -> AsyncIterator[Document]:
    """Every matching document in the query's order. Raises BadQuery, ViewsUnavailable."""
    query = replace(query, limit=MAX_PAGE)
    while True:
        page = await views.find(collection, query, scope)
        for document in page.items:
            yield document
        if page.next is None:
            return
        query = replace(query, cursor=page.next)
