"""How many documents the views have, asked before anything is opened: what a drill compares with."""

from __future__ import annotations

import asyncio

import pytest

from shared.views.mongo import MongoViews
from shared.views.mongo_catalogue import counts_at
from shared.views.port import ViewsUnavailable
from tests.contract.views_help import OPEN, SOME, THINGS, put


async def test_every_organisations_documents_are_counted_and_no_rebuild(mongo_url: str) -> None:
    views = await MongoViews.open(mongo_url)
    try:
        await views.declare([THINGS, OPEN])
        await views.write([put(one, tenant) for tenant in ("t1", "t2") for one in SOME])
        rebuild = await views.begin_rebuild(THINGS)
        assert rebuild
        found = await asyncio.to_thread(counts_at, mongo_url, ["things", "notices", "unknown"])
        assert found == {"things": 2 * len(SOME), "notices": 0, "unknown": 0}
    finally:
        await views.close()


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(ViewsUnavailable, match="CRM_VIEWS: the server does not answer"):
        counts_at("mongodb://127.0.0.1:9/crm?serverSelectionTimeoutMS=200", ["things"])
