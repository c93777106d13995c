"""The views suite over MongoDB's protocol: SecantusDB on WiredTiger, or the server that CRM_TEST_MONGODB names."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.views.mongo import MongoViews
from tests.contract.views_suite import ViewsSuite
from tests.durability.scale import PROVE


class TestMongoViews(ViewsSuite):
    batches = 200 if PROVE else 40

    @pytest.fixture
    async def views(self, mongo_url: str) -> AsyncIterator[MongoViews]:
        views = await MongoViews.open(mongo_url)
        yield views
        await views.close()
