"""Who can write to the place of the backups, or hands over one that they made, gets nothing past the checks.

`test_backup_corruption.py` has what happens to a backup by chance; here somebody knows the format.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from crm.backup_source import place_at
from crm.restore import put_back
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import KEYS, MANIFESTS, SEGMENTS, Manifest, file_of, written
from shared.backup.problems import BackupProblem
from shared.backup.prune import prune
from shared.backup.restore import Wanted
from shared.backup.sealed import seal
from shared.backup.verify import verify
from shared.blobs.objects import ObjectBlobs
from shared.blobs.port import BlobsUnavailable
from shared.clock import SystemClock
from shared.security.ringcopy import RingCopy
from tests.support.backups import System, open_system
from tests.support.leaks import files_with


@dataclass(frozen=True)
class Scene:
    """target: a place with two timelines. fork: one in which timeline 2 went another way. foreign: another system's,
    under the same key. old, newest: the first and the last manifest of the target; Bob was erased between them.
    """

    target: Path
    fork: Path
    foreign: Path
    key: BackupKey
    old: Manifest
    newest: Manifest


async def _went_on(ours: System, folder: Path, target: Path, seed: int) -> Manifest:
    """A restored copy that has events of its own and is backed up."""
    await put_back(str(ours.target), folder / "data", ours.key, Wanted(), lambda *_: None)
    async with open_system(folder) as copy:
        copy.key = ours.key
        await copy.append(4, random.Random(seed))
        return (await copy.backup("full", target))[1]


async def _made(folder: Path) -> Scene:
    async with open_system(folder / "one") as ours, open_system(folder / "foreign") as foreign:
        await ours.ring.ensure("t1", ["ada", "bob"])
        await ours.append(5, random.Random(1))
        _, old = await ours.backup("full")
        await ours.ring.destroy("t1", "bob")
        await ours.append(3, random.Random(2))
        await ours.backup("incremental")
        foreign.key = ours.key
        await foreign.ring.ensure("t1", ["eve"])
        await foreign.append(5, random.Random(3))
        await foreign.backup("full")
        fork = folder / "fork-target"
        shutil.copytree(ours.target, fork)
        await _went_on(ours, folder / "fork", fork, 4)
        newest = await _went_on(ours, folder / "two", ours.target, 5)
        return Scene(ours.target, fork, foreign.target, ours.key, old, newest)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return asyncio.run(_made(tmp_path_factory.mktemp("made")))


@pytest.fixture
def copy(scene: Scene, tmp_path: Path) -> Path:
    return Path(shutil.copytree(scene.target, tmp_path / "copy"))


async def found_in(folder: Path, key: BackupKey, *, deep: bool = True) -> list[str]:
    return (await verify(place_at(str(folder)), key, deep=deep, again=0)).findings


async def restored(folder: Path, key: BackupKey, data: Path) -> None:
    await put_back(str(folder), data, key, Wanted(), lambda *_: None)


def _segments(scene: Scene) -> tuple[str, str]:
    return scene.old.segments[0].name, scene.newest.segments[0].name


def _segments_of_two_timelines(folder: Path, scene: Scene) -> None:
    one, other = _segments(scene)
    content = (folder / one).read_bytes()
    (folder / one).write_bytes((folder / other).read_bytes())
    (folder / other).write_bytes(content)


def _blocks_of_two_segments(folder: Path, scene: Scene) -> None:
    """The encrypted parts alone: each file keeps its head, from which its key follows, and its length."""
    one, other = ((folder / name) for name in _segments(scene))
    first, second = one.read_bytes(), other.read_bytes()
    at, end = 40, min(len(first), len(second))
    one.write_bytes(first[:at] + second[at:end] + first[end:])
    other.write_bytes(second[:at] + first[at:end] + second[end:])


def _keys_of_another_system(folder: Path, scene: Scene) -> None:
    """Sealed with the very key."""
    (theirs,) = (scene.foreign / KEYS).iterdir()
    shutil.copy(theirs, folder / scene.newest.keys.name)


def _older_list_of_the_erased(folder: Path, scene: Scene) -> None:
    shutil.copy(folder / scene.old.erased.name, folder / scene.newest.erased.name)


def _no_list_of_the_erased(folder: Path, scene: Scene) -> None:
    (folder / scene.newest.erased.name).unlink()


def _older_keys(folder: Path, scene: Scene) -> None:
    """With the key of a person who was erased since."""
    shutil.copy(scene.fork / scene.old.keys.name, folder / scene.newest.keys.name)


ATTACKS: list[Callable[[Path, Scene], None]] = [
    _segments_of_two_timelines,
    _blocks_of_two_segments,
    _keys_of_another_system,
    _older_list_of_the_erased,
    _no_list_of_the_erased,
    _older_keys,
]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_what_is_put_in_the_place_of_something_is_found_and_not_restored(
    scene: Scene, copy: Path, tmp_path: Path, attack: Callable[[Path, Scene], None]
) -> None:
    assert await found_in(copy, scene.key) == []
    attack(copy, scene)
    assert await found_in(copy, scene.key) != []
    with pytest.raises(BackupProblem):
        await restored(copy, scene.key, tmp_path / "data")


async def test_two_ways_on_from_one_log_are_told_apart(scene: Scene, copy: Path) -> None:
    """Both are signed, and each is whole: two copies that were restored from the same place call themselves alike."""
    shutil.copytree(scene.fork, copy, dirs_exist_ok=True)
    found = await found_in(copy, scene.key)
    assert len(found) == 1
    assert "are of two logs that call themselves timeline 2" in found[0]


def _signed(folder: Path, scene: Scene, **changed: object) -> None:
    """A backup with a manifest that somebody with the key made."""
    name, content = written(replace(scene.newest, **changed), scene.key)  # type: ignore[arg-type]
    for one in (folder / MANIFESTS).iterdir():
        one.unlink()
    (folder / name).write_bytes(content)


@pytest.mark.parametrize("name", ["../../escaped", "files/../../../escaped", "{tmp_path}/escaped"])
async def test_no_name_in_a_backup_leads_out_of_the_directory(
    scene: Scene, copy: Path, tmp_path: Path, name: str
) -> None:
    name = name.format(tmp_path=tmp_path)
    ring = RingCopy(bytes(32), [], [], [], [], {name: b"written outside"})
    sealed = seal(scene.key.secret, KEYS, ring.to_bytes())
    keys = file_of(KEYS, "000000000", sealed)
    (copy / keys.name).write_bytes(sealed)
    _signed(copy, scene, keys=keys)
    with pytest.raises(BackupProblem, match="it is no copy of keys"):
        await restored(copy, scene.key, tmp_path / "a" / "b" / "data")
    blobs = ObjectBlobs.in_folder(tmp_path / "a" / "b" / "files")
    for done in (blobs.put(name, b"written outside"), blobs.get(name), blobs.delete([name])):
        with pytest.raises(BlobsUnavailable, match="is not within"):
            await done
    assert files_with(tmp_path, ["written outside"]) == {}


@pytest.mark.parametrize("folder", [SEGMENTS, MANIFESTS])
async def test_a_link_in_the_place_leads_nobody_out_of_it(
    scene: Scene, copy: Path, tmp_path: Path, folder: str
) -> None:
    """Neither what is pruned nor what is written lies behind it."""
    elsewhere = tmp_path / "elsewhere"
    (copy / folder).rename(elsewhere)
    (elsewhere / "thesis.txt").write_text("mine")
    (copy / folder).symlink_to(elsewhere)
    before = sorted(elsewhere.iterdir())
    with pytest.raises(BackupProblem):
        await prune(
            place_at(str(copy)), scene.key, keep_full=1, keep_days=0, now=SystemClock().now() + 10**15, leftovers=True
        )
    with pytest.raises(BackupProblem):
        await place_at(str(copy)).keep(f"{folder}/new", b"written outside")
    assert sorted(elsewhere.iterdir()) == before
