"""The record views divided among processes: a share has the streams of one partition, and a checkpoint of its own.

Every checkpoint stays true: of the whole as of a share it says that the views hold all events up to it. So both forms
may follow each other, and the further one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.views.port import Checkpoint, Views

RECORDS: Final = "projector:records"  # the checkpoint of the record views
SHARES: Final = 12  # as many as a topic has partitions
NAMES: Final = tuple(f"{RECORDS}/{share}" for share in range(SHARES))  # of checkpoints and leases, by share


def position_of(share: int, rows: Mapping[str, Checkpoint]) -> int:
    """Up to where the views hold all events of a share."""
    return max(rows.get(name, _NONE).position for name in (RECORDS, NAMES[share]))


def whole(rows: Mapping[str, Checkpoint]) -> Checkpoint:
    """Up to where the views hold all events: the checkpoint of the share that is last, or of the whole."""
    last = min((rows.get(name, _NONE) for name in NAMES), key=lambda one: one.position)
    return max(rows.get(RECORDS, _NONE), last, key=lambda one: one.position)


async def reached(views: Views) -> Checkpoint:
    """Up to where the views hold all events now."""
    return whole(await views.checkpoints(RECORDS))


async def furthest(views: Views) -> int:
    """Up to where the views hold events at most."""
    rows = await views.checkpoints(RECORDS)
    return max(position_of(share, rows) for share in range(SHARES))


_NONE: Final = Checkpoint(RECORDS, 0)
