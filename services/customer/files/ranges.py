"""The `Range` header of a download (RFC 9110 §14): one range of bytes; several are answered with the whole."""

from __future__ import annotations

import re

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def part_of(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte to send, of `size` ≥ 1. None: the range lies behind the end."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return 0, size - 1
    if not found[1]:
        last = int(found[2])
        return (max(0, size - last), size - 1) if last else None
    first, last = int(found[1]), int(found[2] or size - 1)
    if found[2] and last < first:
        return 0, size - 1
    return (first, min(last, size - 1)) if first < size else None
