"""What one process has, for the other processes of an installation, over HTTP.

Some engines and files belong to one process. Its door takes calls from processes that hold the same key ring: both
directions are encrypted by a wrapper of the ring, which proves who speaks. An answer names the request that it answers,
and a request is taken for a minute only. So nothing is gained by a recorded message, and an answer is never taken for
that of another request. While an answer is worked on, a byte each second says so: who hears none knows that the
process or the way to it is gone, however long answers may take.
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
from shared.security.keyring import Wrapper

LONGEST = 16 << 20  # bytes of a request
FRESH_SECONDS = 60
BEAT_SECONDS = 1.0
BEAT, ANSWER = b"\0", b"\1"  # the answer is on its way; it follows

FOREIGN = "another installation's request"

Call = dict[str, Any]
Method = Callable[[Call], Awaitable[Any]]
Refusal = Callable[[Exception], Call | None]  # an error as it travels, with its name in `failed`; None: it does not


class Door:
    """An ASGI application for one path. seal: of the key ring, for this door's purpose."""

    def __init__(self, methods: Mapping[str, Method], refusal: Refusal, seal: Wrapper, clock: Clock) -> None:
        self._methods, self._refusal, self._seal, self._clock = methods, refusal, seal, clock
        self._asked: set[asyncio.Task[Call]] = set()

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
            return Response(FOREIGN, 403)
        if abs(self._clock.now() - sent_at) > FRESH_SECONDS * 1_000_000:
            return Response("the clocks of the two processes differ by more than a minute", 403)
        return StreamingResponse(self._answer(method, call), media_type="application/octet-stream")

    async def _answer(self, method: Method, call: Call) -> AsyncIterator[bytes]:
        """A question that nobody waits for any more comes to its end as any other."""
        asked = asyncio.create_task(self._outcome(method, call))
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)
        while not (await asyncio.wait({asked}, timeout=BEAT_SECONDS))[0]:
            yield BEAT
        yield ANSWER + self._seal.wrap(orjson.dumps({"to": call["nonce"], **asked.result()}))

    async def _outcome(self, method: Method, call: Call) -> Call:
        try:
            return {"found": await method(call)}
        except Exception as error:
            refused = self._refusal(error)
            if refused is None:
                raise
            return refused
