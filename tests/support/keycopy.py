"""Reading with the keys of a data directory that a running process may hold: from a copy, in a loop of its own."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.security.keyring_sqlite import SqliteKeyRing


@contextmanager
def copied(keys: Path, tenant: str) -> Iterator[tuple[SqliteKeyRing, bytes]]:
    """The ring, and the key of the tenant's blind indexes; made now where there is no folder."""
    with TemporaryDirectory() as copy, ThreadPoolExecutor(1) as thread:
        if keys.exists():
            shutil.copytree(keys, copy, dirs_exist_ok=True)
        ring = SqliteKeyRing.open(Path(copy))
        try:
            yield ring, thread.submit(lambda: asyncio.run(_index_key(ring, tenant))).result()
        finally:
            thread.submit(lambda: asyncio.run(ring.close())).result()


async def _index_key(ring: SqliteKeyRing, tenant: str) -> bytes:
    return await ring.index_key(tenant)
