"""The views suite over the embedded adapter, in a file and in a private nameless one, and what is particular to it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.formats import NewerFormat
from shared.views import sqlite_readers
from shared.views.port import (
    Checkpoint,
    Collection,
    Condition,
    Field,
    Kind,
    Query,
    Scope,
    ViewsUnavailable,
    Write,
)
from shared.views.sqlite import SqliteViews
from shared.views.sqlite_file import checkpoints_in
from tests.contract.views_help import THINGS, put
from tests.contract.views_naive import matching
from tests.contract.views_suite import ViewsSuite


class TestSqliteFile(ViewsSuite):
    @pytest.fixture
    async def views(self, tmp_path: Path) -> AsyncIterator[SqliteViews]:
        views = SqliteViews.open(tmp_path / "views.db")
        yield views
        await views.close()


class TestSqlitePrivate(ViewsSuite):
    @pytest.fixture
    async def views(self) -> AsyncIterator[SqliteViews]:
        views = SqliteViews.open(None)
        yield views
        await views.close()


SECRET = "Geheimrat 王小明"
THING = Write("things", "t1", "a", {"id": "a", "version": 1, "owner": "ann"}, 1)


def content(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def about(text: str, version: int) -> Write:
    document = {
        "id": "a",
        "version": version,
        "owner": "ann",
        "name": text,
        "code": text,
        "notes": text,
        "tags": [text],
        "tel": "+4922187654321" if text == SECRET else "",
    }
    return Write("things", "t1", "a", document, version)


async def test_after_purging_no_replaced_or_removed_text_stands_in_any_file(tmp_path: Path) -> None:
    views = SqliteViews.open(tmp_path / "views.db")
    await views.declare([THINGS])
    others = [{"id": f"k{n}", "version": 1, "name": f"other {n}"} for n in range(300)]
    await views.write([about(SECRET, 1), *(put(d) for d in others)])
    await views.write([about("mask", 2)])
    await views.write([Write("things", "t1", "k1", {"id": "k1", "version": 2, "notes": SECRET}, 2)])
    await views.write([Write("things", "t1", "k1", None, 3)])
    target = await views.begin_rebuild(THINGS)
    await views.write([Write(target, "t1", "a", about(SECRET, 1).document, 1)])
    target = await views.begin_rebuild(THINGS)
    await views.write([Write(target, "t1", "a", about("mask", 2).document, 2)])
    await views.write([put(d, collection=target) for d in others])
    await views.swap(target)
    await views.find("things", Query(text="other"), Scope("t1"))
    parts = [b"eheimrat", "王小明".encode(), "小明".encode(), b"xiaoming", b"12345678"]
    assert all(part in content(tmp_path) for part in parts)
    await views.purge()
    assert not any(part in content(tmp_path) for part in parts)
    assert [d["id"] for d in (await views.find("things", Query(text="mask"), Scope("t1"))).items] == ["a"]
    await views.close()
    assert not any(part in content(tmp_path) for part in parts)


async def test_a_purge_meets_a_collection_that_is_being_replaced(tmp_path: Path) -> None:
    """Several come before it, so that its old table is dropped between the beginning of the purge and its turn."""
    views = SqliteViews.open(tmp_path / "views.db")
    names = [f"things{n}" for n in range(8)]
    await views.declare([replace(THINGS, name=name) for name in names])
    target = await views.begin_rebuild(replace(THINGS, name=names[-1]))
    await views.write([Write(target, "t1", "a", {"id": "a", "version": 1, "name": "new", "owner": "ann"}, 1)])
    await views.prepare(target)
    await asyncio.gather(views.purge(), views.swap(target))
    assert [d["name"] for d in (await views.find(names[-1], Query(text="new"), Scope("t1"))).items] == ["new"]
    await views.close()


async def test_what_was_written_is_there_after_a_restart_and_a_broken_off_rebuild_is_not(tmp_path: Path) -> None:
    views = SqliteViews.open(tmp_path / "views.db")
    await views.declare([THINGS])
    await views.write([about("Kept", 5)], [Checkpoint("p", 7)])
    target = await views.begin_rebuild(THINGS)
    await views.write([Write(target, "t1", "b", {"id": "b", "version": 1}, 1)])
    await views.close()
    views = SqliteViews.open(tmp_path / "views.db")
    assert await views.declare([THINGS]) == []
    assert await views.checkpoint("p") == 7
    await views.write([about("older", 4)])
    assert [d["name"] for d in (await views.find("things", Query(text="kept"), Scope("t1"))).items] == ["Kept"]
    with sqlite3.connect(tmp_path / "views.db") as peek:
        tables = {name for (name,) in peek.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    peek.close()
    assert not any(name.startswith("c2") for name in tables)
    await views.close()


async def test_no_declared_name_reaches_sql(tmp_path: Path) -> None:
    nasty = Collection("x; DROP TABLE names; --", 1, (Field('"; --', Kind.KEYWORD, "", "", indexed=True),), owner=None)
    views = SqliteViews.open(tmp_path / "views.db")
    await views.declare([nasty])
    await views.write([Write(nasty.name, "t1", "a", {"id": "a", "version": 1, '"; --': "v"}, 1)])
    query = Query((Condition('"; --', "eq", "v"),), sort='"; --')
    assert [d["id"] for d in (await views.find(nasty.name, query, Scope("t1"))).items] == ["a"]
    with sqlite3.connect(tmp_path / "views.db") as peek:
        schema = "".join(sql or "" for (sql,) in peek.execute("SELECT sql FROM sqlite_master"))
    peek.close()
    assert "--" not in schema
    await views.close()


async def test_a_full_disk_is_told_and_writes_nothing(tmp_path: Path) -> None:
    views = SqliteViews.open(tmp_path / "views.db")
    await views.declare([THINGS])
    await views.write([about("first", 1)], [Checkpoint("p", 1)])
    pages = views._db.execute("PRAGMA page_count").fetchone()[0]
    views._db.execute(f"PRAGMA max_page_count={pages}")
    big = [
        Write("things", "t1", f"k{n}", {"id": f"k{n}", "version": 1, "owner": "new", "notes": "x" * 4000}, 1)
        for n in range(50)
    ]
    with pytest.raises(ViewsUnavailable):
        await views.write([about("second", 2), *big], [Checkpoint("p", 2)])
    assert await views.checkpoint("p") == 1
    assert await views.count("things", Query(), Scope("t1")) == 1
    views._db.execute("PRAGMA max_page_count=1000000")
    await views.write(big, [Checkpoint("p", 2)])
    assert await views.count("things", Query(), Scope("t1", frozenset({"new"}))) == 50
    await views.close()


async def test_closed_views_are_unavailable(tmp_path: Path) -> None:
    views = SqliteViews.open(tmp_path / "views.db")
    await views.declare([THINGS])
    await views.close()
    await views.close()
    for call in (views.write([THING]), views.get("things", "a", Scope("t1")), views.checkpoint("p")):
        with pytest.raises(ViewsUnavailable):
            await call


async def test_a_file_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    await SqliteViews.open(tmp_path / "views.db").close()
    with sqlite3.connect(tmp_path / "views.db") as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    before = (tmp_path / "views.db").read_bytes()
    with pytest.raises(NewerFormat):
        SqliteViews.open(tmp_path / "views.db")
    assert (tmp_path / "views.db").read_bytes() == before


@pytest.mark.parametrize("format", [1, 2])
async def test_checkpoints_of_an_older_file_get_the_names_of_their_owners(tmp_path: Path, format: int) -> None:
    path = tmp_path / "views.db"
    await SqliteViews.open(path).close()
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE leases")
        db.execute("DELETE FROM checkpoints")
        if format == 1:
            db.execute("ALTER TABLE checkpoints DROP COLUMN chain_hash")
        names = [("records", 7), ("policies", 5), ("destroyed", 2)]
        db.executemany("INSERT INTO checkpoints(projection, position) VALUES(?, ?)", names)
        db.execute(f"PRAGMA user_version={format}")
    db.close()
    expected = {"projector:records": 7, "policies:reactions": 5, "reconciler:destroyed": 2}
    assert {name: c.position for name, c in checkpoints_in(path).items()} == expected
    views = SqliteViews.open(path)
    assert {name: await views.checkpoint(name) for name in expected} == expected
    assert await views.checkpoint("records") == 0
    assert await views.lease("projector:records", "ann", now=1, until=2) is not None
    await views.close()
    assert {name: c.position for name, c in checkpoints_in(path).items()} == expected


async def test_the_next_process_need_not_wait_for_the_leases_of_the_last(tmp_path: Path) -> None:
    views = SqliteViews.open(tmp_path / "views.db")
    killed = await views.lease("p", "ann", now=1, until=10**18)
    await views.close()
    views = SqliteViews.open(tmp_path / "views.db")
    later = await views.lease("p", "bob", now=2, until=10**18)
    assert killed is not None
    assert later is not None
    assert later.token > killed.token
    await views.close()


MANY = [
    {
        "id": f"k{n:05}", "version": 1, "owner": f"u{n % 60}", "name": f"name {n * 7919 % 4000} common", "size": n % 11,
        "code": f"C{n % 900}", "archived": n % 2 == 0, "tags": [f"tag{n % 1500}"],
    }
    for n in range(4000)
]  # fmt: skip
ASKED = [
    Query((Condition("code", "eq", "C5"),), sort="name"),
    Query((Condition("size", "eq", 3),), sort="name", descending=True),
    Query((Condition("archived", "eq", False),), sort="size"),
    Query((Condition("tags", "contains", "tag7"),), sort="code"),
    Query((Condition("code", "prefix", "c1"), Condition("size", "ne", 4)), sort="code"),
    Query((Condition("name", "prefix", "name 39"),), "common", "name"),
    Query(text="common", sort="name", descending=True),
    Query(text="name 39", sort="size"),
    Query(text="common", sort="at"),
]
SCOPES = [Scope("t1")] + [Scope("t1", frozenset(f"u{n}" for n in range(many))) for many in (2, 50)]


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("in_place", [True, False])
async def test_each_way_to_a_page_gives_the_same(
    tmp_path: Path, private: bool, in_place: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Walking, gathering and merging, in place and in a thread, over enough documents that all of them occur."""
    monkeypatch.setattr(sqlite_readers, "INLINE_SECONDS", 60.0 if in_place else 1e-6)
    monkeypatch.setattr(sqlite_readers, "_CHECK_EVERY", 10)
    views = SqliteViews.open(None if private else tmp_path / "views.db")
    await views.declare([THINGS])
    await views.write([put(d) for d in MANY])
    for query in ASKED:
        for scope in SCOPES:
            expected = matching(THINGS, [("t1", d) for d in MANY], query, scope)
            page = await views.find("things", replace(query, limit=100), scope)
            assert [d["id"] for d in page.items] == expected[:100]
            if page.next is not None:
                page = await views.find("things", replace(query, limit=100, cursor=page.next), scope)
                assert [d["id"] for d in page.items] == expected[100:200]
            assert await views.count("things", query, scope) == len(expected)
    await views.close()
