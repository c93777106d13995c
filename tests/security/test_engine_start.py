"""Which walls are enough for callers' SQL, and what happens where they are missing or do not hold."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.errors import Unavailable
from shared.warehouse import home, spawn
from shared.warehouse.confined import ConfinedWarehouse
from shared.warehouse.port import QueryFailed
from shared.warehouse.walls import holds

# the engine's own program, with some walls taken away
PROGRAM = """
import sys
from shared.warehouse import engine, seccomp, walls
{}
sys.argv = ["engine", sys.argv[1]]
engine.main()
"""
PRETENDED = (
    "walls.Walls.before = lambda self: self.held.append('landlock 7')\n"
    "walls.Walls.after = lambda self: self.held.append('seccomp') or str(self._ground.root)"
)
NO_LANDLOCK = "walls.landlock = lambda *_: 0"
NO_CHROOT = "walls.Walls._change_root = lambda self: False"
NO_SECCOMP = "seccomp.install = lambda: False"


@asynccontextmanager
async def opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: str, *, unconfined: bool = False
) -> AsyncIterator[ConfinedWarehouse]:
    monkeypatch.setattr(spawn, "PROGRAM", ("-I", "-B", "-c", PROGRAM.format(change)))
    warehouse = await ConfinedWarehouse.open(f"chdb:{folder / 'warehouse'}", unconfined=unconfined)
    try:
        yield warehouse
    finally:
        await warehouse.close()


@pytest.mark.parametrize("change", [NO_LANDLOCK, NO_CHROOT])
async def test_landlock_and_chroot_are_each_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    (tmp_path / "key").write_text("secret")
    async with opened(tmp_path, monkeypatch, change) as warehouse:
        assert (await warehouse.ask("SELECT 42", tenant="acme")).rows == [(42,)]
        with pytest.raises(QueryFailed):
            await warehouse.ask(f"SELECT file('{tmp_path / 'key'}')", tenant="acme")


@pytest.mark.parametrize("change", [PRETENDED, NO_SECCOMP, f"{NO_LANDLOCK}\n{NO_CHROOT}"])
async def test_without_walls_no_sql_but_the_suites_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    """A wall that only claims to hold is detected by reading a canary."""
    async with opened(tmp_path, monkeypatch, change) as warehouse:
        for _ in range(2):
            with pytest.raises(Unavailable, match="SQL is switched off"):
                await warehouse.ask("SELECT 42", tenant="acme")
        assert warehouse.readers.running is None
        assert await warehouse.rows("SELECT 42") == [(42,)]
        assert [r.levelno for r in caplog.records if "switched off" in r.message] == [logging.WARNING]


async def test_an_operator_may_want_it_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path, monkeypatch, PRETENDED, unconfined=True) as warehouse:
        assert (await warehouse.ask("SELECT 42", tenant="acme")).rows == [(42,)]
        assert "WITHOUT walls" in caplog.text


@pytest.mark.parametrize(
    ("walls", "enough"),
    [
        (["landlock 7", "seccomp"], True),
        (["chroot", "seccomp"], True),
        (["namespaces", "uid 64402", "seccomp"], False),
        (["landlock 7", "chroot"], False),
        ([], False),
    ],
)
def test_which_walls_are_enough(walls: list[str], enough: bool) -> None:
    assert holds(walls) is enough


async def test_the_data_of_an_older_layout_is_filled_anew(tmp_path: Path) -> None:
    """The engine once kept its data in the folder itself, where it knew its own paths."""
    old = tmp_path / "warehouse" / "store"
    old.mkdir(parents=True)
    (tmp_path / "warehouse" / "status").write_text("PID: 1")
    warehouse = await ConfinedWarehouse.open(f"chdb:{tmp_path / 'warehouse'}")
    await warehouse.close()
    assert not old.exists()
    names = {entry.name for entry in (tmp_path / "warehouse").iterdir()}
    assert len(names) == 2
    assert "lock" in names


@pytest.mark.parametrize("change", ["", NO_CHROOT])
async def test_a_path_may_hold_what_an_address_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    folder = tmp_path / "what? a=b&c #1"
    for _ in range(2):
        async with opened(folder, monkeypatch, change) as warehouse:
            assert (await warehouse.ask("SELECT 42", tenant="acme")).rows == [(42,)]
    assert os.listdir(tmp_path) == [folder.name]


@pytest.mark.parametrize(
    ("ranges", "own"),
    [("0 0 4294967295", True), ("0 1000 1", False), ("0 1000 1\n1 100000 65536", True), ("0 1000 64401", False)],
)
def test_ids_of_their_own_only_where_they_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ranges: str, own: bool
) -> None:
    """Root of a rootless container has one id, or a range of them."""
    for file in ("uid_map", "gid_map"):
        (tmp_path / file).write_text(f"{ranges}\n")
    monkeypatch.setattr(home, "PROCESS", tmp_path)
    monkeypatch.setattr("os.getuid", lambda: 0)
    assert home.owner(home.WRITER_UID) == (home.Owner(home.WRITER_UID, home.GROUP) if own else home.Owner(0, 0))
