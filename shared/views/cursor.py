"""Cursors as callers get them: text that stands for a list of values."""

from __future__ import annotations

import base64
from typing import Any

import orjson


def encoded(*parts: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decoded(cursor: Any) -> Any:
    """What may be anything: the caller wrote it. Raises TypeError, ValueError."""
    return orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
