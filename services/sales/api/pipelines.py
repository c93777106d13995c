"""The board of a pipeline: its columns with counts, sums and first cards, now or at any moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.sales.opportunity import OPPORTUNITY
from services.sales.pipeline import PIPELINE
from services.sales.values import total
from shared.errors import Forbidden, NotFound
from shared.http import params
from shared.http.answers import json_answer, path_id
from shared.http.auth import Authenticator
from shared.http.openapi import RECORD_ERRORS, Schema, answer, operation, parameter, query
from shared.http.routing import DirectRoute
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment
from shared.security.permissions import Access
from shared.views.port import Condition, Document, Query

_PARAMETERS = frozenset({"q", "as_of", "known_at", "sort", "limit"})
MAX_CARDS = 50
_SUM: Schema = {
    "type": "object",
    "required": ["currency", "count", "amount", "weighted_amount"],
    "properties": {
        "currency": {"type": "string"},
        "count": {"type": "integer"},
        "amount": {"type": "string", "examples": ["1054.00"]},
        "weighted_amount": {"type": "string", "examples": ["527.00"]},
    },
}
_SUMS: Schema = {"type": "array", "items": _SUM, "description": "A sum for each currency"}
_COLUMN: Schema = {
    "type": "object",
    "required": ["stage", "zh", "en", "probability", "retired", "count", "sums", "cards"],
    "properties": {
        "stage": {"type": "string"},
        "zh": {"type": "string"},
        "en": {"type": "string"},
        "probability": {"type": ["integer", "null"]},
        "retired": {"type": "boolean"},
        "count": {"type": "integer"},
        "sums": _SUMS,
        "cards": {"type": "array", "items": {"type": "object"}, "description": "The first deals of the column"},
    },
}
_CLOSED: Schema = {
    "type": "object",
    "required": ["status", "count", "sums"],
    "properties": {"status": {"enum": ["won", "lost"]}, "count": {"type": "integer"}, "sums": _SUMS},
}
BOARD = operation(
    "boardOfPipeline",
    "The board of a pipeline",
    "pipelines",
    {
        200: answer(
            "Columns in the order of the stages, open deals only; `closed` sums up the won and the lost ones",
            {
                "type": "object",
                "required": ["pipeline", "name", "columns", "closed"],
                "properties": {
                    "pipeline": {"type": "string"},
                    "name": {"type": "string"},
                    "columns": {"type": "array", "items": _COLUMN},
                    "closed": {"type": "array", "items": _CLOSED},
                },
            },
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
        limit, moment = params.number(given, "limit", 10, MAX_CARDS), params.moment(given)
        if not all(access.may_see(OPPORTUNITY.name, name) for name in ("stage", "status", "amount", "weighted_amount")):
            raise Forbidden("the board shows fields that are hidden from you")
        pipeline = await self._pipeline(id, access, moment)
        if "stages" not in pipeline:
            raise Forbidden("the stages of pipelines are hidden from you")
        deals = replace(asked, where=(*asked.where, Condition("pipeline", "eq", id)), limit=limit)
        sums = await self._sums(deals, access, moment)
        return json_answer(
            {
                "pipeline": id,
                "name": pipeline.get("name", ""),
                "columns": [
                    {**stage, **_of(sums, "open", stage["stage"]), "cards": cards}
                    for stage in _stages(pipeline, (key for status, key in sums if status == "open"))
                    for cards in [await self._cards(deals, stage["stage"], access, moment)]
                ],
                "closed": [{"status": status, **_of(sums, status)} for status in ("won", "lost")],
            }
        )

    async def _pipeline(self, id: str, access: Access, moment: Moment) -> Document:
        """As it was at the moment; as it is, where deals are older than the pipeline (they were imported)."""
        now = await self._queries.get(PIPELINE, id, access)
        if moment.is_now:
            return now
        try:
            return await self._queries.get(PIPELINE, id, access, moment=moment)
        except NotFound:
            return now

    async def _sums(self, deals: Query, access: Access, moment: Moment) -> dict[tuple[str, str], list[Document]]:
        """By status and stage: a sum for each currency."""
        by = ("status", "stage", "currency")
        amounts = await self._queries.totals(OPPORTUNITY, deals, access, by, "amount", moment)
        weighted = await self._queries.totals(OPPORTUNITY, deals, access, by, "weighted_amount", moment)
        found: dict[tuple[str, str], list[Document]] = {}
        for plain, weight in zip(amounts, weighted, strict=True):
            status, stage, currency = plain.keys
            entry = {"currency": currency, "count": plain.count, "amount": plain.sum, "weighted_amount": weight.sum}
            found.setdefault((status, stage), []).append(entry)
        return found

    async def _cards(self, deals: Query, stage: str, access: Access, moment: Moment) -> list[Document]:
        where = (*deals.where, Condition("status", "eq", "open"), Condition("stage", "eq", stage))
        page = await self._queries.find(OPPORTUNITY, replace(deals, where=where), access, moment)
        return page.items


def _stages(pipeline: Document, used: Iterable[str]) -> list[dict[str, Any]]:
    """The columns: every stage deals may enter, and those retired or unknown in which some stand."""
    used = set(used)
    known = [
        {"stage": s["key"], **{part: s[part] for part in ("zh", "en", "probability", "retired")}}
        for s in pipeline["stages"]
        if not s["retired"] or s["key"] in used
    ]
    strange = sorted(used - {s["stage"] for s in known})
    return known + [{"stage": k, "zh": k, "en": k, "probability": None, "retired": True} for k in strange]


def _of(sums: dict[tuple[str, str], list[Document]], status: str, stage: str | None = None) -> Document:
    """Count and sums of a status, of one stage or of all together."""
    by_currency: dict[str, Document] = {}
    for (this, key), entries in sums.items():
        if this == status and stage in (None, key):
            for entry in entries:
                _add(by_currency, entry)
    return {"count": sum(e["count"] for e in by_currency.values()), "sums": list(by_currency.values())}


def _add(by_currency: dict[str, Document], entry: Document) -> None:
    currency = entry["currency"]
    so_far = by_currency.get(currency)
    if so_far is None:
        by_currency[currency] = dict(entry)
        return
    so_far["count"] += entry["count"]
    for name in ("amount", "weighted_amount"):
        so_far[name] = total((so_far[name], entry[name]))
