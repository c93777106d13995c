"""Timelines: a log that was restored goes on as another one than the log that was lost, and says so itself."""

from __future__ import annotations

from uuid import uuid4

import orjson

from shared.backup.source import Log
from shared.clock import Clock
from shared.events.audit import SystemRestored
from shared.events.envelope import NewEvent
from shared.events.registry import type_of
from shared.kernel.uniqueness import EVERYWHERE

CATEGORY = "restore"
STREAM = f"{CATEGORY}-system"  # of the installation's restores
ACTOR = "operator"


async def timeline_of(log: Log) -> int:
    """1 for a log that was never restored; each restore begins the next one."""
    found = await log.read(EVERYWHERE, STREAM)
    return orjson.loads(found[-1].data)["timeline"] if found else 1


def restored(timeline: int, size: int, root: str, made_at: int, clock: Clock) -> NewEvent:
    """The event that begins a timeline. size, root: of the ledger's tree, as it was restored."""
    kind = type_of(SystemRestored)
    data = {"timeline": timeline, "size": size, "root": root, "made_at": made_at}
    return NewEvent(str(uuid4()), kind.name, kind.version, clock.now(), orjson.dumps(data))
