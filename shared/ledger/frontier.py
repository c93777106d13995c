"""The right edge of an RFC 6962 tree: all that is needed to append leaves and to tell the root. A few hundred bytes."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from shared.ledger.merkle import EMPTY, HASH


class Frontier:
    """peaks: on each level, from the leaves up, the hash of the full subtree that has no partner yet, or b""."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Raises ValueError: the peaks are not those of a tree of this size."""
        self.size, self.peaks = size, [*peaks]
        if len(peaks) != size.bit_length() or any(len(p) != HASH * (size >> n & 1) for n, p in enumerate(peaks)):
            raise ValueError(f"these are not the peaks of a tree of {size} leaves")

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Append leaf hashes."""
        level, row = 0, [*leaves]
        while row:
            if level == len(self.peaks):
                self.peaks.append(b"")
            if self.peaks[level]:
                row.insert(0, self.peaks[level])
            self.peaks[level] = row.pop() if len(row) % 2 else b""
            pairs = zip(row[::2], row[1::2], strict=True)
            row = [sha256(b"\1" + left + right).digest() for left, right in pairs]
            level += 1
        self.size += len(leaves)

    def root(self) -> bytes:
        """Of the tree as it is."""
        found = b""
        for peak in filter(None, self.peaks):
            found = sha256(b"\1" + peak + found).digest() if found else peak
        return found or EMPTY
