"""The ledger's tree against the definitions of RFC 6962 written down once more, naively, and known vectors."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.merkle import EMPTY, leaf_hash, node_hash, verify_consistency, verify_inclusion
from shared.ledger.tiles import Tiles, fold

# The leaves and roots that implementations of Certificate Transparency have in common.
LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes(range(0x60, 0x70)))
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
PROVE = bool(os.environ.get("CRM_PROVE"))
MUTATIONS = 100_000 if PROVE else 3_000
SIZES = st.integers(0, 700)  # more than two tiles


def naive_root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    return node_hash(naive_root(leaves[:half]), naive_root(leaves[half:]))


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    left, right = leaves[:half], leaves[half:]
    if index < half:
        return [*naive_path(index, left), naive_root(right)]
    return [*naive_path(index - half, right), naive_root(left)]


def naive_subproof(old: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    left, right = leaves[:half], leaves[half:]
    if old <= half:
        return [*naive_subproof(old, left, whole=whole), naive_root(right)]
    return [*naive_subproof(old - half, right, whole=False), naive_root(left)]


class Grown:
    """A tree over stored tiles, opened again after every batch or kept."""

    def __init__(self) -> None:
        self.stored: dict[tuple[int, int], bytes] = {}
        self.tree = Tiles(0, self.read)

    def read(self, level: int, number: int) -> bytes:
        return self.stored[level, number]

    def extend(self, leaves: Sequence[bytes], *, reopened: bool = False) -> None:
        for one in self.tree.extend(leaves):
            self.stored[one.level, one.number] = one.hashes
        if reopened:
            self.tree = Tiles(self.tree.size, self.read)


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(n.to_bytes(4, "big")) for n in range(count)]


def grown(count: int) -> tuple[Tiles, list[bytes]]:
    leaves, found = hashes(count), Grown()
    found.extend(leaves)
    return found.tree, leaves


def test_roots_and_proofs_are_those_of_other_implementations() -> None:
    leaves, found = [leaf_hash(one) for one in LEAVES], Grown()
    assert found.tree.root() == EMPTY
    for size, expected in enumerate(ROOTS, 1):
        found.extend(leaves[size - 1 : size])
        assert found.tree.root().hex() == expected
        assert [found.tree.inclusion(n, size) for n in range(size)] == [
            naive_path(n, leaves[:size]) for n in range(size)
        ]


@given(st.lists(st.integers(0, 300), max_size=4), st.booleans())
def test_a_tree_that_grew_in_any_steps_has_the_same_root(steps: list[int], reopened: bool) -> None:
    leaves, found, size = hashes(sum(steps)), Grown(), 0
    for step in steps:
        found.extend(leaves[size : size + step], reopened=reopened)
        size += step
        assert found.tree.root() == naive_root(leaves[:size])
    assert [found.tree.root(n) for n in range(0, size, 97)] == [naive_root(leaves[:n]) for n in range(0, size, 97)]


@given(SIZES.filter(bool), st.data())
def test_proofs_are_those_of_the_definition_and_verify(size: int, data: st.DataObject) -> None:
    tree, leaves = grown(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path, proof = tree.inclusion(index, size), tree.consistency(old, size)
    assert (path, proof) == (naive_path(index, leaves), naive_subproof(old, leaves))
    assert verify_inclusion(index, size, leaves[index], path, tree.root())
    assert verify_consistency(old, size, tree.root(old), tree.root(), proof)


def test_a_large_tree_has_three_levels_of_tiles() -> None:
    size = 256 * 256 + 300
    tree, leaves = grown(size)
    assert tree.root() == fold_all(leaves)
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        assert verify_inclusion(index, size, leaves[index], tree.inclusion(index, size), tree.root())
    for old in (1, 256, 65_535, 65_536, 65_537, size):
        assert verify_consistency(old, size, tree.root(old), tree.root(), tree.consistency(old, size))


def fold_all(leaves: list[bytes]) -> bytes:
    """The root of 256² + 300 leaves, by halves."""
    return node_hash(fold(b"".join(leaves[:65_536])), naive_root(leaves[65_536:]))


def test_nothing_is_proven_of_a_tree_that_is_not_there() -> None:
    tree, _ = grown(5)
    for wrong in (
        lambda: tree.root(6),
        lambda: tree.inclusion(5, 5),
        lambda: tree.inclusion(0, 6),
        lambda: tree.consistency(0, 5),
        lambda: tree.consistency(4, 3),
    ):
        with pytest.raises(ValueError, match=r"lea[fv]|tree"):
            wrong()


@pytest.mark.timeout(3600 if PROVE else 300)
def test_mutated_proofs_never_verify() -> None:
    draw = random.Random(20)
    trees = {size: grown(size) for size in (1, 2, 7, 8, 255, 256, 257, 600)}
    for n in range(MUTATIONS):
        size = draw.choice([*trees])
        tree, leaves = trees[size]
        if n % 2:
            index = draw.randrange(size)
            fields = [index, size, leaves[index], tree.inclusion(index, size), tree.root()]
            assert not verify_inclusion(*mutated(draw, fields))
        else:
            old = draw.randint(1, size)
            fields = [old, size, tree.root(old), tree.root(), tree.consistency(old, size)]
            assert not verify_consistency(*mutated(draw, fields))


def mutated(draw: random.Random, fields: list[object]) -> list[object]:
    """The arguments of a verification with one of them changed."""
    while True:
        found = list(fields)
        at = draw.randrange(len(found))
        found[at] = _changed(draw, found[at])
        if found != fields and not _is_another_truth(fields, found):
            return found


def _changed(draw: random.Random, value: object) -> object:
    if isinstance(value, int):
        return draw.choice([value + 1, value - 1, value ^ 1 << draw.randrange(8), 0])
    if isinstance(value, bytes):
        at = draw.randrange(len(value))
        return draw.choice([value[:at] + bytes([value[at] ^ 1 << draw.randrange(8)]) + value[at + 1 :], value[:-1]])
    assert isinstance(value, list)
    path = list(value)
    if not path:
        return [draw.randbytes(32)]
    at = draw.randrange(len(path))
    act = draw.randrange(5)
    if act == 0:
        path[at] = _changed(draw, path[at])
    elif act == 1:
        del path[at]
    elif act == 2:
        path.insert(at, draw.choice([draw.randbytes(32), path[at]]))
    elif act == 3:
        path[at], path[0] = path[0], path[at]
    else:
        path.reverse()
    return path


def _is_another_truth(before: list[object], after: list[object]) -> bool:
    """Sizes are no part of what is hashed: a path may be right for neighbouring sizes with the same shape to the leaf.

    A checkpoint signs size and root together, so neither is for a forger to choose.
    """
    return before[1] != after[1]
