"""The port asks for what a store can keep that has sparse positions and no transactions over streams."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.eventstore.port import EventStore
from tests.contract.eventstore_capabilities import SliceSuite
from tests.contract.eventstore_help import Opener
from tests.contract.eventstore_suite import EventStoreSuite
from tests.support.sparse_store import Disk, SparseStore


@pytest.fixture
async def opener() -> AsyncIterator[Opener]:
    disk, opened = Disk(), list[SparseStore]()

    async def open_store() -> EventStore:
        opened.append(SparseStore(disk))
        return opened[-1]

    yield open_store
    for store in opened:
        await store.close()


class TestSparseStore(EventStoreSuite, SliceSuite):
    pass
