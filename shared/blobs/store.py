"""What a process needs to keep files: where the bytes lie, what may come, and who looks for viruses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from shared.blobs.port import Blobs
from shared.blobs.rules import FileRules


class Verdict(NamedTuple):
    """infected: the name of what was found, "" = nothing."""

    infected: str = ""


class Scanner(Protocol):
    async def scan(self, content: bytes) -> Verdict:
        """Raises Unavailable: it does not answer, try again."""
        ...


@dataclass(frozen=True, slots=True)
class FileStore:
    """scanner: None = files are given out unseen; else not before it has found them clean."""

    blobs: Blobs
    rules: FileRules = field(default_factory=FileRules)
    scanner: Scanner | None = None
