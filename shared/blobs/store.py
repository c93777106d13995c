"""What a process needs to keep files: where the bytes lie, what may come, and who looks for viruses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from shared.blobs.port import Blobs
from shared.blobs.rules import FileRules

TOO_LARGE: Final = "too-large"


class Verdict(NamedTuple):
    """infected: the name of what was found, "" = nothing. refused: why it looks at no such file, "" = it did."""

    infected: str = ""
    refused: str = ""


class Scanner(Protocol):
    async def scan(self, content: AsyncIterator[bytes]) -> Verdict:
        """Raises Unavailable: there is no verdict, ask again."""
        ...

    async def answers(self) -> bool:
        """Whether it is there."""
        ...


@dataclass(frozen=True, slots=True)
class FileStore:
    """scanner: None = files are given out unseen; else not before it has found them clean."""

    blobs: Blobs
    rules: FileRules = field(default_factory=FileRules)
    scanner: Scanner | None = None
