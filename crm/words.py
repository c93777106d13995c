"""Words that the lines of commands have in common."""

from __future__ import annotations


def numbered(count: int, one: str, more: str = "") -> str:
    """A number with its noun: `1 event`, `2 events`. more: the plural where it is not made with an s."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"
