"""The listing of an object store that lacks what is there: nothing that a backup needs is removed for it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.backup.manifest import MANIFESTS
from shared.backup.place import Place
from shared.backup.prune import DAY, prune
from tests.support.backups import System, log_of, open_system

KINDS = ("full", "incremental", "full", "incremental", "archive", "full", "archive", "incremental")


async def backed_up(ours: System, dice: random.Random) -> None:
    """Full backups and what goes on from them, of which the first full one is old; each has the same attachment."""
    await ours.files.put("files/t1/f1/c1/00000000", b"ciphertext")
    for kind in KINDS:
        await ours.append(4, dice)
        await ours.backup(kind)
        ours.clock.ahead += 20 * DAY


@pytest.mark.parametrize("leftovers", [False, True])
@pytest.mark.parametrize("lacking", range(len(KINDS)))
async def test_a_listing_that_lacks_a_backup_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: int, leftovers: bool
) -> None:
    names_of, asked = Place.names, list[str]()

    async def names(self: Place, folder: str = "") -> list[str]:
        found = await names_of(self, folder)
        if folder != MANIFESTS or len(asked) > 0:
            return found
        asked.append(folder)
        return [name for n, name in enumerate(found) if n != lacking]

    async with open_system(tmp_path) as ours:
        await backed_up(ours, random.Random(lacking))
        monkeypatch.setattr(Place, "names", names)
        await _pruned_and_whole(ours, tmp_path, ours.place, leftovers=leftovers)


@pytest.mark.parametrize(
    "cut", [lambda found: found[:-1], lambda found: found[:3], lambda found: found[1:], lambda found: found[-1:]]
)
async def test_a_listing_that_is_always_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: Callable[[list[str]], list[str]]
) -> None:
    """The archive has read its backups: it knows of those that are not listed."""
    names_of = Place.names

    async def names(self: Place, folder: str = "") -> list[str]:
        found = await names_of(self, folder)
        return cut(found) if folder == MANIFESTS else found

    async with open_system(tmp_path) as ours:
        await backed_up(ours, random.Random(5))
        place = ours.place
        await place.latest(ours.key, (), len(KINDS))
        monkeypatch.setattr(Place, "names", names)
        await _pruned_and_whole(ours, tmp_path, place, leftovers=True, patched=monkeypatch)


async def test_what_others_go_on_from_is_found_though_it_is_never_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names_of = Place.names

    async def names(self: Place, folder: str = "") -> list[str]:
        found = await names_of(self, folder)
        return [name for name in found if "-full" not in name] if folder == MANIFESTS else found

    async with open_system(tmp_path) as ours:
        await backed_up(ours, random.Random(6))
        monkeypatch.setattr(Place, "names", names)
        await _pruned_and_whole(ours, tmp_path, ours.place, leftovers=True, patched=monkeypatch)


async def _pruned_and_whole(
    ours: System, folder: Path, place: Place, *, leftovers: bool, patched: pytest.MonkeyPatch | None = None
) -> None:
    gone = await prune(place, ours.key, keep_full=1, keep_days=30, now=ours.clock.now(), leftovers=leftovers)
    if patched:
        patched.undo()
    found = await ours.verify()
    assert (found.findings, len(gone) + found.backups) == ([], len(KINDS))
    made = await ours.restore(folder / "restored")
    assert made.files == 1
    assert (await log_of(folder / "restored"))[:-1] == await ours.events()
