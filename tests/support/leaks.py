"""Looking for what should not be there: texts in bytes and in files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path


def hits(content: bytes | str, canaries: Sequence[str]) -> list[str]:
    """The canaries that stand in the content, in letters of any size."""
    low = (content.encode() if isinstance(content, str) else content).lower()
    return [c for c in canaries if c.lower().encode() in low]


def files_with(folder: Path, canaries: Sequence[str], pattern: str = "*") -> dict[str, list[str]]:
    """Which files of the folder and below hold which canaries."""
    found = {}
    for file in _files_in(folder):
        if not fnmatch(file.name, pattern):
            continue
        try:
            held = hits(file.read_bytes(), canaries)
        except FileNotFoundError:  # it went while we looked
            continue
        if held:
            found[str(file.relative_to(folder))] = held
    return found


def _files_in(folder: Path) -> Iterator[Path]:
    """Folders may go while we look: `rglob` would raise."""
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)
