"""Where the past is: in a file of this process, behind the door of another one, or in the events alone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crm.settings import WrongSetting, is_shared, past_address
from shared.clock import Clock
from shared.kernel.kernel import Kernel
from shared.past.door import PURPOSE, past_door
from shared.past.port import Past
from shared.past.sqlite import SqlitePast
from shared.security.keyring import KeyRing
from shared.views.port import Collection

if TYPE_CHECKING:
    from shared.past.remote import RemotePast


async def open_past(
    file: Path, installation: str, keys: KeyRing, clock: Clock, stack: AsyncExitStack, *, is_here: bool
) -> tuple[Past | None, RemotePast | None]:
    """The store, or the one of another process; neither where events and views are on servers and no process has one.

    is_here: in this process, also where events and views are on servers. Raises WrongSetting, PastUnavailable.
    """
    address = past_address()
    if is_here and is_shared() and address is None:
        raise WrongSetting(
            "the role past goes with CRM_PAST=past://HOST:PORT, for all processes: erasures reach it there"
        )
    if is_here or not is_shared():
        past = SqlitePast(file, installation)
        stack.push_async_callback(past.close)
        return past, None
    if address is None:
        return None, None
    from shared.past.remote import RemotePast

    there = RemotePast(address, await keys.wrapper(PURPOSE), clock)
    stack.push_async_callback(there.close)
    return None, there


async def with_past_door(kernel: Kernel, keys: KeyRing, declared: Sequence[Collection]) -> Kernel:
    """The kernel of the process with the role past, which answers the others."""
    past, upkeep = kernel.past, kernel.past_upkeep
    if past is None or upkeep is None:
        return kernel
    door = past_door(past, upkeep, declared, await keys.wrapper(PURPOSE), kernel.clock)
    return replace(kernel, past_door=door)
