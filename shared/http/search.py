"""`GET /search`: one question to all record types at once, within the caller's visibility and field rights."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response
from typing_extensions import TypedDict

from shared.errors import Forbidden, Invalid
from shared.http import params
from shared.http.answers import json_answer
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation, query
from shared.http.routing import DirectRoute
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.kernel import Kernel
from shared.messages import say, shown
from shared.security.permissions import Access
from shared.views.port import RELEVANCE, Condition, Document, Query
from shared.views.wanted import wanted

MAX_LIMIT = 50


class Hit(TypedDict):
    type: str
    id: str
    title: str
    record: Document


class Hits(TypedDict):
    items: list[Hit]


def search_router(kernel: Kernel) -> APIRouter:
    router = APIRouter(route_class=DirectRoute)
    authenticator = Authenticator(kernel)
    searched = searched_types(kernel.catalogue)
    described = operation(
        "search",
        f"{_listed([a.noun for a in searched.values()])} in one call",
        "search",
        {200: answer("The best first: by relevance, then newest", Hits)},
        description=(
            "Every word must occur. Accents and apostrophes are not needed, a telephone's last four digits are enough, "
            "Chinese needs no spaces and is found by pinyin and its initials, too. Where nothing is found, a long word "
            "may have one typo."
        ),
        parameters=[
            query("q", "What to look for", {"type": "string", "minLength": 1, "maxLength": 200}, required=True),
            query("types", "Only these record types, comma-separated: " + ", ".join(searched)),
            query("limit", "Results", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 20}),
        ],
    )

    @router.get("/search", openapi_extra=described)
    async def search(request: Request) -> Response:
        access = await authenticator.access(request)
        given = params.only(params.pairs_of(request), ("q", "types", "limit"))
        limit = params.number(given, "limit", 20, MAX_LIMIT)
        text = given.get("q", "").strip()
        if not text:
            raise Invalid.field("q", "required", "say what to look for")
        types = _asked(given.get("types"), searched)
        query = Query((Condition("archived", "eq", False),), text, RELEVANCE, limit=limit)
        found = await _in_all(kernel, types, query, access)
        if not found and wanted(text).forgiving:
            found = await _in_all(kernel, types, replace(query, near=True), access)
        return json_answer(Hits(items=found))

    return router


def searched_types(catalogue: Catalogue) -> dict[str, AnyAggregate]:
    """The record types that are searched, in the order in which equally good results are shown."""
    ranked = [(a.search_rank, a.name, a) for a in catalogue if a.search_rank is not None]
    return {name: aggregate for _, name, aggregate in sorted(ranked, key=lambda r: r[:2])}


def _asked(types: str | None, searched: dict[str, AnyAggregate]) -> list[AnyAggregate]:
    names = list(dict.fromkeys(types.split(","))) if types else list(searched)
    if unknown := [n for n in names if n not in searched]:
        raise Invalid.field(
            "types",
            "not-an-option",
            say("{value} is none of {choices}", value=shown(unknown[0]), choices=", ".join(searched)),
        )
    return [searched[n] for n in names]


def _listed(nouns: list[str]) -> str:
    """`accounts`, `price-books`, `leads` → `Accounts, price books and leads`."""
    words = [noun.replace("-", " ") for noun in nouns]
    return " and ".join([", ".join(words[:-1]), *words[-1:]] if len(words) > 1 else words).capitalize()


async def _in_all(kernel: Kernel, types: list[AnyAggregate], query: Query, access: Access) -> list[Hit]:
    """The best of all types: by relevance, then the newest."""
    found = await asyncio.gather(*(_find(kernel, a, query, access) for a in types))
    every = [hit for hits in found for hit in hits]
    every.sort(key=lambda ranked: str(ranked[1]["record"].get("created_at")), reverse=True)
    every.sort(key=lambda ranked: ranked[0])
    return [hit for _, hit in every[: query.limit]]


async def _find(kernel: Kernel, aggregate: AnyAggregate, query: Query, access: Access) -> list[tuple[int, Hit]]:
    """What one type has, and at which level of relevance; nothing where the caller may not look."""
    try:
        page = await kernel.queries.find(aggregate, query, access)
    except Forbidden:
        return []
    return [
        (level, Hit(type=aggregate.name, id=d["id"], title=str(d.get(aggregate.collection.title) or ""), record=d))
        for level, d in zip(page.levels, page.items, strict=True)
    ]
