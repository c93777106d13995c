"""`GET /search`: one question to all record types at once, within the caller's visibility and field rights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.clock import to_rfc3339
from shared.errors import Invalid
from shared.http import params
from shared.http.answers import json_answer, titles_of
from shared.http.auth import Authenticator
from shared.http.openapi import Schema, answer, operation, query
from shared.http.problems import language_of
from shared.http.reading import ReadNotes
from shared.http.routing import DirectRouter
from shared.http.search_answers import Hits, SearchHit, answer_of, subtitle_fields
from shared.kernel.catalogue import AnyAggregate, Catalogue
from shared.kernel.kernel import Kernel
from shared.kernel.searching import Found, Hit, Searching
from shared.messages import say, shown
from shared.security.permissions import Access
from shared.views.port import Document, Field

MAX_LIMIT = 50


_ANSWERED = tuple(SearchHit.__annotations__)


def search_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    authenticator, searching = Authenticator(kernel), Searching(kernel)
    searched = searched_types(kernel.catalogue)
    notes = {name: ReadNotes(kernel, aggregate) for name, aggregate in searched.items()}
    described = _operation(searched)

    @router.get("/search", openapi_extra=described)
    async def search(request: Request) -> Response:
        access = await authenticator.access(request)
        given = params.only(params.pairs_of(request), ("q", "types", "limit", "fields", "as_of"))
        limit = params.number(given, "limit", 20, MAX_LIMIT)
        text = given.get("q", "").strip()
        if not text:
            raise Invalid.field("q", "required", "say what to look for")
        types, parts = _asked(given.get("types"), searched), _parts(given.get("fields"))
        moment = params.moment({"as_of": given["as_of"]} if "as_of" in given else {}, params.calendar_of(request))
        if moment.version is not None:
            raise Invalid.field("as_of", "bad-query", "a list takes a moment, not a version")
        found = await searching.search(types, text, limit, access, moment)
        names = await _names(kernel, found.hits, access)
        language, calendar = language_of(request.scope), params.calendar_of(request)
        items = [answer_of(hit, text, found.near, access, names, calendar, language) for hit in found.hits]
        as_of = None if moment.occurred is None else to_rfc3339(moment.occurred)
        await _note(notes, found, items, parts, text, access)
        cut = [{n: v for n, v in item.items() if n in parts} for item in items]
        return json_answer({"items": cut, "as_of": as_of, "exact": found.exact})

    return router


def _operation(searched: dict[str, AnyAggregate]) -> Schema:
    return operation(
        "search",
        f"{_listed([a.noun for a in searched.values()])} in one call",
        "search",
        {200: answer("The best first: by relevance, then newest; only the parts that `fields` names", Hits)},
        description=(
            "Every word must occur. Accents and apostrophes are not needed, a telephone's last four digits are enough, "
            "Chinese needs no spaces and is found by pinyin and its initials, too. Where nothing is found, a long word "
            "may have one typo. `matches` says where the words stand. `as_of` searches what records said at a moment, "
            "as far as they are found by what they say now."
        ),
        parameters=[
            query("q", "What to look for", {"type": "string", "minLength": 1, "maxLength": 200}, required=True),
            query("types", "Only these record types, comma-separated: " + ", ".join(searched)),
            query("limit", "Results", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 20}),
            query("fields", "Only these parts of each result, comma-separated: " + ", ".join(_ANSWERED)),
            query("as_of", "Of the records as they were then: an RFC 3339 moment, or a day (its end)"),
        ],
    )


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


def _parts(fields: str | None) -> tuple[str, ...]:
    names = [n for n in (fields or "").split(",") if n]
    if unknown := [n for n in names if n not in _ANSWERED]:
        raise params.no_such_fields(unknown)
    return tuple(names) or _ANSWERED


async def _note(
    notes: Mapping[str, ReadNotes],
    found: Found,
    items: list[SearchHit],
    parts: tuple[str, ...],
    text: str,
    access: Access,
) -> None:
    """For the read log: a hit shows its record, and tells the fields in which words were found, asked for or not."""
    for hit, item in zip(found.hits, items, strict=True):
        shown = {**(item["record"] if "record" in parts else {}), "id": item["id"]}
        await notes[hit.aggregate.name].found(access, [hit.document], [shown], text, near=found.near)


async def _names(kernel: Kernel, hits: list[Hit], access: Access) -> dict[str, str]:
    """The names of the records that subtitles name."""
    names: dict[str, str] = {}
    for aggregate in {hit.aggregate.name: hit.aggregate for hit in hits}.values():
        documents = [hit.document for hit in hits if hit.aggregate is aggregate]
        for fields, some in _naming(aggregate, documents, access):
            names |= await titles_of(some, fields, kernel, access)
    return names


def _naming(
    aggregate: AnyAggregate, documents: list[Document], access: Access
) -> Iterator[tuple[list[Field], list[Document]]]:
    """The fields of the subtitle with the documents in which they name records of one type."""
    fields = subtitle_fields(aggregate, access)
    yield fields, documents
    if aggregate.belongs_to is not None:
        type_, record = aggregate.belongs_to
        for resource in {d[type_] for d in documents if type_ in d}:
            yield (
                [replace(f, ref=resource) for f in fields if f.name == record],
                [d for d in documents if d.get(type_) == resource],
            )
