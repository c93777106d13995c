"""Looking for what should not be there: texts in bytes and in files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def hits(content: bytes | str, canaries: Sequence[str]) -> list[str]:
    """The canaries that stand in the content, in letters of any size."""
    low = (content.encode() if isinstance(content, str) else content).lower()
    return [c for c in canaries if c.lower().encode() in low]


def files_with(folder: Path, canaries: Sequence[str], pattern: str = "*") -> dict[str, list[str]]:
    """Which files of the folder and below hold which canaries."""
    found = {}
    for file in folder.rglob(pattern):
        try:
            held = hits(file.read_bytes(), canaries)
        except (FileNotFoundError, IsADirectoryError):  # it went while we looked
            continue
        if held:
            found[str(file.relative_to(folder))] = held
    return found
