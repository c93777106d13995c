"""What the deals of an account come to, from a projection over all deals."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from services.sales.deal_summary import DEAL_SUMMARIES, combine
from services.sales.opportunity import OPPORTUNITY
from shared.errors import Forbidden
from shared.http import params
from shared.http.answers import Answer, Date, model_answer, path_id
from shared.http.auth import Authenticator
from shared.http.openapi import RECORD_ERRORS, answer, operation, parameter
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.security.permissions import Access
from shared.views.port import Scope

_WHICH = ("account", "status", "archived")  # a count of deals shows these fields of each
_FIGURES = {"open_amount": ("amount", "currency"), "last_won_on": ("closed_at", "closed_on")}


class DealsSummary(Answer):
    open_deals: int
    open_amount: Annotated[dict[str, str], Field(description="By currency; left out where amounts are hidden")] = {}
    won_deals: int
    last_won_on: Annotated[Date | None, Field(description="Left out where the day of closing is hidden")] = None


SUMMARY = operation(
    "dealsSummaryOfAccount",
    "How many deals an account has open and won, and the open amounts",
    "accounts",
    {200: answer("Archived deals do not count; those of accounts that were merged into this one do", DealsSummary)},
    parameters=[parameter("Id")],
    errors=RECORD_ERRORS,
    description="For callers who read all deals. A new deal counts within two seconds.",
)


def accounts_router(kernel: Kernel) -> APIRouter:
    router, authenticator = DirectRouter(), Authenticator(kernel)

    async def summary(request: Request) -> Response:
        access, id = await authenticator.access(request), path_id(request)
        params.only(params.pairs_of(request), frozenset())
        await kernel.queries.get(kernel.catalogue["account"], id, access)  # whether it may be seen
        _check(access)
        ids = (await kernel.bus.merges.of(access.tenant)).same(id)
        found = await kernel.views.get_many(DEAL_SUMMARIES.collection.name, ids, Scope(access.tenant))
        figures = combine([part for document in found.values() for part in document["parts"].values()])
        for name, sources in _FIGURES.items():
            if not all(access.may_see(OPPORTUNITY.name, source) for source in sources):
                del figures[name]
        return model_answer(DealsSummary(**figures))

    router.add_api_route("/accounts/{id}/deals-summary", summary, methods=["GET"], openapi_extra=SUMMARY)
    return router


def _check(access: Access) -> None:
    """Raises Forbidden: figures of all deals would tell of deals that the caller may not see."""
    if access.scope(OPPORTUNITY.name).owners is not None:
        raise Forbidden("only who may read all deals sees what an account's deals come to")
    if not all(access.may_see(OPPORTUNITY.name, name) for name in _WHICH):
        raise Forbidden("fields are hidden from you that the figures would show")
