"""The views suite over the embedded adapter, in a file and in a private nameless one, and what is particular to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.views.sqlite import SqliteViews
from tests.contract.views_suite import ViewsSuite


class TestSqliteFile(ViewsSuite):
    @pytest.fixture
    async def views(self, tmp_path: Path) -> AsyncIterator[SqliteViews]:
        views = SqliteViews.open(tmp_path / "views.db")
        yield views
        await views.close()


class TestSqlitePrivate(ViewsSuite):
    @pytest.fixture
    async def views(self) -> AsyncIterator[SqliteViews]:
        views = SqliteViews.open(None)
        yield views
        await views.close()
