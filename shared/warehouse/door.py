"""The warehouse of a `chdb:` directory for the other processes of an installation, over HTTP.

Engine and files belong to one process, that of the role `warehouse`. Its door takes the methods of WarehouseReader
from processes that hold the same key ring: both directions are encrypted by a wrapper of the ring, which proves who
speaks. An answer names the request that it answers, and a request is taken for a minute only. So nothing is gained by
a recorded message, and an answer is never taken for that of another request. While an answer is worked on, a byte each
second says so: who hears none knows that the process or the way to it is gone, however long answers may take.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.clock import Clock
from shared.errors import TooSlow, Unavailable
from shared.security.keyring import Wrapper
from shared.warehouse.port import Mark, QueryFailed, WarehouseReader
from shared.warehouse.values import packed, packed_parameters, parameters_of

PURPOSE = "warehouse door"  # of the key ring's wrapper
LONGEST = 16 << 20  # bytes of a request
FRESH_SECONDS = 60
BEAT_SECONDS = 1.0
BEAT, ANSWER = b"\0", b"\1"  # the answer is on its way; it follows

Call = dict[str, Any]
Method = Callable[[Call], Awaitable[Any]]


class Door:
    """An ASGI application for one path. seal: a wrapper for PURPOSE."""

    def __init__(self, warehouse: WarehouseReader, seal: Wrapper, clock: Clock) -> None:
        self._warehouse, self._seal, self._clock = warehouse, seal, clock
        self._asked: set[asyncio.Task[Call]] = set()
        self._methods: Mapping[str, Method] = {
            "rows": self._rows,
            "ask": self._ask,
            "warm": self._warm,
            "marks": self._marks,
            "shows": self._shows,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self._response(Request(scope, receive)))(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(status_code=405)
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LONGEST:
                return Response(status_code=413)
        try:
            call = orjson.loads(self._seal.unwrap(bytes(body)))
            method, sent_at = self._methods[call["method"]], int(call["at"])
        except (ValueError, TypeError, KeyError):
            return Response("another installation's request", 403)
        if abs(self._clock.now() - sent_at) > FRESH_SECONDS * 1_000_000:
            return Response("the clocks of the two processes differ by more than a minute", 403)
        return StreamingResponse(self._answer(method, call), media_type="application/octet-stream")

    async def _answer(self, method: Method, call: Call) -> AsyncIterator[bytes]:
        """A question that nobody waits for any more comes to its end as any other."""
        asked = asyncio.create_task(_outcome(method, call))
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)
        while not (await asyncio.wait({asked}, timeout=BEAT_SECONDS))[0]:
            yield BEAT
        yield ANSWER + self._seal.wrap(orjson.dumps({"to": call["nonce"], **asked.result()}))

    async def _rows(self, call: Call) -> Any:
        rows = await self._warehouse.rows(call["sql"], parameters_of(call["parameters"]))
        return [packed(one) for one in zip(*rows, strict=True)]

    async def _ask(self, call: Call) -> Any:
        asked = {name: call[name] for name in ("tenant", "columns", "zone")}
        answer = await self._warehouse.ask(call["sql"], parameters_of(call["parameters"]), **asked)
        return [answer.names, answer.types, [packed(one) for one in answer.columns]]

    async def _warm(self, _: Call) -> None:
        await self._warehouse.warm()

    async def _marks(self, _: Call) -> Any:
        return [sent_mark(one) for one in await self._warehouse.marks()]

    async def _shows(self, call: Call) -> bool:
        return await self._warehouse.shows([mark_of(one) for one in call["marks"]])


def sent_mark(mark: Mark) -> list[Any]:
    """A mark as it travels."""
    return [mark.table, mark.tenant, mark.condition, packed_parameters(mark.parameters)]


def mark_of(sent: list[Any]) -> Mark:
    """What `sent_mark` made, as it was."""
    table, tenant, condition, parameters = sent
    return Mark(table, tenant, condition, parameters_of(parameters) or {})


async def _outcome(method: Method, call: Call) -> dict[str, Any]:
    try:
        return {"found": await method(call)}
    except QueryFailed as error:
        return {"failed": "query", "detail": str(error), "code": error.code}
    except TooSlow as error:
        return {"failed": "slow", "detail": error.detail}
    except Unavailable as error:
        return {"failed": "unavailable", "detail": error.detail}
    except ValueError as error:
        return {"failed": "value", "detail": str(error)}
