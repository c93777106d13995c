"""Reading with the keys of a data directory that a running process may hold: from a copy, in a loop of its own."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.security.keyring_sqlite import SqliteKeyRing


def index_key(keys: Path, tenant: str) -> bytes:
    """The key of the tenant's blind indexes; made now where there is no folder."""

    async def read(folder: Path) -> bytes:
        ring = SqliteKeyRing.open(folder)
        try:
            return await ring.index_key(tenant)
        finally:
            await ring.close()

    with TemporaryDirectory() as copy, ThreadPoolExecutor(1) as thread:
        if keys.exists():
            shutil.copytree(keys, copy, dirs_exist_ok=True)
        return thread.submit(asyncio.run, read(Path(copy))).result()
