"""JSON that is kept: as long as it is."""

from __future__ import annotations

from typing import Any

from orjson import dumps


def kept_json(value: Any) -> bytes:
    """As orjson.dumps, in memory of its own length: orjson's bytes hold up to thirteen times as much until they go.

    Raises JSONEncodeError.
    """
    return bytes(memoryview(dumps(value)))
