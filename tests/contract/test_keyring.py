"""The key ring suite over every adapter, and what is particular to the embedded one."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.security.keyring import KeyMissing, KeyRing
from shared.security.keyring_sqlite import SqliteKeyRing
from shared.security.rootkey import KeysUnusable
from tests.contract.keyring_suite import KeyRingSuite, Opener, key_of


@pytest.fixture
async def opener(tmp_path: Path) -> AsyncIterator[Opener]:
    opened: list[SqliteKeyRing] = []

    async def open_ring() -> KeyRing:
        opened.append(SqliteKeyRing.open(tmp_path / "keys"))
        return opened[-1]

    yield open_ring
    for ring in opened:
        await ring.close()


class TestSqliteKeyRing(KeyRingSuite):
    pass


async def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    ring = SqliteKeyRing.open(tmp_path / "keys")
    await ring.ensure("t1", ["a"])
    await ring.close()
    assert {f.name: f.stat().st_mode & 0o777 for f in (tmp_path / "keys").iterdir()} == {
        "keys.db": 0o600,
        "root.key": 0o600,
    }


async def test_neither_data_keys_nor_destroyed_wrapped_keys_stand_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "keys.db"
    ring = SqliteKeyRing.open(tmp_path / "keys")
    await ring.ensure("t1", [f"subject-{n:04}" for n in range(200)])
    key = await key_of(ring, "t1", "subject-0007")
    with sqlite3.connect(file) as peek:
        (wrapped,) = peek.execute("SELECT wrapped FROM subject_keys WHERE subject = 'subject-0007'").fetchone()
    peek.close()
    assert key is not None
    assert wrapped in file.read_bytes()
    await ring.destroy("t1", "subject-0007")
    await ring.close()
    content = b"".join(f.read_bytes() for f in (tmp_path / "keys").iterdir())
    assert key not in content
    assert wrapped not in content
    assert b"subject-0007" not in file.read_bytes()


async def test_another_root_key_is_refused_with_one_clear_error(tmp_path: Path) -> None:
    await SqliteKeyRing.open(tmp_path / "keys").close()
    (tmp_path / "keys" / "root.key").write_bytes(bytes(32))
    with pytest.raises(KeysUnusable, match="does not belong to"):
        SqliteKeyRing.open(tmp_path / "keys")


async def test_a_lost_root_key_is_never_replaced_by_a_new_one(tmp_path: Path) -> None:
    await SqliteKeyRing.open(tmp_path / "keys").close()
    (tmp_path / "keys" / "root.key").unlink()
    with pytest.raises(KeysUnusable, match="missing"):
        SqliteKeyRing.open(tmp_path / "keys")
    assert not (tmp_path / "keys" / "root.key").exists()


async def test_a_short_root_key_and_a_file_that_is_no_database_are_named(tmp_path: Path) -> None:
    (tmp_path / "short.key").write_bytes(b"abc")
    with pytest.raises(KeysUnusable, match=r"short\.key: a root key is 32 bytes long"):
        SqliteKeyRing.open(tmp_path / "keys", tmp_path / "short.key")
    (tmp_path / "root.key").write_bytes(bytes(32))
    (tmp_path / "keys" / "keys.db").write_bytes(b"not a database at all" * 500)
    with pytest.raises(KeysUnusable, match=r"keys\.db cannot be opened"):
        SqliteKeyRing.open(tmp_path / "keys", tmp_path / "root.key")


async def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    await SqliteKeyRing.open(tmp_path / "keys").close()
    database = sqlite3.connect(tmp_path / "keys" / "keys.db")
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(KeysUnusable, match="newer version"):
        SqliteKeyRing.open(tmp_path / "keys")


async def test_a_root_key_kept_elsewhere_is_used_and_never_made(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="missing"):
        SqliteKeyRing.open(tmp_path / "keys", tmp_path / "vault" / "root.key")
    (tmp_path / "root.key").write_bytes(bytes(range(32)))
    ring = SqliteKeyRing.open(tmp_path / "keys", tmp_path / "root.key")
    await ring.ensure("t1", ["a"])
    assert await key_of(ring, "t1", "a") is not None
    await ring.close()
    assert not (tmp_path / "keys" / "root.key").exists()


async def test_a_failed_write_reaches_every_waiting_caller_and_leaves_no_key(tmp_path: Path) -> None:
    ring = SqliteKeyRing.open(tmp_path / "keys")
    await ring.ensure("t1", ["a"])
    ring._db.execute("PRAGMA query_only = ON")  # as on a disk that takes nothing any more
    with pytest.raises(sqlite3.OperationalError):
        await ring.ensure("t1", ["b"])
    with pytest.raises(KeyMissing):
        await key_of(ring, "t1", "b")
    ring._db.execute("PRAGMA query_only = OFF")
    await ring.ensure("t1", ["b"])
    assert await key_of(ring, "t1", "b") is not None
    await ring.close()


async def test_no_key_is_logged_in_the_event_loops_debug_mode(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It logs every slow callback with the futures that it was given, and a future shows its result."""
    ring, loop = SqliteKeyRing.open(tmp_path / "keys"), asyncio.get_running_loop()
    caplog.set_level(logging.DEBUG)
    debug, slow = loop.get_debug(), loop.slow_callback_duration
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0
    try:
        made = await ring.ensure("t1", [f"s{n}" for n in range(100)])
        found = await ring.find([("t1", subject) for subject in made])
        index = await ring.index_key("t1")
    finally:
        loop.set_debug(debug)
        loop.slow_callback_duration = slow
    await ring.close()
    assert "Executing" in caplog.text
    for key in (index, *made.values(), *found.values()):
        assert key is not None
        assert repr(key)[2:12] not in caplog.text
