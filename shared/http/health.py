"""`/healthz`: the process answers. `/readyz`: views and keys answer, and the views have caught up."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from shared.http.answers import Answer, model_answer
from shared.http.openapi import answer, operation
from shared.http.routing import DirectRoute
from shared.kernel.kernel import Kernel
from shared.security.keyring import KeysUnavailable
from shared.streaming.projector import CHECKPOINT
from shared.views.port import ViewsUnavailable

MAX_LAG = 10_000  # events the views may be behind under load, once they have caught up after the start


class Healthy(Answer):
    status: Literal["ok"]


class Ready(Answer):
    status: Literal["ready", "behind", "unavailable"]
    lag: Annotated[int, Field(description="Events that the views have not seen yet")]
    kafka: Annotated[
        Literal["unused", "reached", "away"], Field(description="Whether the relay of this process reaches Kafka")
    ]


def health_router(kernel: Kernel) -> APIRouter:
    router = APIRouter(route_class=DirectRoute)
    caught_up = False
    alive = operation(
        "healthz", "Is the process alive?", "health", {200: answer("Yes", Healthy)}, errors=(), public=True
    )
    ready = operation(
        "readyz",
        "Have the views caught up with the events?",
        "health",
        {200: answer("Yes", Ready), 503: answer("Not yet", Ready)},
        errors=(),
        public=True,
    )

    @router.get("/healthz", openapi_extra=alive)
    async def healthz(request: Request) -> Response:
        return model_answer(Healthy(status="ok"))

    @router.get("/readyz", openapi_extra=ready)
    async def readyz(request: Request) -> Response:
        nonlocal caught_up
        try:
            await kernel.views.checkpoint(CHECKPOINT)
            await kernel.keys.destroyed()
        except (ViewsUnavailable, KeysUnavailable):
            return model_answer(Ready(status="unavailable", lag=0, kafka=_kafka(kernel)), 503)
        lag = max(0, await kernel.store.head() - kernel.projection.position)
        caught_up = caught_up or lag == 0
        kafka = _kafka(kernel)
        is_ready = caught_up and lag <= MAX_LAG and kafka != "away"
        found = Ready(status="ready" if is_ready else "behind", lag=lag, kafka=kafka)
        return model_answer(found, 200 if is_ready else 503)

    return router


def _kafka(kernel: Kernel) -> Literal["unused", "reached", "away"]:
    if kernel.relay is None:
        return "unused"
    return "away" if kernel.relay.is_failing else "reached"
