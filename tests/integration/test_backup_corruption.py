"""Whatever is done to a backup behind its back is found, and clean backups are never blamed."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crm.backup_source import place_at
from shared.backup.keyfile import BackupKey
from shared.backup.manifest import MANIFESTS, Kind, written
from shared.backup.verify import verify
from tests.support.backups import open_system

CASES = 1_000 if os.environ.get("CRM_PROVE") else 60
KINDS: tuple[Kind, ...] = ("full", "archive", "incremental", "archive")
Harm = Callable[[random.Random, list[Path]], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BackupKey]:
    """A place with a full, an incremental and an archived backup, files and erased people."""
    folder, dice = tmp_path_factory.mktemp("made"), random.Random(1)

    async def fill() -> BackupKey:
        async with open_system(folder) as ours:
            for n, kind in enumerate(KINDS):
                await ours.ring.ensure("t1", [f"p{n}", f"q{n}"])
                await ours.ring.destroy("t1", f"q{n}")
                await ours.append(3, dice)
                await ours.files.put(f"files/t1/f{n}/c/00000000", dice.randbytes(50))
                await ours.backup(kind)
            return ours.key

    key = asyncio.run(fill())
    return folder / "target", key


def _flip(dice: random.Random, files: list[Path]) -> None:
    one = dice.choice(files)
    content = bytearray(one.read_bytes())
    at = dice.randrange(len(content) * 8)
    content[at // 8] ^= 1 << at % 8
    one.write_bytes(content)


def _truncate(dice: random.Random, files: list[Path]) -> None:
    one = dice.choice(files)
    content = one.read_bytes()
    one.write_bytes(content[: dice.randrange(len(content))])


def _remove(dice: random.Random, files: list[Path]) -> None:
    dice.choice(files).unlink()


def _swap(dice: random.Random, files: list[Path]) -> None:
    one, other = dice.sample(files, 2)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def _rename(dice: random.Random, files: list[Path]) -> None:
    one = dice.choice(files)
    at = dice.randrange(len(one.name))
    digit = dice.choice([d for d in "0123456789abcdef" if d != one.name[at]])
    one.rename(one.with_name(one.name[:at] + digit + one.name[at + 1 :]))


def _add(dice: random.Random, files: list[Path]) -> None:
    one = dice.choice(files)
    content = dice.choice((one.read_bytes(), b"", b"something else"))
    dice.choice(files).with_name(f"x{dice.randrange(10**9)}").write_bytes(content)


def _older_manifest(dice: random.Random, files: list[Path]) -> None:
    """What a later manifest says is what an earlier one said."""
    manifests = sorted(one for one in files if one.parent.name == MANIFESTS)
    earlier, later = sorted(dice.sample(range(len(manifests)), 2))
    manifests[later].write_bytes(manifests[earlier].read_bytes())


@pytest.mark.parametrize("harm", [_flip, _truncate, _remove, _swap, _rename, _add, _older_manifest])
async def test_harm_is_found(made: tuple[Path, BackupKey], tmp_path: Path, harm: Harm) -> None:
    target, key = made
    missed = []
    for case in range(CASES):
        copy = tmp_path / str(case)
        shutil.copytree(target, copy)
        harm(random.Random(case), sorted(one for one in copy.rglob("*") if one.is_file()))
        if (await verify(place_at(str(copy)), key, deep=True, again=0)).ok:
            missed.append(case)
        shutil.rmtree(copy)
    assert missed == []


async def test_a_manifest_of_another_system_is_found(made: tuple[Path, BackupKey], tmp_path: Path) -> None:
    """Also one that the same key has signed."""
    target, key = made
    for field, value in (("system", "another"), ("timeline", 7), ("first", 1), ("size", 2)):
        copy = tmp_path / field
        shutil.copytree(target, copy)
        place = place_at(str(copy))
        newest = await place.newest(key)
        assert newest is not None
        name, content = written(replace(newest[1], **{field: value}), key)  # type: ignore[arg-type]
        await place.keep(name, content)
        assert not (await verify(place_at(str(copy)), key, again=0)).ok, field


async def test_clean_backups_are_never_blamed(made: tuple[Path, BackupKey]) -> None:
    for _ in range(CASES):
        found = await verify(place_at(str(made[0])), made[1], deep=True, again=0)
        assert found.findings == []
