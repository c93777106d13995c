"""Long answers that change rarely: made once for all callers who get the same, and packed once."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from typing import Any, Final

import brotli

MOST: Final = 32  # answers of one kind that are kept, about 0.2 MB each
_QUALITY: Final = 10  # of brotli: a fifth of the time of the best, a twentieth more bytes
_CODINGS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": lambda plain: brotli.compress(plain, mode=brotli.MODE_TEXT, quality=_QUALITY),
    "gzip": lambda plain: gzip.compress(plain, 9, mtime=0),
}  # the best first


@dataclass(slots=True)
class Packed:
    """A body, and what it is compressed to, once somebody has asked for it."""

    plain: bytes
    _packed: dict[str, bytes] = field(default_factory=dict)

    async def best(self, accepted: Collection[str]) -> tuple[str, bytes]:
        """The content coding ("" = plain) and the bytes, by what the caller takes."""
        coding = next((c for c in _CODINGS if c in accepted), "")
        if not coding:
            return "", self.plain
        if coding not in self._packed:
            self._packed[coding] = await asyncio.to_thread(_CODINGS[coding], self.plain)
        return coding, self._packed[coding]


class Kept:
    """The answers asked for last, each with its basis: with another one it is made again, so nothing is stale."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Any, Packed]] = OrderedDict()

    def of(self, key: Hashable, basis: Any, make: Callable[[], bytes]) -> Packed:
        """key: who gets the same. basis: what it is made of, compared by value."""
        found = self._kept.get(key)
        if found is None or found[0] != basis:
            found = self._kept[key] = (basis, Packed(make()))
        self._kept.move_to_end(key)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return found[1]
