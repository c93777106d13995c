"""`GET /search`: one question to all record types at once, within the caller's visibility and field rights."""

from __future__ import annotations

import asyncio

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
from shared.security.permissions import Access
from shared.texts import fold
from shared.views.port import Condition, Document, Query

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
        {200: answer("The best first: by title, then newest", Hits)},
        description="Every word must occur; Chinese needs no spaces.",
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
        found = await asyncio.gather(*(_find(kernel, a, text, limit, access) for a in types))
        ranked = sorted((rank, i, n) for n, items in enumerate(found) for i, (rank, _) in enumerate(items))
        return json_answer(Hits(items=[found[n][i][1] for _, i, n in ranked[:limit]]))

    return router


def searched_types(catalogue: Catalogue) -> dict[str, AnyAggregate]:
    """The record types that are searched, in the order in which equally good results are shown."""
    ranked = [(a.search_rank, a.name, a) for a in catalogue if a.search_rank is not None]
    return {name: aggregate for _, name, aggregate in sorted(ranked, key=lambda r: r[:2])}


def _asked(types: str | None, searched: dict[str, AnyAggregate]) -> list[AnyAggregate]:
    names = list(dict.fromkeys(types.split(","))) if types else list(searched)
    if unknown := [n for n in names if n not in searched]:
        raise Invalid.field("types", "not-an-option", f"{unknown[0][:80]} is none of " + ", ".join(searched))
    return [searched[n] for n in names]


def _listed(nouns: list[str]) -> str:
    """`accounts`, `price-books`, `leads` → `Accounts, price books and leads`."""
    words = [noun.replace("-", " ") for noun in nouns]
    return " and ".join([", ".join(words[:-1]), *words[-1:]] if len(words) > 1 else words).capitalize()


async def _find(
    kernel: Kernel, aggregate: AnyAggregate, text: str, limit: int, access: Access
) -> list[tuple[int, Hit]]:
    """What one type has, with a rank for each (0 = the title is the text); nothing where the caller may not look."""
    where = (Condition("archived", "eq", False),)
    try:
        page = await kernel.queries.find(aggregate, Query(where, text, "updated_at", True, limit), access)
    except Forbidden:
        return []
    title_of, wanted = aggregate.collection.title, fold(text)
    ranked = []
    for record in page.items:
        title = str(record.get(title_of) or "")
        item = Hit(type=aggregate.name, id=record["id"], title=title, record=record)
        ranked.append((_rank(fold(title), wanted), item))
    return sorted(ranked, key=lambda r: r[0])


def _rank(title: str, wanted: str) -> int:
    if title == wanted:
        return 0
    if title.startswith(wanted):
        return 1
    return 2 if wanted in title else 3
