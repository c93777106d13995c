"""The embedded key ring: one SQLite file next to the event store, with its own root key file.

root key → tenant keys (versioned) → subject keys. Ids stand in clear, keys only wrapped; a destroyed subject leaves a
number, a hash of its id and a time.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.clock import Clock, SystemClock
from shared.security.keyring import Checked, KeysUnavailable, LogHead, Subject, Wrapper, subject_hash
from shared.security.keyring_file import (
    checked_of,
    is_destroyed,
    log_head_of,
    note_checked,
    note_log_head,
    prepare,
)
from shared.security.rootkey import (
    KEY_BYTES,
    KeysUnusable,
    RootKey,
    index_context,
    load_root_key,
    subject_context,
    sync_directory,
    tenant_context,
    unwrap,
    wrap,
)

P = ParamSpec("P")
R = TypeVar("R")

_REWRAP_BATCH = 2_000
_FEW = 50  # keys read in the event loop's own thread: 12 µs each


class SqliteKeyRing:
    """Writes go to disk in one thread; new keys asked for at once are made in one transaction.

    A few keys are read where they are called, unless a write is under way: then in the thread, after it.
    """

    def __init__(self, database: sqlite3.Connection, root: RootKey, clock: Clock) -> None:
        self._db, self._root, self._clock = database, root, clock
        self._tenant_ciphers: dict[tuple[str, int], AESGCM] = {}
        self._index_keys: dict[str, bytes] = {}
        self._wanted: list[tuple[list[Subject], asyncio.Future[dict[Subject, bytes | None]]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "keyring")
        self._lock = threading.Lock()  # held while the connection is used
        self._closed = False

    @classmethod
    def open(
        cls,
        folder: Path,
        root_key_file: Path | None = None,
        clock: Clock | None = None,
        installation: str | None = None,
    ) -> SqliteKeyRing:
        """Open or create the ring in `folder` (keys.db and, unless named elsewhere, root.key).

        installation: the id of the event store that the ring belongs to; a ring without one takes it.

        Raises:
            KeysUnusable: the root key is missing or does not belong to keys.db, the ring is of another installation,
                or the file is of a newer format.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / "keys.db"
        fresh = not file.exists() or file.stat().st_size == 0
        root = load_root_key(root_key_file or folder / "root.key", create=fresh and root_key_file is None)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        database = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=10)
        try:
            prepare(database, root, file, installation)
        except sqlite3.DatabaseError as error:
            database.close()
            raise KeysUnusable(f"{file} cannot be opened: {error}") from None
        except KeysUnusable:
            database.close()
            raise
        sync_directory(folder)
        return cls(database, root, clock or SystemClock())

    async def find(self, subjects: Collection[Subject]) -> dict[Subject, bytes | None]:
        if len(subjects) <= _FEW and not self._closed and self._lock.acquire(blocking=False):
            try:
                return self._find(subjects)
            finally:
                self._lock.release()
        return await self._run(self._find, subjects)

    async def ensure(self, tenant: str, subjects: Collection[str]) -> dict[str, bytes | None]:
        loop, wanted = asyncio.get_running_loop(), [(tenant, s) for s in subjects]
        made: asyncio.Future[dict[Subject, bytes | None]] = loop.create_future()
        self._wanted.append((wanted, made))
        if self._flushing is None or self._flushing.done():
            self._flushing = loop.create_task(self._flush())
        keys = await made
        return {subject: keys[tenant, subject] for subject in subjects}

    async def _flush(self) -> None:
        while self._wanted:
            batch, self._wanted = self._wanted, []
            waiting = [made for _, made in batch]
            try:
                keys = await self._write(self._create, [one for wanted, _ in batch for one in wanted])
            except Exception as error:
                for made in waiting:
                    if not made.cancelled():
                        made.set_exception(error)
            else:
                for made in waiting:
                    if not made.cancelled():
                        made.set_result(keys)

    def _find(self, subjects: Iterable[Subject]) -> dict[Subject, bytes | None]:
        found: dict[Subject, bytes | None] = {}
        for tenant, subject in subjects:
            key = self._read(tenant, subject)
            if key is not None or is_destroyed(self._db, tenant, subject):
                found[tenant, subject] = key
        return found

    def _read(self, tenant: str, subject: str) -> bytes | None:
        row = self._db.execute(
            "SELECT tenant_key, wrapped FROM subject_keys WHERE tenant = ? AND subject = ?", (tenant, subject)
        ).fetchone()
        if row is None:
            return None
        return unwrap(self._tenant_cipher(tenant, row[0]), row[1], subject_context(tenant, subject))

    async def destroyed_since(self, number: int) -> dict[bytes, int]:
        sql = "SELECT subject_hash, number FROM destroyed WHERE number > ?"
        return await self._run(lambda: dict(self._db.execute(sql, (number,))))

    async def destroyed(self) -> int:
        sql = "SELECT ifnull(max(number), 0) FROM destroyed"
        found: int = await self._run(lambda: self._db.execute(sql).fetchone()[0])
        return found

    async def subjects(self, tenant: str, prefix: str) -> list[str]:
        sql = "SELECT subject FROM subject_keys WHERE tenant = ? AND substr(subject, 1, ?) = ? ORDER BY subject"
        return await self._run(lambda: [s for (s,) in self._db.execute(sql, (tenant, len(prefix), prefix))])

    async def destroy(self, tenant: str, subject: str) -> bool:
        return await self._write(self._destroy, tenant, subject)

    async def checked(self) -> Checked:
        return await self._run(checked_of, self._db)

    async def note_checked(self, checked: Checked) -> None:
        await self._write(note_checked, self._db, checked)

    async def log_head(self) -> LogHead:
        return await self._run(log_head_of, self._db)

    async def note_log_head(self, head: LogHead) -> None:
        await self._write(note_log_head, self._db, head)

    async def index_key(self, tenant: str) -> bytes:
        found = self._index_keys.get(tenant)
        return found if found is not None else await self._write(self._make_index_key, tenant)

    async def wrapper(self, purpose: str) -> Wrapper:
        return self._root.wrapper(purpose)

    async def rotate(self, tenant: str) -> None:
        version = await self._write(self._new_tenant_key, tenant)
        while await self._write(self._rewrap, tenant, version):
            pass
        await self._write(self._drop_tenant_keys, tenant, version)

    async def close(self) -> None:
        if self._flushing is not None:
            await self._flushing
        self._closed = True
        self._thread.shutdown(wait=True)
        self._db.close()

    async def _run(self, act: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run an act in the ring's thread. Raises KeysUnavailable when the ring is closed."""

        def alone() -> R:
            with self._lock:
                return act(*args, **kwargs)

        try:
            running = asyncio.get_running_loop().run_in_executor(self._thread, alone)
        except RuntimeError as error:
            raise KeysUnavailable("the key ring is closed") from error
        return await running

    async def _write(self, act: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run an act as one durable transaction."""

        def transaction() -> R:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                result = act(*args, **kwargs)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                self._index_keys.clear()  # they may hold keys that never became durable
                self._tenant_ciphers.clear()
                raise
            return result

        return await self._run(transaction)

    def _create(self, wanted: Collection[Subject]) -> dict[Subject, bytes | None]:
        keys = self._find(wanted)
        for tenant, subject in wanted:
            if (tenant, subject) in keys:
                continue
            secret, version = os.urandom(KEY_BYTES), self._current_version(tenant)
            wrapped = wrap(self._tenant_cipher(tenant, version), secret, subject_context(tenant, subject))
            self._db.execute("INSERT INTO subject_keys VALUES (?, ?, ?, ?)", (tenant, subject, version, wrapped))
            keys[tenant, subject] = secret
        return keys

    def _destroy(self, tenant: str, subject: str) -> bool:
        gone = self._db.execute("DELETE FROM subject_keys WHERE tenant = ? AND subject = ?", (tenant, subject)).rowcount
        note = "INSERT OR IGNORE INTO destroyed(subject_hash, destroyed_at) VALUES (?, ?)"
        self._db.execute(note, (subject_hash(tenant, subject), self._clock.now()))
        return gone > 0

    def _current_version(self, tenant: str) -> int:
        row = self._db.execute("SELECT max(version) FROM tenant_keys WHERE tenant = ?", (tenant,)).fetchone()
        return row[0] or self._new_tenant_key(tenant)

    def _new_tenant_key(self, tenant: str) -> int:
        row = self._db.execute("SELECT max(version) FROM tenant_keys WHERE tenant = ?", (tenant,)).fetchone()
        version: int = (row[0] or 0) + 1
        wrapped = self._root.wrap(os.urandom(KEY_BYTES), tenant_context(tenant, version))
        self._db.execute("INSERT INTO tenant_keys VALUES (?, ?, ?, ?)", (tenant, version, wrapped, self._clock.now()))
        return version

    def _tenant_cipher(self, tenant: str, version: int) -> AESGCM:
        found = self._tenant_ciphers.get((tenant, version))
        if found is None:
            row = self._db.execute(
                "SELECT wrapped FROM tenant_keys WHERE tenant = ? AND version = ?", (tenant, version)
            ).fetchone()
            found = AESGCM(self._root.unwrap(row[0], tenant_context(tenant, version)))
            self._tenant_ciphers[tenant, version] = found
        return found

    def _rewrap(self, tenant: str, version: int) -> int:
        rows = self._db.execute(
            "SELECT subject, tenant_key, wrapped FROM subject_keys WHERE tenant = ? AND tenant_key < ? LIMIT ?",
            (tenant, version, _REWRAP_BATCH),
        ).fetchall()
        for subject, old, wrapped in rows:
            context = subject_context(tenant, subject)
            secret = unwrap(self._tenant_cipher(tenant, old), wrapped, context)
            self._db.execute(
                "UPDATE subject_keys SET tenant_key = ?, wrapped = ? WHERE tenant = ? AND subject = ?",
                (version, wrap(self._tenant_cipher(tenant, version), secret, context), tenant, subject),
            )
        return len(rows)

    def _drop_tenant_keys(self, tenant: str, before: int) -> None:
        self._db.execute("DELETE FROM tenant_keys WHERE tenant = ? AND version < ?", (tenant, before))
        for key in [k for k in self._tenant_ciphers if k[0] == tenant and k[1] < before]:
            del self._tenant_ciphers[key]

    def _make_index_key(self, tenant: str) -> bytes:
        row = self._db.execute("SELECT wrapped FROM index_keys WHERE tenant = ?", (tenant,)).fetchone()
        if row is not None:
            secret = self._root.unwrap(row[0], index_context(tenant))
        else:
            secret = os.urandom(KEY_BYTES)
            wrapped = self._root.wrap(secret, index_context(tenant))
            self._db.execute("INSERT INTO index_keys VALUES (?, ?)", (tenant, wrapped))
        self._index_keys[tenant] = secret
        return secret
