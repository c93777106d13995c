"""Reading with the keys of a data directory that a running process may hold: from a copy, in a loop of its own."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from shared.security.keyring_sqlite import SqliteKeyRing

T = TypeVar("T")


@contextmanager
def copied(keys: Path, tenant: str) -> Iterator[tuple[SqliteKeyRing, bytes]]:
    """The ring, and the key of the tenant's blind indexes; made now where there is no folder."""
    with TemporaryDirectory() as copy:
        if keys.exists():
            shutil.copytree(keys, copy, dirs_exist_ok=True)
        ring = SqliteKeyRing.open(Path(copy))
        try:
            yield ring, in_other_loop(ring.index_key(tenant))
        finally:
            in_other_loop(ring.close())


def in_other_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread, as the caller may stand in a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
