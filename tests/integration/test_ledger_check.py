"""Whatever somebody does to a log, the check of the ledger finds it: with what the suite has, or by a place outside."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest

from shared.blobs.objects import ObjectBlobs
from shared.blobs.port import Blobs
from shared.errors import CrmError
from shared.ledger.check import LedgerReport, check_ledger
from shared.ledger.evidence import Wanted, write_evidence
from shared.ledger.leaf import leaf_of
from shared.ledger.notary import Publisher
from tests.integration.test_ledger_evidence import VERIFIER
from tests.support.ledgers import Ledgers, open_ledger, tampered

COPY = "tenant, stream || 'x', version, event_id || 'x', type, schema_version, category, occurred_at, recorded_at, data"
# what is done to a log of ten events, the checkpoint of which is the eleventh
ATTACKS = {
    "edit": ["UPDATE events SET data = x'7b7d' WHERE position = 4"],
    "edit of who did it": ["UPDATE events SET metadata = x'7b7d' WHERE position = 4"],
    "edit of when": ["UPDATE events SET occurred_at = 5 WHERE position = 4"],
    "delete": [  # and close up: a hole is found at the start
        "DELETE FROM events WHERE position = 4",
        "UPDATE events SET position = -position",
        "UPDATE events SET position = CASE WHEN position < -4 THEN -position - 1 ELSE -position END",
    ],
    "insert": [
        "UPDATE events SET position = -position",
        "UPDATE events SET position = CASE WHEN position <= -4 THEN 1 - position ELSE -position END",
        f"INSERT INTO events SELECT 4, {COPY}, metadata FROM events WHERE position = 1",
    ],
    "swap": [
        "UPDATE events SET position = -1 WHERE position = 4",
        "UPDATE events SET position = 4 WHERE position = 5",
        "UPDATE events SET position = 5 WHERE position = -1",
    ],
    "reorder": [
        "UPDATE events SET position = -position WHERE position < 11",
        "UPDATE events SET position = 11 + position WHERE position < 0",
    ],
    "truncate": ["DELETE FROM events WHERE position > 6"],
}


async def sealed(folder: Path) -> Blobs:
    """A log with a checkpoint that a place outside has, too."""
    place = ObjectBlobs.in_folder(folder / "outside")
    async with open_ledger(folder / "data") as ours:
        await ours.sealed(10)
        await Publisher(ours.ledger, {"outside": place}).publish("outside")
        assert (await checked(ours, place)).ok
    return place


async def checked(ours: Ledgers, place: Blobs | None = None, **bounds: int) -> LedgerReport:
    return await check_ledger(ours.ledger, {"outside": place} if place else {}, lambda _: None, **bounds)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_change_of_the_log_is_found_by_the_tree(tmp_path: Path, attack: str) -> None:
    await sealed(tmp_path)
    tampered(tmp_path / "data", *ATTACKS[attack])
    async with open_ledger(tmp_path / "data") as ours:
        report = await checked(ours)
        assert report.findings, attack


@pytest.mark.parametrize("attack", ATTACKS)
async def test_and_by_the_place_outside_when_the_tree_was_made_again(tmp_path: Path, attack: str) -> None:
    """Who has the machine takes the tree and its checkpoints away, and signs with the same key what is left."""
    place = await sealed(tmp_path)
    gone = "DELETE FROM events WHERE type = 'audit.CheckpointSigned'"
    tampered(tmp_path / "data", *ATTACKS[attack], gone)
    (tmp_path / "data" / "ledger.db").unlink()
    async with open_ledger(tmp_path / "data") as ours:
        await ours.sealed(3)
        assert (await checked(ours)).ok  # all that is on the machine agrees
        report = await checked(ours, place)
        assert len(report.findings) == 1, attack
        assert "outside" in report.findings[0]


async def test_another_key_is_found_by_the_place_outside(tmp_path: Path) -> None:
    place = await sealed(tmp_path)
    tampered(tmp_path / "data", "DELETE FROM events WHERE type = 'audit.CheckpointSigned'")
    for name in ("ledger.db", "keys/notary.key"):
        (tmp_path / "data" / name).unlink()
    async with open_ledger(tmp_path / "data") as ours:
        await ours.sealed(3)
        assert (await checked(ours)).ok
        assert (await checked(ours, place)).findings == ["a checkpoint in outside: no known key signed it"]


async def test_a_range_is_checked_alone(tmp_path: Path) -> None:
    await sealed(tmp_path)
    tampered(tmp_path / "data", ATTACKS["edit"][0])
    async with open_ledger(tmp_path / "data") as ours:
        assert (await checked(ours, after=4)).ok
        assert (await checked(ours, up_to=3)).ok
        report = await checked(ours, after=3, up_to=4)
        assert (report.leaves, report.count, report.checkpoints) == (1, 1, 1)


@pytest.mark.parametrize("whole", [False, True], ids=["leaf", "tree"])
async def test_an_event_that_is_edited_with_its_leaf_is_found(tmp_path: Path, whole: bool) -> None:
    """Or with all that follows from it in the tree: the checkpoint that the log holds signs another one."""
    await sealed(tmp_path)
    tampered(tmp_path / "data", *ATTACKS["edit"])
    if whole:
        (tmp_path / "data" / "ledger.db").unlink()
    async with open_ledger(tmp_path / "data") as ours:
        if not whole:
            leaves = [leaf_of(one) for one in await ours.events()]
            ours.file._db.execute("UPDATE tiles SET hashes = ? WHERE id = 0", (b"".join(leaves),))
            ours.file._tree = None
        content = BytesIO()
        with suppress(CrmError):  # it may refuse to write any
            await write_evidence(content, ours.ledger, Wanted(None), ours.notary.key, ours.notary.signed)
        report = await checked(ours)
    found = "signs another tree of 10 leaves" if whole else "is of other 10 leaves: the log was rewritten"
    assert [one for one in report.findings if found in one], report.findings
    if content.getvalue():
        with pytest.raises(VERIFIER.Bad):
            VERIFIER.verify(content, "", "", tell=lambda _: None)


async def test_a_changed_tree_is_found(tmp_path: Path) -> None:
    async with open_ledger(tmp_path / "data") as ours:
        await ours.sealed(700)
        upper = ours.file.tile(1, 0)
        ours.file._db.execute("UPDATE tiles SET hashes = ? WHERE id = ?", (bytes(32) + upper[32:], 1 << 48))
        ours.file._tree = None
        report = await checked(ours)
        assert "tile 0 of level 0 in ledger.db is not what is above it" in report.findings
