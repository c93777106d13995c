"""The board of a pipeline: its columns with counts, sums and first cards, now or at any moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from services.sales.opportunity import OPPORTUNITY
from services.sales.pipeline import PIPELINE
from services.sales.values import total
from shared.domain.money import written
from shared.errors import Forbidden, NotFound
from shared.http import params
from shared.http.answers import json_answer, path_id
from shared.http.auth import Authenticator
from shared.http.openapi import RECORD_ERRORS, answer, operation, parameter, query
from shared.http.routing import DirectRoute
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment
from shared.security.permissions import Access
from shared.views.port import Condition, Document, Query, Total

_PARAMETERS = frozenset({"q", "as_of", "known_at", "sort", "limit"})
MAX_CARDS = 50


class Sum(TypedDict):
    currency: str
    count: int
    amount: Annotated[str, Field(examples=["1054.00"])]
    weighted_amount: Annotated[str, Field(examples=["527.00"])]


class Totals(TypedDict):
    count: int
    sums: Annotated[list[Sum], Field(description="A sum for each currency")]


class Stage(TypedDict):
    stage: str
    zh: str
    en: str
    probability: int | None
    retired: bool


class Column(Stage, Totals):
    cards: Annotated[list[Document], Field(description="The first deals of the column")]


class Closed(Totals):
    status: Literal["won", "lost"]


class Board(TypedDict):
    pipeline: str
    name: str
    columns: list[Column]
    closed: list[Closed]


SumsByStage = dict[tuple[str, str], list[Sum]]  # (status, stage) → a sum for each currency

BOARD = operation(
    "boardOfPipeline",
    "The board of a pipeline",
    "pipelines",
    {
        200: answer(
            "Columns in the order of the stages, open deals only; `closed` sums up the won and the lost ones", Board
        )
    },
    description="Takes the filters of the opportunities' list, too (`owner=…`); `sort` and `limit` are the cards'.",
    parameters=[
        parameter("Id"),
        parameter("AsOf"),
        parameter("KnownAt"),
        parameter("Q"),
        parameter("Opportunity.sort"),
        query("limit", "Cards per column", {"type": "integer", "minimum": 1, "maximum": MAX_CARDS, "default": 10}),
    ],
    errors=RECORD_ERRORS,
)


def pipelines_router(kernel: Kernel) -> APIRouter:
    router, boards = APIRouter(route_class=DirectRoute), _Boards(kernel)
    router.add_api_route("/pipelines/{id}/board", boards.board, methods=["GET"], openapi_extra=BOARD)
    return router


class _Boards:
    def __init__(self, kernel: Kernel) -> None:
        self._queries, self._access = kernel.queries, Authenticator(kernel).access

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
        sums = await self._sums(deals, access, moment)
        columns: list[Column] = [
            {
                **stage,
                **_of(sums, "open", stage["stage"]),
                "cards": await self._cards(deals, stage["stage"], access, moment),
            }
            for stage in _stages(pipeline, (key for status, key in sums if status == "open"))
        ]
        closed: list[Closed] = [{"status": "won", **_of(sums, "won")}, {"status": "lost", **_of(sums, "lost")}]
        return json_answer(Board(pipeline=id, name=pipeline.get("name", ""), columns=columns, closed=closed))

    async def _pipeline(self, id: str, access: Access, moment: Moment) -> Document:
        """As it was at the moment; as it is, where deals are older than the pipeline (they were imported)."""
        now = await self._queries.get(PIPELINE, id, access)
        if moment.is_now:
            return now
        try:
            return await self._queries.get(PIPELINE, id, access, moment=moment)
        except NotFound:
            return now

    async def _sums(self, deals: Query, access: Access, moment: Moment) -> SumsByStage:
        by = ("status", "stage", "currency")
        amounts = await self._queries.totals(OPPORTUNITY, deals, access, by, "amount", moment)
        weighted = await self._queries.totals(OPPORTUNITY, deals, access, by, "weighted_amount", moment)
        found: SumsByStage = {}
        for plain, weight in zip(amounts, weighted, strict=True):
            status, stage, currency = plain.keys
            amount, likely = _in(currency, plain), _in(currency, weight)
            entry = Sum(currency=currency, count=plain.count, amount=amount, weighted_amount=likely)
            found.setdefault((status, stage), []).append(entry)
        return found

    async def _cards(self, deals: Query, stage: str, access: Access, moment: Moment) -> list[Document]:
        where = (*deals.where, Condition("status", "eq", "open"), Condition("stage", "eq", stage))
        page = await self._queries.find(OPPORTUNITY, replace(deals, where=where), access, moment)
        return page.items


def _stages(pipeline: Document, used: Iterable[str]) -> list[Stage]:
    """The columns: every stage deals may enter, and those retired or unknown in which some stand."""
    used = set(used)
    known = [
        Stage(stage=s["key"], zh=s["zh"], en=s["en"], probability=s["probability"], retired=s["retired"])
        for s in pipeline["stages"]
        if not s["retired"] or s["key"] in used
    ]
    strange = sorted(used - {s["stage"] for s in known})
    return known + [Stage(stage=k, zh=k, en=k, probability=None, retired=True) for k in strange]


def _in(currency: str, total: Total) -> str:
    return written(Decimal(total.sum), currency)


def _of(sums: SumsByStage, status: str, stage: str | None = None) -> Totals:
    """Count and sums of a status, of one stage or of all together."""
    by_currency: dict[str, Sum] = {}
    for (this, key), entries in sums.items():
        if this == status and stage in (None, key):
            for entry in entries:
                _add(by_currency, entry)
    return {"count": sum(e["count"] for e in by_currency.values()), "sums": list(by_currency.values())}


def _add(by_currency: dict[str, Sum], entry: Sum) -> None:
    so_far = by_currency.get(entry["currency"])
    if so_far is None:
        by_currency[entry["currency"]] = entry.copy()
        return
    so_far["count"] += entry["count"]
    so_far["amount"] = total((so_far["amount"], entry["amount"]), entry["currency"])
    so_far["weighted_amount"] = total((so_far["weighted_amount"], entry["weighted_amount"]), entry["currency"])
