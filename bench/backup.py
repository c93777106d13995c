"""Backups: a full one against bare work on the same log, a restore, and what the archive costs those who append."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from backports import zstd
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.append import DATA, IDS, METADATA, _callers
from bench.figures import Figure, at_least, at_most, interleaved, show
from crm.backup_source import place_at, source_of, source_over
from crm.restore import put_back
from shared.backup.archiver import Archiver
from shared.backup.create import Backup
from shared.backup.keyfile import BackupKey, make_key
from shared.backup.restore import Wanted
from shared.backup.sealed import CHUNK, LEVEL
from shared.backup.status import BackupStatus
from shared.blobs.objects import ObjectBlobs
from shared.clock import SystemClock
from shared.events.envelope import Stored
from shared.eventstore.sqlite import SqliteEventStore
from shared.eventstore.sqlite_load import SqliteLoader
from shared.json import kept_json
from shared.security.keyring_sqlite import SqliteKeyRing

APPENDED, AT_ONCE = 20_000, 10_000
SHARE, ARCHIVED, RESTORE_SECONDS = 50, 90, 120
INSTALLATION = "00000000-0000-4000-8000-000000000000"


def run(rounds: int = 3, events: int = 1_000_000) -> list[Figure]:
    with TemporaryDirectory(prefix="crm-bench-") as name:
        folder, paths = Path(name), (Path(name) / f"{n}" for n in count())
        _fill(folder / "data", events)
        key = make_key(folder / "key")
        cases = {"bare": lambda: events / _bare(folder / "data"), "full": lambda: _full(folder, key, next(paths))}
        rate = interleaved(cases, rounds)
        target = next(paths)
        _full(folder, key, target)
        started = time.perf_counter()
        asyncio.run(put_back(str(target), folder / "restored", key, Wanted(), lambda *_: None))
        restored = time.perf_counter() - started
        appends = {
            "without": lambda: uvloop.run(_appending(next(paths), None)),
            "with": lambda: uvloop.run(_appending(next(paths), key)),
        }
        appended = interleaved(appends, rounds)
    share, archived = 100 * rate["full"] / rate["bare"], 100 * appended["with"] / appended["without"]
    bare = f"{rate['full']:,.0f} events/s; read, packed and sealed in one thread, without proofs: {rate['bare']:,.0f}"
    detail = f"{appended['with']:,.0f} events/s; without {appended['without']:,.0f}"
    return [
        at_least(f"backup, full, of {events:,} events, against bare work on the log", share, SHARE, "%", bare),
        at_most(
            f"restore of {events:,} events to the log", restored, RESTORE_SECONDS, "s", "proven, with chain hashes"
        ),
        at_least("backup, appending while it archives", archived, ARCHIVED, "%", detail),
    ]


def _fill(data: Path, events: int) -> None:
    data.mkdir()
    loader, by = SqliteLoader(data / "events.db", INSTALLATION), kept_json(METADATA)
    for start in range(0, events, AT_ONCE):
        loader.add([*_events(start, min(AT_ONCE, events - start), by)])
    loader.finish()
    asyncio.run(SqliteKeyRing.open(data / "keys", installation=INSTALLATION).close())


def _events(start: int, number: int, by: bytes) -> Iterator[Stored]:
    for n in range(start, start + number):
        data = DATA[:-1] + b',"n":%d}' % n
        yield Stored(0, "t1", f"account-{IDS.new()}", 1, IDS.new(), "customer.AccountDetailsChanged", 1, n, n, data, by)


def _bare(data: Path) -> float:
    """Seconds for the least that a backup is made of."""
    started, cipher = time.perf_counter(), AESGCM(bytes(32))
    with closing(sqlite3.connect(data / "events.db")) as db, open(os.devnull, "wb") as out:
        rows = db.execute(f"SELECT {', '.join(Stored._fields)} FROM events ORDER BY position")
        while some := rows.fetchmany(40_000):
            content = b"".join([part for row in some for part in (row[9], row[10])])
            packed = zstd.compress(content, LEVEL)
            for at in range(0, len(packed), CHUNK):
                out.write(cipher.encrypt(os.urandom(12), packed[at : at + CHUNK], b""))
    return time.perf_counter() - started


def _full(folder: Path, key: BackupKey, target: Path) -> float:
    """Events per second."""

    async def work() -> float:
        started = time.perf_counter()
        async with source_of(folder / "data") as source:
            made = await Backup(source, place_at(str(target), create=True), key, SystemClock()).create("full")
        assert made is not None
        return made[1].size / (time.perf_counter() - started)

    return asyncio.run(work())


async def _appending(data: Path, key: BackupKey | None) -> float:
    """Events per second; with a key an archive looks again without a pause."""
    await SqliteKeyRing.open(data / "keys", installation=INSTALLATION).close()
    store = SqliteEventStore.open(data / "events.db", SystemClock(), installation=INSTALLATION)
    looking = None
    if key is not None:
        source = source_over(store, data, ObjectBlobs.in_folder(data / "files"))
        place = place_at(str(data) + ".target", create=True)
        archiver = Archiver(source, place, key, SystemClock(), BackupStatus(data))
        looking = asyncio.create_task(_looking(archiver))
    rate = await _callers(store, 100, APPENDED)
    if looking is not None:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    await store.close()
    return rate


async def _looking(archiver: Archiver) -> None:
    while True:
        await archiver.step()
        await asyncio.sleep(1.0)  # twenty times as often as the suite


if __name__ == "__main__":
    show("backup", run())
