"""What lies in a data directory is for its owner alone, also where it was otherwise before."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crm.compose import Suite
from crm.settings import Settings, WrongSetting
from crm.verifying import verify_directory
from shared.streaming.projector import CHECKPOINT
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
    async with office(data, warehouse=True) as at_work:
        report = await at_work.run(GUEST_LIST, {"guests.csv": GUESTS})
        assert report["totals"]["rejected"] == 1
        await at_work.send(GUEST_LIST, {"guests.csv": GUESTS}, "/imports/dry-run")
        await settle(at_work.suite.kernel)
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


def _link(path: Path) -> None:
    """Moved away, open to others, with a link in its place."""
    target = path.parents[1] / "elsewhere" / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    path.rename(target)
    target.chmod(0o777 if target.is_dir() else 0o666)
    path.symlink_to(target)


def _folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def _file(path: Path) -> None:
    shutil.rmtree(path)
    path.write_text("x")


def _fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


FILES = ("events.db", "events.db.lock", "views.db", "lock", "format", "keys/keys.db", "keys/root.key")
FOLDERS = ("keys", "imports", "warehouse")
WRONG_KINDS: list[tuple[str, Callable[[Path], None], str]] = [
    *((name, _link, "is a symbolic link") for name in (*FILES, *FOLDERS)),
    *((name, _folder, "is a folder where a file belongs") for name in FILES),
    *((name, _fifo, "is neither a file nor a folder") for name in FILES),
    *((name, _file, "is a file where a folder belongs") for name in FOLDERS),
]


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and bytes of everything, nothing followed."""
    entries = {str(p.relative_to(folder)): (p, p.lstat().st_mode) for p in folder.rglob("*")}
    return {name: (mode, p.read_bytes() if stat.S_ISREG(mode) else b"") for name, (p, mode) in entries.items()}


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("rest") / "data"

    async def make() -> None:
        await (await Suite.open(Settings(data))).close()

    asyncio.run(make())
    return data


@pytest.mark.parametrize(("name", "spoil", "said"), WRONG_KINDS)
def test_what_is_of_another_kind_is_refused_in_one_line_and_left_alone(
    tmp_path: Path, at_rest: Path, name: str, spoil: Callable[[Path], None], said: str
) -> None:
    data = Path(shutil.copytree(at_rest, tmp_path / "data", symlinks=True))
    spoil(data / name)
    before = contents(tmp_path)
    for opening in (lambda: asyncio.run(Suite.open(Settings(data))), lambda: verify_directory(data, None)):
        with pytest.raises(WrongSetting) as refused:
            opening()
        assert str(refused.value).startswith(f"{data / name} {said}: ")
        assert len(str(refused.value).splitlines()) == 1
    assert contents(tmp_path) == before


async def test_a_log_in_place_of_the_views_is_filled_anew(tmp_path: Path, at_rest: Path) -> None:
    data = Path(shutil.copytree(at_rest, tmp_path / "data", symlinks=True))
    shutil.copy(data / "events.db", data / "views.db")
    suite = await Suite.open(Settings(data))
    assert await suite.kernel.views.checkpoint(CHECKPOINT) == await suite.kernel.store.head()
    await suite.close()


async def test_what_cannot_be_corrected_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    await (await Suite.open(Settings(data))).close()
    (data / "keys" / "root.key").chmod(0o644)

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", forbidden)
    with pytest.raises(WrongSetting, match=r"root\.key may be read by others and belongs to user \d+"):
        await Suite.open(Settings(data))


async def test_a_data_directory_that_is_a_link_is_corrected_where_it_lies(tmp_path: Path, at_rest: Path) -> None:
    real = Path(shutil.copytree(at_rest, tmp_path / "real", symlinks=True))
    (tmp_path / "data").symlink_to(real)
    for path in (real, real / "keys", real / "keys" / "root.key"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    await (await Suite.open(Settings(tmp_path / "data"))).close()
    assert modes(real) == {}
