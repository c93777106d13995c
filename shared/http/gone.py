"""Callers who hang up: what waits on their behalf need not wait on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from fastapi import Request


async def gone(request: Request) -> None:
    """Raises ClientDisconnect once the caller has hung up. To be called where nobody else reads the body."""
    while (await request.receive())["type"] != "http.disconnect":
        pass  # a body that nobody reads
    raise ClientDisconnect
