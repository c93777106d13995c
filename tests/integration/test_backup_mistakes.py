"""What a mistake, another process or a full disk must not cost: backups, the archive, other people's files."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from crm.backup_source import place_at, source_of
from crm.restore import put_back
from shared.backup.archiver import Archiver
from shared.backup.chain import KEPT_KEYS
from shared.backup.create import Backup
from shared.backup.drills import DRILLS, FOLDER, keep_report
from shared.backup.manifest import KEYS, MANIFESTS
from shared.backup.place import Place
from shared.backup.problems import BackupProblem
from shared.backup.prune import DAY, prune
from shared.backup.restore import Wanted
from shared.backup.status import ARCHIVE, DRILL, BackupStatus
from shared.blobs.port import Blobs, BlobsUnavailable
from shared.events.envelope import Metadata, NewEvent
from shared.eventstore.lock import lock_directory
from shared.security.ringcopy import RingCopy
from shared.security.rootkey import write_private
from tests.support.backups import IDS, System, open_system


async def test_a_folder_without_backups_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "target" / "docs").mkdir(parents=True)
    (tmp_path / "target" / "docs" / "thesis.txt").write_text("mine")
    async with open_system(tmp_path) as ours:
        for leftovers in (True, False):
            with pytest.raises(BackupProblem, match="there is no backup in"):
                await prune(ours.place, ours.key, keep_full=1, keep_days=1, now=ours.clock.now(), leftovers=leftovers)
        await ours.append(2, random.Random(1))
        await ours.backup("full")
        await prune(ours.place, ours.key, keep_full=1, keep_days=1, now=ours.clock.now(), leftovers=True)
    assert (tmp_path / "target" / "docs" / "thesis.txt").read_text() == "mine"


async def test_a_young_incremental_backup_keeps_its_old_full_one(tmp_path: Path) -> None:
    dice = random.Random(2)
    async with open_system(tmp_path) as ours:
        for kind, days in (("full", 30), ("incremental", 5), ("full", 1)):
            await ours.append(2, dice)
            await ours.backup(kind)  # type: ignore[arg-type]
            ours.clock.ahead += days * DAY
        assert await prune(ours.place, ours.key, keep_full=1, keep_days=20, now=ours.clock.now()) == []


async def test_a_restored_copy_does_not_take_the_place_over(tmp_path: Path) -> None:
    async with open_system(tmp_path) as ours:
        await ours.append(3, random.Random(3))
        await ours.backup("full")
        await ours.restore(tmp_path / "looked-at")
        async with source_of(tmp_path / "looked-at") as source:
            copied = Backup(source, ours.place, ours.key, ours.clock)
            with pytest.raises(BackupProblem, match="crm backup create --full takes the place over"):
                await copied.create("archive", only_news=True)
            await ours.append(1, random.Random(4))
            await ours.backup("archive")  # the live suite goes on
            assert (await copied.create("full")) is not None  # it was wanted


async def test_keys_destroyed_without_an_event_are_archived(tmp_path: Path) -> None:
    async with open_system(tmp_path) as ours:
        await ours.append(2, random.Random(5))
        await ours.ring.ensure("t1", ["contact-1"])
        await ours.backup("full")
        async with source_of(ours.folder) as source:
            backup = Backup(source, ours.place, ours.key, ours.clock)
            assert await backup.create("archive", only_news=True) is None
            await ours.ring.destroy("t1", "contact-1")
            assert await backup.create("archive", only_news=True) is not None
            assert await backup.create("archive", only_news=True) is None


async def test_a_copy_of_the_keys_that_has_no_manifest_yet_stays(tmp_path: Path) -> None:
    async with open_system(tmp_path) as ours:
        await ours.append(2, random.Random(6))
        await ours.backup("full")
        other = ours.target / KEYS / "000000000-of-another-process"
        other.write_bytes(b"its manifest comes next")
        await ours.append(2, random.Random(7))
        await ours.backup("archive")
        assert other.exists()


async def test_a_copy_of_the_keys_that_could_not_be_removed_goes_with_the_next_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_system(tmp_path) as ours:
        await ours.append(2, random.Random(17))
        await ours.ring.ensure("t1", ["contact-1"])
        async with source_of(ours.folder) as source:
            ours.target.mkdir()
            backup = Backup(source, ours.place, ours.key, ours.clock)
            await backup.create("full")
            for n in range(KEPT_KEYS):
                await ours.ring.ensure("t1", [f"contact-{n + 2}"])
                with monkeypatch.context() as patched:
                    patched.setattr(Place, "remove", _refused)
                    with pytest.raises(BlobsUnavailable):
                        await backup.create("archive")
            assert len(await ours.place.names(KEYS)) == KEPT_KEYS + 1
            await backup.create("archive")
            assert len(await ours.place.names(KEYS)) == KEPT_KEYS


async def _refused(place: Place, names: list[str]) -> None:
    raise BlobsUnavailable("the bucket may not be written")


async def test_a_key_that_jobs_lack_is_in_their_backups_however_many_they_make(tmp_path: Path) -> None:
    """In a cluster a job makes the weekly full backup, and has no key of the notary. Old copies of keys are removed."""
    async with open_system(tmp_path) as ours:
        await ours.append(2, random.Random(18))
        write_private(ours.folder / "keys" / "notary.key", b"wrapped")
        await ours.backup("full")
        (ours.folder / "keys" / "notary.key").unlink()
        for _ in range(KEPT_KEYS + 1):
            await ours.backup("full")
        await ours.restore(tmp_path / "new")
    assert (tmp_path / "new/keys/notary.key").read_bytes() == b"wrapped"


def _archiver(ours: System, source: object, weekly: object = None) -> Archiver:
    ours.target.mkdir(exist_ok=True)
    return Archiver(source, ours.place, ours.key, ours.clock, BackupStatus(ours.folder), weekly)  # type: ignore[arg-type]


async def test_a_place_that_was_taken_back_is_noticed(tmp_path: Path) -> None:
    async with open_system(tmp_path) as ours:
        await ours.append(2, random.Random(8))
        async with source_of(ours.folder) as source:
            await _archiver(ours, source).step()
            await ours.append(2, random.Random(9))
            await _archiver(ours, source).step()
            newest = (await ours.place.names(MANIFESTS))[-1]
            (ours.target / newest).unlink()
            with pytest.raises(BackupProblem, match="emptied or taken back"):
                await _archiver(ours, source).step()


async def test_archiving_goes_on_during_a_drill_and_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.backup.archiver.SECONDS", 0.01)
    drilling, ended = asyncio.Event(), asyncio.Event()

    async def weekly() -> None:
        drilling.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with open_system(tmp_path) as ours:
        await ours.append(2, random.Random(10))
        async with source_of(ours.folder) as source:
            archiver = _archiver(ours, source, weekly)
            running = asyncio.create_task(archiver.run())
            await drilling.wait()
            assert BackupStatus(ours.folder).read(DRILL)["tried"]
            before = len(await ours.place.names(MANIFESTS))
            await ours.append(2, random.Random(11))
            async with asyncio.timeout(90):
                while len(await ours.place.names(MANIFESTS)) == before:
                    await asyncio.sleep(0.01)
            full = _FullDisk(ours.folder)
            monkeypatch.setattr(archiver, "_status", full)
            async with asyncio.timeout(90):
                while full.refused < 2:
                    await asyncio.sleep(0.01)
            assert not running.done()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert ended.is_set()


class _FullDisk(BackupStatus):
    refused = 0

    def note(self, name: str, values: object) -> None:
        assert name == ARCHIVE
        type(self).refused += 1
        raise OSError(28, "No space left on device")


async def test_another_ring_s_root_key_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root.key"
    root.write_bytes(b"of the live suite")
    async with open_system(tmp_path) as ours:
        await ours.append(2, random.Random(13))
        await ours.backup("full")
        monkeypatch.setenv("CRM_KEYS", "mongodb://127.0.0.1:1/crm")
        monkeypatch.setenv("CRM_ROOT_KEY", str(root))
        with pytest.raises(BackupProblem, match="root key of another key ring"):
            await ours.restore(tmp_path / "new")
    assert root.read_bytes() == b"of the live suite"


async def test_a_system_of_its_own_takes_the_root_key_that_is_there_but_never_the_live_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_system(tmp_path) as ours:
        await ours.append(2, random.Random(14))
        await ours.backup("full")
        live = (tmp_path / "data" / "keys" / "root.key").read_bytes()

        async def put(name: str, root: bytes) -> None:
            (tmp_path / name).write_bytes(root)
            monkeypatch.setenv("CRM_KEYS", "mongodb://127.0.0.1:1/crm?serverSelectionTimeoutMS=100")
            monkeypatch.setenv("CRM_ROOT_KEY", str(tmp_path / name))
            into = tmp_path / f"{name}-new"
            await put_back(str(ours.target), into, ours.key, Wanted(), lambda *_: None, another=True)

        with pytest.raises(BackupProblem, match="is the root key of the suite that was backed up"):
            await put("live", live)
        with pytest.raises(BackupProblem, match="CRM_KEYS: the server does not answer"):  # the next it asks for
            await put("own", bytes(32))


async def test_a_directory_that_is_being_restored_is_left_alone(tmp_path: Path) -> None:
    async with open_system(tmp_path) as ours:
        await ours.append(2, random.Random(12))
        await ours.backup("full")
        held = lock_directory(tmp_path / "new")
        with pytest.raises(BackupProblem, match="is it being restored already"):
            await put_back(str(ours.target), tmp_path / "new", ours.key, Wanted(), lambda *_: None)
        held.release()
        await ours.restore(tmp_path / "new")


async def test_a_drill_of_a_job_is_known_where_the_archive_is(tmp_path: Path) -> None:
    """It shares nothing with the suite but the place of the backups."""
    seconds = {"rpo_seconds": 1.0, "log_seconds": 2.0, "views_seconds": 3.0}
    async with open_system(tmp_path) as ours:
        status = BackupStatus(ours.folder)
        with pytest.raises(BackupProblem, match="there is no backup in"):
            await keep_report(place_at(str(tmp_path), create=True), ours.key, {"at": 1})
        await ours.append(2, random.Random(15))
        await ours.backup("full")
        async with source_of(ours.folder) as source:
            archiver = _archiver(ours, source)
            for at in range(DRILLS + 2):
                report = {"at": at + 1, "ok": at % 2 == 0, "events": 9, "differences": [], **seconds}
                await keep_report(ours.place, ours.key, report)
            await archiver.step()
        noted = status.read(DRILL)
        assert (noted["at"], noted["ok"], len(noted["measured"])) == (DRILLS + 2, False, DRILLS)
        assert len(await ours.place.names(FOLDER)) == DRILLS
        assert (await ours.verify()).ok


class _Counted:
    """A store of blobs that counts what is asked of it: (method, folder or key)."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs, self.asked = blobs, list[tuple[str, str]]()

    def __getattr__(self, name: str) -> Any:
        def asked(key: Any, *more: Any) -> Any:
            self.asked.append((name, str(key)))
            return getattr(self._blobs, name)(key, *more)

        return asked


async def test_a_look_costs_as_what_is_new(tmp_path: Path) -> None:
    """Neither files nor keys are looked through where nothing speaks of them; the files once more after an event."""
    dice, copies = random.Random(16), list[int]()
    async with open_system(tmp_path) as ours:
        await ours.files.put("files/t1/f1/c1/00000000", b"ciphertext")
        await ours.ring.ensure("t1", ["ada"])
        await ours.append(2, dice)
        ours.target.mkdir()
        files, kept = _Counted(ours.files), _Counted(ours.place.blobs)
        async with source_of(ours.folder) as whole:

            async def ring() -> RingCopy:
                copies.append(1)
                return await whole.ring()

            source = replace(whole, ring=ring, blobs=cast(Blobs, files), with_files=frozenset({"attachment"}))
            place = Place(cast(Blobs, kept), "here")
            archiver = Archiver(source, place, ours.key, ours.clock, BackupStatus(ours.folder))

            async def look() -> tuple[int, int, int]:
                """(copies of the keys, calls of the file store, calls of the place)"""
                copies.clear()
                files.asked.clear()
                kept.asked.clear()
                await archiver.step()
                return len(copies), len(files.asked), len(kept.asked)

            await look()
            idle = await look()
            assert idle[:2] == (0, 0)
            for _ in range(20):
                await ours.append(1, dice)
                found = await look()
                assert found[:2] == (0, 0), files.asked
                assert {one for one in kept.asked if one[1].startswith("files")} == set()
            assert found[2] <= idle[2] + 4  # two of them write
            assert await look() == idle  # whatever there is by now
            await ours.ring.ensure("t1", ["bob"])
            await ours.append(1, dice)
            assert (await look())[:2] == (1, 0)
            new = [NewEvent(IDS.new(), "customer.FileAttached", 1, 1, b"{}")]
            await ours.store.append("t1", f"attachment-{IDS.new()}", 0, new, Metadata(actor="ada"))
            await ours.files.put("files/t1/f2/c1/00000000", b"another")
            assert (await look())[:2] == (0, 2)
            await ours.append(1, dice)
            assert (await look())[:2] == (0, 1)  # it may be a reaction that changes files
            await ours.append(1, dice)
            assert (await look())[:2] == (0, 0)
            await ours.append(1, dice)
            await ours.backup("full")  # another process: what it did not see may have changed since then
            await ours.append(1, dice)
            assert (await look())[:2] == (0, 1)
        found_all = await ours.verify()
        assert (found_all.findings, found_all.files > 0) == ([], True)
        await ours.restore(tmp_path / "new")
    assert (tmp_path / "new/files/files/t1/f2/c1/00000000").read_bytes() == b"another"
