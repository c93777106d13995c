"""What lies in the places outside: checkpoints, and the statements with which restores began timelines."""

from __future__ import annotations

from collections.abc import Iterable

from shared.blobs.port import Blobs
from shared.ledger.timeline import FIRST

_TIMELINES = "timelines"


def key_of(installation: str, size: int, timeline: int = FIRST) -> str:
    """Where a checkpoint lies: a folder for each million leaves. Timelines but the first have folders of their own."""
    folder = installation if timeline == FIRST else f"{installation}/{timeline:04d}"
    return f"{folder}/{size // 1_000_000:06d}/{size:012d}"


def statement_key(installation: str, timeline: int) -> str:
    """Where the statement lies that began a timeline."""
    return f"{installation}/{_TIMELINES}/{timeline:04d}"


async def newest_timeline(places: Iterable[Blobs], installation: str) -> int:
    """The newest that one of the places knows of; what is named otherwise is none. Raises BlobsUnavailable."""
    found = [FIRST]
    for place in places:
        keys = await place.keys(f"{installation}/{_TIMELINES}")
        found += [int(name) for key in keys if (name := key.rpartition("/")[2]).isdecimal()]
    return max(found)


def is_statement(key: str) -> bool:
    """Whether a key of a place is that of a statement."""
    return key.split("/")[1] == _TIMELINES
