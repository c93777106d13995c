"""The stage history of a deal: where it stood, since when, and for how long."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Request
from pydantic import Field, WithJsonSchema
from starlette.responses import Response

from services.sales.opportunity import OPPORTUNITY, Opportunity, Status
from services.sales.pipeline import PIPELINE
from shared.clock import Micros, to_rfc3339
from shared.errors import Forbidden
from shared.events.envelope import Recorded
from shared.http import params
from shared.http.answers import Answer, DateTime, model_answer, one_of, path_id
from shared.http.auth import Authenticator
from shared.http.openapi import RECORD_ERRORS, answer, operation, parameter
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.kernel.queries import Moment
from shared.views.port import Scope

_PARAMETERS = frozenset({"as_of", "known_at"})


class Stay(Answer):
    stage: str
    zh: str
    en: str
    titles: Annotated[dict[str, str], Field(description="What it is called in a language, before `zh` and `en`")]
    status: Annotated[str, one_of(*get_args(Status))]
    probability: int = 0  # left out where it is hidden
    since: Annotated[DateTime, Field(serialization_alias="from")]
    to: Annotated[
        str | None,
        WithJsonSchema({"type": ["string", "null"], "format": "date-time", "description": "null = it is there still"}),
    ]
    seconds: Annotated[int | None, Field(description="Time in the stage; null once the deal is closed")]
    actor: Annotated[str, Field(description="Who moved it there")]


class Stays(Answer):
    items: list[Stay]


STAGES = operation(
    "stagesOfOpportunity",
    "The stage history of a deal",
    "opportunities",
    {200: answer("Each stay in a stage, oldest first; the closing is the last one", Stays)},
    parameters=[parameter("Id"), parameter("AsOf"), parameter("KnownAt")],
    errors=RECORD_ERRORS,
)


def opportunities_router(kernel: Kernel) -> APIRouter:
    router, histories = DirectRouter(), _Histories(kernel)
    router.add_api_route("/opportunities/{id}/stages", histories.stages, methods=["GET"], openapi_extra=STAGES)
    return router


class _Histories:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._access = kernel, Authenticator(kernel).access

    async def stages(self, request: Request) -> Response:
        access, id = await self._access(request), path_id(request)
        moment = params.moment(params.only(params.pairs_of(request), _PARAMETERS), params.calendar_of(request))
        if not all(access.may_see(OPPORTUNITY.name, name) for name in ("stage", "status")):
            raise Forbidden("the stages of deals are hidden from you")
        kernel = self._kernel
        deal = await kernel.queries.get(OPPORTUNITY, id, access, moment=moment)  # whether it may be seen
        events = moment.cut(await kernel.repository.events(OPPORTUNITY, access.tenant, id))
        known = deal.get("pipeline", "")
        pipeline = await kernel.views.get(PIPELINE.collection.name, known, Scope(access.tenant)) if known else None
        stages = {s["key"]: s for s in (pipeline or {}).get("stages", ())}
        items = stays(events, stages, self._until(moment))
        if not access.may_see(OPPORTUNITY.name, "probability"):
            items = [Stay(**stay.model_dump(exclude={"probability"})) for stay in items]
        return model_answer(Stays(items=items))

    def _until(self, moment: Moment) -> Micros:
        """The end of the stay that has not ended."""
        now = self._kernel.clock.now()
        return now if moment.occurred is None else min(moment.occurred, now)


def stays(events: list[Recorded], stages: dict[str, dict[str, Any]], until: Micros) -> list[Stay]:
    """Fold a deal's events into its stays; undone moves are shown as the moves back that they are."""
    found: list[Stay] = []
    state, last, since = Opportunity(), None, 0
    for recorded in events:
        OPPORTUNITY.step(state, recorded)
        now = (state.stage, state.status)
        if now == last:
            continue
        if found:
            found[-1].to = to_rfc3339(recorded.occurred_at)
            found[-1].seconds = _seconds(since, recorded.occurred_at)
        found.append(_stay(state, stages, recorded))
        last, since = now, recorded.occurred_at
    if found and state.status == "open":
        found[-1].seconds = _seconds(since, until)
    return found


def _seconds(since: Micros, until: Micros) -> int:
    return max(0, until - since) // 1_000_000


def _stay(state: Opportunity, stages: dict[str, dict[str, Any]], recorded: Recorded) -> Stay:
    named = stages.get(state.stage, {})
    return Stay(
        stage=state.stage,
        zh=named.get("zh", state.stage),
        en=named.get("en", state.stage),
        titles=named.get("titles", {}),
        status=state.status,
        probability=state.probability,
        since=to_rfc3339(recorded.occurred_at),
        to=None,
        seconds=None,
        actor=recorded.metadata.actor,
    )
