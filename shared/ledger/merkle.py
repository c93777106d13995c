"""RFC 6962 Merkle trees (§2.1): roots, inclusion and consistency proofs, and their verification. Pure functions.

The tree itself is wherever a `Node` function finds its full subtrees, see tiles.py. Hashes are 32 bytes of SHA-256.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

HASH = 32  # bytes
EMPTY = sha256(b"").digest()  # the root of a tree without leaves

# (level, index) → the hash of the full subtree over the leaves from index << level on, 1 << level of them
Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def root(size: int, node: Node) -> bytes:
    """MTH(D[0:size])."""
    return _span(0, size, node) if size else EMPTY


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[0:size]): the proof that a leaf is in the tree of `size` leaves. Raises ValueError."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            path.append(_span(middle, end, node))
            end = middle
        else:
            path.append(_span(start, middle, node))
            start = middle
    return path[::-1]


def consistency(old: int, new: int, node: Node) -> list[bytes]:
    """PROOF(old, D[0:new]): the proof that the tree of `new` leaves begins with that of `old`. Raises ValueError."""
    if not 0 < old <= new:
        raise ValueError(f"no tree of {new} leaves grew from one of {old}")
    path, start, end = [], 0, new
    while end != old:
        middle = start + _half(end - start)
        if old <= middle:
            path.append(_span(middle, end, node))
            end = middle
        else:
            path.append(_span(start, middle, node))
            start = middle
    if start:
        path.append(_span(start, end, node))
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether the proof leads from a leaf's hash to the root of a tree of `size` leaves (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size or any(len(one) != HASH for one in (leaf, *proof)):
        return False
    at, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == expected


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree with the newer root begins with the older one (RFC 9162 §2.1.4.2)."""
    if not 0 <= old <= new or any(len(one) != HASH for one in (old_root, new_root, *proof)):
        return False
    if old == 0:
        return not proof and old_root == EMPTY
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else [*proof]  # a full subtree: its hash is the old root
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = node_hash(one, older), node_hash(one, newer)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            newer = node_hash(newer, one)
        at, last = at >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


def _half(size: int) -> int:
    """The largest power of two below `size`, which is 2 at least."""
    return 1 << ((size - 1).bit_length() - 1)


def _span(start: int, end: int, node: Node) -> bytes:
    """MTH(D[start:end]), where `start` is a multiple of the power of two that is as large as the span or larger."""
    level = (end - start).bit_length() - 1
    middle = start + (1 << level)
    full = node(level, start >> level)
    return full if middle == end else node_hash(full, _span(middle, end, node))
