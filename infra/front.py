"""One address in front of the roles of a cluster on this machine: `python -m infra.front`, which `make cluster` starts.

A request goes to the process whose service its path begins with, as nginx of infra/compose and an ingress send it.
Bodies pass as they come, both ways: uploads and streams of changes are never held.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping

import httpx
import uvicorn
from starlette.types import Message, Receive, Scope, Send

REACH_SECONDS = 5.0  # until a role that does not answer counts as away
IDLE_SECONDS = 5.0  # a role ends a connection without use later than that
STOP_SECONDS = 3  # for streams, when this process is asked to end
_OF_ONE_HOP = {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"expect"}
_SAID_HERE = {b"x-forwarded-for", b"x-forwarded-proto"}  # a caller's own are not believed
_TIMES = {"connect": REACH_SECONDS, "read": None, "write": None, "pool": None}


class Front:
    """An ASGI application. default: the address of the process that serves the client and what spans the services.

    routes: first segment of a path → the address of another process.
    """

    def __init__(self, default: str, routes: Mapping[str, str]) -> None:
        self._default, self._routes = default, dict(routes)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=50, keepalive_expiry=IDLE_SECONDS)
        self._transport = httpx.AsyncHTTPTransport(limits=limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = self._request(scope, receive)
        try:
            answer = await self._transport.handle_async_request(request)
        except _Left:
            return
        except httpx.TransportError as error:
            await _refuse(send, f"{request.url.netloc.decode()} does not answer: {error!r}")
            return
        passing, leaving = asyncio.create_task(_pass(answer, send)), asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if passing.done():
                passing.result()  # what breaks off there breaks off here
        finally:
            passing.cancel()
            leaving.cancel()
            await asyncio.gather(passing, leaving, return_exceptions=True)
            await answer.aclose()

    def _request(self, scope: Scope, receive: Receive) -> httpx.Request:
        to = self._routes.get(scope["path"].partition("/")[2].partition("/")[0], self._default)
        headers = [(name, value) for name, value in _further(scope["headers"]) if name not in _SAID_HERE]
        headers.append((b"x-forwarded-for", scope["client"][0].encode()))
        headers.append((b"x-forwarded-proto", scope["scheme"].encode()))
        has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])
        body = _body(receive) if has_body else None
        known = {"timeout": _TIMES, "target": _target(scope)}
        return httpx.Request(scope["method"], to, headers=headers, content=body, extensions=known)


class _Left(Exception):
    """The caller has gone before its body was whole."""


def _target(scope: Scope) -> bytes:
    """As it came: httpx would resolve `..`, which leads to another path than the one that chose the process."""
    query = scope["query_string"]
    return bytes(scope["raw_path"] + (b"?" + query if query else b""))


def _further(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without those of one connection alone, by their names or because `Connection` names them (RFC 9110, 7.6.1)."""
    known = [(name.lower(), value) for name, value in headers]
    named = {one.strip().lower() for name, value in known if name == b"connection" for one in value.split(b",")}
    return [(name, value) for name, value in known if name not in _OF_ONE_HOP | named]


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Left
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _left(receive: Receive) -> None:
    """Return when the caller has gone: what it waits for need not be made any more."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _pass(answer: httpx.Response, send: Send) -> None:
    headers = _further(answer.headers.raw)
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    assert isinstance(answer.stream, httpx.AsyncByteStream)
    async for part in answer.stream:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body"})


async def _refuse(send: Send, why: str) -> None:
    start: Message = {"type": "http.response.start", "status": 502, "headers": [(b"content-type", b"text/plain")]}
    await send(start)
    await send({"type": "http.response.body", "body": why.encode()})


def _routed(text: str) -> tuple[str, str]:
    segment, _, address = text.partition("=")
    return segment, address


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.front", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--to", required=True, metavar="URL", help="where everything else goes")
    parser.add_argument("--route", type=_routed, action="append", default=[], metavar="SEGMENT=URL")
    given = parser.parse_args()
    uvicorn.run(
        Front(given.to, dict(given.route)), host="127.0.0.1", port=given.port, lifespan="off", log_level="warning",
        server_header=False, date_header=False, proxy_headers=False, timeout_graceful_shutdown=STOP_SECONDS,
    )  # fmt: skip


if __name__ == "__main__":
    main()
