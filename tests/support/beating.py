"""Leases that are prolonged while work goes on, under a clock that a test sets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.streaming import leases
from shared.streaming.leases import SECONDS, LeaseHolder
from shared.views.port import Views
from shared.views.sqlite import SqliteViews
from tests.support.toys import SetClock

EXPIRED = round(SECONDS * 1e6) + 1


class Beating:
    """Leases are prolonged every few milliseconds, and counted. kind: of views."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type[Views] = SqliteViews) -> None:
        lease, self._beats = kind.lease, 0

        async def counted(views: Any, *given: Any, **more: Any) -> Any:
            self._beats += 1
            return await lease(views, *given, **more)

        monkeypatch.setattr(leases, "BEATS", 2000)
        monkeypatch.setattr(kind, "lease", counted)

    async def through(self, clock: SetClock, other: LeaseHolder) -> None:
        """Longer than a lease lasts; the other one never gets it."""
        for _ in range(5):
            clock.time += EXPIRED // 2
            wanted = self._beats + 2
            while self._beats < wanted:
                await asyncio.sleep(0.001)
            assert not await other.take()
