"""One changed value in what a views file keeps of itself: the views are rebuilt, or the change has no effect."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crm.caches import open_views
from shared.streaming.projector import CHECKPOINT
from shared.views.port import Checkpoint, Collection, Field, Kind, Query, Scope, ViewsDamaged, Write
from shared.views.sqlite import SqliteViews
from tests.durability.scale import LIMIT, PROVE

pytestmark = LIMIT

CHAIN_HASH = bytes(range(32))
THINGS = Collection(
    "things",
    3,
    (
        Field("name", Kind.TEXT, "名称", "Name", indexed=True, searchable=True),
        Field("kind", Kind.KEYWORD, "类型", "Kind", indexed=True, options=("a", "b")),
        Field("marks", Kind.KEYWORDS, "标记", "Marks", indexed=True),
        Field("owner", Kind.KEYWORD, "负责人", "Owner", indexed=True),
    ),
)
OTHERS = Collection("others", 1, (Field("name", Kind.TEXT, "名称", "Name"),), owner=None)
DOCUMENTS = [
    {"id": f"k{n}", "version": 1, "name": f"Thing {n}", "kind": "a", "marks": ["x"], "owner": "ada"} for n in range(3)
]


class _Log:
    """What the views are held against."""

    async def head(self) -> int:
        return 7

    async def chain_hash(self, position: int) -> bytes:
        return CHAIN_HASH if position == 7 else b""


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("views") / "views.db"

    async def fill() -> None:
        views = SqliteViews.open(path)
        await views.declare([THINGS, OTHERS])
        writes = [Write("things", "t1", str(d["id"]), d, 1) for d in DOCUMENTS]
        await views.write(writes, [Checkpoint(CHECKPOINT, 7, CHAIN_HASH), Checkpoint("policies:reactions", 5)])
        await views.purge()
        await views.close()

    asyncio.run(fill())
    return path


def _damages(path: Path) -> Iterator[tuple[str, str, int, Any]]:
    """table, column, row, another value: each value of each record, each text with one byte changed here and there."""
    with closing(sqlite3.connect(path)) as db:
        for table in ("collections", "names", "checkpoints"):
            rows = db.execute(f"SELECT * FROM {table}")
            columns = [c[0] for c in rows.description]
            for n, row in enumerate(rows.fetchall()):
                for column, value in zip(columns, row, strict=True):
                    yield from ((table, column, n, other) for other in _others(value))


def _others(value: Any) -> Iterator[Any]:
    if isinstance(value, int):
        yield from (value + 1, 999, -1, "no number", b"\xff")
        return
    content = value.encode() if isinstance(value, str) else value
    for place in range(0, len(content), 1 if PROVE else 29):
        changed = bytearray(content)
        changed[place] ^= 0x15
        yield bytes(changed)
    yield from (b"", b"[]", b"\xff\xfe", 5)


async def test_any_changed_record_of_the_file_is_healed(tmp_path: Path, intact: Path) -> None:
    tried = 0
    for table, column, n, value in _damages(intact):
        path = tmp_path / f"{tried}.db"
        shutil.copy(intact, path)
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            key = {"collections": "id", "names": "id", "checkpoints": "projection"}[table]
            where = f"WHERE {key} = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {n})"
            try:
                db.execute(f"UPDATE {table} SET {column} = ? {where}", (value,))
            except sqlite3.IntegrityError:
                continue
        tried += 1
        what = f"{table}.{column} of row {n} = {value!r}"
        views, stale = await open_views(path, _Log(), [THINGS, OTHERS])  # type: ignore[arg-type]
        try:
            await _all_there_or_all_to_come(views, stale, what)
        finally:
            await views.close()
    assert tried > 100


async def _all_there_or_all_to_come(views: SqliteViews, stale: list[str], what: str) -> None:
    """Documents are as before, or a rebuild is due: by name, or because everything begins at the first event."""
    position = await views.checkpoint(CHECKPOINT)
    found = (await views.find("things", Query(), Scope("t1"))).items
    if position and "things" not in stale:
        assert (position, found) in ((7, DOCUMENTS), (7, [])) or position < 7, what
    elif not position:
        assert found in ([], DOCUMENTS), what


async def test_a_document_that_is_no_json_any_more_is_damage_and_no_traceback(tmp_path: Path, intact: Path) -> None:
    path = tmp_path / "views.db"
    shutil.copy(intact, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE c1_body SET body = substr(body, 2) WHERE id = 2")
    views, _ = await open_views(path, _Log(), [THINGS, OTHERS])  # type: ignore[arg-type]
    with pytest.raises(ViewsDamaged, match="start the suite again"):
        await views.get("things", "k1", Scope("t1"))
    await views.close()
    views, _ = await open_views(path, _Log(), [THINGS, OTHERS])  # type: ignore[arg-type]
    assert await views.checkpoint(CHECKPOINT) == 0
    await views.close()
