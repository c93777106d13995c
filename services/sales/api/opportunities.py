"""The stage history of a deal: where it stood, since when, and for how long."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.sales.opportunity import OPPORTUNITY, Opportunity
from services.sales.pipeline import PIPELINE
from shared.clock import Micros, to_rfc3339
from shared.errors import Forbidden
from shared.events.envelope import Recorded
from shared.http import params
from shared.http.answers import json_answer, path_id
from shared.http.auth import Authenticator
from shared.http.openapi import RECORD_ERRORS, Schema, answer, operation, parameter
from shared.http.routing import DirectRoute
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment
from shared.views.port import Scope

_PARAMETERS = frozenset({"as_of", "known_at"})
_MOMENT = {"type": "string", "format": "date-time"}
_STAY: Schema = {
    "type": "object",
    "required": ["stage", "zh", "en", "status", "from", "to", "seconds", "actor"],
    "properties": {
        "stage": {"type": "string"},
        "zh": {"type": "string"},
        "en": {"type": "string"},
        "status": {"enum": ["open", "won", "lost"]},
        "probability": {"type": "integer"},
        "from": _MOMENT,
        "to": {"type": ["string", "null"], "format": "date-time", "description": "null = it stands there still"},
        "seconds": {"type": ["integer", "null"], "description": "Time in the stage; null once the deal is closed"},
        "actor": {"type": "string", "description": "Who moved it there"},
    },
}
STAGES = operation(
    "stagesOfOpportunity",
    "The stage history of a deal",
    "opportunities",
    {
        200: answer(
            "Each stay in a stage, oldest first; the closing is the last one",
            {
                "type": "object",
                "required": ["items"],
                "properties": {"items": {"type": "array", "items": _STAY}},
            },
        )
    },
    parameters=[parameter("Id"), parameter("AsOf"), parameter("KnownAt")],
    errors=RECORD_ERRORS,
)


def opportunities_router(kernel: Kernel) -> APIRouter:
    router, histories = APIRouter(route_class=DirectRoute), _Histories(kernel)
    router.add_api_route("/opportunities/{id}/stages", histories.stages, methods=["GET"], openapi_extra=STAGES)
    return router


class _Histories:
    def __init__(self, kernel: Kernel) -> None:
        self._platform, self._access = kernel, Authenticator(kernel).access

    async def stages(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        moment = params.moment(params.only(params.pairs_of(request), _PARAMETERS))
        if not all(access.may_see(OPPORTUNITY.name, name) for name in ("stage", "status")):
            raise Forbidden("the stages of deals are hidden from you")
        kernel = self._platform
        deal = await kernel.queries.get(OPPORTUNITY, id, access, moment=moment)  # whether it may be seen
        events = moment.cut(await kernel.repository.events(OPPORTUNITY, access.tenant, id))
        known = deal.get("pipeline", "")
        pipeline = await kernel.views.get(PIPELINE.collection.name, known, Scope(access.tenant)) if known else None
        stages = {s["key"]: s for s in (pipeline or {}).get("stages", ())}
        items = stays(events, stages, self._until(moment))
        if not access.may_see(OPPORTUNITY.name, "probability"):
            items = [{name: value for name, value in stay.items() if name != "probability"} for stay in items]
        return json_answer({"items": items})

    def _until(self, moment: Moment) -> Micros:
        """The end of the stay that has not ended."""
        now = self._platform.clock.now()
        return now if moment.occurred is None else min(moment.occurred, now)


def stays(events: list[Recorded], stages: dict[str, dict[str, Any]], until: Micros) -> list[dict[str, Any]]:
    """Fold a deal's events into its stays; undone moves are told as the moves back that they are."""
    found: list[dict[str, Any]] = []
    state, last = Opportunity(), None
    for recorded in events:
        OPPORTUNITY.step(state, recorded)
        now = (state.stage, state.status)
        if now == last:
            continue
        if found:
            _leave(found[-1], recorded.occurred_at)
        found.append(_stay(state, stages, recorded))
        last = now
    if found and state.status == "open":
        _leave(found[-1], until)
        found[-1]["to"] = None
    return found


def _leave(stay: dict[str, Any], at: Micros) -> None:
    stay["to"] = to_rfc3339(at)
    stay["seconds"] = max(0, at - stay.pop("_at")) // 1_000_000


def _stay(state: Opportunity, stages: dict[str, dict[str, Any]], recorded: Recorded) -> dict[str, Any]:
    named = stages.get(state.stage, {})
    return {
        "stage": state.stage,
        "zh": named.get("zh", state.stage),
        "en": named.get("en", state.stage),
        "status": state.status,
        "probability": state.probability,
        "from": to_rfc3339(recorded.occurred_at),
        "to": None,
        "seconds": None,
        "actor": recorded.metadata.actor,
        "_at": recorded.occurred_at,
    }
