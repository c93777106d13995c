"""The views suite over mongo-java-server, an implementation of MongoDB's protocol that shares nothing with the first.

DEVIATIONS are what it is known to do otherwise than MongoDB. The adapter needs none of these, so no test is left out;
one that comes to need one is named in LEFT_OUT with its deviation, not skipped in silence.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pytest

from shared.views.mongo import MongoViews
from tests.contract.views_suite import ViewsSuite
from tests.durability.scale import PROVE

DEVIATIONS: Final = {
    "order": "texts are in the order of UTF-16: signs beyond U+FFFF before U+E000 to U+FFFF",
    "collation": "an index's or a query's collation is ignored",
    "partial": "the filter of a partial index is ignored",
    "pipeline": "an update cannot be a pipeline",
    "expressions": "$let is not known",
    "sessions": "there are no sessions and no transactions",
    "counts": "the counters of a bulk write that failed in part are wrong",
    "binary": "a binary value of subtype 5 ends the connection",
    "memory": "nothing is kept on disk: journal and majority are acknowledged at once",
}
pytestmark = pytest.mark.skipif(not PROVE, reason="in make prove: SecantusDB passes the same suite in make test")
LEFT_OUT: Final[dict[str, str]] = {}  # name of a test → the deviation that it meets


class TestJavaServer(ViewsSuite):
    @pytest.fixture
    async def views(self, java_url: str, request: pytest.FixtureRequest) -> AsyncIterator[MongoViews]:
        if deviation := LEFT_OUT.get(request.node.originalname):
            pytest.skip(f"mongo-java-server: {DEVIATIONS[deviation]}")
        views = await MongoViews.open(java_url)
        yield views
        await views.close()
