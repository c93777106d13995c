"""`/healthz`: the process answers. `/readyz`: its views have caught up with the events."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from shared.http.answers import json_answer
from shared.http.openapi import answer, operation
from shared.http.routing import DirectRoute
from shared.kernel.kernel import Kernel

MAX_LAG = 10_000  # events the views may be behind under load, once they have caught up after the start

_READY = {
    "type": "object",
    "required": ["status", "lag"],
    "properties": {
        "status": {"type": "string", "enum": ["ready", "behind"]},
        "lag": {"type": "integer", "description": "Events that the views have not seen yet"},
    },
}
_HEALTHY = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string", "const": "ok"}}}


def health_router(kernel: Kernel) -> APIRouter:
    router = APIRouter(route_class=DirectRoute)
    caught_up = False
    alive = operation(
        "healthz", "Is the process alive?", "health", {200: answer("Yes", _HEALTHY)}, errors=(), public=True
    )
    ready = operation(
        "readyz",
        "Have the views caught up with the events?",
        "health",
        {200: answer("Yes", _READY), 503: answer("Not yet", _READY)},
        errors=(),
        public=True,
    )

    @router.get("/healthz", openapi_extra=alive)
    async def healthz(request: Request) -> Response:
        return json_answer({"status": "ok"})

    @router.get("/readyz", openapi_extra=ready)
    async def readyz(request: Request) -> Response:
        nonlocal caught_up
        lag = max(0, await kernel.store.head() - kernel.projection.position)
        caught_up = caught_up or lag == 0
        is_ready = caught_up and lag <= MAX_LAG
        return json_answer({"status": "ready" if is_ready else "behind", "lag": lag}, 200 if is_ready else 503)

    return router
