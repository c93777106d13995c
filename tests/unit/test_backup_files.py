"""How the files of a backup are made: sealed in order, events column by column, the tree's edge, what is kept."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.backup.columns import blocks, packed
from shared.backup.keyfile import load_key, make_key
from shared.backup.manifest import File, Manifest, parsed, written
from shared.backup.problems import BackupProblem, Damaged
from shared.backup.prune import DAY, kept
from shared.backup.sealed import CHUNK, seal, unseal
from shared.events.envelope import Stored
from shared.ledger.frontier import Frontier
from tests.unit.test_ledger_tree import LEAVES, ROOTS, leaf_hash, naive_root

SECRET = bytes(range(32))
NUMBERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
BYTES = st.binary(max_size=50)
EVENTS = st.builds(
    Stored, NUMBERS, TEXTS, TEXTS, NUMBERS, TEXTS, TEXTS, NUMBERS, NUMBERS, NUMBERS, BYTES, BYTES
)  # fmt: skip
STEP, HEAD = CHUNK + 16, 40


@given(st.lists(st.lists(EVENTS, min_size=1, max_size=5), max_size=4))
def test_events_come_back_as_they_were(batches: list[list[Stored]]) -> None:
    assert [*blocks(b"".join(map(packed, batches)), "segment")] == batches


def test_a_block_that_is_cut_off_holds_no_events() -> None:
    content = packed([Stored(1, "t", "s-1", 1, "id", "x.Y", 1, 2, 3, b"{}", b"{}")])
    for end in range(1, len(content)):
        with pytest.raises(Damaged):
            [*blocks(content[:end], "segment")]


def test_the_same_content_gives_the_same_file_and_another_purpose_another() -> None:
    content = b"events" * 1000
    sealed = seal(SECRET, "log", content)
    assert sealed == seal(SECRET, "log", content)
    assert unseal(SECRET, "log", sealed, "f") == content
    assert seal(SECRET, "log", b"") != seal(SECRET, "keys", b"")
    assert unseal(SECRET, "log", seal(SECRET, "log", b""), "f") == b""
    for secret, purpose in ((bytes(32), "log"), (SECRET, "keys")):
        with pytest.raises(Damaged, match="another key"):
            unseal(secret, purpose, sealed, "f")


def test_order_and_end_of_chunks_are_proven() -> None:
    content = random.Random(1).randbytes(2 * CHUNK + 100)
    sealed = seal(SECRET, "log", content)
    assert unseal(SECRET, "log", sealed, "f") == content
    head, first, second, third = sealed[:HEAD], *(sealed[HEAD + n * STEP : HEAD + (n + 1) * STEP] for n in range(3))
    for harmed in (
        head + second + first + third,
        head + first + second,
        head + first,
        head,
        head + first + third,
        sealed + first,
        head + first + first + second + third,
    ):
        with pytest.raises(Damaged):
            unseal(SECRET, "log", harmed, "f")


@given(st.lists(st.integers(0, 70), max_size=8))
def test_the_edge_of_a_tree_has_its_root(steps: list[int]) -> None:
    tree, leaves = Frontier(), list[bytes]()
    for step in steps:
        new = [leaf_hash(b"%d" % (len(leaves) + n)) for n in range(step)]
        leaves += new
        tree.extend(new)
        tree = Frontier(tree.size, tree.peaks)
        assert tree.root() == naive_root(leaves)


def test_known_roots() -> None:
    tree = Frontier()
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        tree.extend([leaf_hash(leaf)])
        assert tree.root().hex() == root
    for size, peaks in ((7, tree.peaks), (8, tree.peaks[:-1]), (8, [b"x", b"", b"", tree.peaks[3]])):
        with pytest.raises(ValueError, match="peaks"):
            Frontier(size, peaks)


def test_a_key_file_is_made_once_and_is_its_owners(tmp_path: Path) -> None:
    made = make_key(tmp_path / "k")
    assert load_key(tmp_path / "k").secret == made.secret
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    with pytest.raises(BackupProblem, match="already"):
        make_key(tmp_path / "k")
    (tmp_path / "k").write_bytes((tmp_path / "k").read_bytes().replace(b'"id": "', b'"id": "0'))
    with pytest.raises(BackupProblem, match="no backup key"):
        load_key(tmp_path / "k")


def manifest(
    key: str, size: int = 0, kind: str = "full", parent: str = "", made: int = 1, timeline: int = 1
) -> Manifest:
    tree, none = Frontier(), File("keys/k", 1, "00")
    tree.extend([bytes(32)] * size)
    peaks = [one.hex() for one in tree.peaks]
    ends = (size, size, size, "", tree.root().hex(), peaks, 1, 1, none, none)
    return Manifest("s", timeline, kind, parent, made, "0", "r", key, 0, *ends)  # type: ignore[arg-type]


def test_a_manifest_is_taken_as_it_was_signed_and_under_its_name(tmp_path: Path) -> None:
    key, other = make_key(tmp_path / "a"), make_key(tmp_path / "b")
    one = manifest(key.id, 3)
    name, content = written(one, key)
    assert parsed(name, content, key) == one
    later, _ = written(replace(one, made_at=2), key)
    forged = content.replace(b'"timeline":1', b'"timeline":2')
    for said, text in ((later, content), (name, forged), (name, content[:-4]), (name, b"{}")):
        with pytest.raises(Damaged):
            parsed(said, text, key)
    with pytest.raises(BackupProblem, match="made with the backup key"):
        parsed(name, content, other)
    with pytest.raises(BackupProblem, match="upgrade"):
        parsed(name, content.replace(b'"format":1', b'"format":2'), key)


def chain(*steps: tuple[str, str, int, int, int]) -> dict[str, Manifest]:
    """Of (name, parent, size, day, timeline); the kind is the name's first letter."""
    kinds = {"f": "full", "i": "incremental", "a": "archive"}
    return {n: manifest("k", size, kinds[n[0]], parent, day * DAY, line) for n, parent, size, day, line in steps}


def test_old_full_backups_go_with_all_that_goes_on_from_them() -> None:
    found = chain(("f1", "", 1, 1, 1), ("i1", "f1", 2, 2, 1), ("f2", "", 3, 3, 1), ("i2", "f2", 4, 4, 1))
    assert kept(found, 1, 0, 90 * DAY) == {"f2", "i2"}
    assert kept(found, 2, 0, 90 * DAY) == {*found}
    assert kept(found, 1, 88, 90 * DAY) == {"f2", "i2"}
    assert kept(found, 1, 89, 90 * DAY) == {*found}
    assert kept(found, 0, 0, 90 * DAY) == {"f2", "i2"}


def test_archived_parts_go_when_a_backup_has_their_events() -> None:
    found = chain(
        ("f1", "", 1, 1, 1), ("a1", "f1", 2, 1, 1), ("a2", "a1", 3, 1, 1), ("i1", "f1", 3, 2, 1), ("a3", "i1", 4, 2, 1)
    )
    assert kept(found, 1, 0, 3 * DAY) == {"f1", "i1", "a3"}
    assert kept(found, 1, 0, 3 * DAY - 1) == {*found}  # a restore may still read them
    racing = found | chain(("a3", "a2", 4, 2, 1))  # it was begun before i1 was there
    assert kept(racing, 1, 0, 3 * DAY) == {*racing}
    assert kept(found | chain(("f9", "", 2, 3, 2)), 1, 0, 3 * DAY) == {"f9"}
