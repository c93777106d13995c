"""The views suite over mongo-java-server, an implementation of MongoDB's protocol that shares nothing with the first.

DEVIATIONS are what it is known to do otherwise than MongoDB. The adapter needs one of these, `pipeline`: writes reach
this server as modifiers that say the same. No test is left out; one that comes to need another deviation is named in
LEFT_OUT with it, not skipped in silence.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import pytest

from shared.mongo import Docs, Row, Update
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
PARTS: Final = ("t", "k", "o", "b", "x", "f", "l", "e", "w")  # all that a removed document loses
BULK: Final = Docs.bulk


def modifiers(where: Row, update: Any) -> Update:
    """The same without stages: the guard stands next to the `_id`, so what is not newer meets a key that is there."""
    if not isinstance(update, list):
        return where, update
    below, made, _ = update[0]["$replaceWith"]["$cond"]
    guard, (row, placed) = below["$lt"][1], (made["$mergeObjects"][0]["$literal"], made["$mergeObjects"][1])
    gone = {"$unset": {name: "" for name in PARTS if name not in row}} if "t" not in row else {}
    values = {name: value for name, value in row.items() if name != "_id"}
    return {**where, "_pos": {"$lt": guard}}, {"$set": values, **gone, "$setOnInsert": {"n": placed["n"]["$ifNull"][1]}}


async def bulk(docs: Docs, updates: Sequence[Update], *, upsert: bool = True) -> int:
    return await BULK(docs, [modifiers(*one) for one in updates], upsert=upsert)


class TestJavaServer(ViewsSuite):
    @pytest.fixture
    async def views(
        self, java_url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[MongoViews]:
        monkeypatch.setattr(Docs, "bulk", bulk)
        if deviation := LEFT_OUT.get(request.node.originalname):
            pytest.skip(f"mongo-java-server: {DEVIATIONS[deviation]}")
        views = await MongoViews.open(java_url)
        yield views
        await views.close()
