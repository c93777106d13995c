"""Where the past is: in a file of this process, behind the door of another one, or in the events alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from crm.settings import WrongSetting, is_shared, past_address
from shared.clock import Clock
from shared.door.caller import Misdirected, Unreached
from shared.errors import Unavailable
from shared.kernel.kernel import Kernel
from shared.past.door import PURPOSE, past_door
from shared.past.port import Past, PastUnavailable
from shared.past.sqlite import SqlitePast
from shared.security.keyring import KeyRing
from shared.views.port import Collection

if TYPE_CHECKING:
    from shared.past.remote import RemotePast

LOOK_SECONDS = 3.0  # that a look at the other process may take, and between two of them
log = logging.getLogger("crm.past")


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


async def check_past(there: RemotePast, stack: AsyncExitStack) -> None:
    """Look whether the past is where CRM_PAST says; one that does not answer yet is looked at again.

    Raises WrongSetting.
    """
    if not await _is_reached(there):
        looking = asyncio.create_task(_until_reached(there))
        stack.callback(looking.cancel)


async def _is_reached(there: RemotePast) -> bool:
    """One that is away ends nothing: what needs it waits, or is slower.

    Raises WrongSetting: something else is there.
    """
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await there.look()
    except Misdirected as error:
        raise WrongSetting(f"CRM_PAST: {error.detail}") from error
    except Unreached as error:
        log.warning("CRM_PAST: %s: start it, or correct the address", error)
    except (Unavailable, PastUnavailable) as error:
        log.warning("CRM_PAST: %s", error)
    except TimeoutError:
        log.warning("CRM_PAST: no answer within %g s: start the process with the role past", LOOK_SECONDS)
    else:
        return True
    return False


async def _until_reached(there: RemotePast) -> None:
    """What did not answer at the start may turn out to be something else."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            return await there.look()
        except Misdirected as error:
            return log.error("CRM_PAST: %s", error.detail)
        except (Unavailable, PastUnavailable):
            continue


async def with_past_door(kernel: Kernel, keys: KeyRing, declared: Sequence[Collection]) -> Kernel:
    """The kernel of the process with the role past, which answers the others."""
    past, upkeep = kernel.past, kernel.past_upkeep
    if past is None or upkeep is None:
        return kernel
    door = past_door(past, upkeep, declared, await keys.wrapper(PURPOSE), kernel.clock)
    return replace(kernel, past_door=door)
