"""The log of the embedded views stays bounded, and a writer does not wait for it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.views import sqlite_log
from shared.views.port import Query, Scope
from shared.views.sqlite import SqliteViews
from tests.contract.views_help import THINGS, put

AT_ONCE = 25


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "views.db"


@pytest.fixture
async def views(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteViews]:
    monkeypatch.setattr(sqlite_log, "PAGES", 16)
    views = SqliteViews.open(path)
    await views.declare([THINGS])
    yield views
    await views.close()


async def write(views: SqliteViews, first: int, batches: int) -> None:
    """So many batches of new documents; after each, the log is left the time that it takes to be moved."""
    for batch in range(first, first + batches):
        names = [f"{batch} {n}" for n in range(AT_ONCE)]
        await views.write([put({"id": f"k{name}", "name": name * 20}) for name in names])
        if views._moving is not None:
            await asyncio.wait([views._moving])


def size(path: Path, end: str = "-wal") -> int:
    return path.with_name(f"views.db{end}").stat().st_size


async def test_a_log_is_begun_anew_again_and_again_without_being_cut(
    views: SqliteViews, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut: list[int] = []
    monkeypatch.setattr(sqlite_log.Log, "shorten", lambda log: cut.append(1))
    await write(views, 0, 100)
    after_a_while = size(path)
    await write(views, 100, 140)
    assert size(path) < 1.5 * after_a_while
    assert size(path, "") > 5 * after_a_while
    assert not cut
    assert await views.count("things", Query(), Scope("t1")) == 240 * AT_ONCE


async def test_a_log_that_a_reader_kept_from_beginning_anew_is_cut_when_the_reader_is_gone(
    views: SqliteViews, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(views, 0, 5)
    views._log._limit = limit = 256 * 1024  # type: ignore[union-attr]
    monkeypatch.setattr(sqlite_log, "LOG_BYTES", limit)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM names").fetchone()
    await write(views, 5, 40)
    assert size(path) > 2 * limit
    reader.close()
    await write(views, 45, 40)
    assert size(path) < 2 * limit
    assert await views.count("things", Query(), Scope("t1")) == 85 * AT_ONCE
