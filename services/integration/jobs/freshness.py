"""Waiting until the views show what an import did. Another task or process projects; an import never does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from shared.kernel.kernel import Kernel

MAX_BEHIND = 2_000  # events that the views may lack while an import goes on: more would make all readers wait
LOOK_SECONDS = 0.01
ASK_SECONDS = 1.0


async def wait_for_views(kernel: Kernel, may_continue: Callable[[], Awaitable[object]], behind: int = 0) -> None:
    """Return once the views lack at most `behind` of the events that the log has now, however long that takes.

    may_continue: called once a second meanwhile; what it raises ends the wait.
    """
    position, loop = await kernel.store.head() - behind, asyncio.get_running_loop()
    ask_at = loop.time() + ASK_SECONDS
    while kernel.projection.position < position:
        await asyncio.sleep(LOOK_SECONDS)
        if loop.time() >= ask_at:
            await may_continue()
            ask_at = loop.time() + ASK_SECONDS
