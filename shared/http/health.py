"""`/healthz`: the process answers. `/readyz`: store, views and keys answer, and the process can do its work.

Only who writes the views is unready while they are behind: who serves them shows what they hold, and would otherwise
leave the balancer in all processes at once. What they are behind stands in every answer.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from shared.blobs.store import Scanner
from shared.eventstore.port import StoreUnavailable
from shared.http.answers import Answer, model_answer
from shared.http.openapi import answer, operation
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.security.keyring import KeysUnavailable
from shared.streaming.projector import CHECKPOINT
from shared.views.port import ViewsUnavailable

READY_SECONDS = 2.0  # that store, views and keys may take to answer
SCANNER_SECONDS = 5.0  # that an answer of the virus scanner holds
BACKUP_SECONDS = 60.0  # that the archive may be behind
MAX_LAG = 10_000  # events the views may be behind under load, once they have caught up after the start

Part = Literal["events", "views", "keys"]


class Healthy(Answer):
    status: Literal["ok"]


class Ready(Answer):
    status: Annotated[
        Literal["ready", "behind", "unavailable"],
        Field(description="How the views are. Behind is an answer of 503 only where this process writes them"),
    ]
    lag: Annotated[int, Field(description="Events that the views have not seen yet")]
    away: Annotated[
        list[Part],
        Field(description="What does not answer, where the status is unavailable: event store, views, key ring"),
    ]
    kafka: Annotated[
        Literal["unused", "reached", "away"], Field(description="Whether the relay of this process reaches Kafka")
    ]
    backup: Annotated[
        Literal["unused", "archived", "behind"],
        Field(description="Whether the archive of this process has all events of a minute ago. Behind is still ready"),
    ]
    scanner: Annotated[
        Literal["unused", "reached", "away"],
        Field(description="The virus scanner of files. Without it new files wait and all else works: still ready"),
    ]


def health_router(kernel: Kernel) -> APIRouter:
    router = DirectRouter()
    start, scanner = _Start(kernel), _ScannerState(kernel.file_store.scanner)
    alive = operation(
        "healthz", "Is the process alive?", "health", {200: answer("Yes", Healthy)}, errors=(), public=True
    )
    ready = operation(
        "readyz",
        "Can the process do its work, and have the views caught up with the events?",
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
        head, away = await _looked(kernel)
        position, kafka = kernel.projection.position, _kafka(kernel)
        found = Ready(
            status="unavailable", lag=0, away=away, kafka=kafka, backup=_backup(kernel), scanner=await scanner.state()
        )
        if away:
            return model_answer(found, 503)
        lag = max(0, head - position)
        shown = start.is_over(head, position) and lag <= MAX_LAG
        serves = shown if kernel.projects else position > 0 or head == 0  # views of another process, once there are any
        status: Literal["ready", "behind"] = "ready" if shown and kafka != "away" else "behind"
        found = found.model_copy(update={"status": status, "lag": lag})
        return model_answer(found, 200 if serves and kafka != "away" else 503)

    return router


async def _looked(kernel: Kernel) -> tuple[int, list[Part]]:
    """The head of the log, and which of what all processes share does not answer."""
    asked: dict[Part, Callable[[], Awaitable[Any]]] = {
        "events": kernel.store.head,
        "views": partial(kernel.views.checkpoint, CHECKPOINT),
        "keys": kernel.keys.destroyed,
    }
    found = dict(zip(asked, await asyncio.gather(*map(_answer, asked.values())), strict=True))
    if kernel.relay is not None and kernel.relay.away == "events":  # it does not get what this look got
        found["events"] = None
    return found["events"] or 0, [part for part, said in found.items() if said is None]


async def _answer(question: Callable[[], Awaitable[Any]]) -> Any:
    """None: there is none in time."""
    with suppress(ViewsUnavailable, KeysUnavailable, StoreUnavailable, TimeoutError):
        async with asyncio.timeout(READY_SECONDS):
            return await question()
    return None


def _kafka(kernel: Kernel) -> Literal["unused", "reached", "away"]:
    if kernel.relay is None:
        return "unused"
    return "away" if kernel.relay.away == "kafka" else "reached"


def _backup(kernel: Kernel) -> Literal["unused", "archived", "behind"]:
    if kernel.archiver is None:
        return "unused"
    return "behind" if kernel.archiver.problem or kernel.archiver.lag > BACKUP_SECONDS else "archived"


class _Start:
    """Over once the views show what the log had at the first look: under load they are never at its head of now."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel, self._first, self._over = kernel, 0, False

    def is_over(self, head: int, position: int) -> bool:
        self._first = min(self._first or head, head)
        shares = self._kernel.shares
        self._over = self._over or (position >= self._first and (shares is None or shares.has_its_shares))
        return self._over


class _ScannerState:
    """Asked once in a while: anybody may ask `/readyz`."""

    def __init__(self, scanner: Scanner | None) -> None:
        self._scanner, self._answers, self._until = scanner, False, 0.0

    async def state(self) -> Literal["unused", "reached", "away"]:
        if self._scanner is None:
            return "unused"
        if time.monotonic() >= self._until:
            self._until = time.monotonic() + SCANNER_SECONDS
            self._answers = await self._scanner.answers()
        return "reached" if self._answers else "away"
