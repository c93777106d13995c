"""A codec over a key ring in files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.events.codec import Codec
from shared.security.keycache import KeyCache
from shared.security.keyring_sqlite import SqliteKeyRing


@pytest.fixture
async def ring(tmp_path: Path) -> AsyncIterator[KeyCache]:
    ring = KeyCache(SqliteKeyRing.open(tmp_path / "keys"))
    yield ring
    await ring.close()


@pytest.fixture
def codec(ring: KeyCache) -> Codec:
    return Codec(ring)
