"""The ledger and its notary over real files: restarts, leases, checkpoints, and logs that were tampered with."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from shared.blobs.objects import ObjectBlobs
from shared.blobs.port import BlobsUnavailable
from shared.events.audit import CheckpointSigned
from shared.events.envelope import Metadata, NewEvent
from shared.kernel.uniqueness import EVERYWHERE
from shared.ledger.check import check_ledger
from shared.ledger.leaf import leaf_of
from shared.ledger.ledger import STREAM, Diverged, Ledger
from shared.ledger.merkle import verify_consistency, verify_inclusion
from shared.ledger.notary import Publisher
from shared.ledger.note import verified
from shared.ledger.places import key_of
from tests.support.ledgers import IDS, Ledgers, open_ledger, root_of, tampered


async def test_the_tree_follows_the_log_through_restarts(tmp_path: Path) -> None:
    ids: list[str] = []
    for count in (1, 700, 3):
        async with open_ledger(tmp_path) as ours:
            ids += await ours.append(count)
            await ours.ledger.catch_up()
            events = await ours.events()
            assert ours.file.state() == (len(events), events[-1].position)
            assert ours.file.tree().root() == root_of(events)
    async with open_ledger(tmp_path) as ours:
        events, tree = await ours.events(), ours.file.tree()
        assert [ours.file.leaves_named(id) for id in ids] == [[n] for n in range(len(ids))]
        assert [ours.file.position_of(n) for n in range(len(ids))] == [e.position for e in events]
        assert [ours.file.leaves_up_to(e.position) for e in events] == [n + 1 for n in range(len(ids))]
        assert ours.file.leaves_up_to(0) == 0
        for n in (0, 255, 256, 700, 703):
            assert await ours.ledger.event(n) == events[n]
            assert verify_inclusion(n, tree.size, leaf_of(events[n]), tree.inclusion(n, tree.size), tree.root())
        with pytest.raises(ValueError, match="has 704 leaves"):
            tree.root(705)


async def test_a_checkpoint_is_signed_once_and_is_a_leaf_of_the_next(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ours:
        await ours.sealed(3)
        first = ours.file.newest()
        assert first is not None
        assert (first.version, first.leaf, first.size) == (1, 3, 3)
        assert first.key == str(ours.key)
        assert (ours.file.unsigned(), await ours.notary.sign()) == (0, False)
        old = verified(first.note, [ours.key])
        await ours.sealed(2)
        second = ours.file.newest()
        assert second is not None
        new = verified(second.note, [ours.key])
        assert (new.size, new.root) == (6, root_of((await ours.events())[:6]))
        assert verify_consistency(3, 6, old.root, new.root, ours.file.tree().consistency(3, 6))
        assert ours.file.checkpoints(0, 10) == [first, second]
        assert [e.actor for e in await _decoded(ours)] == ["notary", "notary"]


async def _decoded(ours: Ledgers) -> list[Metadata]:
    return [Metadata(**orjson.loads(e.metadata)) for e in await ours.store.read(EVERYWHERE, STREAM)]


async def test_a_checkpoint_is_due_after_a_thousand_events_or_a_minute(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ours:
        assert not ours.notary.is_due()
        for count, wait, due in ((1, 0, False), (0, 59_000_000, False), (0, 1_100_000, True)):
            await ours.append(count)
            ours.clock.ahead += wait
            await ours.ledger.catch_up()
            assert ours.notary.is_due() is due
        assert await ours.notary.sign()
        await ours.ledger.catch_up()
        ours.clock.ahead += 3_600_000_000
        assert not ours.notary.is_due()  # the checkpoint itself wants none
        await ours.append(999)
        await ours.ledger.catch_up()
        assert not ours.notary.is_due()
        await ours.append(1)
        await ours.ledger.catch_up()
        assert ours.notary.is_due()


async def test_a_clock_that_is_set_back_holds_up_no_checkpoint(tmp_path: Path) -> None:
    """Who sets it back for a year would have that long to rewrite what no place outside has seen yet."""
    async with open_ledger(tmp_path) as ours:
        await ours.sealed(3)
        await ours.append(1)
        await ours.ledger.catch_up()
        assert not ours.notary.is_due()
        ours.clock.ahead -= 365 * 86_400_000_000
        assert not ours.notary.is_due()
        ours.clock.ahead += 60_000_000
        assert ours.notary.is_due()
        assert await ours.notary.sign()
        await ours.ledger.catch_up()
        assert (await check_ledger(ours.ledger, {}, lambda _: None)).ok
        first, second = ours.file.checkpoints(0, 10)
        assert (second.size, second.signed_at < first.signed_at) == (5, False)


async def test_of_two_notaries_the_store_lets_one_sign(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ours:
        await ours.append(5)
        await ours.ledger.catch_up()
        assert await ours.notary.sign()
        assert not await ours.notary.sign()  # it does not know yet of the first one, which is on its way
        assert len(await ours.store.read(EVERYWHERE, STREAM)) == 1


async def test_of_two_processes_over_one_file_one_writes_until_its_lease_ends(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ours:
        other = Ledger(ours.store, ours.file, ours.clock)
        await other.start()
        await ours.append(10)
        assert (await ours.ledger.step(), await other.step()) == (10, 0)
        await ours.append(300)
        ours.clock.ahead += 11_000_000
        assert await other.step() == 300
        await ours.append(2)
        assert (await ours.ledger.step(), await other.step()) == (0, 2)
        assert ours.file.tree().root() == root_of(await ours.events())


async def test_a_lost_or_torn_file_is_filled_again_with_the_same_tree(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ours:
        await ours.sealed(300)
        before = ours.file.tree().root(), ours.file.newest()
    for change in (lambda f: f.unlink(), lambda f: f.write_bytes(b"\xa5" * 5000)):
        change(tmp_path / "ledger.db")
        async with open_ledger(tmp_path) as ours:
            assert ours.file.state() == (0, 0)
            await ours.ledger.catch_up()
            assert (ours.file.tree().root(), ours.file.newest()) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET data = x'7b7d' WHERE position = 9",
        "UPDATE events SET occurred_at = 0 WHERE position = 9",
        "DELETE FROM events WHERE position > 7",
    ],
)
async def test_the_notary_stops_at_a_log_that_the_tree_was_not_made_from(tmp_path: Path, statement: str) -> None:
    async with open_ledger(tmp_path) as ours:
        await ours.append(9)
        await ours.ledger.catch_up()
    tampered(tmp_path, statement)
    async with open_ledger(tmp_path) as ours:
        await ours.append(1)
        await ours.ledger.catch_up()
        assert ours.ledger.problem is not None
        assert "leaf 8" in ours.ledger.problem
        assert (await ours.notary.sign(), await ours.ledger.step()) == (False, 0)
        with pytest.raises(Diverged):
            await ours.ledger.event(8)


async def test_a_checkpoint_of_another_tree_stops_the_ledger(tmp_path: Path) -> None:
    async with open_ledger(tmp_path) as ours:
        await ours.sealed(2)
        forged = orjson.dumps({"size": 2, "root": "00" * 32, "note": "", "key": ""})
        new = [NewEvent(IDS.new(), "audit.CheckpointSigned", 1, 1, forged)]
        await ours.store.append(EVERYWHERE, STREAM, 1, new, Metadata(actor="notary"))
        await ours.ledger.catch_up()
        assert ours.ledger.problem == "the checkpoint at position 4 signs another tree of 2 leaves"
        assert CheckpointSigned(**orjson.loads(forged)).size == 2
    async with open_ledger(tmp_path) as ours:
        await ours.ledger.catch_up()
        assert ours.ledger.problem is not None  # also after a restart


class Flaky(ObjectBlobs):
    """A place that is away at first."""

    away = True

    async def put(self, key: str, content: bytes) -> None:
        if self.away:
            raise BlobsUnavailable("away")
        await super().put(key, content)


async def test_every_checkpoint_goes_to_every_place_outside_once(tmp_path: Path) -> None:
    near, far = ObjectBlobs.in_folder(tmp_path / "near"), Flaky.in_folder(tmp_path / "far")
    async with open_ledger(tmp_path / "data") as ours:
        publisher = Publisher(ours.ledger, {"near": near, "far": far})
        for _ in range(3):
            await ours.sealed()
            await publisher.publish("near")
            with pytest.raises(BlobsUnavailable):
                await publisher.publish("far")
        far.away = False
        await publisher.publish("far")
        notes = [one.note.encode() for one in ours.file.checkpoints(0, 10)]
        for place in (near, far):
            assert [await place.get(key) for key in await place.keys(ours.file.installation)] == notes
    (tmp_path / "data" / "ledger.db").unlink()  # so it does not know what it published
    async with open_ledger(tmp_path / "data") as ours:
        await ours.ledger.catch_up()
        again = Publisher(ours.ledger, {"near": near})
        await again.publish("near")
        assert again.forked == set()


async def test_a_place_that_holds_another_checkpoint_shows_a_forgery(tmp_path: Path) -> None:
    place = ObjectBlobs.in_folder(tmp_path / "place")
    async with open_ledger(tmp_path / "data") as ours:
        await ours.sealed(2)
        await place.put(key_of(ours.file.installation, 2), b"another")
        publisher = Publisher(ours.ledger, {"place": place})
        await publisher.publish("place")
        assert publisher.forked == {"place"}
        assert await place.get(key_of(ours.file.installation, 2)) == b"another"
