"""The views port asks for what a store can keep that has no transactions over documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.views.capabilities import PreparesSwap, PurgesFiles
from shared.views.sqlite import SqliteViews
from tests.contract.views_suite import ViewsSuite
from tests.support.two_step_views import TwoStepViews


class TestTwoStepViews(ViewsSuite):
    @pytest.fixture
    async def views(self, tmp_path: Path) -> AsyncIterator[TwoStepViews]:
        views = TwoStepViews(SqliteViews.open(tmp_path / "views.db"))
        yield views
        await views.close()

    def test_capabilities_are_seen(self, views: TwoStepViews) -> None:
        assert not isinstance(views, PreparesSwap | PurgesFiles)
        assert issubclass(SqliteViews, PreparesSwap)
        assert issubclass(SqliteViews, PurgesFiles)
