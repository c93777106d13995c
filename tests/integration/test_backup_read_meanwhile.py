"""The place of the backups is read, for minutes, while the archive goes on to roll up and to prune."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shared.backup.place import Place
from shared.backup.prune import DAY, prune
from shared.backup.restore import Restore
from tests.support.backups import log_of, open_system


async def test_what_is_rolled_up_during_a_restore_is_still_there_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, chain_of = random.Random(11), Restore.chain
    async with open_system(tmp_path) as ours:
        await ours.append(5, dice)
        await ours.backup("full")
        for _ in range(3):
            ours.clock.ahead += DAY // 4
            await ours.append(5, dice)
            await ours.backup("archive")
        there = await ours.events()

        async def rolled_up_meanwhile(self: Restore) -> object:
            found = await chain_of(self)
            await ours.backup("incremental")
            await prune(ours.place, ours.key, keep_full=4, keep_days=35, now=ours.clock.now())
            return found

        monkeypatch.setattr(Restore, "chain", rolled_up_meanwhile)
        await ours.restore(tmp_path / "restored")
        assert (await log_of(tmp_path / "restored"))[:-1] == there


async def test_a_check_during_which_is_pruned_blames_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dice, names_of, pruned = random.Random(12), Place.names, list[str]()
    async with open_system(tmp_path) as ours:
        await ours.append(5, dice)
        await ours.backup("full")
        await ours.append(5, dice)
        await ours.backup("archive")
        await ours.backup("incremental")
        ours.clock.ahead += 2 * DAY

        async def names(self: Place, folder: str = "") -> list[str]:
            found = await names_of(self, folder)
            if folder and not pruned:
                pruned.append(folder)
                assert await prune(ours.place, ours.key, keep_full=4, keep_days=35, now=ours.clock.now())
            return found

        monkeypatch.setattr(Place, "names", names)
        found = await ours.verify()
        assert pruned
        assert found.findings == []
