"""What operators look at first: how far each reader of the log is, and the events that could not be handled."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from services.audit.replays import WAREHOUSE
from shared.errors import Unavailable
from shared.events.registry import ANYTHING
from shared.http.answers import DateTime, json_answer
from shared.http.auth import Authenticator
from shared.http.openapi import answer, operation
from shared.http.routing import DirectRouter
from shared.kernel.kernel import Kernel
from shared.past.port import PastReader, PastUnavailable
from shared.streaming.multistream import MultiStreamProjection
from shared.streaming.parked import OPERATORS, PARKED
from shared.streaming.policies import CHECKPOINT as REACTIONS
from shared.streaming.relay_notes import CHECKPOINT as RELAYED
from shared.views.paging import every
from shared.views.port import Query, Scope

MOST = 200  # parked events of an answer

What = Literal["views", "figures", "past", "reactions", "warehouse", "kafka", "ledger"]


class Reader(TypedDict):
    what: What
    name: Annotated[str, Field(description="The view, where there are several of the kind; else empty")]
    position: Annotated[int | None, Field(description="Every event up to it was read; null: it does not answer")]
    lag: Annotated[int | None, Field(description="Positions of the log behind it")]


class Readers(TypedDict):
    head: Annotated[int, Field(description="The position of the newest event")]
    items: list[Reader]
    views: Annotated[list[str], Field(description="What a replay can name")]


class ParkedEvent(TypedDict):
    id: str
    stream: Annotated[str, Field(description="Of the record; before it a reaction or a figure, where that failed")]
    event_version: int
    type: str
    error: Annotated[str, Field(description="Empty for callers from whom fields are hidden")]
    recorded_at: DateTime


class ParkedEvents(TypedDict):
    items: list[ParkedEvent]
    count: Annotated[int, Field(description=f"All of them; at most {MOST} are shown")]


_READERS = operation(
    "readers",
    "How far each reader of the log is",
    "operations",
    {200: answer("Positions and lags", Readers)},
    description="Reactions note their position after they did something, or after 500 events.",
)
_PARKED = operation(
    "parked_events",
    "The organisation's events that could not be handled, oldest first",
    "operations",
    {200: answer("Parked events", ParkedEvents)},
    description="Their records show what they were before. `POST /audit/healings` tries them again.",
)


def operations_router(kernel: Kernel) -> APIRouter:
    router, authenticator = DirectRouter(), Authenticator(kernel)

    @router.get("/readers", openapi_extra=_READERS)
    async def readers(request: Request) -> Response:
        access = await authenticator.access(request)
        access.check("audit", "read")
        places = await _places(kernel)
        head = await kernel.store.head()  # read last: nobody is ahead of it
        items = [_reader(what, name, position, head) for what, name, position in places]
        return json_answer(Readers(head=head, items=items, views=_views(kernel)))

    @router.get("/parked-events", openapi_extra=_PARKED)
    async def parked_events(request: Request) -> Response:
        access = await authenticator.access(request)
        access.check("audit", "read")
        found: list[ParkedEvent] = []
        count = 0
        query = Query(sort="recorded_at")
        async for one in every(kernel.views, PARKED.name, query, Scope(OPERATORS)):
            if one["tenant"] != access.tenant:
                continue
            count += 1
            if count <= MOST:
                shown: ParkedEvent = {
                    "id": one["id"],
                    "stream": one["stream"],
                    "event_version": one["event_version"],
                    "type": one["type"],
                    "error": "" if access.masks(ANYTHING) else one["error"],
                    "recorded_at": one["recorded_at"],
                }
                found.append(shown)
        return json_answer(ParkedEvents(items=found, count=count))

    return router


def _reader(what: What, name: str, position: int | None, head: int) -> Reader:
    return {
        "what": what,
        "name": name,
        "position": position,
        "lag": None if position is None else max(0, head - position),
    }


def _views(kernel: Kernel) -> list[str]:
    names = [one.collection.name for one in (*kernel.catalogue, *kernel.catalogue.projections)]
    return sorted(names) + ([WAREHOUSE] if kernel.feed is not None else [])


async def _places(kernel: Kernel) -> list[tuple[What, str, int | None]]:
    """What reads the log, in this process or in others, each with its name and its position."""
    found: list[tuple[What, str, int | None]] = [("views", "", kernel.projection.position)]
    for one in kernel.catalogue.projections:
        found.append(("figures", one.collection.name, await _of_figures(kernel, one)))
    if kernel.past is not None:
        found.append(("past", "", await _of_past(kernel.past)))
    mine = kernel.policies.holder.held
    found.append(("reactions", "", kernel.policies.position if mine else await kernel.views.checkpoint(REACTIONS)))
    if kernel.facts is not None:
        found.append(("warehouse", "", await _of_warehouse(kernel)))
    relayed = await kernel.views.checkpoint(RELAYED) if kernel.relay is None else kernel.relay.mark.position
    if kernel.relay is not None or relayed:
        found.append(("kafka", "", relayed))
    if kernel.ledger is not None:
        stopped = kernel.ledger.problem is not None
        found.append(("ledger", "", None if stopped else kernel.ledger.file.state()[1]))
    return found


async def _of_figures(kernel: Kernel, one: MultiStreamProjection) -> int:
    """Figures note the position of the last event that concerns them: with none behind it they are at the head."""
    head, noted = await kernel.store.head(), await kernel.views.checkpoint(one.checkpoint)
    return noted if await kernel.store.read_all(noted, 1, categories=[one.source]) else max(head, noted)


async def _of_past(past: PastReader) -> int | None:
    try:
        return (await past.position()).number
    except PastUnavailable:
        return None


async def _of_warehouse(kernel: Kernel) -> int | None:
    try:
        return (await kernel.facts.status()).position if kernel.facts else None
    except Unavailable:
        return None
