"""A codec over a key ring in files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.events.codec import Codec
from shared.security.keyring_sqlite import SqliteKeyRing


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[SqliteKeyRing]:
    ring = SqliteKeyRing.open(tmp_path / "keys")
    yield ring
    asyncio.run(ring.close())


@pytest.fixture
def codec(ring: SqliteKeyRing) -> Codec:
    return Codec(ring)
