"""The views suite over MongoDB's protocol: SecantusDB on WiredTiger, or the server that CRM_TEST_MONGODB names."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from shared.streaming.leases import SECONDS, LeaseHolder
from shared.views import mongo_catalogue
from shared.views.mongo import MongoViews
from shared.views.port import Checkpoint, LeaseLost, ViewsUnavailable
from tests.contract.views_help import THINGS, put, thing
from tests.contract.views_suite import ViewsSuite
from tests.durability.scale import PROVE
from tests.support.toys import SetClock

HOUR = 3_600_000_000


class Passed:
    """Stands for the module `time`. seconds: that have passed in this process."""

    seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


class TestMongoViews(ViewsSuite):
    batches = 200 if PROVE else 40

    @pytest.fixture
    async def views(self, mongo_url: str) -> AsyncIterator[MongoViews]:
        views = await MongoViews.open(mongo_url)
        yield views
        await views.close()

    async def test_a_lease_that_nobody_prolongs_ends_whatever_the_clock_of_its_holder_was(
        self, views: MongoViews, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        passed = Passed()
        monkeypatch.setattr(mongo_catalogue, "time", passed)
        ahead, behind = (LeaseHolder(views, "p", SetClock(now)) for now in (HOUR, 0))
        assert await ahead.take()
        for _ in range(3):
            assert not await behind.take()
            passed.seconds += SECONDS
            assert await ahead.take(), "it works"
        assert not await behind.take()
        passed.seconds += SECONDS + 1
        assert await behind.take(), "it was killed"
        with pytest.raises(LeaseLost):
            await views.write([], [Checkpoint("p", 1)], ahead.lease())

    async def test_the_time_of_a_rest_counts(self, views: MongoViews, monkeypatch: pytest.MonkeyPatch) -> None:
        passed = Passed()
        monkeypatch.setattr(mongo_catalogue, "time", passed)
        ahead, behind = (LeaseHolder(views, "p", SetClock(now)) for now in (HOUR, 0))
        assert await ahead.take(rest=900.0)
        assert not await behind.take()
        passed.seconds += 900.0
        assert not await behind.take()
        passed.seconds += SECONDS + 1
        assert await behind.take()

    @pytest.mark.parametrize("woken", ["after it", "before it"])
    async def test_a_process_that_stood_still_puts_no_part_of_a_view_in_place_of_the_whole(
        self, views: MongoViews, mongo_url: str, woken: str
    ) -> None:
        """Another one has rebuilt the view, or rebuilds it now: begun, that dropped what the first had written."""
        other = await MongoViews.open(mongo_url)
        for one in (views, other):
            await one.declare([THINGS])
        stood = await views.begin_rebuild(THINGS)
        await views.write([put(thing("a"), collection=stood)])
        whole = await other.begin_rebuild(THINGS)
        await other.write([put(thing("a"), collection=whole), put(thing("b"), collection=whole)])
        if woken == "after it":
            await other.swap(whole)
        await views.write([put(thing("b"), collection=stood)])
        with pytest.raises(ViewsUnavailable, match="another process has begun to rebuild things"):
            await views.swap(stood)
        if woken == "before it":
            await other.swap(whole)
        assert [key async for _, key, _ in other.scan("things")] == ["a", "b"]
        assert [name for name in await other._mongo.names() if "_next_" in name] == []
        await other.close()
