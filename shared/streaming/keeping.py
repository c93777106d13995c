"""Loops of a process outlive the servers they work with: a fault that passes begins them again."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from shared.errors import Unavailable, redacted
from shared.eventstore.port import StoreUnavailable
from shared.security.keyring import KeysUnavailable
from shared.telemetry.metrics import RESTARTED_LOOPS
from shared.views.port import ViewsDamaged, ViewsUnavailable

AWAY = (StoreUnavailable, ViewsUnavailable, KeysUnavailable, Unavailable)
FIRST_SECONDS, LONGEST_SECONDS = 0.5, 10.0  # until it begins again
log = logging.getLogger("crm.process")

Loop = Callable[[], Coroutine[Any, Any, None]]


async def keep_going(loop: Loop) -> None:
    """Run a loop until cancelled, and again with a longer pause each time a server is away.

    Raises what does not pass by itself, ViewsDamaged and StreamEnded for example.
    """
    clock, pause = asyncio.get_running_loop().time, FIRST_SECONDS
    while True:
        began = clock()
        try:
            return await loop()
        except ViewsDamaged:
            raise
        except AWAY as error:
            if clock() - began > LONGEST_SECONDS:
                pause = FIRST_SECONDS
            name = getattr(loop, "__qualname__", "a loop")
            log.warning("%s stopped and begins again in about %.1f s: %s", name, pause, redacted(error))
            RESTARTED_LOOPS.add(1, {"loop": name})
        await asyncio.sleep(pause * (800 + secrets.randbelow(400)) / 1000)
        pause = min(2 * pause, LONGEST_SECONDS)
