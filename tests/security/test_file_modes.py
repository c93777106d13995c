"""What lies in a data directory is for its owner alone, also where it was otherwise before."""

from __future__ import annotations

import asyncio
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from tests.support.importing import GUEST_LIST, office
from tests.support.oracle import settle

GUESTS = "First,Last,Mail,Born\nAda,Bloom,ada@example.org,1980-01-01\nBo,Bloom,bo@example.org,never\n"


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """As a shell has it: new files may be read by everybody."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(data: Path) -> dict[str, str]:
    """What others may do something with, the warehouse's own files left out: they lie in a folder of this directory."""
    paths = [data, *(p for p in data.rglob("*") if p.relative_to(data).parts[0] != "warehouse")]
    bits = {str(p.relative_to(data)): stat.S_IMODE(p.lstat().st_mode) for p in paths}
    return {name: oct(mode) for name, mode in bits.items() if mode & 0o077}


async def test_every_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with office(data) as at_work:
        report = await at_work.run(GUEST_LIST, {"guests.csv": GUESTS})
        assert report["totals"]["rejected"] == 1
        await at_work.send(GUEST_LIST, {"guests.csv": GUESTS}, "/imports/dry-run")
        await settle(at_work.suite.platform)
        names = {p.name for p in await asyncio.to_thread(lambda: list(data.rglob("*")))}
        assert names >= {"events.db-wal", "views.db-wal", "views.db-shm", "keys.db", "signing.keys", "job.db", "format"}
        assert modes(data) == {}
    assert modes(data) == {}


async def test_what_others_could_read_is_corrected_with_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await (await Suite.open(Settings(tmp_path / "data"))).close()
    opened = ["", "keys", "keys/root.key", "keys/keys.db", "events.db", "views.db", "imports", "format"]
    for name in opened:
        path = tmp_path / "data" / name
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert {*modes(tmp_path / "data")} == {*opened[1:], "."}
    with caplog.at_level(logging.WARNING, "crm.private"):
        await (await Suite.open(Settings(tmp_path / "data"))).close()
    assert modes(tmp_path / "data") == {}
    [line] = [r.getMessage() for r in caplog.records if r.name == "crm.private"]
    assert f"{len(opened)} files or folders" in line


async def test_what_cannot_be_corrected_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    await (await Suite.open(Settings(data))).close()
    (data / "keys" / "root.key").chmod(0o644)

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", forbidden)
    with pytest.raises(WrongSetting, match=r"root\.key may be read by others and belongs to user \d+"):
        await Suite.open(Settings(data))
