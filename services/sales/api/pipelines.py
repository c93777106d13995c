"""The board of a pipeline: its columns with counts, sums and first cards, now or at any moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal, NotRequired

from fastapi import APIRouter, Request
from pydantic import Field, WithJsonSchema
from starlette.responses import Response
from typing_extensions import TypedDict

from services.sales.opportunity import OPPORTUNITY
from services.sales.pipeline import PIPELINE
from shared.domain.money import written
from shared.errors import Forbidden, NotFound
from shared.http import params
from shared.http.answers import json_answer, path_id
from shared.http.auth import Authenticator
from shared.http.boards import Into, Part, Rates, Sums, added, into_of
from shared.http.openapi import RECORD_ERRORS, answer, operation, parameter, query
from shared.http.reading import ReadNotes, fields_of
from shared.http.recordanswers import shown
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment
from shared.security.permissions import Access
from shared.views.port import Condition, Document, Query

_PARAMETERS = frozenset({"q", "filter", "as_of", "known_at", "sort", "limit", "in", "rates"})
MAX_CARDS = 50
_AMOUNT, _WEIGHTED = (f for f in OPPORTUNITY.collection.fields if f.name in ("amount", "weighted_amount"))


class Sum(TypedDict):
    currency: str
    count: int
    amount: Annotated[str, Field(examples=["1054.00"])]
    weighted_amount: Annotated[str, Field(examples=["527.00"])]


class Totals(TypedDict):
    count: int
    sums: Annotated[list[Sum], Field(description="A sum for each currency; with `in=base` the one in its own")]
    missing: NotRequired[Annotated[list[Sum], Field(description="What is not in that sum for lack of a rate")]]


class Stage(TypedDict):
    stage: str
    zh: str
    en: str
    titles: Annotated[dict[str, str], Field(description="What it is called in a language, before `zh` and `en`")]
    probability: int | None
    retired: bool


class Column(Stage, Totals):
    cards: Annotated[
        list[Document],
        WithJsonSchema(
            {"type": "array", "items": shown("Opportunity"), "description": "The first deals of the column"}
        ),
    ]


class Closed(Totals):
    status: Literal["won", "lost"]


class Board(TypedDict):
    pipeline: str
    name: str
    columns: list[Column]
    closed: list[Closed]
    rates: NotRequired[Rates]


PartsByStage = dict[tuple[str, str], tuple[list[Part], list[Part]]]  # (status, stage) → amounts, weighted amounts

BOARD = operation(
    "boardOfPipeline",
    "The board of a pipeline",
    "pipelines",
    {
        200: answer(
            "Columns in the order of the stages, open deals only; `closed` sums up the won and the lost ones", Board
        )
    },
    description="Takes the filters of the opportunities' list, too (`owner=…`); `sort` and `limit` are the cards'. "
    "`in=base` adds up in the organisation's currency, at the rates that the deals keep or those of today.",
    parameters=[
        parameter("Id"),
        parameter("AsOf"),
        parameter("KnownAt"),
        parameter("Q"),
        parameter("Filter"),
        parameter("Opportunity.sort"),
        parameter("In"),
        parameter("Rates"),
        query("limit", "Cards per column", {"type": "integer", "minimum": 1, "maximum": MAX_CARDS, "default": 10}),
    ],
    errors=RECORD_ERRORS,
)


def pipelines_router(kernel: Kernel) -> APIRouter:
    router, boards = DirectRouter(), _Boards(kernel)
    router.add_api_route("/pipelines/{id}/board", boards.board, methods=["GET"], openapi_extra=BOARD)
    return router


class _Boards:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._queries, self._access = kernel, kernel.queries, Authenticator(kernel).access
        self._reading = ReadNotes(kernel, OPPORTUNITY)

    async def board(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        asked, given = params.listing(OPPORTUNITY.collection, params.pairs_of(request), _PARAMETERS)
        limit, moment = params.number(given, "limit", 10, MAX_CARDS), params.moment(given, params.calendar_of(request))
        if not all(access.may_see(OPPORTUNITY.name, name) for name in ("stage", "status", "amount", "weighted_amount")):
            raise Forbidden("the board shows fields that are hidden from you")
        pipeline = await self._pipeline(id, access, moment)
        if "stages" not in pipeline:
            raise Forbidden("the stages of pipelines are hidden from you")
        deals = replace(asked, where=(*asked.where, Condition("pipeline", "eq", id)), limit=limit)
        into = await into_of(self._kernel, access, given, _AMOUNT)
        sums = await self._sums(Sums(self._kernel, OPPORTUNITY, deals, access, moment, into))
        columns: list[Column] = [
            {
                **stage,
                **_of(sums, into, "open", stage["stage"]),
                "cards": await self._cards(deals, stage["stage"], access, moment),
            }
            for stage in _stages(pipeline, (key for status, key in sums if status == "open"))
        ]
        closed: list[Closed] = [
            {"status": "won", **_of(sums, into, "won")},
            {"status": "lost", **_of(sums, into, "lost")},
        ]
        board = Board(pipeline=id, name=pipeline.get("name", ""), columns=columns, closed=closed)
        if into is not None:
            board["rates"] = into.rates
        return json_answer(board)

    async def _pipeline(self, id: str, access: Access, moment: Moment) -> Document:
        """As it was at the moment; as it is, where deals are older than the pipeline (they were imported)."""
        now = await self._queries.get(PIPELINE, id, access)
        if moment.is_now:
            return now
        try:
            return await self._queries.get(PIPELINE, id, access, moment=moment)
        except NotFound:
            return now

    async def _sums(self, sums: Sums) -> PartsByStage:
        found: PartsByStage = {}
        for place, parts in enumerate(await sums.parts(("status", "stage"), (_AMOUNT, _WEIGHTED))):
            for part in parts:
                status, stage = part.key
                found.setdefault((status, stage), ([], []))[place].append(part)
        return found

    async def _cards(self, deals: Query, stage: str, access: Access, moment: Moment) -> list[Document]:
        where = (*deals.where, Condition("status", "eq", "open"), Condition("stage", "eq", stage))
        page = await self._queries.find(OPPORTUNITY, replace(deals, where=where), access, moment)
        await self._reading.documents(access, page.items, fields_of(deals))
        return page.items


def _stages(pipeline: Document, used: Iterable[str]) -> list[Stage]:
    """The columns: every stage deals may enter, and those retired or unknown in which some stand."""
    used = set(used)
    known = [
        Stage(
            stage=s["key"],
            zh=s["zh"],
            en=s["en"],
            titles=s.get("titles", {}),
            probability=s["probability"],
            retired=s["retired"],
        )
        for s in pipeline["stages"]
        if not s["retired"] or s["key"] in used
    ]
    strange = sorted(used - {s["stage"] for s in known})
    return known + [Stage(stage=k, zh=k, en=k, titles={}, probability=None, retired=True) for k in strange]


def _of(sums: PartsByStage, into: Into | None, status: str, stage: str | None = None) -> Totals:
    """Count and sums of a status, of one stage or of all together."""
    found = [parts for (this, key), parts in sums.items() if this == status and stage in (None, key)]
    amounts, weighted = ([part for parts in found for part in parts[place]] for place in (0, 1))
    count = sum(part.count for part in amounts)
    if into is None:
        return Totals(count=count, sums=_by_currency(amounts, weighted))
    known = sum(part.count for part in amounts if part.there is not None)
    amount, likely = added(amounts, into.currency), added(weighted, into.currency)
    lacking = [[part for part in parts if part.there is None and part.sum] for parts in (amounts, weighted)]
    one = Sum(currency=into.currency, count=known, amount=amount, weighted_amount=likely)
    return Totals(count=count, sums=[one], missing=_by_currency(*lacking))


def _by_currency(amounts: list[Part], weighted: list[Part]) -> list[Sum]:
    found: dict[str, Sum] = {}
    for part in amounts:
        none = Sum(currency=part.currency, count=0, amount="0", weighted_amount=written(Decimal(0), part.currency))
        one = found.setdefault(part.currency, none)
        one["count"] += part.count
        one["amount"] = written(Decimal(one["amount"]) + part.sum, part.currency)
    for part in weighted:
        if likely := found.get(part.currency):
            likely["weighted_amount"] = written(Decimal(likely["weighted_amount"]) + part.sum, part.currency)
    return list(found.values())
