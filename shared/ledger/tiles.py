"""A Merkle tree in tiles of 256 hashes, as C2SP tlog-tiles lays them out: what grows is a tile on each level.

Tile n of level L holds the hashes of the full subtrees over 256**L leaves, from number 256 * n on. So of 10 million
leaves there are three levels, appending touches the last tile of each, and a proof reads a handful of tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from shared.ledger.merkle import HASH, consistency, inclusion, root

HEIGHT = 8  # levels of the tree in a tile
WIDTH = 1 << HEIGHT  # hashes in a full tile
FULL = WIDTH * HASH  # bytes
KEPT = 64  # tiles in memory: 0.5 MB

Read = Callable[[int, int], bytes]  # (level, number) → a stored tile


class Tile(NamedTuple):
    """hashes: side by side, WIDTH of them unless it is the last one of its level."""

    level: int
    number: int
    hashes: bytes


class Tiles:
    """The tree of `size` leaves. read: the stored tiles. What `extend` gave is to be stored before the next one."""

    def __init__(self, size: int, read: Read) -> None:
        self.size = size
        self._full = lru_cache(maxsize=KEPT)(read)
        self._fresh: dict[tuple[int, int], bytes] = {}  # full tiles that are not stored yet
        self._edges: list[Tile] = []  # the last tile of each level, never a full one
        count = size
        while count:
            number, rest = divmod(count, WIDTH)
            hashes = read(len(self._edges), number)[: rest * HASH] if rest else b""
            self._edges.append(Tile(len(self._edges), number, hashes))
            count = number

    def extend(self, leaves: Sequence[bytes]) -> list[Tile]:
        """Append leaf hashes. Returns the tiles to be stored, new and grown ones."""
        changed: list[Tile] = []
        self._fresh = {}
        level, hashes = 0, b"".join(leaves)
        while hashes:
            if level == len(self._edges):
                self._edges.append(Tile(level, 0, b""))
            _, number, before = self._edges[level]
            grown, full = before + hashes, []
            while len(grown) >= FULL:
                changed.append(Tile(level, number, grown[:FULL]))
                full.append(fold(grown[:FULL]))
                number, grown = number + 1, grown[FULL:]
            self._edges[level] = Tile(level, number, grown)
            if grown:
                changed.append(self._edges[level])
            level, hashes = level + 1, b"".join(full)
        self.size += len(leaves)
        self._fresh = {(t.level, t.number): t.hashes for t in changed if len(t.hashes) == FULL}
        return changed

    def node(self, level: int, index: int) -> bytes:
        """See merkle.Node."""
        tile, height = divmod(level, HEIGHT)
        number, first = divmod(index << height, WIDTH)
        hashes = self.tile(tile, number)[first * HASH : (first + (1 << height)) * HASH]
        return fold(hashes)

    def leaf(self, index: int) -> bytes:
        return self.node(0, index)

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree, or of what it was when it had fewer leaves. Raises ValueError."""
        return root(self._checked(self.size if size is None else size), self.node)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """See merkle.inclusion."""
        return inclusion(index, self._checked(size), self.node)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """See merkle.consistency."""
        return consistency(old, self._checked(new), self.node)

    def _checked(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")
        return size

    def tile(self, level: int, number: int) -> bytes:
        """The hashes of a tile, side by side."""
        edge = self._edges[level]
        if edge.number == number:
            return edge.hashes
        return self._fresh.get((level, number)) or self._full(level, number)


def fold(hashes: bytes) -> bytes:
    """The hash over a full subtree: its leaves' hashes side by side, a power of two of them."""
    while len(hashes) > HASH:
        hashes = b"".join([sha256(b"\1" + hashes[i : i + 64]).digest() for i in range(0, len(hashes), 64)])
    return hashes
