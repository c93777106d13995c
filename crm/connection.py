"""What one connection may cost: heads bounded in size and time, bodies in slowness, refused bodies not read to the end.

uvicorn bounds none of these, so that a few endless or very slow clients would hold the process.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.errors import CrmError
from shared.http.app import secured
from shared.http.problems import problem

MAX_HEAD = 64 * 1024  # bytes of a request line with its headers
MAX_HEADERS = 100
HEAD_SECONDS = 10.0  # for a head, from its first byte (of the first one: from the connection)
BODY_SECONDS = 20.0  # for a body, and a second more for every SLOWEST bytes of it
SLOWEST = 1_000
LINGER_BYTES, LINGER_SECONDS = 1 << 20, 2.0  # of a refused body: so much is thrown away, and so long may its end take


class BadRequest(CrmError):
    status = 400
    type = "bad-request"
    title = "This is no HTTP request"


class HeadTooLarge(CrmError):
    status = 431
    type = "head-too-large"
    title = "The request line or the headers are too large"


class TooSlow(CrmError):
    status = 408
    type = "too-slow"
    title = "The request did not come in time"


class BoundedProtocol(HttpToolsProtocol):
    """HTTP/1.1 within the bounds above; what is refused here is answered like any other error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._awaited: tuple[str, int] | None = None  # what the timer is for: a part of a message, and of which one
        self._part, self._message = "", 0
        self._unseen = 0  # bytes since the parser found something: it keeps them
        self._head = self._body = 0  # bytes found
        self._body_began = 0.0
        self._too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._unseen += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # nothing here is upgraded to: the request is answered as it stands
        except httptools.HttpParserError:
            self._refuse(HeadTooLarge() if self._too_large else BadRequest())
            return
        if self._unseen > MAX_HEAD:
            self._refuse(HeadTooLarge())
        elif self._part == "rest":
            self._body += len(data)
            if self._body > LINGER_BYTES:  # closing now would drop the answer of a client that still sends
                self.flow.pause_reading()
        self._wait_for_rest()

    # --- what the parser finds ----------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._part, self._message = "head", self._message + 1
        self._unseen = self._head = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._found_of_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._found_of_head(len(name) + len(value))

    def _found_of_head(self, size: int) -> None:
        self._unseen, self._head = 0, self._head + size
        if self._head > MAX_HEAD or len(self.headers) > MAX_HEADERS:
            self._too_large = True
            raise HeadTooLarge()  # ends the parser

    def on_headers_complete(self) -> None:
        self._part, self._unseen, self._body, self._body_began = "body", 0, 0, self.loop.time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unseen = 0
        if self._part == "body":
            self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._part == "rest":
            idle = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)
            self.timeout_keep_alive_task = idle
        self._part, self._unseen = "", 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._part == "body" and not self.transport.is_closing():
            self._part, self._body = "rest", 0
            self._wait_for_rest()

    # --- time ---------------------------------------------------------------------------------------------------------

    def _wait_for_rest(self) -> None:
        """Time what is incomplete; most requests come whole and need no timer."""
        part = self._part or ("head" if self._unseen else "")
        awaited = (part, self._message) if part and not self.transport.is_closing() else None
        if awaited == self._awaited and (awaited is None) == (self._timer is None):
            return
        self._disarm()
        if awaited is not None:
            self._awaited = awaited
            self._arm({"head": HEAD_SECONDS, "body": BODY_SECONDS, "rest": LINGER_SECONDS}[part])

    def _arm(self, seconds: float) -> None:
        self._timer = self.loop.call_later(seconds, self._time_is_over)

    def _disarm(self) -> None:
        self._awaited = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_is_over(self) -> None:
        self._timer = None
        if self._part == "body":
            self._judge_body()
        elif self._part == "rest":
            self.transport.close()
        elif self.cycle is not None and not self.cycle.response_complete:
            self._arm(HEAD_SECONDS)  # while one request is answered, the next one may take its time
        elif self._part or self._unseen:
            self._refuse(TooSlow())
        else:
            self.transport.close()

    def _judge_body(self) -> None:
        now = self.loop.time()
        if self.flow.read_paused:  # we are slow, not they
            self._body_began, self._body = now, 0
        left = self._body_began + BODY_SECONDS + self._body / SLOWEST - now
        if left > 0:
            self._arm(left)
        else:
            self._refuse(TooSlow())

    def _refuse(self, error: CrmError) -> None:
        """Answer, unless another answer is on its way, and hang up."""
        self._disarm()
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            response = problem(error)
            headers = secured(str(self.scheme), [*response.raw_headers, (b"connection", b"close")])
            lines = [STATUS_LINE[error.status], *(b"%b: %b\r\n" % header for header in headers)]
            self.transport.write(b"".join([*lines, b"\r\n", response.body]))
        self.transport.close()
