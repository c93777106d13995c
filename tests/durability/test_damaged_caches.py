"""Views and a warehouse that are torn, cut, overwritten, gone or too new are filled again from the events.

The data directory is that of a suite that was killed at work, so that its logs are still there.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.durability.history import History, make_template
from tests.durability.load import ACCOUNTS, at_work
from tests.durability.scale import LIMIT, PROVE
from tests.support.faults import Child
from tests.support.wire import Wire

Damage = Callable[[Path], object]
pytestmark = LIMIT


def _overwrite(file: Path, start: int, end: int) -> None:
    content = bytearray(file.read_bytes())
    content[start:end] = b"\xa5" * len(content[start:end])
    file.write_bytes(content)


def _cut(file: Path, keep: float) -> None:
    with file.open("r+b") as opened:
        opened.truncate(int(file.stat().st_size * keep))


def _without_log(data: Path) -> Path:
    """Views whose file holds everything, as after a long time."""
    import sqlite3

    db = sqlite3.connect(data / "views.db")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return data / "views.db"


def _parts(data: Path) -> list[Path]:
    return sorted(data.glob("warehouse/*/store/*/*/all_*/data.bin"))


def _all(files: list[Path], change: Callable[[Path], None]) -> None:
    assert files
    for file in files:
        change(file)


HEALED: dict[str, Damage] = {
    "views: no file": lambda data: (data / "views.db").unlink(),
    "views: an empty file": lambda data: (data / "views.db").write_bytes(b""),
    "views: no database": lambda data: _overwrite(_without_log(data), 0, 4096),
    "views: cut short": lambda data: _cut(_without_log(data), 0.6),
    "views: its first pages are lost": lambda data: _overwrite(_without_log(data), 4096, 40_000),
    "views: the log is torn": lambda data: _cut(data / "views.db-wal", 0.7),
    "views: the log is overwritten": lambda data: _overwrite(data / "views.db-wal", 20_000, 60_000),
    "warehouse: no directory": lambda data: shutil.rmtree(data / "warehouse"),
    "warehouse: a torn description": lambda data: _all(
        sorted(data.glob("warehouse/*/store/*/*/*.sql")), lambda f: _cut(f, 0.5)
    ),
    "warehouse: torn parts": lambda data: _all(_parts(data)[::2], lambda f: _cut(f, 0.5)),
    "warehouse: parts overwritten": lambda data: _all(_parts(data), lambda f: _overwrite(f, 4, 12)),
}


SHORT = ("views: no file", "views: its first pages are lost", "views: the log is torn", "warehouse: torn parts")
TRIED = list(HEALED) if PROVE else SHORT


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> History:
    """A history that ended by a kill in the middle of work, with everything acknowledged written down."""

    async def work() -> History:
        history = History(make_template(tmp_path_factory.mktemp("damaged")), "damage")
        with history.started() as running:
            assert running.await_ready(), running.said
            await history.check(running.url)
            async with at_work(history.office, running.url, history.token):
                await asyncio.sleep(1.5)
            await history.check(running.url)
            running.kill()
        return history

    return asyncio.run(work())


def damaged(worked: History, folder: Path, damage: Damage) -> History:
    data = folder / "data"
    shutil.copytree(worked.data, data, symlinks=True)
    damage(data)
    history = History(data, "damaged")
    history.token, history.office.journal = worked.token, worked.office.journal
    return history


@pytest.mark.parametrize("damage", TRIED)
async def test_a_damaged_cache_is_filled_anew(tmp_path: Path, worked: History, damage: str) -> None:
    history = damaged(worked, tmp_path, HEALED[damage])
    with history.started() as running:
        if not running.await_ready():  # it may end instead, and say what to do
            assert_one_clear_line(running)
    await history.ended()


async def test_views_ahead_of_the_events_are_not_believed(tmp_path: Path, worked: History) -> None:
    """The event store was brought back to an earlier day, the views were not."""
    history = damaged(worked, tmp_path, lambda data: None)
    earlier = tmp_path / "earlier"
    shutil.copytree(history.data, earlier, symlinks=True)
    with history.started() as running:
        assert running.await_ready(), running.said
        wire = Wire(running.url, history.token)
        late = (await wire.ask("POST", ACCOUNTS, {"name": "Later than the backup"})).json()["id"]
        assert (await wire.ask("GET", f"{ACCOUNTS}/{late}?min_version=1")).status == 200
        running.kill()
    for file in (*history.data.glob("events.db*"), *history.data.glob("ledger.db*")):  # as operators do after a restore
        file.unlink()
    for file in earlier.glob("events.db*"):
        shutil.copy(file, history.data)
    with history.started() as running:
        assert running.await_ready(), running.said
        wire = Wire(running.url, history.token)
        assert (await wire.ask("GET", f"{ACCOUNTS}/{late}")).status == 404
        running.kill()
    await history.ended()


async def test_views_found_damaged_while_running_end_it_with_one_line(tmp_path: Path, worked: History) -> None:
    history = damaged(worked, tmp_path, lambda data: None)
    with history.started() as running:
        assert running.await_ready(), running.said
        file = history.data / "views.db"
        wire = Wire(running.url, history.token)
        _overwrite(file, 100, file.stat().st_size)
        _overwrite(file.with_name("views.db-wal"), 0, 1 << 30)
        for n in range(20):
            try:
                answer = await wire.ask("POST", ACCOUNTS, {"name": f"Company {n}"})
            except OSError:
                break  # it has ended
            assert answer.status in (201, 503)
            await asyncio.sleep(0.2)
        if running.process.exitcode is not None:
            assert_one_clear_line(running)
    await history.ended()


def assert_one_clear_line(running: Child) -> None:
    assert running.wait(20) == 1
    assert "Traceback" not in running.said
    assert "damaged" in running.said.splitlines()[-1]
    assert "start the suite again" in running.said.splitlines()[-1]
