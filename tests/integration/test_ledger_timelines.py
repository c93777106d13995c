"""After a restore to an earlier moment the check is green by the statement that the restore signed, and by it alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crm.backup_source import place_at, source_of
from crm.restore import put_back
from shared.backup.create import Backup
from shared.backup.keyfile import BackupKey, make_key
from shared.backup.problems import BackupProblem
from shared.backup.restore import Wanted
from shared.blobs.objects import ObjectBlobs
from shared.ledger.check import LedgerReport, check_ledger
from shared.ledger.evidence import Wanted as Asked
from shared.ledger.evidence import write_evidence
from shared.ledger.notary import Publisher
from shared.ledger.note import VerifierKey, origin_of, sign
from shared.ledger.places import statement_key
from shared.ledger.timeline import Fork, restores_of
from tests.integration.test_ledger_evidence import VERIFIER
from tests.support.ledgers import TENANT, Ledgers, open_ledger, tampered
from tests.support.world import ShiftedClock

UP_TO = 8  # the position that is gone back to, in the middle of an append: six events come back
BACK = 6  # a place outside has checkpoints of 5 and 11


@dataclass
class Scene:
    folder: Path
    key: BackupKey
    place: ObjectBlobs

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, make_key(folder / "backup.key")
        self.place = ObjectBlobs.in_folder(folder / "outside")

    @asynccontextmanager
    async def suite(self, name: str) -> AsyncIterator[Ledgers]:
        """A data directory whose checkpoints are taken outside at the end."""
        async with open_ledger(self.folder / name) as ours:
            await ours.ledger.catch_up()
            yield ours
            await Publisher(ours.ledger, {"outside": self.place}).publish("outside")

    async def backup(self, name: str) -> None:
        async with source_of(self.folder / name) as source:
            place = place_at(str(self.folder / "target"), create=True)
            await Backup(source, place, self.key, ShiftedClock()).create("full")

    async def restore(self, name: str, wanted: Wanted) -> None:
        await put_back(str(self.folder / "target"), self.folder / name, self.key, wanted, lambda *_: None)

    async def checked(self, ours: Ledgers) -> LedgerReport:
        return await check_ledger(ours.ledger, {"outside": self.place}, lambda _: None)


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A suite that was backed up with all it has, and restored into `new` as it was before its last five events."""
    made = Scene(tmp_path)
    monkeypatch.setenv("CRM_CHECKPOINTS", f"folder://{tmp_path / 'outside'}")
    async with made.suite("data") as ours:
        await ours.sealed(5)
        await ours.sealed(5)
    await made.backup("data")
    await made.restore("new", Wanted(to_position=UP_TO))
    return made


async def kept(scene: Scene, size: int, timeline: str = "") -> str:
    """The checkpoint that an auditor took from the place outside."""
    found = [key for key in await scene.place.keys("") if key.endswith(f"{timeline}000000/{size:012d}")]
    return (await scene.place.get(found[0])).decode()


async def bundle(ours: Ledgers, tenant: str | None) -> BytesIO:
    out = BytesIO()
    await write_evidence(out, ours.ledger, Asked(tenant), ours.notary.key, ours.notary.signed)
    return out


async def test_a_restored_log_is_verified_with_what_the_lost_one_left_outside(scene: Scene) -> None:
    async with scene.suite("new") as ours:
        begun = (await restores_of(ours.store))[-1].restored
        assert (begun.timeline, begun.previous, begun.size) == (2, 1, BACK)
        report = await scene.checked(ours)
        assert (report.findings, report.outside, report.given_up) == ([], 2, 1)
        await ours.sealed(4)  # 11 leaves again: of another tree than those of the lost one
    async with scene.suite("new") as ours:
        report = await scene.checked(ours)
        assert (report.findings, report.outside, report.given_up) == ([], 3, 1)
        assert (newest := ours.file.newest()) is not None
        assert (newest.size, newest.note.split("\n")[3]) == (11, "timeline 2")
        publisher = Publisher(ours.ledger, {"outside": scene.place})
        await publisher.publish("outside")
        assert not publisher.forked


@pytest.mark.parametrize("tenant", [TENANT, None])
async def test_an_auditor_is_told_what_was_given_up(scene: Scene, tenant: str | None) -> None:
    async with scene.suite("new") as ours:
        await ours.sealed(9)
        key = str(ours.key)
    async with scene.suite("new") as ours:
        content = await bundle(ours, tenant)
    lines: list[str] = []
    for note in (await kept(scene, 5), await kept(scene, 16, "0002/")):
        VERIFIER.verify(content, note, key, tell=lines.append)
        assert lines.pop() == "It begins with the checkpoint that you keep."
    assert not any("RESTORED" in line for line in lines)
    VERIFIER.verify(content, await kept(scene, 11), key, tell=lines.append)
    assert "given up behind event 6" in next(line for line in lines if line.startswith("RESTORED"))


async def test_a_log_that_is_older_without_a_statement_is_found(scene: Scene) -> None:
    """By what the suite has outside, and by what the auditor keeps: cut off, or taken back to before a restore."""
    async with scene.suite("new") as ours:
        await ours.sealed(9)
    note = await kept(scene, 16, "0002/")
    async with scene.suite("data") as ours:  # the old suite, which is whole
        findings = (await scene.checked(ours)).findings
        assert any("timeline 2 began, and the log has no such restore" in one for one in findings)
        assert any("no statement says how this log, of timeline 1, came from it" in one for one in findings)
        with pytest.raises(VERIFIER.Bad, match="was taken back"):
            VERIFIER.verify(await bundle(ours, None), note, str(ours.key), tell=lambda _: None)
    tampered(scene.folder / "new", "DELETE FROM events WHERE position > 9")
    (scene.folder / "new" / "ledger.db").unlink()
    async with open_ledger(scene.folder / "new") as ours:
        await ours.sealed(1)
        assert [one.partition("it was ")[2] for one in (await scene.checked(ours)).findings] == ["cut off"]
        with pytest.raises(VERIFIER.Bad, match="it was cut off"):
            VERIFIER.verify(await bundle(ours, None), note, str(ours.key), tell=lambda _: None)


def with_statement(scene: Scene, fork: Fork, key: Ed25519PrivateKey | None, origin: str) -> None:
    """Write another statement into the restored log, as who has the file can. None: without any."""
    said = {"timeline": fork.timeline, "previous": fork.previous, "size": fork.size, "root": fork.root.hex()}
    note = sign(fork.text(origin), origin, key) if key else ""
    said |= {"made_at": 1, "statement": note, "key": str(VerifierKey(origin, key.public_key())) if key else ""}
    data = orjson.dumps(said).hex()
    tampered(scene.folder / "new", f"UPDATE events SET data = x'{data}' WHERE type = 'audit.SystemRestored'")
    (scene.folder / "new" / "ledger.db").unlink(missing_ok=True)


FORGERIES = ("another key", "no statement", "another size", "another root", "the first timeline")


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_statement_is_refused(scene: Scene, forgery: str) -> None:
    """Nothing but the notary's key gives up what it signed, and only where the statement stands."""
    async with open_ledger(scene.folder / "new") as ours:
        true = Fork(2, 1, BACK, bytes.fromhex((await restores_of(ours.store))[-1].restored.root))
        own, origin = ours.notary._key.private, origin_of(ours.file.installation)
    forged = {
        "another key": (true, Ed25519PrivateKey.generate()),
        "no statement": (true, None),
        "another size": (Fork(2, 1, 5, true.root), own),
        "another root": (Fork(2, 1, BACK, bytes(32)), own),
        "the first timeline": (Fork(1, 1, BACK, true.root), own),
    }
    with_statement(scene, *forged[forgery], origin)
    async with scene.suite("new") as ours:
        await ours.sealed(9)
        report = await scene.checked(ours)
        assert report.given_up == 0
        assert any("a checkpoint in outside" in one for one in report.findings)
        if forgery != "no statement":
            with pytest.raises(VERIFIER.Bad):
                VERIFIER.verify(await bundle(ours, None), await kept(scene, 11), str(ours.key), tell=lambda _: None)


@pytest.mark.parametrize("signer", [None, Ed25519PrivateKey.generate()], ids=["nobody", "another"])
async def test_an_auditor_goes_on_where_a_statement_proves_nothing(
    scene: Scene, signer: Ed25519PrivateKey | None
) -> None:
    """A restore that nobody signed gave nothing up; what another key says is passed over, and gives nothing up."""
    async with open_ledger(scene.folder / "new") as ours:
        true = Fork(2, 1, BACK, bytes.fromhex((await restores_of(ours.store))[-1].restored.root))
        key, origin = str(ours.key), origin_of(ours.file.installation)
    with_statement(scene, true, signer, origin)
    async with scene.suite("new") as ours:
        await ours.sealed(9)
    async with scene.suite("new") as ours:
        content = await bundle(ours, None)
    lines: list[str] = []
    VERIFIER.verify(content, await kept(scene, 16, "0002/"), key, tell=lines.append)
    assert lines[-1] == "It begins with the checkpoint that you keep."
    assert lines[0].startswith("PASSED OVER") == (signer is not None)
    if signer is None:
        VERIFIER.verify(content, await kept(scene, 5), key, tell=lines.append)
        assert lines[-1] == "It begins with the checkpoint that you keep."
    with pytest.raises(VERIFIER.Bad, match="was taken back" if signer else "not those of the checkpoint"):
        VERIFIER.verify(content, await kept(scene, 11), key, tell=lambda _: None)


async def test_a_restore_from_a_timeline_that_was_given_up_counts_on(scene: Scene) -> None:
    """The second restore goes back to what the first had given up. The place outside says that timeline 2 was there."""
    async with scene.suite("new") as ours:
        await ours.sealed(9)
        stray = statement_key(ours.file.installation, 2).removesuffix("0002") + "notes.txt"
    await scene.place.put(stray, b"of somebody else")
    await scene.restore("again", Wanted())
    await scene.place.delete([stray])
    async with scene.suite("again") as ours:
        begun = (await restores_of(ours.store))[-1].restored
        assert (begun.timeline, begun.previous, begun.size) == (3, 1, 12)
        report = await scene.checked(ours)
        assert (report.findings, report.outside, report.given_up) == ([], 3, 1)  # now that of timeline 2
        origin, second = origin_of(ours.file.installation), ObjectBlobs.in_folder(scene.folder / "second")
        two = sign(Fork(2, 1, 3, bytes(32)).text(origin), origin, ours.notary._key.private)
        await second.put(statement_key(ours.file.installation, 2), two.encode())
        (finding,) = (await check_ledger(ours.ledger, {"outside": scene.place, "second": second}, print)).findings
        assert finding == "the statement on timeline 2 in second is not the one in another place outside"
    other = sign(Fork(2, 1, 2, bytes(32)).text("x"), "x", Ed25519PrivateKey.generate())
    key = statement_key(ours.file.installation, 2)
    await scene.place.delete([key])
    await scene.place.put(key, other.encode())
    async with open_ledger(scene.folder / "again") as ours:
        assert (await scene.checked(ours)).count == 2  # a statement that nobody knows, and what hangs on it


async def test_a_place_outside_that_is_away_stops_a_restore(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the next timeline could bear a number that is taken. A system of its own has no timelines before it."""
    monkeypatch.setenv("CRM_CHECKPOINTS", "s3://nowhere/crm")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    with pytest.raises(BackupProblem, match="a place of CRM_CHECKPOINTS cannot be read"):
        await scene.restore("again", Wanted())
    await put_back(str(scene.folder / "target"), scene.folder / "fork", scene.key, Wanted(), print, another=True)
